#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "annulet/base/csv.hpp"
#include "annulet/base/printable.hpp"

namespace annulet {
namespace {

// The full-width forms are what spreadsheets of Chinese and Japanese settings take for the plain ones.
constexpr std::array<std::string_view, 8> kFormulaStarts{
    "=", "+", "-", "@", "\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"};

bool begins_like_a_formula(std::string_view text) {
  return std::any_of(kFormulaStarts.begin(), kFormulaStarts.end(),
                     [&](std::string_view start) { return text.starts_with(start); });
}

}  // namespace

void CsvWriter::begin_cell() {
  if (!first_) out_ += ',';
  first_ = false;
}

CsvWriter& CsvWriter::text(std::string_view text) {
  begin_cell();
  std::string cell = printable(text);
  if (begins_like_a_formula(cell)) cell.insert(cell.begin(), '\'');
  if (cell.find_first_of(",\"") == std::string::npos) {
    out_ += cell;
    return *this;
  }
  out_ += '"';
  for (const char c : cell) {
    if (c == '"') out_ += '"';
    out_ += c;
  }
  out_ += '"';
  return *this;
}

CsvWriter& CsvWriter::number(std::uint64_t value) {
  begin_cell();
  out_ += fmt::format("{}", value);
  return *this;
}

CsvWriter& CsvWriter::number(double value, int decimals) {
  begin_cell();
  if (!std::isfinite(value)) return *this;
  std::string digits = fmt::format("{:.{}f}", value, decimals);
  if (digits.find_first_not_of("-0.") == std::string::npos && digits.front() == '-') digits.erase(0, 1);
  out_ += digits;
  return *this;
}

CsvWriter& CsvWriter::empty() {
  begin_cell();
  return *this;
}

void CsvWriter::end_row() {
  out_ += '\n';
  first_ = true;
}

}  // namespace annulet
