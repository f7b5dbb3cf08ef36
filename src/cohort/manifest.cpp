#include "annulet/cohort/manifest.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <fstream>
#include <istream>
#include <unordered_map>

#include "annulet/base/csv.hpp"
#include "annulet/base/error.hpp"
#include "annulet/base/printable.hpp"
#include "annulet/slide/slide_head.hpp"
#include "cohort/manifest_columns.hpp"
#include "cohort/slide_list.hpp"

namespace annulet {
namespace {

using Path = std::filesystem::path;

/// One row a slide: results, the store and every comparison go by it. Throws for the first that comes again.
void check_repeats(const std::vector<ManifestRow>& rows, const std::string& name) {
  std::unordered_map<std::string, std::size_t> lines;
  lines.reserve(rows.size());
  for (const ManifestRow& row : rows) {
    const auto [at, added] = lines.emplace(row.path.lexically_normal().native(), row.line);
    if (added) continue;
    throw Error(
        Code::Usage,
        fmt::format("{}:{}:1: slide \"{}\" stands in line {} already; delete one of the two lines, or "
                    "score it with other options in a cohort of its own",
                    name, row.line, printable(row.slide), at->second));
  }
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
