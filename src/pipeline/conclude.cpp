#include "annulet/pipeline/conclude.hpp"

#include <fmt/format.h>

#include "annulet/base/hand_back.hpp"
#include "annulet/model/area.hpp"
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
  if (const double tissue_mm2 = stored_area(facts.tissue_mm2); tissue_mm2 < kLeastTissueMm2) {
    reasons.push_back(
        reason(Code::TooLittleTissue, fmt::format("{:.{}f} mm2 of tissue; at least {:.2f} mm2 are needed",
                                                  tissue_mm2, kAreaDecimals, kLeastTissueMm2)));
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

int in_force(const LimitOfBlank& limit) {
  return static_cast<int>(limit.visible_od * 1000 + 0.5);
}

/// Sufficiency and guideline: what follows from the graded cells. `contiguity` is asked for where there is a
/// score.
template <class FindContiguity>
void judge(const CellTable& cells, const Grading& grading, const Guideline& guideline, const Ish& ish,
           const ConcludeFacts& facts, const FindContiguity& contiguity, Conclusion& conclusion) {
  std::vector<Remark> reasons = insufficiency(conclusion.tally.measurable_tumour(), facts);
  Verdict& verdict = conclusion.verdict;
  if (reasons.empty()) {
    verdict = guideline.decide(conclusion.tally, contiguity(), ish);
    if (auto caveat = second_population(cells, conclusion.graded, grading, guideline, verdict)) {
      verdict.caveats.push_back(std::move(*caveat));
    }
  } else {
    verdict.guideline = guideline.id();
    verdict.guideline_digest = guideline.digest();
    verdict.reasons = std::move(reasons);
  }
  verdict.caveats.insert(verdict.caveats.begin(), facts.caveats.begin(), facts.caveats.end());
}

/// What is said of a verdict once it stands. `measure` adds the doubt of a score.
template <class Measure>
void qualify(const CellTable& cells, const Grading& grading, const Guideline& guideline,
             const Measure& measure, Conclusion& conclusion) {
  Verdict& verdict = conclusion.verdict;
  const LimitOfBlank& limit = conclusion.limit_of_blank;
  if (verdict.score)
    measure(Evidence{cells, conclusion.graded, grading, conclusion.tally, in_force(limit), guideline});
  if (limit.raised) {
    verdict.caveats.push_back(
        {"limit-of-blank-raised",
         fmt::format(
             "negative cells of this slide carry up to {:.3f} OD; the visible cut was raised to {:.3f} OD",
             limit.measured_od, limit.visible_od)});
  }
}

Conclusion grade_again(const CellTable& cells, const Groundwork& ground, const Grading& grading) {
  Conclusion conclusion;
  conclusion.limit_of_blank = limit_of_blank(cells, ground.blanks, grading);
  conclusion.graded = grade_table(cells, ground.kinds, grading, in_force(conclusion.limit_of_blank),
                                  in_one_range, AskBorrowed::Counted);
  conclusion.tally = count(conclusion.graded, grading);
  return conclusion;
}

}  // namespace

Conclusion draft(const CellTable& cells, const ConcludeModels& models, const ConcludeFacts& facts,
                 int threads) {
  const OverRanges over = [threads](std::size_t count, const auto& work) { in_ranges(threads, count, work); };
  Conclusion conclusion;
  const std::vector<CellKind> kinds = models.kind(cells, over);
  hand_back_freed();
  conclusion.limit_of_blank = limit_of_blank(cells, blank_cells(cells, kinds, over), models.grading);
  conclusion.graded = grade_table(cells, kinds, models.grading, in_force(conclusion.limit_of_blank), over);
  conclusion.tally = count(conclusion.graded, models.grading);
  judge(
      cells, models.grading, models.guideline, models.ish, facts,
      [&] { return find_contiguity(cells, conclusion.graded, models.grading, over); }, conclusion);
  return conclusion;
}

void complete(const CellTable& cells, const ConcludeModels& models, int threads, Conclusion& conclusion) {
  qualify(
      cells, models.grading, models.guideline,
      [&](const Evidence& evidence) { measure_doubt(evidence, threads, conclusion.verdict); }, conclusion);
}

Conclusion conclude(const CellTable& cells, const ConcludeModels& models, const ConcludeFacts& facts,
                    int threads) {
  Conclusion conclusion = draft(cells, models, facts, threads);
  complete(cells, models, threads, conclusion);
  return conclusion;
}

Groundwork lay_groundwork(const CellTable& cells, std::vector<CellKind> kinds) {
  Groundwork ground;
  ground.blanks = blank_cells(cells, kinds);
  ground.touching = find_touching(cells, kinds);
  ground.kinds = std::move(kinds);
  return ground;
}

Conclusion conclude_again(const CellTable& cells, const Groundwork& ground, const Grading& grading,
                          const Guideline& guideline, const Ish& ish, const ConcludeFacts& facts) {
  Conclusion conclusion = grade_again(cells, ground, grading);
  judge(
      cells, grading, guideline, ish, facts,
      [&] { return find_contiguity(ground.touching, conclusion.graded, grading); }, conclusion);
  qualify(
      cells, grading, guideline,
      [&](const Evidence& evidence) { measure_intervals(evidence, conclusion.verdict); }, conclusion);
  return conclusion;
}

Conclusion score_again(const CellTable& cells, const Groundwork& ground, const Grading& grading,
                       const Guideline& guideline, const Ish& ish) {
  Conclusion conclusion = grade_again(cells, ground, grading);
  conclusion.verdict =
      guideline.decide(conclusion.tally, find_contiguity(ground.touching, conclusion.graded, grading), ish);
  return conclusion;
}

}  // namespace annulet
