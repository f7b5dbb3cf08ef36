// Concluding again from stored groundwork is concluding, whatever the cells, the grading and the guideline.
#include "annulet/pipeline/conclude.hpp"
#include "support/catch.hpp"
#include "support/cell_sheet.hpp"

using namespace annulet;

namespace {

Grading some_grading(Random& random) {
  Grading grading = load_grading("annulet-1");
  const auto within = [&](int low, int high) {
    return low + static_cast<int>(random.below(static_cast<std::uint64_t>(high - low)));
  };
  grading.visible_od = within(40, 200);
  grading.visible_od_max = grading.visible_od + within(0, 100);
  grading.bridged_rays = within(0, 4);
  grading.stained_share = within(20, 300);
  grading.complete_share = within(400, 1001);
  grading.faint_od = within(100, 300);
  grading.moderate_od = within(301, 450);
  grading.intense_od = within(451, 800);
  grading.reactive_arc = within(50, 400);
  grading.strength.knots = {{0, within(0, 30)}, {400, within(300, 500)}, {1000, within(800, 1400)}};
  return grading;
}

}  // namespace

TEST_CASE("what is concluded again is what was concluded") {
  const KindModel kind = KindModel::load("annulet-1");
  Random random(11);
  const std::vector<std::string> ids = Guideline::built_in_ids();
  std::size_t borrowed = 0, scores = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const CellTable cells = sample::cell_sheet(12 + static_cast<int>(random.below(60)), seed);
    const Groundwork ground = lay_groundwork(cells, kind(cells));
    const Guideline guideline = Guideline::load(ids[random.below(ids.size())]);
    const Grading grading = some_grading(random);
    const Ish ish = random.below(3) == 0 ? Ish::parse("negative") : Ish{};
    const ConcludeFacts facts{
        random.below(9) == 0 ? 0.01 : 2.0, random.below(9) == 0, {{"picture", "a picture"}}};
    const Conclusion one = conclude(cells, {grading, kind, guideline, ish}, facts);
    const Conclusion again = conclude_again(cells, ground, grading, guideline, ish, facts);
    INFO("seed " << seed << ", " << guideline.id());
    CHECK(again.tally == one.tally);
    CHECK(again.limit_of_blank.visible_od == one.limit_of_blank.visible_od);
    CHECK(again.verdict.score == one.verdict.score);
    CHECK(again.verdict.group == one.verdict.group);
    CHECK(again.verdict.rule == one.verdict.rule);
    CHECK(again.verdict.reasons == one.verdict.reasons);
    CHECK(again.verdict.caveats == one.verdict.caveats);
    CHECK(again.verdict.notes == one.verdict.notes);
    CHECK(again.verdict.doubt.replicates_by_score == one.verdict.doubt.replicates_by_score);
    for (std::size_t i = 0; i < one.verdict.doubt.patterns.size(); ++i) {
      CHECK(again.verdict.doubt.patterns[i].low == one.verdict.doubt.patterns[i].low);
      CHECK(again.verdict.doubt.patterns[i].high == one.verdict.doubt.patterns[i].high);
    }
    CHECK(again.verdict.doubt.flips.empty());
    if (one.verdict.score) {
      const Conclusion quick = score_again(cells, ground, grading, guideline, ish);
      CHECK(quick.verdict.score == one.verdict.score);
      CHECK(quick.verdict.rule == one.verdict.rule);
      CHECK(quick.tally == one.tally);
      ++scores;
    }
    borrowed += one.tally.borrowed_strong_incomplete;
  }
  CHECK(scores > 15);
  CHECK(borrowed > 0);
}
