// What is said of the edge of the tissue, from the store and from the slide.
#include <unistd.h>

#include <algorithm>

#include "annulet/base/error.hpp"
#include "annulet/cohort/rescore.hpp"
#include "annulet/pipeline/edge_effect.hpp"
#include "annulet/pipeline/patient_count.hpp"
#include "support/catch.hpp"
#include "support/cell_sheet.hpp"

using namespace annulet;

namespace {

constexpr int kSide = 90, kGlassUm = 60;  // cells a side; glass around them
constexpr double kMaskUm = 2;

/// Tissue where the sheet is, glass around it.
TissueMask mask_around() {
  const int edge = static_cast<int>(kGlassUm / kMaskUm), inner = static_cast<int>(kSide * 12 / kMaskUm);
  TissueMask mask;
  mask.pitch_um = kMaskUm;
  mask.piece = Plane<std::uint16_t>(inner + 2 * edge, inner + 2 * edge, 0);
  for (int y = edge; y < inner + edge; ++y) {
    for (int x = edge; x < inner + edge; ++x) mask.piece(x, y) = 1;
  }
  mask.area_mm2 = inner * kMaskUm * inner * kMaskUm * 1e-6;
  return mask;
}

/// A sheet that stains more along its edge, and whose nuclei there are brown where `blush` is.
CellTable sheet(std::uint64_t seed, const TissueMask& mask, bool blush) {
  CellTable cells = sample::cell_sheet(kSide, seed);
  for (CellRow& cell : cells) {
    cell.x += kGlassUm * kMicroUnits;
    cell.y += kGlassUm * kMicroUnits;
  }
  const std::vector<std::uint16_t> distances = edge_distances(mask, cells);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const bool outer = distances[i] < (blush ? 60 : kEdgeBandUm);
    cells[i].nucleus_dab_od = outer && blush ? 300 : 20;
    for (std::uint8_t& ridge : cells[i].ridge)
      ridge = static_cast<std::uint8_t>(outer ? std::max<int>(ridge, 90) : ridge / 6);
  }
  return cells;
}

struct Told {
  Conclusion conclusion;
  RescorableSlide::Answer answer;
};

Told tell(const CellTable& measured, const TissueMask& mask, const Guideline& guideline,
          const std::filesystem::path& file) {
  const Grading grading = load_grading("annulet-1");
  const KindModel kind = KindModel::load("annulet-1");
  const auto conclude_by = [&](CellTable& cells, const Guideline& by) {
    Survey survey;
    survey.tissue = survey.counted = mask;
    survey.pitch = {0.25, 0.25, PitchOrigin::Header};
    return conclude_patient(survey, cells, {grading, kind, by, {}}, {mask.area_mm2, false, {}}, false);
  };
  CellTable cells = measured;
  const Conclusion batch = conclude_by(cells, Guideline::load("asco-cap-breast-2018"));
  SlideCells stored;
  stored.cells = cells;
  stored.ground = lay_groundwork(cells, kind(cells));
  stored.edge_distances = edge_distances(mask, cells);
  SlideFacts facts;
  facts.caveats = batch.verdict.caveats;
  facts.notes = batch.verdict.notes;
  facts.edge_blush_um = blush_depth(cells, batch.graded, stored.edge_distances);
  CohortRow row;
  row.asked.slide = "one";
  row.outcome.score = batch.verdict.score;
  row.outcome.status = Status::ScoredWithCaveats;
  row.outcome.analysed_mm2 = mask.area_mm2;
  {
    std::filesystem::remove(file);
    CohortStoreWriter writer(file);
    writer.describe_batch({});
    writer.put(row, 0, "e", facts, &stored, &batch.graded);
  }
  const CohortStore store(file);
  const RescorableSlide slide(store, store.slide_ids().at(0), store.rows(1).at(0));
  CellTable again = measured;
  return {conclude_by(again, guideline), slide.rescore(grading, guideline)};
}

std::size_t count(const std::vector<Remark>& remarks, const std::string& code) {
  return static_cast<std::size_t>(std::count_if(remarks.begin(), remarks.end(),
                                                [&](const Remark& remark) { return remark.code == code; }));
}

}  // namespace

TEST_CASE("the edge of the tissue is judged anew as the slide's would be") {
  const auto file = std::filesystem::temp_directory_path() /
                    ("annulet-rescore-edge-" + std::to_string(::getpid()) + ".sqlite");
  const TissueMask mask = mask_around();
  std::size_t caveats = 0, unmeasurable = 0;
  for (const bool blush : {false, true}) {
    for (std::uint64_t seed = 1; seed <= 2; ++seed) {
      const CellTable cells = sheet(seed, mask, blush);
      for (const std::string& id : Guideline::built_in_ids()) {
        INFO(id << ", seed " << seed << (blush ? ", blush" : ""));
        const Told told = tell(cells, mask, Guideline::load(id), file);
        const Verdict& verdict = told.conclusion.verdict;
        const RescoredSlide& rescored = told.answer.rescored;
        CHECK(rescored.outcome.score == verdict.score);
        CHECK(rescored.outcome.rule == verdict.rule);
        CHECK(rescored.tally == told.conclusion.tally);
        CHECK(rescored.caveats == verdict.caveats);
        CHECK(count(rescored.notes, "edge-effect") == count(verdict.notes, "edge-effect"));
        caveats += count(verdict.caveats, "edge-effect");
        unmeasurable += blush ? told.conclusion.tally.unmeasurable[0] : 0;
      }
    }
  }
  std::filesystem::remove(file);
  CHECK(caveats > 3);
  CHECK(unmeasurable > 100);
}
