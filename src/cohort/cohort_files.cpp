#include "annulet/cohort/cohort_files.hpp"

#include "annulet/base/error.hpp"
#include "annulet/base/files.hpp"
#include "annulet/cohort/cohort_csv.hpp"
#include "annulet/cohort/row_key.hpp"
#include "annulet/cohort/standing.hpp"

namespace annulet {
namespace {

constexpr std::size_t kMostNamed = 10;
constexpr std::size_t kPiece = std::size_t{1} << 20;  // bytes of a table handed on at a time

void note(std::vector<std::string>& list, std::string line) {
  if (list.size() < kMostNamed) list.push_back(std::move(line));
}

/// With which options a row was scored only its record says.
std::string why_open(const Standing& standing, const RowPlace& place, const ManifestRow& row,
                     const std::optional<RowRecord>& record) {
  if (record && record->finished && record->asked != asked_digest(row))
    return record->asked.empty() ? "its record is of an earlier version"
                                 : "the manifest asks something else of it now";
  std::string why = standing.why_to_do(place, row, record, record ? record->key : "", false);
  if (why == kTouched && is_same_slide(*record, row, {})) return "";
  return why;
}

}  // namespace

OpenRows find_open_rows(const CohortFolder& folder, const std::vector<ManifestRow>& rows,
                        const std::vector<RowPlace>& places) {
  const Standing standing(folder);
  OpenRows open;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string why = why_open(standing, places[i], rows[i], folder.record(places[i]));
    if (why.empty()) continue;
    ++open.count;
    note(open.named, rows[i].slide + ": " + why);
  }
  return open;
}

CohortSummary summarize(const CohortFolder& folder, const std::vector<ManifestRow>& rows,
                        const std::vector<RowPlace>& places, const Shard& shard) {
  CohortSummary summary;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!shard.takes(i)) continue;
    const std::optional<RowRecord> record = folder.record(places[i]);
    expects(record && record->finished, "a cohort is summed up when every row has ended");
    ++summary.rows;
    if (summary.common.empty()) summary.common = record->common;
    summary.one_common = summary.one_common && summary.common == record->common;
    const SlideOutcome& outcome = record->outcome;
    ++summary.by_status[static_cast<std::size_t>(outcome.status)];
    if (outcome.score) ++summary.by_score[static_cast<std::size_t>(*outcome.score)];
    if (is_failure(outcome.status))
      note(summary.failures, rows[i].slide + ": " + name(outcome.status) + ": " + outcome.message);
  }
  return summary;
}

void write_cohort_csv(const CohortFolder& folder, const std::vector<ManifestRow>& rows,
                      const std::vector<RowPlace>& places) {
  const std::vector<std::string> readers = readers_of(rows);
  write_file_atomically(folder.path() / kCohortCsv, [&](const Append& file) {
    std::string text = cohort_csv_header(readers);
    each_row(folder, rows, places, [&](const ManifestRow& row, const RowRecord* record) {
      expects(record != nullptr, "cohort.csv is written when every row has ended");
      text += cohort_csv_row(row, record->outcome, readers);
      if (text.size() < kPiece) return;
      file(text);
      text.clear();
    });
    file(text);
  });
}

}  // namespace annulet
