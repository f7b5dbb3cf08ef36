#include "cohort/shown_cells.hpp"

#include <array>
#include <charconv>
#include <string>
#include <string_view>

#include "annulet/base/error.hpp"
#include "annulet/base/files.hpp"

namespace annulet {
namespace {

constexpr std::string_view kHeader =
    "cell_id,x_um,y_um,kind,pattern,completeness,longest_arc,strength_od,median_od,width_um,contrast_od,"
    "nucleus_area_um2,cell_area_um2,haematoxylin_od,flags\n";
constexpr std::size_t kColumns = 15;
constexpr std::uint64_t kMostRowBytes = 250;  // docs/formats/cells-csv.md: some 110

using Fields = std::array<std::string_view, kColumns>;

[[noreturn]] void refuse(std::size_t row, const std::string& why) {
  throw Error(Code::Corrupt,
              "cells.csv.gz, row " + std::to_string(row) + ": " + why + "; score the slide again");
}

/// Takes a line of fields without quotes from `text`.
Fields take_row(std::string_view& text, std::size_t row) {
  Fields fields;
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) refuse(row, "it ends too early");
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  for (std::size_t i = 0; i < kColumns; ++i) {
    const std::size_t comma = line.find(',');
    if ((comma == std::string_view::npos) != (i + 1 == kColumns)) refuse(row, "it has not 15 fields");
    fields[i] = line.substr(0, comma);
    line.remove_prefix(comma == std::string_view::npos ? line.size() : comma + 1);
  }
  return fields;
}

template <class Enum>
Enum named(std::string_view text, int count, std::size_t row) {
  for (int i = 0; i < count; ++i) {
    if (text == name(static_cast<Enum>(i))) return static_cast<Enum>(i);
  }
  refuse(row, "'" + std::string(text.substr(0, 40)) + "' is no kind or pattern of a cell");
}

/// "0.850" as 850; 0 where there is nothing.
std::uint16_t thousandths(std::string_view text, std::size_t row) {
  if (text.empty()) return 0;
  const std::size_t point = text.find('.');
  unsigned whole = 0, part = 0;
  const char* end = text.data() + text.size();
  const auto before = std::from_chars(text.data(), text.data() + std::min(point, text.size()), whole);
  bool good = before.ec == std::errc() && whole <= 65;
  if (point != std::string_view::npos) {
    const auto after = std::from_chars(text.data() + point + 1, end, part);
    good = good && after.ec == std::errc() && after.ptr == end && text.size() - point == 4;
  } else {
    good = good && before.ptr == end;
  }
  if (!good || 1000 * whole + part > 65535)
    refuse(row, "'" + std::string(text.substr(0, 40)) + "' is no value");
  return static_cast<std::uint16_t>(1000 * whole + part);
}

void expect_cell(std::string_view id, const CellRow& cell, std::size_t row) {
  const char* end = id.data() + id.size();
  std::int32_t x = 0, y = 0;
  const auto line = std::from_chars(id.data(), end, y);
  bool same = line.ec == std::errc() && line.ptr != end && *line.ptr == '-';
  if (same) {
    const auto column = std::from_chars(line.ptr + 1, end, x);
    same = column.ec == std::errc() && column.ptr == end && x == cell.x && y == cell.y;
  }
  if (!same) refuse(row, "it is not the cell that cells.bin.gz has in its place");
}

}  // namespace

GradedTable read_shown_cells(const std::filesystem::path& folder, const CellTable& cells) {
  const std::string whole =
      gunzip_members(read_text(folder / "cells.csv.gz"), kHeader.size() + cells.size() * kMostRowBytes);
  std::string_view text = whole;
  if (!text.starts_with(kHeader)) refuse(1, "it is no header of annulet's");
  text.remove_prefix(kHeader.size());
  GradedTable shown(cells.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::size_t row = i + 2;
    const Fields fields = take_row(text, row);
    expect_cell(fields[0], cells[i], row);
    GradedCell& cell = shown[i];
    cell.kind = named<CellKind>(fields[3], kKinds, row);
    cell.pattern = named<Pattern>(fields[4], kPatterns, row);
    cell.completeness = thousandths(fields[5], row);
    cell.longest_arc = thousandths(fields[6], row);
    cell.strength_od = thousandths(fields[7], row);
    cell.median_od = thousandths(fields[8], row);
    cell.borrowed = fields[14].ends_with("borrowed");
  }
  if (!text.empty()) refuse(cells.size() + 2, "there are more rows than cells");
  return shown;
}

}  // namespace annulet
