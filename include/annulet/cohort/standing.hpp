#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "annulet/cohort/cohort_folder.hpp"

namespace annulet {

/// Answers for every row of a manifest whether its result stands: what a batch, its plan and merge ask. Knows
/// which row each result folder is of, by the records of all rows that were ever scored in the cohort's
/// folder, other parts and other manifests included. Memory: some 100 bytes a record. One thread.
class Standing {
 public:
  /// Reads every record; `at_each` may throw to stop. Throws Error Permission.
  explicit Standing(const CohortFolder& folder, const std::function<void()>& at_each = {});

  /// Why a row has to be scored for the options behind `key` (row_key.hpp); empty where its result stands;
  /// kTouched where that is for is_same_slide to say. Reads result.json.
  std::string why_to_do(const RowPlace& place, const ManifestRow& row, const std::optional<RowRecord>& record,
                        const std::string& key, bool retry_failed) const;

  /// Whether a result folder is another row's.
  bool is_anothers(const std::string& result, const RowPlace& place) const;
  /// From now on it is this row's.
  void take(const std::string& result, const RowPlace& place);

 private:
  const CohortFolder& folder_;
  std::unordered_map<std::string, std::string> owners_;  // id of the row by result folder
};

inline constexpr std::string_view kTouched = "its file was touched since";

/// Whether a slide that was touched has the bytes that were scored. Reads it whole; `at_each_piece` may throw
/// to stop.
bool is_same_slide(const RowRecord& record, const ManifestRow& row,
                   const std::function<void()>& at_each_piece);

}  // namespace annulet
