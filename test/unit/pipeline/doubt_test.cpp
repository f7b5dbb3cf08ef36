#include "annulet/pipeline/doubt.hpp"

#include <algorithm>

#include "annulet/base/random.hpp"
#include "annulet/pipeline/conclude.hpp"
#include "support/catch.hpp"

using namespace annulet;

namespace {

/// A sheet of touching tumour cells whose ring is stained by `stain(random, x_um, y_um)`: {rays, ridge}.
template <class Stain>
CellTable sheet(int side, std::uint64_t seed, Stain&& stain) {
  Random random(seed);
  CellTable cells;
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      CellRow row;
      row.x = (14 * x + 7) * kMicroUnits;
      row.y = (14 * y + 7) * kMicroUnits;
      row.facing.fill(0);
      row.neighbours = 1;
      row.neighbour[0] = {static_cast<std::int16_t>((x + 1 < side ? 14 : -14) * kMicroUnits), 0};
      const auto [rays, ridge] = stain(random, 14 * x, 14 * y);
      for (std::size_t i = 0; i < kRays; ++i) {
        row.radius[i] = 56;
        row.ridge[i] = static_cast<std::uint8_t>(static_cast<int>(i) < rays ? ridge : 0);
      }
      cells.push_back(row);
    }
  }
  std::sort(cells.begin(), cells.end(), before);
  return cells;
}

/// Everything that a verdict on a sheet of nothing but tumour needs.
struct Judged {
  CellTable cells;
  Grading grading = load_grading("annulet-1");
  Guideline guideline;
  std::vector<CellKind> kinds;
  GradedTable graded;
  Tally tally;
  Verdict verdict;

  explicit Judged(CellTable table, const char* id = "asco-cap-breast-2018")
      : cells(std::move(table)), guideline(Guideline::load(id)), kinds(cells.size(), CellKind::Tumour) {
    graded = grade_table(cells, kinds, grading, grading.visible_od);
    tally = count(graded, grading);
    verdict = guideline.decide(tally, {}, {});
  }
  Evidence evidence() const { return {cells, graded, grading, tally, grading.visible_od, guideline}; }
  Score score_with(const Grading& other, int visible_od) const {
    return *guideline.decide(count(grade_table(cells, kinds, other, visible_od), other), {}, {}).score;
  }
};

struct Sketch {
  int rays, ridge;
};

Judged mixed(std::uint64_t seed) {
  return Judged(sheet(40, seed, [seed](Random& random, int, int) -> Sketch {
    const auto dice = random.below(100);
    if (dice < 30) return {0, 0};
    if (dice < 30 + 5 * (seed % 7))
      return {20 + static_cast<int>(random.below(44)), 10 + static_cast<int>(random.below(30))};
    if (dice < 88) return {4 + static_cast<int>(random.below(50)), 12 + static_cast<int>(random.below(50))};
    return {44 + static_cast<int>(random.below(21)), 20 + static_cast<int>(random.below(50))};
  }));
}

int Grading::*cut_named(const std::string& name) {
  if (name == "stained_share") return &Grading::stained_share;
  if (name == "complete_share") return &Grading::complete_share;
  if (name == "faint_od") return &Grading::faint_od;
  if (name == "moderate_od") return &Grading::moderate_od;
  if (name == "intense_od") return &Grading::intense_od;
  return &Grading::reactive_arc;
}

/// Whether the score is another with this cut at `value`, by grading everything anew.
bool other_score(const Judged& judged, const Flip& flip, int value) {
  Grading grading = judged.grading;
  if (flip.cut == "visible_od") return judged.score_with(grading, value) != *judged.verdict.score;
  grading.*cut_named(flip.cut) = value;
  return judged.score_with(grading, judged.grading.visible_od) != *judged.verdict.score;
}

bool has(const std::vector<Remark>& remarks, const char* code) {
  return std::any_of(remarks.begin(), remarks.end(), [&](const Remark& r) { return r.code == code; });
}

}  // namespace

TEST_CASE("the nearest flip of each cut is the one that grading anew at every value finds") {
  int flips = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const Judged judged = mixed(seed);
    for (const Flip& flip : find_flips(judged.evidence(), in_one_range)) {
      INFO("seed " << seed << ", " << flip.cut << " from " << flip.lowest << " to " << flip.highest);
      const int nearest = flip.flips_at
                              ? std::abs(*flip.flips_at - flip.in_force)
                              : std::max(flip.in_force - flip.lowest, flip.highest - flip.in_force) + 1;
      if (flip.flips_at) {
        ++flips;
        CHECK(other_score(judged, flip, *flip.flips_at));
        Grading shifted = judged.grading;
        const bool visible = flip.cut == "visible_od";
        if (!visible) shifted.*cut_named(flip.cut) = *flip.flips_at;
        CHECK(judged.score_with(shifted, visible ? *flip.flips_at : judged.grading.visible_od) ==
              *flip.other_score);
      }
      for (int value = std::max(flip.lowest, flip.in_force - nearest + 1);
           value <= std::min(flip.highest, flip.in_force + nearest - 1); value += 3) {
        if (other_score(judged, flip, value)) FAIL("another score at " << value);
      }
    }
  }
  CHECK(flips >= 6);
}

