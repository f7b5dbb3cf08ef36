#pragma once
#include <string>
#include <vector>

#include "annulet/model/cohort.hpp"

namespace annulet {

/// The readers that the rows name, sorted: each is a column of cohort.csv.
std::vector<std::string> readers_of(const std::vector<ManifestRow>& rows);

/// cohort.csv (docs/formats/cohort.md): one row a slide, in the manifest's order; a function of the manifest
/// and of how each slide ended.
std::string cohort_csv_header(const std::vector<std::string>& readers);
std::string cohort_csv_row(const ManifestRow& asked, const SlideOutcome& outcome,
                           const std::vector<std::string>& readers);

}  // namespace annulet
