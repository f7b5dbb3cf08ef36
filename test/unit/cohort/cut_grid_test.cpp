#include "cohort/cut_grid.hpp"

#include "cohort/graded_grid.hpp"
#include "made_cohort.hpp"
#include "support/catch.hpp"

using namespace annulet;
using cohort::CutGrid;

namespace {

constexpr std::array<bool, kCutOffs> kAllFree{true, true, true, true};

/// Cells that touch: strong sides beside complete and bare neighbours, some over brown cytoplasm.
CalibrationCells touching_cells(std::uint64_t seed) {
  Random random(seed);
  CalibrationCells made;
  constexpr int kColumns = 20, kRows = 12, kApart = 14 * kMicroUnits;
  for (int i = 0; i < kColumns * kRows; ++i) {
    const int ridge = static_cast<int>(random.uniform(15, 80));
    CellRow row = made_ring(static_cast<int>(random.uniform(5, 75)), ridge);
    row.x = i % kColumns * kApart;
    row.y = i / kColumns * kApart;
    row.cytoplasm_od = random.uniform() < 0.5 ? 150 : 20;
    if (i % kColumns + 1 < kColumns) {
      row.neighbours = 1;
      row.neighbour[0] = {kApart, 0};
      for (const std::size_t ray : {60, 61, 62, 63, 0, 1, 2, 3, 4}) row.facing[ray] = 0;
    }
    made.cells.push_back(row);
    made.kinds.push_back(random.uniform() < 0.9 ? CellKind::Tumour : CellKind::Stroma);
  }
  return made;
}

}  // namespace

TEST_CASE("every combination of the grid is a grading that can be loaded") {
  for (const CutOffs& start :
       {CutOffs{100, 250, 600, 850}, CutOffs{75, 333, 411, 997}, CutOffs{150, 20, 2000, 500}}) {
    const Grading base = with_cut_offs(plain_grading(), start);
    const CutGrid grid(base, kAllFree);
    CHECK(grid.at(grid.base()) == start);
    for (std::size_t i = 0; i < grid.size(); ++i) {
      const CutOffs cuts = grid.at(i);
      REQUIRE(cuts.visible_od >= 1);
      REQUIRE(cuts.visible_od <= base.visible_od_max);
      REQUIRE(cuts.faint_od >= 1);
      REQUIRE(cuts.faint_od < base.moderate_od);
      REQUIRE(cuts.intense_od > base.moderate_od);
      REQUIRE(cuts.complete_share > base.stained_share);
      REQUIRE(cuts.complete_share <= 1000);
      REQUIRE((grid.distance(i) == 0) == (i == grid.base()));
    }
  }
}

TEST_CASE("what is not free has one value") {
  const CutGrid grid(plain_grading(), {false, true, false, true});
  CHECK(grid.axis(0) == std::vector<int>{100});
  CHECK(grid.axis(2) == std::vector<int>{600});
  CHECK(grid.axis(1).size() > 5);
  CHECK(grid.size() == grid.axis(1).size() * grid.axis(3).size());
}

TEST_CASE("the table of scores holds what grading gives") {
  const Guideline guideline = Guideline::load("asco-cap-breast-2018");
  Random random(5);
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const CalibrationCells slide = made_slide(Around::All, random);
    const Grading& base = plain_grading();
    const CutGrid grid(base, kAllFree);
    const std::vector<std::uint8_t> scores = cohort::scores_under(slide, grid, base, guideline, in_one_range);
    for (std::size_t i = seed; i < grid.size(); i += 397) {
      const auto graded =
          cohort::score_under(slide, with_cut_offs(base, grid.at(i)), guideline, in_one_range);
      REQUIRE(graded == static_cast<Score>(scores[i]));
    }
  }
}

TEST_CASE("walls that are borrowed are told exactly at the base's faint and complete cuts") {
  for (const char* id : {"asco-cap-breast-2018", "asco-cap-breast-2013", "gastric-2016-resection"}) {
    const Guideline guideline = Guideline::load(id);
    std::size_t compared = 0, differ = 0;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      const CalibrationCells slide = touching_cells(seed);
      const Grading& base = plain_grading();
      const CutGrid grid(base, kAllFree);
      const std::vector<std::uint8_t> scores =
          cohort::scores_under(slide, grid, base, guideline, in_one_range);
      for (std::size_t i = 0; i < grid.size(); i += 97) {
        const CutOffs cuts = grid.at(i);
        const auto graded = cohort::score_under(slide, with_cut_offs(base, cuts), guideline, in_one_range);
        const bool same = graded == static_cast<Score>(scores[i]);
        if (cuts.faint_od == base.faint_od && cuts.complete_share == base.complete_share) REQUIRE(same);
        ++compared;
        differ += same ? 0 : 1;
      }
    }
    CHECK(differ * 50 <= compared);
  }
}

TEST_CASE("a slide without judged tumour cells has no scores") {
  CalibrationCells slide = touching_cells(1);
  std::fill(slide.kinds.begin(), slide.kinds.end(), CellKind::Stroma);
  const Guideline guideline = Guideline::load("asco-cap-breast-2018");
  CHECK(cohort::scores_under(slide, CutGrid(plain_grading(), kAllFree), plain_grading(), guideline,
                             in_one_range)
            .empty());
  CHECK_FALSE(cohort::score_under(slide, plain_grading(), guideline, in_one_range));
}
