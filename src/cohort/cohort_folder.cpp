#include "annulet/cohort/cohort_folder.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <nlohmann/json.hpp>
#include <system_error>
#include <unordered_map>

#include "annulet/base/digest.hpp"
#include "annulet/base/error.hpp"
#include "annulet/base/files.hpp"
#include "annulet/base/printable.hpp"
#include "annulet/report/stored_result.hpp"
#include "cohort/record_json.hpp"

namespace annulet {
namespace fs = std::filesystem;
namespace {

constexpr const char* kMarker = "batch.json";
constexpr const char* kMarkerText = "{\n  \"schema\": \"annulet/batch/1\"\n}\n";
constexpr const char* kResult = "result";  // below a workplace
constexpr std::size_t kLongestStem =
    100;  // bytes: with the hash and what a program hides beside it below 255
constexpr std::array<const char*, 2> kCellTables{"cells.csv.gz", "cells.bin.gz"};
constexpr std::size_t kIdDigits = 16, kHashDigits = 8;
constexpr std::size_t kFanDigits = 2;  // folders of state/: 400 files each for 100,000 rows

void make_folders(const fs::path& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed)
    throw Error(Code::Output, folder.string() + ": cannot be made: " + failed.message() +
                                  "; check --out and its permissions");
}

/// A file name that no shell, spreadsheet or web page trips over. Letters of every script stay.
std::string fit_for_folder(std::string_view stem) {
  std::string fit;
  for (const char c : printable(stem)) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain =
        byte >= 0x80 || std::isalnum(byte) != 0 || c == '.' || c == '_' || c == '-' || c == '+';
    fit += plain ? c : '_';
  }
  while (fit.size() > kLongestStem) {
    while (fit.size() > 1 && (static_cast<unsigned char>(fit.back()) & 0xC0) == 0x80) fit.pop_back();
    fit.pop_back();
  }
  if (fit.empty() || fit.front() == '.' || fit.front() == '-') fit.insert(0, "_");
  return fit;
}

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code failed;
  for (fs::directory_iterator at(folder, failed); !failed && at != fs::directory_iterator();
       at.increment(failed))
    entries.push_back(at->path());
  if (failed && failed != std::errc::no_such_file_or_directory && failed != std::errc::not_a_directory)
    throw Error(Code::Permission,
                folder.string() + ": cannot be read: " + failed.message() + "; check its permissions");
  return entries;
}

std::optional<RowRecord> read_record(const fs::path& file) {
  std::string text;
  try {
    text = read_text(file);
  } catch (const Error& error) {
    if (error.code() == Code::NotFound) return std::nullopt;
    throw;
  }
  return cohort::parse_record(text);
}

bool has_digest(const fs::path& file, const std::string& digest) {
  try {
    return sha256_of_file(file) == digest;
  } catch (const Error&) {
    return false;
  }
}

/// Throws where `folder` holds what no batch left there.
void expect_new_or_empty(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::exists(folder, ignored)) return;
  if (!fs::is_directory(folder, ignored))
    throw Error(Code::Usage, folder.string() + ": is not a folder; give another --out");
  // The lock's file comes before the marker.
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name != "lock" && !name.starts_with(std::string(".") + kMarker))
      throw Error(Code::Usage, folder.string() + ": holds '" + printable(name) +
                                   "' and is no folder of a batch; give a new or an empty one");
  }
}

}  // namespace

std::vector<RowPlace> places_of(const std::vector<ManifestRow>& rows) {
  std::vector<RowPlace> places;
  places.reserve(rows.size());
  std::unordered_map<std::string, int> slides, stems;
  for (const ManifestRow& row : rows) {
    const int slide = slides[row.slide]++;
    std::string stem = fit_for_folder(row.path.stem().string());
    const int same = stems[stem]++;
    if (same > 0) stem += "~" + std::to_string(same + 1);
    places.push_back(
        {sha256_of(row.slide + "\n" + std::to_string(slide)).substr(0, kIdDigits), std::move(stem)});
  }
  return places;
}

CohortFolder CohortFolder::make(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::exists(folder / kMarker, ignored)) {
    expect_new_or_empty(folder);
    make_folders(folder);
    write_file_atomically(folder / kMarker, kMarkerText);
  }
  for (const char* part : {"slides", "state", "work"}) make_folders(folder / part);
  return open(folder);
}

CohortFolder CohortFolder::open(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored))
    throw Error(Code::NotFound, folder.string() + ": there is no such folder");
  if (!fs::exists(folder / kMarker, ignored))
    throw Error(Code::Usage, folder.string() + ": is no folder of a batch (it has no batch.json)");
  return CohortFolder(folder);
}

