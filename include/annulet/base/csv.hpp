#pragma once
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace annulet {

/// \file
/// Tables of commas: RFC 4180, read strictly and written so that no spreadsheet takes a text for a formula.

/// What is never exceeded by a table made for people; a file beyond is refused before it fills the memory.
inline constexpr std::size_t kCsvFieldBytes = 32'768;  ///< a spreadsheet's cell holds 32,767 characters
inline constexpr std::size_t kCsvRowBytes = 262'144;
inline constexpr std::size_t kCsvColumns = 1'000;

/// One field of a row, and where it begins: lines and columns (characters) count from 1.
struct CsvField {
  std::string text;
  std::size_t line = 0, column = 0;
};

/// Reads a table row by row. Comma only; lines end in CRLF or LF; fields in quotes may hold commas, line ends
/// and doubled quotes; a UTF-8 byte order mark may stand at the start. The first row names the columns, each
/// other one has as many fields. Refused: NUL, CR outside quotes, a quote inside a bare field, text behind a
/// closing quote, quotes left open, empty lines, empty or repeated names of columns, bytes that are no UTF-8,
/// more than the limits above. All throw Error Usage that reads "<name>:<line>:<column>: why; what to do".
/// Memory: one row and 64 KiB. About 100 MB/s. One thread.
class CsvReader {
 public:
  /// `name` stands in messages. The stream must outlive the reader. Reads the header.
  CsvReader(std::istream& stream, std::string name);

  const std::vector<CsvField>& header() const { return header_; }
  /// False at the end; else `row` is the next one, as wide as the header.
  bool next(std::vector<CsvField>& row);
  /// The same message for what a field says.
  [[noreturn]] void reject(const CsvField& field, const std::string& why) const;

 private:
  enum class End { Comma, Row, File };

  int peek();
  char take();
  void fill();
  bool read_row(std::vector<CsvField>& row);
  End read_field(CsvField& field);
  void read_bare(CsvField& field);
  void read_quoted(CsvField& field);
  End read_end(const CsvField& field);
  void keep(CsvField& field, char c);
  void check_header() const;
  void check_utf8(const CsvField& field) const;
  [[noreturn]] void fail(std::size_t line, std::size_t column, const std::string& why) const;
  [[noreturn]] void fail_here(const std::string& why) const { fail(line_, column_, why); }

  std::istream& stream_;
  std::string name_;
  std::vector<char> buffer_;
  std::size_t at_ = 0, end_ = 0;
  std::size_t line_ = 1, column_ = 1, row_bytes_ = 0;
  std::vector<CsvField> header_;
};

/// Appends rows to a string: UTF-8, LF, one line a row. One thread.
///
/// A text that a spreadsheet would take for a formula (it begins with = + - @, or their full-width forms)
/// gets an apostrophe before it (OWASP, CSV injection). Control characters, line ends among them, marks that
/// turn the direction of writing and bytes that are no UTF-8 stand as `printable` writes them. Numbers come
/// from numbers alone and are never guarded.
class CsvWriter {
 public:
  explicit CsvWriter(std::string& out) : out_(out) {}

  CsvWriter& text(std::string_view text);
  CsvWriter& number(std::uint64_t value);
  CsvWriter& number(double value, int decimals);  ///< fixed point, no sign on zero; empty where not finite
  CsvWriter& empty();
  void end_row();

 private:
  void begin_cell();

  std::string& out_;
  bool first_ = true;
};

}  // namespace annulet
