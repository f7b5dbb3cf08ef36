#pragma once
#include "annulet/cohort/cohort_files.hpp"

namespace annulet::app {

/// Makes the files of a whole cohort from its results.
void conclude_cohort(const CohortFolder& folder, const std::vector<ManifestRow>& rows, bool with_store);

/// What became of the slides, on stdout.
void print_summary(const CohortSummary& summary, const CohortFolder& folder, bool whole, bool as_json);

}  // namespace annulet::app
