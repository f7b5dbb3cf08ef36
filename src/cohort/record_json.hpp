#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "annulet/cohort/cohort_folder.hpp"

namespace annulet::cohort {

/// A record of state/ as JSON, one line.
std::string record_text(const RowRecord& record);
/// Nothing where the text is no such record.
std::optional<RowRecord> parse_record(std::string_view text);

}  // namespace annulet::cohort