TEST_CASE("flips stand nearest first, relative to the cut, and cuts stay in their order") {
  const Judged judged = mixed(3);
  const std::vector<Flip> flips = find_flips(judged.evidence(), in_one_range);
  REQUIRE(flips.size() == 7);
  double last = 0;
  for (const Flip& flip : flips) {
    if (!flip.flips_at) {
      last = 2;
      continue;
    }
    const double shift = std::abs(*flip.flips_at - flip.in_force) / static_cast<double>(flip.in_force);
    CHECK(shift >= last);
    CHECK(shift <= 0.5);
    last = shift;
    CHECK(*flip.flips_at >= flip.lowest);
    CHECK(*flip.flips_at <= flip.highest);
  }
  for (const Flip& flip : flips) {
    if (flip.cut == "moderate_od") CHECK(flip.highest < judged.grading.intense_od);
    if (flip.cut == "complete_share") CHECK(flip.highest == 1000);
  }
}

TEST_CASE("a share beside its cut gives the caveat near-cut with the other score, a share far from it none") {
  const auto intense = [](int percent) {
    return Judged(sheet(60, 3, [=](Random& random, int, int) -> Sketch {
      return static_cast<int>(random.below(100)) < percent ? Sketch{64, 70} : Sketch{0, 0};
    }));
  };
  Judged near = intense(10), far = intense(40);
  measure_doubt(near.evidence(), 1, near.verdict);
  measure_doubt(far.evidence(), 1, far.verdict);
  REQUIRE(has(near.verdict.caveats, "near-cut"));
  CHECK_FALSE(has(far.verdict.caveats, "near-cut"));
  const RowInterval& row = near.verdict.doubt.rows.front();
  CHECK(row.row == "R1");
  CHECK(row.crosses);
  REQUIRE(row.other_score);
  CHECK(*row.other_score != *near.verdict.score);
  CHECK(near.verdict.doubt.replicates_by_score[2] > 0);
  CHECK(near.verdict.doubt.replicates_by_score[3] > 0);
  CHECK(far.verdict.doubt.replicates_by_score[3] == static_cast<std::uint64_t>(far.verdict.doubt.replicates));
}

TEST_CASE("the intervals are of the five patterns and of every row that compares a share") {
  Judged judged = mixed(2);
  measure_doubt(judged.evidence(), 1, judged.verdict);
  const Doubt& doubt = judged.verdict.doubt;
  for (std::size_t i = 0; i < doubt.patterns.size(); ++i) {
    CHECK(doubt.patterns[i].count == judged.tally.of(CellKind::Tumour, static_cast<Pattern>(i + 1)));
    CHECK(doubt.patterns[i].of == judged.cells.size());
  }
  CHECK(doubt.rows.size() + 1 == judged.verdict.trace.size());  // all but the last row
  for (std::size_t i = 0; i < doubt.rows.size(); ++i) {
    const TraceRow& trace = judged.verdict.trace[i];
    const ShareInterval& share = doubt.rows[i].share;
    CHECK(doubt.rows[i].row == trace.row);
    CHECK(share.count == trace.count);
    CHECK(share.of == trace.of);
    CHECK(static_cast<std::uint64_t>(share.low) * share.of <= share.count * 100'000 + share.of);
    CHECK(static_cast<std::uint64_t>(share.high) * share.of + share.of >= share.count * 100'000);
  }
}

TEST_CASE("where touching cells decide there are intervals of the patterns alone") {
  Judged judged(mixed(2).cells, "gastric-2016-biopsy");
  measure_doubt(judged.evidence(), 1, judged.verdict);
  CHECK(judged.verdict.doubt.block_um > 0);
  CHECK(judged.verdict.doubt.rows.empty());
  CHECK(judged.verdict.doubt.flips.empty());
  CHECK(judged.verdict.doubt.replicates_by_score == std::array<std::uint64_t, kScoreCount>{});
}

TEST_CASE("without a score there is no doubt to measure") {
  Judged judged = mixed(1);
  judged.verdict.score.reset();
  measure_doubt(judged.evidence(), 1, judged.verdict);
  CHECK(judged.verdict.doubt.block_um == 0);
}
