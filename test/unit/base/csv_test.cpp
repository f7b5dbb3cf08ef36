#include "annulet/base/csv.hpp"

#include <limits>
#include <sstream>

#include "annulet/base/error.hpp"
#include "annulet/base/random.hpp"
#include "annulet/base/utf8.hpp"
#include "support/catch.hpp"

using namespace annulet;

namespace {

using Table = std::vector<std::vector<std::string>>;

Table read(const std::string& text) {
  std::istringstream stream(text);
  CsvReader csv(stream, "t.csv");
  Table table(1);
  for (const CsvField& field : csv.header()) table[0].push_back(field.text);
  for (std::vector<CsvField> row; csv.next(row);) {
    table.emplace_back();
    for (const CsvField& field : row) table.back().push_back(field.text);
  }
  return table;
}

std::string refusal(const std::string& text) {
  try {
    read(text);
  } catch (const Error& error) {
    CHECK(error.code() == Code::Usage);
    return error.what();
  }
  return "read";
}

void check_refused(const std::string& text, const std::string& where, const std::string& why) {
  INFO(text);
  const std::string said = refusal(text);
  INFO(said);
  CHECK(said.starts_with("t.csv:" + where + ": "));
  CHECK(said.find(why) != std::string::npos);
}

}  // namespace

TEST_CASE("a table of commas is read by RFC 4180") {
  const Table table{{"a", "b"}, {"1", "2"}, {"", "x y"}};
  CHECK(read("a,b\n1,2\n,x y\n") == table);
  CHECK(read("a,b\r\n1,2\r\n,x y\r\n") == table);
  CHECK(read("a,b\n1,2\r\n,x y") == table);
  CHECK(read("\xEF\xBB\xBF"
             "a,b\n1,2\n,x y\n") == table);
  CHECK(read("\"a\",\"b\"\n\"1\",2\n\"\",\"x y\"\n") == table);
  CHECK(read("a\n") == Table{{"a"}});
  CHECK(read("a") == Table{{"a"}});
}

TEST_CASE("quotes hold commas, lines and quotes") {
  CHECK(read("a,b\n\"x,y\",\"say \"\"no\"\"\"\n\"two\r\nlines\",\"\"\"\"\n") ==
        Table{{"a", "b"}, {"x,y", "say \"no\""}, {"two\r\nlines", "\""}});
}

TEST_CASE("fields know where they begin, in lines and characters") {
  std::istringstream stream("name,b\nä🔬,x\n\"1\n2\",y\nlast,z\n");
  CsvReader csv(stream, "t.csv");
  std::vector<CsvField> row;
  REQUIRE(csv.next(row));
  CHECK((row[1].line == 2 && row[1].column == 4));
  REQUIRE(csv.next(row));
  CHECK((row[0].line == 3 && row[0].column == 1));
  CHECK((row[1].line == 4 && row[1].column == 4));
  REQUIRE(csv.next(row));
  CHECK((row[1].line == 5 && row[1].column == 6));
  CHECK_FALSE(csv.next(row));
  CHECK_FALSE(csv.next(row));
}

TEST_CASE("what is no table is refused with its line and column") {
  check_refused("", "1:1", "the file is empty");
  check_refused("\xEF\xBB\xBF", "1:1", "the file is empty");
  check_refused("a,b\n1\n", "2:1", "the row has 1 fields where the header names 2");
  check_refused("a,b\n1,2,3\n", "2:5", "the row has 3 fields where the header names 2");
  check_refused("a,b\n1,2\n\n3,4\n", "3:1", "the line is empty");
  check_refused("a,b\n1,x\"y\"\n", "2:4", "a quote inside a field");
  check_refused("a,b\n1,\"xy\"z\n", "2:7", "text behind the quote");
  check_refused("a,b\n1,\"xy\n3,4\n", "2:3", "never closed");
  check_refused("a,b\r1,2\r", "1:4", "a carriage return without a line feed");
  check_refused("a,b\n1,2\r", "2:4", "a carriage return without a line feed");
  check_refused(std::string("a,b\n1,\0\n", 8), "2:3", "a byte of zero");
  check_refused(std::string("a,b\n1,\"\0\"\n", 10), "2:4", "a byte of zero");
  check_refused("a,b\n1,\xFFz\n", "2:3", "no UTF-8");
  check_refused("a,b\n1,\xC3\n", "2:3", "no UTF-8");
  check_refused("a,b\n1,\"\xED\xA0\x80\"\n", "2:3", "no UTF-8");
  check_refused("a,a\n", "1:3", "a second column \"a\"");
  check_refused("a,,b\n", "1:3", "without a name");
  check_refused(
      "\xFF\xFE"
      "a\0,\0",
      "1:1", "UTF-16");
  // A mark that does not stand at the start is a character of the name.
  CHECK(read("a,\xEF\xBB\xBF"
             "b\n") == Table{{"a",
                              "\xEF\xBB\xBF"
                              "b"}});
}

