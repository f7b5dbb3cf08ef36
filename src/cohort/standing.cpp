#include "annulet/cohort/standing.hpp"

#include "annulet/base/error.hpp"
#include "annulet/cohort/row_key.hpp"
#include "annulet/slide/slide_files.hpp"

namespace annulet {

Standing::Standing(const CohortFolder& folder, const std::function<void()>& at_each) : folder_(folder) {
  folder.each_record([&](const std::string& id, const RowRecord& record) {
    if (at_each) at_each();
    const std::string& result = record.finished ? record.outcome.folder : record.earlier;
    if (result.empty()) return;
    const auto [owner, first] = owners_.emplace(result, id);
    // Of two that claim one folder every process must choose the same.
    if (!first && id < owner->second) owner->second = id;
  });
}

std::string Standing::why_to_do(const RowPlace& place, const ManifestRow& row,
                                const std::optional<RowRecord>& record, const std::string& key,
                                bool retry_failed) const {
  if (!record) return "it was not scored yet";
  if (!record->finished) return "its scoring did not end";
  if (record->key != key) return "it is asked for with other options";
  if (is_anothers(record->outcome.folder, place)) return "its result folder is another slide's";
  if (std::string fault = folder_.fault_of(record->outcome); !fault.empty()) return fault;
  if (retry_failed && is_failure(record->outcome.status))
    return "it " + std::string(name(record->outcome.status));
  if (record->stamp != slide_stamp(row.path)) return std::string(kTouched);
  return "";
}

bool Standing::is_anothers(const std::string& result, const RowPlace& place) const {
  const auto owner = owners_.find(result);
  return owner != owners_.end() && owner->second != place.id;
}

void Standing::take(const std::string& result, const RowPlace& place) {
  owners_[result] = place.id;
}

bool is_same_slide(const RowRecord& record, const ManifestRow& row,
                   const std::function<void()>& at_each_piece) {
  if (record.outcome.slide_sha256.empty()) return false;
  try {
    return SlideWatch(row.path).digest(at_each_piece) == record.outcome.slide_sha256;
  } catch (const Error&) {  // it cannot be read
    return false;
  }
}

}  // namespace annulet
