#include "annulet/pipeline/conclude.hpp"

#include <fmt/format.h>

#include "annulet/pipeline/contiguity.hpp"
#include "annulet/pipeline/doubt.hpp"
#include "annulet/pipeline/second_population.hpp"
#include "annulet/pipeline/side_by_side.hpp"

namespace annulet {
namespace {

Remark reason(Code code, std::string message) {
  return {std::string(name(code)), std::move(message)};
}

/// Why the evidence does not suffice for a score; empty where it does.
std::vector<Remark> insufficiency(std::uint64_t measurable, const ConcludeFacts& facts) {
  std::vector<Remark> reasons;
  if (facts.controls_failed)
    reasons.push_back(reason(Code::ControlsFailed,
                             "the controls were said to have failed; no score is given on such a run"));
  if (facts.tissue_mm2 < kLeastTissueMm2) {
    reasons.push_back(
        reason(Code::TooLittleTissue, fmt::format("{:.3f} mm2 of tissue; at least {:.2f} mm2 are needed",
                                                  facts.tissue_mm2, kLeastTissueMm2)));
  }
  if (measurable < kFewestTumourCells) {
    reasons.push_back(reason(
        Code::TooFewCells,
        fmt::format(
            "{} measurable tumour cells; at least {} are needed: is there invasive tumour on the slide?",
            measurable, kFewestTumourCells)));
  }
  return reasons;
}

}  // namespace

Conclusion conclude(const CellTable& cells, const ConcludeModels& models, const ConcludeFacts& facts,
                    int threads) {
  const OverRanges over = [threads](std::size_t count, const auto& work) { in_ranges(threads, count, work); };
  Conclusion conclusion;
  const std::vector<CellKind> kinds = models.kind(cells, over);
  conclusion.limit_of_blank = limit_of_blank(cells, kinds, models.grading);
  const int visible_od = static_cast<int>(conclusion.limit_of_blank.visible_od * 1000 + 0.5);
  conclusion.graded = grade_table(cells, kinds, models.grading, visible_od, over);
  conclusion.tally = count(conclusion.graded, models.grading);

  std::vector<Remark> reasons = insufficiency(conclusion.tally.measurable_tumour(), facts);
  Verdict& verdict = conclusion.verdict;
  if (reasons.empty()) {
    verdict = models.guideline.decide(
        conclusion.tally, find_contiguity(cells, conclusion.graded, models.grading, over), models.ish);
    if (auto caveat =
            second_population(cells, conclusion.graded, models.grading, models.guideline, verdict)) {
      verdict.caveats.push_back(std::move(*caveat));
    }
    measure_doubt({cells, conclusion.graded, models.grading, conclusion.tally, visible_od, models.guideline},
                  over, verdict);
  } else {
    verdict.guideline = models.guideline.id();
    verdict.guideline_digest = models.guideline.digest();
    verdict.reasons = std::move(reasons);
  }
  verdict.caveats.insert(verdict.caveats.begin(), facts.caveats.begin(), facts.caveats.end());
  if (conclusion.limit_of_blank.raised) {
    verdict.caveats.push_back(
        {"limit-of-blank-raised",
         fmt::format(
             "negative cells of this slide carry up to {:.3f} OD; the visible cut was raised to {:.3f} OD",
             conclusion.limit_of_blank.measured_od, conclusion.limit_of_blank.visible_od)});
  }
  return conclusion;
}

}  // namespace annulet
