#include "annulet/base/printable.hpp"

#include "support/catch.hpp"

using namespace annulet;

TEST_CASE("names are printed as they are where they do no harm") {
  for (const char* name : {"", "case17.svs", "two words.tif", "ärzte µm.tif", "組織.tif", "emoji🔬.tif",
                           "back\\slash", "<b>&amp;"}) {
    CHECK(printable(name) == name);
  }
}

TEST_CASE("what moves the cursor, turns the text or is no text is printed as numbers") {
  CHECK(printable("esc\x1b]0;title\x07.tif") == "esc\\x1b]0;title\\x07.tif");
  CHECK(printable("line\nbreak\ttab\r") == "line\\x0abreak\\x09tab\\x0d");
  CHECK(printable("del\x7f") == "del\\x7f");
  CHECK(printable("c1 \xc2\x9b") == "c1 \\xc2\\x9b");
  CHECK(printable("\xe2\x80\xaegnp.tif") == "\\u202egnp.tif");
  CHECK(printable("\xe2\x80\xa8") == "\\u2028");
  CHECK(printable("not \xff\xfe utf-8") == "not \\xff\\xfe utf-8");
  CHECK(printable("cut \xe2\x80") == "cut \\xe2\\x80");
  CHECK(printable("overlong \xc0\xaf \xe0\x80\xaf") == "overlong \\xc0\\xaf \\xe0\\x80\\xaf");
  CHECK(printable("surrogate \xed\xa0\x80") == "surrogate \\xed\\xa0\\x80");
  CHECK(printable(std::string_view("zero\0byte", 9)) == "zero\\x00byte");
}
