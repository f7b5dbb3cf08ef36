#include "annulet/cohort/manifest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <functional>
#include <istream>

#include "annulet/base/csv.hpp"
#include "annulet/base/error.hpp"
#include "annulet/base/printable.hpp"
#include "annulet/slide/slide_head.hpp"
#include "cohort/manifest_columns.hpp"
#include "cohort/slide_list.hpp"

namespace annulet {
namespace {

using Path = std::filesystem::path;

/// Whether two rows ask for the same thing: what a slide is scored by, not what is known of it besides.
bool ask_the_same(const ManifestRow& a, const ManifestRow& b) {
  return a.path.lexically_normal() == b.path.lexically_normal() && a.mpp == b.mpp && a.regions == b.regions &&
         a.ish == b.ish && a.controls == b.controls && a.antibody == b.antibody;
}

std::size_t hash_of(const ManifestRow& row) {
  std::string asked = row.path.lexically_normal().native();
  for (const Path& region : row.regions) asked += '\n' + region.native();
  asked += fmt::format("\n{}\n{}\n{}\n{}", row.mpp.value_or(0), row.ish, row.controls, row.antibody);
  return std::hash<std::string>{}(asked);
}

/// Throws for the first row that asks what a row before it asked.
void check_repeats(const std::vector<ManifestRow>& rows, const std::string& name) {
  std::vector<std::pair<std::size_t, std::size_t>> hashes(rows.size());  // and the row
  for (std::size_t i = 0; i < rows.size(); ++i) hashes[i] = {hash_of(rows[i]), i};
  std::sort(hashes.begin(), hashes.end());
  std::size_t first = 0, second = rows.size();
  for (std::size_t i = 0; i + 1 < hashes.size(); ++i) {
    const auto [hash, row] = hashes[i];
    const auto [next_hash, next] = hashes[i + 1];
    if (hash != next_hash || next >= second || !ask_the_same(rows[row], rows[next])) continue;
    first = row;
    second = next;
  }
  if (second == rows.size()) return;
  throw Error(Code::Usage,
              fmt::format("{}:{}:1: slide \"{}\" stands in line {} already, with the same options; "
                          "delete one of the two lines",
                          name, rows[second].line, printable(rows[second].slide), rows[first].line));
}

ManifestRow read_row(const CsvReader& csv, const std::vector<cohort::ReadValue>& columns,
                     const std::vector<CsvField>& fields) {
  ManifestRow row;
  row.line = fields.front().line;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const CsvField& field = fields[i];
    const std::string& column = csv.header()[i].text;
    const cohort::Reject reject = [&](const std::string& why) { csv.reject(field, column + ": " + why); };
    if (!field.text.empty()) {
      columns[i](field.text, reject, row);
    } else if (column == "slide") {
      reject("the row names no slide");
    }
  }
  return row;
}

std::vector<ManifestRow> read_file(const Path& file) {
  const std::string name = printable(file.string());
  if (looks_like_slide(file))
    throw Error(Code::Usage,
                name +
                    ": is a slide, not a list of slides; score it with annulet score, or give the "
                    "folder or a CSV file that names slides");
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw Error(Code::Permission, name + ": may not be read; check its permissions");
  return read_manifest(stream, name, file.parent_path());
}

}  // namespace

std::vector<ManifestRow> read_manifest(std::istream& stream, const std::string& name, const Path& folder) {
  CsvReader csv(stream, name);
  const std::vector<cohort::ReadValue> columns = cohort::columns_of(csv, folder);
  std::vector<ManifestRow> rows;
  for (std::vector<CsvField> fields; csv.next(fields);) {
    if (rows.size() == kManifestRows)
      csv.reject(fields.front(), fmt::format("more than {} slides; split the manifest", kManifestRows));
    rows.push_back(read_row(csv, columns, fields));
  }
  if (rows.empty())
    throw Error(Code::Usage, name + ": names no slide; each line behind the header is one slide");
  check_repeats(rows, name);
  return rows;
}

std::vector<ManifestRow> read_manifest(const Path& file_or_folder_or_glob) {
  const Path& given = file_or_folder_or_glob;
  std::error_code ignored;
  if (std::filesystem::is_directory(given, ignored)) return cohort::slides_of_folder(given);
  if (std::filesystem::is_regular_file(given, ignored)) return read_file(given);
  if (std::filesystem::exists(given, ignored))
    throw Error(Code::NotAFile, printable(given.string()) + ": is neither a file nor a folder");
  if (cohort::is_pattern(given)) return cohort::slides_of_pattern(given);
  throw Error(Code::NotFound,
              printable(given.string()) + ": there is no such manifest or folder; check the path");
}

}  // namespace annulet
