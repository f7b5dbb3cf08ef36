#pragma once
#include "annulet/cohort/cohort_files.hpp"

namespace annulet::app {

/// Makes the files of a whole cohort from its results: cohort.csv, patients.csv where a case has several
/// slides, and cohort.sqlite if wanted; says so where that leaves an older one. Takes the rows, which are
/// many.
void conclude_cohort(const CohortFolder& folder, std::vector<ManifestRow> rows,
                     const std::vector<RowPlace>& places, bool with_store);

/// What became of the slides, on stdout.
void print_summary(const CohortSummary& summary, const CohortFolder& folder, bool whole, bool as_json);

}  // namespace annulet::app
