#include <fmt/format.h>

#include <istream>
#include <set>

#include "annulet/base/csv.hpp"
#include "annulet/base/error.hpp"
#include "annulet/base/printable.hpp"
#include "annulet/base/utf8.hpp"

namespace annulet {
namespace {

constexpr std::size_t kPieceBytes = 65'536;
constexpr int kNoByte = -1;
constexpr std::string_view kOrderMark = "\xEF\xBB\xBF";

bool continues_a_character(char c) {
  return (static_cast<std::uint8_t>(c) & 0xC0) == 0x80;
}

const char* separator_that_is_no_comma(std::string_view text) {
  if (text.find(';') != std::string_view::npos) return "semicolons";
  return text.find('\t') != std::string_view::npos ? "tabs" : nullptr;
}

std::string wrong_separator(const char* separator) {
  return fmt::format("the columns are separated by {}; save the table with commas (CSV UTF-8)", separator);
}

}  // namespace

CsvReader::CsvReader(std::istream& stream, std::string name)
    : stream_(stream), name_(std::move(name)), buffer_(kPieceBytes) {
  fill();
  const std::string_view head(buffer_.data(), end_);
  if (head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF"))
    fail_here("the file is UTF-16; save it as CSV UTF-8");
  if (head.starts_with(kOrderMark)) at_ = kOrderMark.size();
  if (!read_row(header_)) fail_here("the file is empty; its first line names the columns");
  check_header();
}

bool CsvReader::next(std::vector<CsvField>& row) {
  if (!read_row(row)) return false;
  if (row.size() == header_.size()) return true;
  const bool blank = row.size() == 1 && row[0].text.empty();
  if (blank) reject(row[0], "the line is empty; delete it");
  const CsvField& where = row[std::min(row.size() - 1, header_.size())];
  reject(where,
         fmt::format("the row has {} fields where the header names {} columns; a comma in a text needs "
                     "quotes around the text",
                     row.size(), header_.size()));
}

void CsvReader::reject(const CsvField& field, const std::string& why) const {
  fail(field.line, field.column, why);
}

void CsvReader::fill() {
  at_ = 0;
  stream_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  end_ = static_cast<std::size_t>(stream_.gcount());
  if (stream_.bad()) throw Error(Code::Permission, name_ + ": cannot be read");
}

int CsvReader::peek() {
  if (at_ == end_) fill();
  return at_ == end_ ? kNoByte : static_cast<std::uint8_t>(buffer_[at_]);
}

char CsvReader::take() {
  const char c = buffer_[at_++];
  if (c == '\0') fail_here("a byte of zero: the file is no text; save it as CSV UTF-8");
  if (++row_bytes_ > kCsvRowBytes)
    fail_here(fmt::format("the row is longer than {} bytes; is a quote left open?", kCsvRowBytes));
  if (c == '\n') {
    ++line_;
    column_ = 1;
  } else if (!continues_a_character(c)) {
    ++column_;
  }
  return c;
}

bool CsvReader::read_row(std::vector<CsvField>& row) {
  row_bytes_ = 0;
  if (peek() == kNoByte) {
    row.clear();
    return false;
  }
  std::size_t fields = 0;
  End end = End::Comma;
  while (end == End::Comma) {
    if (fields == kCsvColumns) fail_here(fmt::format("the row has more than {} fields", kCsvColumns));
    if (fields == row.size()) row.emplace_back();
    end = read_field(row[fields++]);
  }
  row.resize(fields);
  return true;
}

CsvReader::End CsvReader::read_field(CsvField& field) {
  field.text.clear();
  field.line = line_;
  field.column = column_;
  if (peek() == '"') {
    read_quoted(field);
  } else {
    read_bare(field);
  }
  check_utf8(field);
  return read_end(field);
}

void CsvReader::keep(CsvField& field, char c) {
  if (field.text.size() == kCsvFieldBytes)
    reject(field, fmt::format("the field is longer than {} bytes; is a quote left open?", kCsvFieldBytes));
  field.text += c;
}

void CsvReader::read_bare(CsvField& field) {
  for (int c = peek(); c != kNoByte && c != ',' && c != '\n' && c != '\r'; c = peek()) {
    if (c == '"')
      fail_here("a quote inside a field; put the whole field in quotes and double the quotes inside it");
    keep(field, take());
  }
}

void CsvReader::read_quoted(CsvField& field) {
  take();
  for (;;) {
    if (peek() == kNoByte) reject(field, "the quote that begins here is never closed");
    const char c = take();
    if (c != '"') {
      keep(field, c);
    } else if (peek() == '"') {
      keep(field, take());
    } else {
      return;
    }
  }
}

CsvReader::End CsvReader::read_end(const CsvField& field) {
  const int c = peek();
  if (c == kNoByte) return End::File;
  if (c == ',') {
    take();
    return End::Comma;
  }
  const std::size_t line = line_, column = column_;
  if (c == '\r') {
    take();
    if (peek() != '\n')
      fail(line, column,
           "a carriage return without a line feed; save the file with lines that end in LF or CRLF");
  }
  if (peek() == '\n') {
    take();
    return End::Row;
  }
  if (const char* separator = c == ';' ? "semicolons" : c == '\t' ? "tabs" : nullptr; separator != nullptr)
    fail(line, column, wrong_separator(separator));
  fail(line, column,
       fmt::format(
           "text behind the quote that closes the field of column {}; double the quotes inside a field",
           field.column));
}

void CsvReader::check_utf8(const CsvField& field) const {
  const std::size_t good = utf8_until(field.text);
  if (good == field.text.size()) return;
  reject(field, fmt::format("the field \"{}\" is no UTF-8; save the file as CSV UTF-8",
                            printable(field.text.substr(0, good + 1))));
}

void CsvReader::check_header() const {
  std::set<std::string_view> names;
  for (const CsvField& field : header_) {
    if (const char* separator = separator_that_is_no_comma(field.text); separator != nullptr)
      reject(field, wrong_separator(separator));
    if (field.text.empty()) reject(field, "a column without a name");
    if (!names.insert(field.text).second)
      reject(field, fmt::format("a second column \"{}\"", printable(field.text)));
  }
}

void CsvReader::fail(std::size_t line, std::size_t column, const std::string& why) const {
  throw Error(Code::Usage, fmt::format("{}:{}:{}: {}", name_, line, column, why));
}

}  // namespace annulet
