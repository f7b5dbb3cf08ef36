#include "app/cohort_summary.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <iostream>
#include <nlohmann/json.hpp>
#include <string_view>
#include <unordered_map>

#include "annulet/app/console.hpp"
#include "annulet/base/files.hpp"
#include "annulet/base/printable.hpp"
#include "annulet/cohort/cohort_csv.hpp"
#include "annulet/cohort/fill_store.hpp"
#include "annulet/cohort/patients.hpp"
#include "annulet/store/cohort_store.hpp"

namespace annulet::app {
namespace {

void print_json(const CohortSummary& summary, const CohortFolder& folder, bool whole) {
  nlohmann::ordered_json json{{"schema", "annulet/cohort-summary/1"}, {"slides", summary.rows}};
  for (int i = 0; i < kStatuses; ++i)
    json["by_status"][name(static_cast<Status>(i))] = summary.by_status[static_cast<std::size_t>(i)];
  for (int i = 0; i < kScoreCount; ++i)
    json["by_score"][name(static_cast<Score>(i))] = summary.by_score[static_cast<std::size_t>(i)];
  json["failures"] = summary.failures;
  json["table"] = whole ? nlohmann::ordered_json((folder.path() / kCohortCsv).string()) : nullptr;
  std::cout << json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
}

/// Rows with how they ended; a row is moved, not copied.
std::vector<CohortRow> take_ended(const CohortFolder& folder, std::vector<ManifestRow> rows,
                                  const std::vector<RowPlace>& places) {
  std::vector<CohortRow> ended(rows.size());
  std::size_t at = 0;
  each_row(folder, rows, places,
           [&](const ManifestRow&, const RowRecord* record) { ended[at++].outcome = record->outcome; });
  for (std::size_t i = 0; i < rows.size(); ++i) ended[i].asked = std::move(rows[i]);
  return ended;
}

/// The rows of each case that has several, in the order of their first.
std::vector<std::vector<std::size_t>> cases_of(const std::vector<ManifestRow>& rows) {
  std::unordered_map<std::string_view, std::size_t> number;
  std::vector<std::vector<std::size_t>> cases;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (rows[row].case_id.empty()) continue;
    const auto [at, added] = number.emplace(rows[row].case_id, cases.size());
    if (added) cases.emplace_back();
    cases[at->second].push_back(row);
  }
  std::erase_if(cases, [](const auto& slides) { return slides.size() < 2; });
  return cases;
}

/// Case by case: a cohort of many cases is never whole in memory.
void write_patients(const CohortFolder& folder, const std::vector<ManifestRow>& rows,
                    const std::vector<RowPlace>& places) {
  const std::vector<std::vector<std::size_t>> cases = cases_of(rows);
  if (cases.empty()) {
    folder.withdraw(kPatientsCsv);
    return;
  }
  const std::vector<std::string> readers = readers_of(rows);
  write_file_atomically(folder.path() / kPatientsCsv, [&](const Append& file) {
    file(patients_csv_header(readers));
    for (const std::vector<std::size_t>& slides : cases) {
      std::vector<CohortRow> of_case;
      for (const std::size_t row : slides)
        of_case.push_back({rows[row], folder.record(places[row]).value().outcome});
      file(patients_csv_lines(patients_of(of_case), readers));
    }
  });
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

/// Whoever reads it takes it for the cohort's.
void warn_of_old_store(const CohortFolder& folder) {
  std::error_code ignored;
  if (!std::filesystem::exists(store_file(folder.path()), ignored)) return;
  spdlog::warn(
      "{} is of an earlier batch and stays as it is (--no-store): what rescore, agree and calibrate read of "
      "it "
      "may differ from cohort.csv; without --no-store it is brought up to date",
      store_file(folder.path()).string());
}

}  // namespace

void conclude_cohort(const CohortFolder& folder, std::vector<ManifestRow> rows,
                     const std::vector<RowPlace>& places, bool with_store) {
  write_cohort_csv(folder, rows, places);
  write_patients(folder, rows, places);
  if (with_store) {
    make_store(folder, take_ended(folder, std::move(rows), places));
  } else {
    warn_of_old_store(folder);
  }
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
    std::cout << "  table   " << printable((folder.path() / kCohortCsv).string()) << '\n';
  } else {
    std::cout << "  a part of the cohort; when all parts are done: annulet merge "
              << printable(folder.path().string()) << " --manifest MANIFEST\n";
  }
  std::cout << "  For research use only; not for diagnosis.\n";
}

}  // namespace annulet::app
