#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "annulet/base/csv.hpp"
#include "annulet/model/cohort.hpp"

namespace annulet::cohort {

/// Says why a value is refused: throws.
using Reject = std::function<void(const std::string& why)>;

/// Reads the value of a field, which is not empty, into the row.
using ReadValue = std::function<void(const std::string& value, const Reject& reject, ManifestRow& row)>;

/// How each column of a manifest is read, in the order of its header. Relative paths start at `folder`.
/// Throws through `csv.reject` for a column that is not known.
std::vector<ReadValue> columns_of(const CsvReader& csv, const std::filesystem::path& folder);

}  // namespace annulet::cohort
