#include "annulet/pipeline/conclude.hpp"

#include <algorithm>
#include <utility>

#include "annulet/base/random.hpp"
#include "annulet/model/area.hpp"
#include "annulet/pipeline/contiguity.hpp"
#include "annulet/pipeline/side_by_side.hpp"
#include "support/catch.hpp"

using namespace annulet;

namespace {

ConcludeModels models() {
  return {
      load_grading("annulet-1"), KindModel::load("annulet-1"), Guideline::load("asco-cap-breast-2018"), {}};
}

bool has(const std::vector<Remark>& remarks, const char* code) {
  return std::any_of(remarks.begin(), remarks.end(), [&](const Remark& r) { return r.code == code; });
}

/// Cells some 12 um apart in a square, of all kinds and stains, that name the cell to their right.
CellTable sheet(int side) {
  Random random(4);
  CellTable cells;
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      CellRow row;
      row.x = (12 * x + 6) * kMicroUnits + static_cast<std::int32_t>(random.below(kMicroUnits));
      row.y = (12 * y + 6) * kMicroUnits + static_cast<std::int32_t>(random.below(kMicroUnits));
      row.nucleus_area = static_cast<std::uint16_t>(100 + random.below(500));
      row.cell_area = static_cast<std::uint16_t>(row.nucleus_area + 300);
      row.min_diameter = static_cast<std::uint16_t>(60 + random.below(60));
      row.max_diameter = static_cast<std::uint16_t>(row.min_diameter + random.below(100));
      row.circularity = static_cast<std::uint8_t>(150 + random.below(100));
      row.haematoxylin_od = static_cast<std::uint16_t>(200 + random.below(300));
      row.haematoxylin_outside = static_cast<std::uint16_t>(random.below(150));
      row.edge = static_cast<std::uint16_t>(50 + random.below(100));
      row.cytoplasm_od = static_cast<std::uint16_t>(random.below(300));
      if (random.below(9) == 0) row.flags = kFlagInterior;
      const auto stain = random.below(80), stained_rays = random.below(kRays + 1);
      row.facing.fill(kNoNeighbour);
      for (std::size_t ray = 0; ray < kRays; ++ray) {
        row.radius[ray] = static_cast<std::uint8_t>(40 + random.below(20));
        row.ridge[ray] = static_cast<std::uint8_t>(ray < stained_rays ? stain + random.below(9) : 0);
      }
      cells.push_back(row);
    }
  }
  std::sort(cells.begin(), cells.end(), before);
  std::vector<std::size_t> at(cells.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto column = cells[i].x / (12 * kMicroUnits), line = cells[i].y / (12 * kMicroUnits);
    at[static_cast<std::size_t>(line * side + column)] = i;
  }
  for (std::size_t place = 0; place + 1 < cells.size(); ++place) {
    if ((place + 1) % static_cast<std::size_t>(side) == 0) continue;
    CellRow& row = cells[at[place]];
    const CellRow& right = cells[at[place + 1]];
    row.neighbours = 1;
    row.neighbour[0] = {static_cast<std::int16_t>(right.x - row.x),
                        static_cast<std::int16_t>(right.y - row.y)};
    for (std::size_t ray = 0; ray < 5; ++ray) row.facing[ray] = 0;
  }
  return cells;
}

}  // namespace

TEST_CASE("any number of threads concludes the same") {
  const CellTable cells = sheet(90);  // some ranges of cells
  const Conclusion one = conclude(cells, models(), {2.0, false, {}}, 1);
  REQUIRE(one.verdict.score);
  const auto borrowed = std::count_if(one.graded.begin(), one.graded.end(),
                                      [](const GradedCell& cell) { return cell.borrowed; });
  CHECK(borrowed > 0);
  for (const CellKind kind : {CellKind::Tumour, CellKind::Uncertain}) CHECK(one.tally.of(kind) > 100);
  const Contiguity grouped = find_contiguity(cells, one.graded, models().grading);
  CHECK(grouped.largest_gastric_cluster[0] > 2);
  for (const int threads : {0, 2, 7}) {
    const Conclusion other = conclude(cells, models(), {2.0, false, {}}, threads);
    CHECK(other.graded == one.graded);
    CHECK(other.limit_of_blank.cells == one.limit_of_blank.cells);
    CHECK(other.verdict.score == one.verdict.score);
    CHECK(other.verdict.rule == one.verdict.rule);
    const OverRanges over = [&](std::size_t count, const auto& work) { in_ranges(threads, count, work); };
    const Contiguity again = find_contiguity(cells, one.graded, models().grading, over);
    CHECK(again.largest_intense_cluster == grouped.largest_intense_cluster);
    CHECK(std::equal(std::begin(again.largest_gastric_cluster), std::end(again.largest_gastric_cluster),
                     std::begin(grouped.largest_gastric_cluster)));
  }
}

TEST_CASE("a slide without cells gets reasons, never a 0") {
  const Conclusion conclusion = conclude({}, models(), {2.0, false, {}});
  CHECK_FALSE(conclusion.verdict.score);
  CHECK(has(conclusion.verdict.reasons, "too-few-cells"));
  CHECK_FALSE(has(conclusion.verdict.reasons, "too-little-tissue"));
}

TEST_CASE("every reason is told, and the caveats of the survey stay") {
  const Conclusion conclusion =
      conclude({}, models(), {kLeastTissueMm2 - 0.001, true, {{"picture", "a picture"}}});
  CHECK(has(conclusion.verdict.reasons, "too-few-cells"));
  CHECK(has(conclusion.verdict.reasons, "too-little-tissue"));
  CHECK(has(conclusion.verdict.reasons, "controls-failed"));
  CHECK(has(conclusion.verdict.caveats, "picture"));
  CHECK(conclusion.verdict.guideline == "asco-cap-breast-2018");
}

TEST_CASE("areas are compared as files have them, so that concluding from a file is the same") {
  for (const double mm2 : {kLeastTissueMm2 - 0.00004, stored_area(kLeastTissueMm2 - 0.00004)})
    CHECK_FALSE(has(conclude({}, models(), {mm2, false, {}}).verdict.reasons, "too-little-tissue"));
  const Conclusion less = conclude({}, models(), {kLeastTissueMm2 - 0.00006, false, {}});
  REQUIRE(has(less.verdict.reasons, "too-little-tissue"));
  CHECK(less.verdict.reasons.front().message.find("0.0499 mm2") != std::string::npos);
}

TEST_CASE("a hundred measurable tumour cells are scored, ninety-nine are not") {
  CellTable cells = sheet(60);
  const auto measurable = [](const Conclusion& conclusion) {
    return conclusion.tally.of(CellKind::Tumour) -
           conclusion.tally.unmeasurable[static_cast<std::size_t>(CellKind::Tumour)];
  };
  const Conclusion all = conclude(cells, models(), {2.0, false, {}});
  std::uint64_t left = measurable(all);
  REQUIRE(left > 100);
  std::size_t next = 0;
  const auto leave = [&](std::uint64_t count) {
    for (; left > count; ++next) {
      const GradedCell& graded = all.graded[next];
      if (graded.kind != CellKind::Tumour || graded.pattern == Pattern::Unmeasurable) continue;
      cells[next].flags |= kFlagCutBySlide;
      --left;
    }
    return conclude(cells, models(), {2.0, false, {}});
  };
  const Conclusion enough = leave(100), few = leave(99);
  REQUIRE(measurable(enough) == 100);
  REQUIRE(measurable(few) == 99);
  CHECK(enough.verdict.score);
  CHECK_FALSE(few.verdict.score);
  CHECK(has(few.verdict.reasons, "too-few-cells"));
}
