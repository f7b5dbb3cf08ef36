#include "cohort/manifest_columns.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>

#include "annulet/base/error.hpp"
#include "annulet/base/joined.hpp"
#include "annulet/base/printable.hpp"
#include "annulet/base/utf8.hpp"
#include "annulet/cohort/manifest.hpp"
#include "annulet/guideline/guideline.hpp"
#include "cohort/nearest_word.hpp"

namespace annulet::cohort {
namespace {

using Path = std::filesystem::path;

constexpr std::string_view kReaderPrefix = "reader_";
constexpr double kCoarsestMpp = 1000;  // um per px; a slip of the keyboard. What is scored is for `score`.
constexpr std::size_t kSha256Digits = 64;

std::string quoted(const std::string& value) {
  return fmt::format("\"{}\"", printable(value));
}

void check_text(const std::string& value, std::size_t longest, const Reject& reject) {
  if (value.size() > longest) reject(fmt::format("longer than {} bytes", longest));
  if (value.front() == ' ' || value.back() == ' ')
    reject(quoted(value) + " begins or ends with a blank; delete it");
  for (std::string_view rest = value; !rest.empty();) {
    const Utf8Character character = first_character(rest);
    if (is_control(character.code)) reject(quoted(value) + " holds a control character");
    rest.remove_prefix(character.bytes);
  }
}

Path path_of(const std::string& value, const Path& folder, const Reject& reject) {
  check_text(value, kManifestPathBytes, reject);
  return folder / value;
}

ReadValue text_into(std::string ManifestRow::*member) {
  return [member](const std::string& value, const Reject& reject, ManifestRow& row) {
    check_text(value, kManifestTextBytes, reject);
    row.*member = value;
  };
}

template <std::size_t n>
ReadValue one_of_into(std::string ManifestRow::*member, const std::array<std::string_view, n>& words) {
  return [member, words](const std::string& value, const Reject& reject, ManifestRow& row) {
    if (std::find(words.begin(), words.end(), value) == words.end())
      reject(quoted(value) + " is none of " + joined(words, ", "));
    row.*member = value;
  };
}

void read_mpp(const std::string& value, const Reject& reject, ManifestRow& row) {
  double mpp = 0;
  const char* end = value.data() + value.size();
  const auto read = std::from_chars(value.data(), end, mpp, std::chars_format::fixed);
  if (read.ec != std::errc{} || read.ptr != end)
    reject(quoted(value) + " is no number; write um per pixel with a point, as 0.25");
  if (!(mpp > 0 && mpp <= kCoarsestMpp))
    reject(fmt::format("{} is no pitch; give um per pixel, above 0 and at most {}", quoted(value),
                       kCoarsestMpp));
  row.mpp = mpp;
}

void read_regions(const std::string& value, const Path& folder, const Reject& reject, ManifestRow& row) {
  for (std::size_t at = 0; at <= value.size();) {
    const std::size_t end = std::min(value.find(';', at), value.size());
    if (end == at) reject(quoted(value) + " holds an empty name; separate files of regions by one semicolon");
    row.regions.push_back(path_of(value.substr(at, end - at), folder, reject));
    at = end + 1;
  }
}

void read_ish(const std::string& value, const Reject& reject, ManifestRow& row) {
  constexpr std::string_view kOption = "--ish ";
  try {
    Ish::parse(value);
  } catch (const Error& error) {
    const std::string_view why = error.what();
    reject(std::string(why.starts_with(kOption) ? why.substr(kOption.size()) : why));
  }
  row.ish = value;
}

std::optional<unsigned> digits_at(const std::string& value, std::size_t at, std::size_t count) {
  unsigned number = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (value[i] < '0' || value[i] > '9') return std::nullopt;
    number = number * 10 + static_cast<unsigned>(value[i] - '0');
  }
  return number;
}

bool is_date(const std::string& value) {
  constexpr std::size_t kDateBytes = 10;  // YYYY-MM-DD
  if (value.size() != kDateBytes || value[4] != '-' || value[7] != '-') return false;
  const auto year = digits_at(value, 0, 4), month = digits_at(value, 5, 2), day = digits_at(value, 8, 2);
  if (!year || !month || !day) return false;
  return std::chrono::year_month_day(std::chrono::year(static_cast<int>(*year)), std::chrono::month(*month),
                                     std::chrono::day(*day))
      .ok();
}

void read_date(const std::string& value, const Reject& reject, ManifestRow& row) {
  if (!is_date(value)) reject(quoted(value) + " is no day; write YYYY-MM-DD, as 2026-03-31");
  row.date = value;
}

void read_sha256(const std::string& value, const Reject& reject, ManifestRow& row) {
  const bool hex = value.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
  if (!hex || value.size() != kSha256Digits)
    reject(quoted(value) + " is no SHA-256: 64 hexadecimal digits, as sha256sum prints them");
  row.sha256 = value;
  for (char& c : row.sha256) {
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  }
}

std::optional<Score> score_of(std::string_view value) {
  for (int s = 0; s < kScoreCount; ++s) {
    const std::string_view known = name(static_cast<Score>(s));
    if (value == known || value == known.substr(0, 1)) return static_cast<Score>(s);
  }
  return std::nullopt;
}

ReadValue score_of_reader(const std::string& reader) {
  return [reader](const std::string& value, const Reject& reject, ManifestRow& row) {
    const std::optional<Score> score = score_of(value);
    if (!score) reject(quoted(value) + " is no score; write 0, 1+, 2+ or 3+, or nothing");
    row.readers.emplace_back(reader, *score);
  };
}

struct Column {
  std::string_view name;
  ReadValue read;
};

std::vector<Column> known_columns(const Path& folder) {
  return {
      {"slide",
       [folder](const std::string& value, const Reject& reject, ManifestRow& row) {
         row.path = path_of(value, folder, reject);
         row.slide = value;
       }},
      {"case", text_into(&ManifestRow::case_id)},
      {"specimen", one_of_into(&ManifestRow::specimen, kSpecimens)},
      {"mpp", read_mpp},
      {"regions", [folder](const std::string& value, const Reject& reject,
                           ManifestRow& row) { read_regions(value, folder, reject, row); }},
      {"ish", read_ish},
      {"controls", one_of_into(&ManifestRow::controls, std::array<std::string_view, 2>{"ok", "failed"})},
      {"antibody", text_into(&ManifestRow::antibody)},
      {"scanner", text_into(&ManifestRow::scanner)},
      {"date", read_date},
      {"sha256", read_sha256},
  };
}

[[noreturn]] void refuse_column(const CsvReader& csv, const CsvField& field,
                                const std::vector<Column>& known) {
  std::vector<std::string_view> names;
  for (const Column& column : known) names.push_back(column.name);
  const std::string_view near = nearest_word(field.text, names);
  const std::string hint = near.empty() ? "" : ", did you mean \"" + std::string(near) + "\"?";
  csv.reject(field, "unknown column " + quoted(field.text) + hint + "; known are " + joined(names, ", ") +
                        " and reader_NAME for each reader's scores");
}

ReadValue column_of(const CsvReader& csv, const CsvField& field, const std::vector<Column>& known) {
  if (field.text.starts_with(kReaderPrefix)) {
    const std::string reader = field.text.substr(kReaderPrefix.size());
    if (reader.empty()) csv.reject(field, "a reader without a name; write reader_NAME, as reader_anna");
    check_text(reader, kManifestTextBytes, [&](const std::string& why) { csv.reject(field, why); });
    return score_of_reader(reader);
  }
  const auto found =
      std::find_if(known.begin(), known.end(), [&](const Column& c) { return c.name == field.text; });
  if (found == known.end()) refuse_column(csv, field, known);
  return found->read;
}

}  // namespace

std::vector<ReadValue> columns_of(const CsvReader& csv, const Path& folder) {
  const std::vector<Column> known = known_columns(folder);
  std::vector<ReadValue> columns;
  for (const CsvField& field : csv.header()) columns.push_back(column_of(csv, field, known));
  const auto is_slide = [](const CsvField& field) { return field.text == "slide"; };
  if (std::none_of(csv.header().begin(), csv.header().end(), is_slide))
    csv.reject(csv.header().front(), "there is no column slide; it names the file of each slide");
  return columns;
}

}  // namespace annulet::cohort
