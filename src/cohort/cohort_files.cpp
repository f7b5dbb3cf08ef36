#include "annulet/cohort/cohort_files.hpp"

#include "annulet/base/error.hpp"
#include "annulet/base/files.hpp"
#include "annulet/cohort/cohort_csv.hpp"

namespace annulet {
namespace {

constexpr std::size_t kMostNamed = 10;
constexpr std::size_t kPiece = std::size_t{1} << 20;  // bytes of a table handed on at a time

void note(std::vector<std::string>& list, std::string line) {
  if (list.size() < kMostNamed) list.push_back(std::move(line));
}

}  // namespace

CohortSummary summarize(const CohortFolder& folder, const std::vector<ManifestRow>& rows,
                        const std::vector<RowPlace>& places, const Shard& shard) {
  CohortSummary summary;
  std::size_t at = 0;
  each_row(folder, rows, places, [&](const ManifestRow& row, const RowRecord* record) {
    if (!shard.takes(at++)) return;
    ++summary.rows;
    if (record == nullptr) {
      ++summary.missing;
      note(summary.not_done, row.slide);
      return;
    }
    if (summary.common.empty()) summary.common = record->common;
    summary.one_common = summary.one_common && summary.common == record->common;
    const SlideOutcome& outcome = record->outcome;
    ++summary.by_status[static_cast<std::size_t>(outcome.status)];
    if (outcome.score) ++summary.by_score[static_cast<std::size_t>(*outcome.score)];
    if (is_failure(outcome.status))
      note(summary.failures, row.slide + ": " + name(outcome.status) + ": " + outcome.message);
  });
  return summary;
}

void write_cohort_csv(const CohortFolder& folder, const std::vector<ManifestRow>& rows,
                      const std::vector<RowPlace>& places) {
  const std::vector<std::string> readers = readers_of(rows);
  write_file_atomically(folder.path() / "cohort.csv", [&](const Append& file) {
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
