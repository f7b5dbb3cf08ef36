#pragma once
#include <filesystem>
#include <string>

#include "annulet/cohort/cohort_folder.hpp"
#include "annulet/model/cohort.hpp"
#include "annulet/report/stored_result.hpp"

/// Rows of a cohort from result folders alone, as a batch would have them.
namespace annulet::sample {

/// `folder` is below `cohort`, as in "slides/case17".
inline CohortRow row_of_result(const std::filesystem::path& cohort, const std::string& folder) {
  CohortRow row;
  row.outcome = read_outcome(cohort / folder);
  row.outcome.folder = folder;
  row.asked.slide = read_stored_result(cohort / folder).file_name;
  row.asked.path = row.asked.slide;
  return row;
}

}  // namespace annulet::sample
