#include "app/cohort_rows.hpp"

#include "annulet/cohort/manifest.hpp"
#include "annulet/report/stored_result.hpp"

namespace annulet::app {

Cohort open_cohort(const std::filesystem::path& folder) {
  Cohort cohort{folder, std::filesystem::absolute(folder).lexically_normal().filename().string(), {}};
  for (ManifestRow& row : read_manifest(folder / "manifest.csv")) {
    CohortRow made{std::move(row), {}};
    SlideOutcome& outcome = made.outcome;
    outcome.folder = "slides/" + std::filesystem::path(made.asked.slide).stem().string();
    const StoredResult stored = read_stored_result(folder / outcome.folder);
    for (int score = 0; score < kScoreCount; ++score) {
      if (stored.score == name(static_cast<Score>(score))) outcome.score = static_cast<Score>(score);
    }
    outcome.guideline = stored.guideline;
    outcome.grading = stored.option("grading");
    outcome.slide_sha256 = stored.slide_sha256;
    cohort.rows.push_back(std::move(made));
  }
  return cohort;
}

}  // namespace annulet::app
