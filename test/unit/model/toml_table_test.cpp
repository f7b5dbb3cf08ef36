#include "annulet/model/toml_table.hpp"

#include <functional>

#include "annulet/base/error.hpp"
#include "support/catch.hpp"

using namespace annulet;

namespace {

TomlTable read(const std::string& text) {
  return TomlTable(ModelFile{"stains", "x", "x.toml", text, ""});
}

/// The message with which `use` of a table of this text is refused; empty where it is not.
std::string refusal(const std::string& text, const std::function<void(TomlTable&)>& use) {
  try {
    TomlTable table = read(text);
    use(table);
  } catch (const Error& error) {
    CHECK(error.code() == Code::Usage);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("values are read by key, dotted key and table") {
  TomlTable table = read(
      "name = \"a\"\nyes = true\none = \"x\"\nmany = [\"x\", \"y\"]\n\"a.b\" = 3\n[cuts]\nod = -5\n"
      "line = [[0, 1], [-2, 3]]\n[cuts.deep]\nvector = [1, 2.5, 3]\n[[row]]\nn = 1\n[[row]]\nn = 2\n");
  CHECK(table.text("name") == "a");
  CHECK(table.text_or_empty("none").empty());
  CHECK(table.flag("yes"));
  CHECK_FALSE(table.flag("no"));
  CHECK(table.texts("one") == std::vector<std::string>{"x"});
  CHECK(table.texts("many") == std::vector<std::string>{"x", "y"});
  CHECK(table.integer("a.b", 3, 3) == 3);
  CHECK(table.integer("cuts.od", -5, 5) == -5);
  CHECK(table.number("cuts.od", -5, 5, "OD") == -5);
  CHECK(table.pairs("cuts.line") == std::vector<std::pair<int, int>>{{0, 1}, {-2, 3}});
  CHECK(table.vector3("cuts.deep.vector") == std::array<double, 3>{1, 2.5, 3});
  CHECK(table.has("cuts.deep"));
  CHECK_FALSE(table.has("cuts.none"));
  CHECK_FALSE(table.has("name.none"));
  std::vector<TomlTable> rows = table.tables("row");
  REQUIRE(rows.size() == 2);
  CHECK(rows[1].integer("n", 0, 9) == 2);
  CHECK(table.tables("none").empty());
  table.no_other_keys();
}

TEST_CASE("a table inside outlives the file's") {
  TomlTable inner = read("[a.b]\nc = \"d\"\n").table("a").table("b");
  CHECK(inner.keys() == std::vector<std::string>{"c"});
  CHECK(inner.text("c") == "d");
}

TEST_CASE("a value that was not asked for in this form is refused with file, line, column and key") {
  const auto nothing = [](TomlTable&) {};
  CHECK(refusal("a = 1\nb = ", nothing).rfind("x.toml:2:", 0) == 0);
  CHECK(refusal("\n  a = 1", [](TomlTable& t) { t.text("a"); }) == "x.toml:2:7: 'a' must be a text");
  CHECK(refusal("a = \"\"", [](TomlTable& t) { t.text("a"); }) == "x.toml:1:5: 'a' must be a text");
  CHECK(refusal("[s]\na = 6", [](TomlTable& t) { t.integer("s.a", 1, 5); }) ==
        "x.toml:2:5: 's.a' must be a whole number from 1 to 5");
  CHECK(refusal("[s]\na = 6", [](TomlTable& t) { t.table("s").integer("a", 7, 9); }) ==
        "x.toml:2:5: 's.a' must be a whole number from 7 to 9");
  CHECK(refusal("a = 4294967297", [](TomlTable& t) { t.integer("a", 1, 5); }).find("whole number") !=
        std::string::npos);
  CHECK(refusal("a = 1.0", [](TomlTable& t) { t.integer("a", 1, 5); }).find("whole number") !=
        std::string::npos);
  for (const char* text : {"a = 2.5", "a = nan", "a = \"1\"", "a = true"})
    CHECK(refusal(text, [](TomlTable& t) { t.number("a", 0.5, 2, "um"); }) ==
          "x.toml:1:5: 'a' must be a number from 0.5 to 2 um");
  CHECK(refusal("a = [1, 2]", [](TomlTable& t) { t.vector3("a"); }).find("three numbers") !=
        std::string::npos);
  CHECK(refusal("a = [1,\n2, \"3\"]", [](TomlTable& t) { t.vector3("a"); }).rfind("x.toml:2:4:", 0) == 0);
  CHECK(refusal("a = [[1, 2], [1]]", [](TomlTable& t) { t.pairs("a"); }).rfind("x.toml:1:14:", 0) == 0);
  for (const char* text : {"a = [[1000001, 0]]", "a = [[0, -9223372036854775808]]"})
    CHECK(refusal(text, [](TomlTable& t) { t.pairs("a"); }).find("too large") != std::string::npos);
  CHECK(refusal("a = [\"x\", 1]", [](TomlTable& t) { t.texts("a"); }) ==
        "x.toml:1:11: 'a' must hold texts only");
  CHECK(refusal("a = []", [](TomlTable& t) { t.texts("a"); }).find("list of texts") != std::string::npos);
  CHECK(refusal("a = [{b = 1}, 2]", [](TomlTable& t) { t.tables("a"); }).rfind("x.toml:1:15:", 0) == 0);
  CHECK(refusal("[[a]]\nb = 1\n[[a]]", [](TomlTable& t) { t.tables("a")[1].text("b"); }) ==
        "x.toml:3:1: 'a[1].b' is missing");
  CHECK(refusal("a = 1", [](TomlTable& t) { t.table("a"); }).find("must be a table") != std::string::npos);
  CHECK(refusal("a = 1", [](TomlTable& t) { t.flag("a"); }).find("true or false") != std::string::npos);
  CHECK(refusal("[s]\na = 1", [](TomlTable& t) { t.integer("s.b", 0, 1); }).find("'s.b' is missing") !=
        std::string::npos);
  CHECK(refusal("a = 1\nb = 2", [](TomlTable& t) { t.reject("b", "is odd"); }) == "x.toml:2:5: 'b' is odd");
}

TEST_CASE("a key that nobody asked for is refused where it stands") {
  const auto asks = [](TomlTable& table) {
    table.integer("a", 0, 9);
    if (table.has("s.b")) table.integer("s.b", 0, 9);
    table.no_other_keys();
  };
  CHECK(refusal("a = 1\n[s]\nb = 2\n", asks).empty());
  CHECK(refusal("a = 1\nc = 2\n", asks) == "x.toml:2:1: unknown key 'c'");
  CHECK(refusal("a = 1\n[s]\nb = 2\nc = 3\n", asks) == "x.toml:4:1: unknown key 's.c'");
  CHECK(refusal("a = 1\n[t]\n", asks) == "x.toml:2:2: unknown key 't'");
  CHECK(refusal("[s]\nb = 1\nc = 2\n", [](TomlTable& table) {
          TomlTable inner = table.table("s");
          inner.integer("b", 0, 9);
          table.no_other_keys();
          inner.no_other_keys();
        }) == "x.toml:3:1: unknown key 's.c'");
}
