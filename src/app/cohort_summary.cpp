#include "app/cohort_summary.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "annulet/app/console.hpp"
#include "annulet/base/printable.hpp"
#include "annulet/cohort/fill_store.hpp"

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

}  // namespace

void conclude_cohort(const CohortFolder& folder, const std::vector<ManifestRow>& rows, bool with_store) {
  write_cohort_csv(folder, rows);
  if (!with_store) return;
  std::vector<CohortRow> ended;
  ended.reserve(rows.size());
  each_row(folder, rows, [&](const ManifestRow& row, const RowRecord* record) {
    ended.push_back({row, record->outcome});
  });
  const auto is_cancelled = [] { return Interruption::requested().load(); };
  const FillReport filled = fill_store(folder.path(), ended, {{}, is_cancelled, {}});
  if (is_cancelled()) throw Cancelled{};
  for (const auto& [slide, why] : filled.failures)
    spdlog::warn("cohort.sqlite lacks the cells of {}: {}", slide, why);
  if (!filled.on_network.empty())
    spdlog::info("cohort.sqlite lies on a network file system ({}): it was made on a local disk and copied",
                 filled.on_network);
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
