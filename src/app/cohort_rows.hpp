#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "annulet/model/cohort.hpp"

namespace annulet::app {

/// The rows of a cohort's folder.
struct Cohort {
  std::filesystem::path folder;
  std::string name;
  std::vector<CohortRow> rows;
};

Cohort open_cohort(const std::filesystem::path& folder);

}  // namespace annulet::app