TEST_CASE("a table of semicolons or tabs is told by name") {
  check_refused("slide;mpp\na.svs;0.25\n", "1:1", "separated by semicolons");
  check_refused("slide;mpp;a,b\n", "1:1", "separated by semicolons");
  check_refused("slide\tmpp\n", "1:1", "separated by tabs");
  check_refused("\"slide\";\"mpp\"\n", "1:8", "separated by semicolons");
  check_refused("\"slide\"\t\"mpp\"\n", "1:8", "separated by tabs");
}

TEST_CASE("fields, rows and columns have a most") {
  const std::string most(kCsvFieldBytes, 'x');
  CHECK(read("a\n" + most + "\n")[1][0] == most);
  check_refused("a\n" + most + "x\n", "2:1", "longer than 32768 bytes");
  check_refused("a\n\"" + most + "x\"\n", "2:1", "longer than 32768 bytes");
  std::string header = "c0", row;
  for (int i = 1; i < 9; ++i) header += ",c" + std::to_string(i);
  for (int i = 0; i < 9; ++i) row += most + (i < 8 ? "," : "\n");
  CHECK(refusal(header + "\n" + row).find("the row is longer than 262144") != std::string::npos);
  std::string wide = "c0";
  for (std::size_t i = 1; i < kCsvColumns; ++i) wide += ",c" + std::to_string(i);
  CHECK(read(wide + "\n")[0].size() == kCsvColumns);
  CHECK(refusal(wide + ",more\n").find("more than 1000 fields") != std::string::npos);
}

TEST_CASE("a row may begin and end anywhere in the pieces that are read") {
  // The buffer holds 65,536 bytes: quotes, CRLF and characters of several bytes fall on its edge in turn.
  for (std::size_t shift = 0; shift < 24; ++shift) {
    std::string text = "a,b\n", filler(65'536 / 4 - 10 + shift % 3, 'f');
    Table table{{"a", "b"}};
    for (int i = 0; i < 4; ++i) {
      text += filler + ",z\n";
      table.push_back({filler, "z"});
    }
    text.insert(4, std::string(shift, 'p') + ",q\n");
    table.insert(table.begin() + 1, {std::string(shift, 'p'), "q"});
    for (int i = 0; i < 8; ++i) {
      text += "\"ä\"\"\",🔬\r\n";
      table.push_back({"ä\"", "🔬"});
    }
    CHECK(read(text) == table);
  }
}

TEST_CASE("what is written is read again, and is no formula") {
  std::string out;
  CsvWriter csv(out);
  csv.text("name").text("n").text("x").text("e").end_row();
  csv.text("a, \"b\"").number(std::uint64_t{18'446'744'073'709'551'615U}).number(-0.004, 2).empty().end_row();
  csv.text("two\nlines").number(std::uint64_t{0}).number(12.3456, 3).text("").end_row();
  csv.text("zero")
      .number(std::uint64_t{1})
      .number(std::numeric_limits<double>::quiet_NaN(), 1)
      .text("\xFF")
      .end_row();
  csv.text("minus").number(std::uint64_t{1}).number(-1.5, 1).text("1+").end_row();
  CHECK(out ==
        "name,n,x,e\n\"a, \"\"b\"\"\",18446744073709551615,0.00,\ntwo\\x0alines,0,12.346,\nzero,1,,\\xff\n"
        "minus,1,-1.5,1+\n");
  CHECK(read(out)[1][0] == "a, \"b\"");
}

TEST_CASE("a text that a spreadsheet takes for a formula is guarded") {
  for (const std::string start : {"=", "+", "-", "@", "＝", "＋", "－", "＠"}) {
    std::string out;
    CsvWriter(out).text(start + "HYPERLINK(\"x\",1)").end_row();
    CHECK(read("a\n" + out)[1][0] == "'" + start + "HYPERLINK(\"x\",1)");
  }
  for (const char c : {'\t', '\r', '\n', '\0'}) {
    std::string out;
    CsvWriter(out).text(std::string(1, c) + "=1").end_row();
    CHECK(out.front() == '\\');
  }
}

TEST_CASE("any text goes through writer and reader as one field of one line") {
  Random random(7);
  const std::string letters = "ab,\"\"';\t\n\r=+-@\\ \xC3\xA4\xF0";
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (std::uint64_t i = random.below(12); i > 0; --i) text += letters[random.below(letters.size())];
    std::string out;
    CsvWriter(out).text("x").text(text).end_row();
    CHECK(out.find('\n') == out.size() - 1);
    const Table table = read("a,b\n" + out);
    REQUIRE(table.size() == 2);
    const std::string& cell = table[1][1];
    CHECK((cell.empty() || std::string_view("=+-@\t\r\n").find(cell[0]) == std::string_view::npos));
  }
}

TEST_CASE("a text is UTF-8 up to its first fault") {
  CHECK(utf8_until("") == 0);
  CHECK(utf8_until("aä組🔬") == 10);
  CHECK(utf8_until("aä\xFFz") == 3);
  CHECK(utf8_until("a\xE2\x80") == 1);
  CHECK(utf8_until("\xC0\xAF") == 0);
  CHECK(utf8_until("\xF4\x90\x80\x80") == 0);
}
