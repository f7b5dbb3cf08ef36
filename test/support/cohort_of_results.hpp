#pragma once
#include <filesystem>
#include <string>

#include "annulet/base/digest.hpp"
#include "annulet/model/cohort.hpp"
#include "annulet/report/stored_result.hpp"

/// Rows of a cohort from result folders alone, as a batch would have them.
namespace annulet::sample {

inline Status status_called(const std::string& text) {
  for (const Status status :
       {Status::Scored, Status::ScoredWithCaveats, Status::NotEvaluable, Status::Failed, Status::Crashed}) {
    if (text == name(status)) return status;
  }
  return Status::TimedOut;
}

/// `folder` is below `cohort`, as in "slides/case17".
inline CohortRow row_of_result(const std::filesystem::path& cohort, const std::string& folder) {
  const StoredResult stored = read_stored_result(cohort / folder);
  CohortRow row;
  row.asked.slide = stored.file_name;
  row.asked.path = stored.file_name;
  SlideOutcome& outcome = row.outcome;
  outcome.status = status_called(stored.status);
  for (int i = 0; i < kScoreCount; ++i) {
    if (stored.score == name(static_cast<Score>(i))) outcome.score = static_cast<Score>(i);
  }
  outcome.group = stored.group;
  outcome.guideline = stored.guideline;
  outcome.rule = stored.rule;
  outcome.grading = stored.option("grading");
  for (const Remark& reason : stored.reasons) outcome.reasons.push_back(reason.code);
  for (const Remark& caveat : stored.caveats) outcome.caveats.push_back(caveat.code);
  if (!stored.reasons.empty()) outcome.message = stored.reasons.front().message;
  outcome.by_pattern = stored.by_pattern;
  outcome.cells = stored.cells;
  outcome.measurable = stored.measurable;
  outcome.tissue_mm2 = stored.tissue_mm2;
  outcome.analysed_mm2 = stored.analysed_mm2;
  outcome.slide_sha256 = stored.slide_sha256;
  outcome.result_digest = sha256_of_file(cohort / folder / "result.json");
  outcome.folder = folder;
  return row;
}

}  // namespace annulet::sample
