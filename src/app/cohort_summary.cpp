#include "app/cohort_summary.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "annulet/app/console.hpp"
#include "annulet/base/files.hpp"
#include "annulet/base/printable.hpp"
#include "annulet/cohort/fill_store.hpp"
#include "annulet/cohort/patients.hpp"

namespace annulet::app {
namespace {

void print_json(const CohortSummary& summary, const CohortFolder& folder, bool whole) {
  nlohmann::ordered_json json{{"schema", "annulet/cohort-summary/1"}, {"slides", summary.rows}};
  for (int i = 0; i < kStatuses; ++i)
    json["by_status"][name(static_cast<Status>(i))] = summary.by_status[static_cast<std::size_t>(i)];
  for (int i = 0; i < kScoreCount; ++i)
    json["by_score"][name(static_cast<Score>(i))] = summary.by_score[static_cast<std::size_t>(i)];
  json["failures"] = summary.failures;
  json["table"] = whole ? nlohmann::ordered_json((folder.path() / "cohort.csv").string()) : nullptr;
  std::cout << json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
}

/// Rows with how they ended; a row is moved, not copied.
std::vector<CohortRow> take_ended(const CohortFolder& folder, std::vector<ManifestRow> rows) {
  std::vector<CohortRow> ended(rows.size());
  std::size_t at = 0;
  each_row(folder, rows,
           [&](const ManifestRow&, const RowRecord* record) { ended[at++].outcome = record->outcome; });
  for (std::size_t i = 0; i < rows.size(); ++i) ended[i].asked = std::move(rows[i]);
  return ended;
}

void write_patients(const CohortFolder& folder, const std::vector<CohortRow>& ended) {
  const bool any = std::any_of(ended.begin(), ended.end(),
                               [](const CohortRow& row) { return !row.asked.case_id.empty(); });
  if (any) write_file_atomically(folder.path() / "patients.csv", patients_csv(patients_of(ended)));
}

void make_store(const CohortFolder& folder, const std::vector<CohortRow>& ended) {
  const auto is_cancelled = [] { return Interruption::requested().load(); };
  const FillReport filled = fill_store(folder.path(), ended, {{}, is_cancelled, {}});
  if (is_cancelled()) throw Cancelled{};
  for (const auto& [slide, why] : filled.failures)
    spdlog::warn("cohort.sqlite lacks the cells of {}: {}", slide, why);
  if (!filled.on_network.empty())
    spdlog::info("cohort.sqlite lies on a network file system ({}): it was made on a local disk and copied",
                 filled.on_network);
}

}  // namespace

void conclude_cohort(const CohortFolder& folder, std::vector<ManifestRow> rows, bool with_store) {
  write_cohort_csv(folder, rows);
  const std::vector<CohortRow> ended = take_ended(folder, std::move(rows));
  write_patients(folder, ended);
  if (with_store) make_store(folder, ended);
}

void print_summary(const CohortSummary& summary, const CohortFolder& folder, bool whole, bool as_json) {
  if (as_json) {
    print_json(summary, folder, whole);
    return;
  }
  std::cout << summary.rows << (summary.rows == 1 ? " slide:" : " slides:");
  const char* comma = " ";
  for (int i = 0; i < kStatuses; ++i) {
    const std::size_t n = summary.by_status[static_cast<std::size_t>(i)];
    if (n == 0) continue;
    std::cout << comma << n << ' ' << name(static_cast<Status>(i));
    comma = ", ";
  }
  std::cout << "\n  scores ";
  for (int i = 0; i < kScoreCount; ++i) {
    std::cout << fmt::format(" {}: {}", name(static_cast<Score>(i)),
                             summary.by_score[static_cast<std::size_t>(i)]);
  }
  std::cout << '\n';
  for (const std::string& failure : summary.failures) std::cout << "  failed  " << printable(failure) << '\n';
  if (summary.failed() > summary.failures.size())
    std::cout << "  and " << summary.failed() - summary.failures.size() << " more\n";
  if (whole) {
    std::cout << "  table   " << printable((folder.path() / "cohort.csv").string()) << '\n';
  } else {
    std::cout << "  a part of the cohort; when all parts are done: annulet merge "
              << printable(folder.path().string()) << " --manifest MANIFEST\n";
  }
  std::cout << "  For research use only; not for diagnosis.\n";
}

}  // namespace annulet::app