std::optional<CohortFolder> CohortFolder::find(const fs::path& folder) {
  std::error_code ignored;
  if (fs::exists(folder / kMarker, ignored)) return open(folder);
  expect_new_or_empty(folder);
  return std::nullopt;
}

fs::path CohortFolder::workplace(const RowPlace& place) const {
  return folder_ / "work" / place.id / kResult;
}

bool CohortFolder::clear_workplace(const RowPlace& place) const {
  std::error_code ignored;
  const std::uintmax_t removed = fs::remove_all(folder_ / "work" / place.id, ignored);
  return removed != static_cast<std::uintmax_t>(-1) && removed > 0;
}

fs::path CohortFolder::state_file(const RowPlace& place) const {
  return folder_ / "state" / place.id.substr(0, kFanDigits) / (place.id + ".json");
}

std::optional<RowRecord> CohortFolder::record(const RowPlace& place) const {
  return read_record(state_file(place));
}

void CohortFolder::each_record(
    const std::function<void(const std::string& id, const RowRecord& record)>& take) const {
  for (const fs::path& fan : entries_of(folder_ / "state")) {
    for (const fs::path& file : entries_of(fan)) {
      if (file.filename().string().starts_with('.')) continue;  // one that is being written
      const std::optional<RowRecord> record = read_record(file);
      if (record) take(file.stem().string(), *record);
    }
  }
}

void CohortFolder::write(const RowPlace& place, const RowRecord& record) const {
  const fs::path file = state_file(place);
  make_folders(file.parent_path());
  write_file_atomically(file, cohort::record_text(record));
}

SlideOutcome CohortFolder::take_over(const RowPlace& place,
                                     const std::function<bool(const std::string&)>& taken) const {
  const fs::path from = workplace(place);
  SlideOutcome outcome = read_outcome(from);
  const std::string hash =
      outcome.slide_sha256.empty() ? "unread" : outcome.slide_sha256.substr(0, kHashDigits);
  std::string name = "slides/" + place.stem + "-" + hash;
  if (taken(name)) name = "slides/" + place.stem + "~" + place.id + "-" + hash;
  move_folder(from, folder_ / name);
  std::error_code ignored;
  fs::remove_all(from.parent_path(), ignored);
  outcome.folder = name;
  return outcome;
}

std::string CohortFolder::fault_of(const SlideOutcome& outcome) const {
  const fs::path result = folder_ / outcome.folder;
  std::error_code ignored;
  if (outcome.folder.empty() || !fs::is_regular_file(result / "result.json", ignored))
    return "its result folder is gone";
  if (!has_digest(result / "result.json", outcome.result_digest)) return "its result is damaged";
  const bool whole = std::all_of(kCellTables.begin(), kCellTables.end(), [&](const char* table) {
    return fs::is_regular_file(result / table, ignored);
  });
  return outcome.cells == 0 || whole ? "" : "its cells are gone";
}

void CohortFolder::remove_result(const std::string& folder) const {
  std::error_code ignored;
  fs::remove_all(folder_ / folder, ignored);
}

void CohortFolder::withdraw(const char* table) const {
  std::error_code failed;
  fs::remove(folder_ / table, failed);
  if (failed)
    throw Error(Code::Output, (folder_ / table).string() + ": cannot be removed: " + failed.message() +
                                  "; check the permissions of the folder");
}

SlideOutcome read_outcome(const fs::path& folder) {
  const std::string text = read_text(folder / "result.json");
  const StoredResult stored = parse_stored_result(text);
  const std::optional<Status> status = status_named(stored.status);
  const std::optional<Score> score = score_named(stored.score);
  if (!status || (!stored.score.empty() && !score))
    throw Error(Code::Corrupt, (folder / "result.json").string() + ": names no known status and score");
  SlideOutcome outcome;
  outcome.status = *status;
  outcome.score = score;
  outcome.group = stored.group;
  outcome.guideline = stored.guideline;
  outcome.rule = stored.rule;
  outcome.grading = stored.option("grading");
  for (const Remark& reason : stored.reasons) outcome.reasons.push_back(reason.code);
  for (const Remark& caveat : stored.caveats) outcome.caveats.push_back(caveat.code);
  if (!stored.reasons.empty()) outcome.message = stored.reasons.front().message;
  outcome.by_pattern = stored.by_pattern;
  outcome.cells = stored.cells;
  outcome.tumour = stored.tumour;
  outcome.measurable = stored.measurable;
  outcome.tissue_mm2 = stored.tissue_mm2;
  outcome.analysed_mm2 = stored.analysed_mm2;
  outcome.slide_sha256 = stored.slide_sha256;
  outcome.result_digest = sha256_of(text);
  return outcome;
}

}  // namespace annulet
