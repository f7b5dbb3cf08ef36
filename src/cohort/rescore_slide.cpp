#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "annulet/base/error.hpp"
#include "annulet/cohort/rescore.hpp"
#include "annulet/model/model_file.hpp"
#include "annulet/pipeline/edge_effect.hpp"

namespace annulet {
namespace {

// What concluding says beside the guideline: it is said anew. What is said before the cells are concluded
// comes first in every list of caveats.
constexpr std::array<std::string_view, 8> kOfConcluding{
    "second-population", "near-cut",        "limit-of-blank-raised", "edge-effect",
    "pitch-suspect",     "cytoplasmic-dab", "control-left-out",      "control-suspected"};

// Of these what depends neither on the grading nor on the guideline, and what cannot be told without the
// slide: the cells of a control that was left out are in no folder.
constexpr std::array<std::string_view, 4> kCarriedOver{"pitch-suspect", "cytoplasmic-dab", "control-left-out",
                                                       "control-suspected"};

template <class Codes>
bool holds(const Codes& codes, const std::string& code) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

const std::vector<std::string>& codes_of_guidelines() {
  static const std::vector<std::string> codes = [] {
    std::vector<std::string> all;
    for (const std::string& id : Guideline::built_in_ids()) {
      const std::vector<std::string> more = Guideline::load(id).remark_codes();
      all.insert(all.end(), more.begin(), more.end());
    }
    return all;
  }();
  return codes;
}

bool said_anew(const std::string& code) {
  return holds(kOfConcluding, code) || holds(codes_of_guidelines(), code);
}

std::vector<Remark> said_before_concluding(const std::vector<Remark>& caveats) {
  const auto end = std::find_if(caveats.begin(), caveats.end(),
                                [](const Remark& caveat) { return said_anew(caveat.code); });
  return {caveats.begin(), end};
}

std::vector<std::string> codes_of(const std::vector<Remark>& remarks) {
  std::vector<std::string> codes;
  for (const Remark& remark : remarks) codes.push_back(remark.code);
  return codes;
}

std::string option(const SlideFacts& facts, std::string_view name) {
  for (const auto& [key, value] : facts.options) {
    if (key == name) return value;
  }
  return "";
}

void add_counts(const Tally& tally, SlideOutcome& outcome) {
  outcome.cells = tally.total();
  outcome.tumour = tally.of(CellKind::Tumour);
  outcome.measurable = tally.measurable_tumour();
  for (std::size_t i = 0; i < outcome.by_pattern.size(); ++i)
    outcome.by_pattern[i] = tally.of(CellKind::Tumour, static_cast<Pattern>(i + 1));
}

std::string why_of(const Verdict& verdict) {
  for (const TraceRow& row : verdict.trace) {
    if (row.row == verdict.rule && row.held) return row.condition + ": " + row.why;
  }
  return "";
}

void note_own_model(std::vector<Remark>& notes, const char* kind, const std::string& id,
                    const std::string& digest) {
  if (!is_built_in(digest))
    notes.push_back({"own-model", std::string("the ") + kind + " '" + id +
                                      "' is a file of the user's, not the built-in one"});
}

}  // namespace

RescorableSlide::RescorableSlide(const CohortStore& store, std::int64_t slide_id, CohortRow row,
                                 SlideCells room_of)
    : id_(slide_id), row_(std::move(row)) {
  const CohortStore::Snapshot held = store.snapshot();
  facts_ = store.facts(slide_id);
  if (facts_.result_digest != row_.outcome.result_digest)
    throw Error(Code::Changed, "it was scored anew meanwhile: try again");
  if (facts_.cells > 0) cells_ = store.cells(slide_id, std::move(room_of));
  if (scored() && facts_.cells == 0)
    throw Error(Code::Corrupt, "slide '" + row_.asked.slide +
                                   "' has a score but no cells in the store: run annulet batch again");
}

Ish RescorableSlide::ish_for(const Guideline& guideline, std::vector<Remark>& caveats) const {
  const std::string text = row_.asked.ish.empty() ? option(facts_, "ish") : row_.asked.ish;
  if (text.empty()) return {};
  const Ish ish = Ish::parse(text);
  if (ish.kind != Ish::Kind::Counts || guideline.takes_ish_counts()) return ish;
  caveats.push_back({"ish-left-out", "the in situ hybridisation is given as RATIO,COPIES, and " +
                                         guideline.id() +
                                         " has no groups for it: the group is told without; write negative "
                                         "or positive in the manifest"});
  return {};
}

/// What `conclude_patient` says of the edge, with the distances that the store keeps.
void RescorableSlide::judge_edge(const Grading& grading, const Guideline& guideline, const Ish& ish,
                                 const ConcludeFacts& facts, Conclusion& conclusion,
                                 std::vector<Remark>& last) const {
  Verdict& verdict = conclusion.verdict;
  if (auto caveat = edge_effect(conclusion.graded, cells_.edge_distances, grading, guideline, verdict))
    verdict.caveats.push_back(std::move(*caveat));
  if (facts_.edge_blush_um == 0) return;
  CellTable all = cells_.cells;
  for (CellRow& cell : all) cell.flags = static_cast<std::uint16_t>(cell.flags & ~kFlagEdgeBlush);
  Groundwork ground = cells_.ground;
  ground.blanks = blank_cells(all, ground.kinds);
  const auto with = conclude_again(all, ground, grading, guideline, ish, facts).verdict.score;
  Remark remark{"edge-effect", blush_words(facts_.edge_blush_um, with)};
  (with != verdict.score ? last : verdict.notes).push_back(std::move(remark));
}

/// What was said of control tissue names scores: those of the batch's settings.
Remark RescorableSlide::carried_over(const Remark& remark, const Grading& grading,
                                     const Guideline& guideline) const {
  const auto used = [&](const std::string& digest) {
    return std::any_of(facts_.models.begin(), facts_.models.end(),
                       [&](const ModelUse& model) { return model.digest == digest; });
  };
  if (!remark.code.starts_with("control-") || (used(grading.digest) && used(guideline.digest())))
    return remark;
  return {remark.code, remark.message + " (told under the guideline and grading of the batch)"};
}

/// Those that hold whatever is asked, behind those that are told anew.
void RescorableSlide::add_standing_notes(const Grading& grading, const Guideline& guideline,
                                         std::vector<Remark>& notes) const {
  note_own_model(notes, "guideline", guideline.id(), guideline.digest());
  note_own_model(notes, "grading", grading.id, grading.digest);
  if (auto note = fitted_note(grading)) notes.push_back(std::move(*note));
  for (const Remark& note : facts_.notes) {
    const bool anew = note.code == "edge-effect" || note.code == "own-model" ||
                      note.code == "fitted-grading" || holds(codes_of_guidelines(), note.code);
    if (!anew) notes.push_back(carried_over(note, grading, guideline));
  }
}

RescorableSlide::Answer RescorableSlide::refused(const Grading& grading, const Guideline& guideline) const {
  Answer answer;
  RescoredSlide& slide = answer.rescored;
  slide.slide_id = id_;
  slide.outcome = row_.outcome;
  slide.outcome.guideline = guideline.id();
  slide.outcome.grading = grading.id;
  slide.reasons = facts_.reasons;
  slide.caveats = facts_.caveats;
  add_standing_notes(grading, guideline, slide.notes);
  if (cells_.cells.empty()) return answer;
  const Conclusion conclusion = conclude_again(cells_.cells, cells_.ground, grading, guideline, {}, {});
  slide.tally = conclusion.tally;
  slide.visible_od = conclusion.limit_of_blank.visible_od;
  add_counts(slide.tally, slide.outcome);
  return answer;
}

RescorableSlide::Answer RescorableSlide::rescore(const Grading& grading, const Guideline& guideline) const {
  if (!scored()) return refused(grading, guideline);
  std::vector<Remark> last;
  const Ish ish = ish_for(guideline, last);
  const ConcludeFacts facts{row_.outcome.analysed_mm2, option(facts_, "controls") == "failed",
                            said_before_concluding(facts_.caveats)};
  Conclusion conclusion = conclude_again(cells_.cells, cells_.ground, grading, guideline, ish, facts);
  Verdict& verdict = conclusion.verdict;
  std::vector<Remark> blush;
  judge_edge(grading, guideline, ish, facts, conclusion, blush);
  for (const Remark& caveat : facts_.caveats) {
    if (holds(kCarriedOver, caveat.code)) verdict.caveats.push_back(carried_over(caveat, grading, guideline));
  }
  for (auto* more : {&blush, &last})
    verdict.caveats.insert(verdict.caveats.end(), more->begin(), more->end());
  add_standing_notes(grading, guideline, verdict.notes);
  Answer answer{{}, why_of(verdict)};
  RescoredSlide& slide = answer.rescored;
  slide.slide_id = id_;
  slide.outcome = row_.outcome;
  SlideOutcome& outcome = slide.outcome;
  outcome.status = !verdict.score            ? Status::NotEvaluable
                   : verdict.caveats.empty() ? Status::Scored
                                             : Status::ScoredWithCaveats;
  outcome.score = verdict.score;
  outcome.group = verdict.group;
  outcome.guideline = guideline.id();
  outcome.rule = verdict.rule;
  outcome.grading = grading.id;
  outcome.reasons = codes_of(verdict.reasons);
  outcome.caveats = codes_of(verdict.caveats);
  outcome.message = verdict.reasons.empty() ? "" : verdict.reasons.front().message;
  add_counts(conclusion.tally, outcome);
  slide.reasons = std::move(verdict.reasons);
  slide.caveats = std::move(verdict.caveats);
  slide.notes = std::move(verdict.notes);
  slide.visible_od = conclusion.limit_of_blank.visible_od;
  slide.tally = conclusion.tally;
  return answer;
}

std::optional<RescorableSlide::Quick> RescorableSlide::quick(const Grading& grading,
                                                             const Guideline& guideline) const {
  if (!scored()) return std::nullopt;
  const Conclusion conclusion = score_again(cells_.cells, cells_.ground, grading, guideline, {});
  return Quick{*conclusion.verdict.score, conclusion.verdict.rule, conclusion.tally};
}

}  // namespace annulet
