#include <algorithm>
#include <cstdio>

#include "annulet/base/error.hpp"
#include "annulet/model/model_file.hpp"
#include "support.hpp"
#include "support/catch.hpp"

using namespace annulet;
using namespace annulet::guideline_test;

namespace {

constexpr const char* kId = "asco-cap-breast-2018";

std::string built_in_text() {
  return load_model_file("guidelines", kId).text;
}

int line_of(const std::string& text, std::size_t at) {
  return 1 + static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
}

std::string refusal_of(const std::string& text) {
  const TemporaryFile file(text);
  try {
    Guideline::load(file.path());
  } catch (const Error& error) {
    CHECK(error.code() == Code::Usage);
    const std::string message = error.what();
    CHECK(message.rfind(file.path() + ":", 0) == 0);
    return message.substr(file.path().size());
  }
  FAIL("must be refused");
  return "";
}

/// Puts `now` in the place of the first `old`, which must be there.
std::string changed(const std::string& old, const std::string& now) {
  std::string text = built_in_text();
  const std::size_t at = text.find(old);
  REQUIRE(at != std::string::npos);
  return text.replace(at, old.size(), now);
}

}  // namespace

TEST_CASE("the five guidelines are built in, and each knows its name") {
  const std::vector<std::string> ids = Guideline::built_in_ids();
  CHECK(ids == std::vector<std::string>{"asco-cap-breast-2007", "asco-cap-breast-2013",
                                        "asco-cap-breast-2018", "gastric-2016-biopsy",
                                        "gastric-2016-resection"});
  for (const std::string& id : ids) {
    const Guideline guideline = Guideline::load(id);
    CHECK(guideline.id() == id);
    CHECK_FALSE(guideline.version().empty());
    CHECK_FALSE(guideline.title().empty());
    CHECK(guideline.digest() == load_model_file("guidelines", id).digest);
    const Verdict verdict = guideline.decide(tally_of(Cells{}.of(2000)), {}, {});
    CHECK(verdict.guideline == id);
    CHECK(verdict.guideline_digest == guideline.digest());
    for (const TraceRow& row : verdict.trace) CHECK_FALSE(row.citation.empty());
  }
}

TEST_CASE("a short name stands for a built-in id, and any other name for itself") {
  for (const char* name : {"2007", "2013", "2018", "gastric", "gastric-resection", "gastric-biopsy"})
    CHECK(Guideline::load(Guideline::id_of(name)).id() == Guideline::id_of(name));
  CHECK(Guideline::id_of("2013") == "asco-cap-breast-2013");
  CHECK(Guideline::id_of("./2013") == "./2013");
}

TEST_CASE("an id that nobody knows is refused with those there are") {
  try {
    Guideline::load("asco-cap-breast-2032");
    FAIL("must throw");
  } catch (const Error& error) {
    CHECK(error.code() == Code::Usage);
    CHECK(std::string(error.what()).find("gastric-2016-biopsy") != std::string::npos);
  }
}

TEST_CASE("a file by path decides as the built-in one") {
  const TemporaryFile file(built_in_text());
  const Verdict verdict = Guideline::load(file.path()).decide(tally_of(Cells{.faint = 300}.of(2000)), {}, {});
  CHECK(verdict.rule == "R3");
  CHECK(verdict.guideline_digest == Guideline::load(kId).digest());
}

TEST_CASE("a file that says anything else is refused with line and column") {
  struct Bad {
    const char *old, *now, *at, *says;  // `at`: the text in the changed file that the line must be that of
  };
  const Bad kBad[] = {
      {"version = \"1\"", "version = \"1\"\ncolour = \"red\"", "colour", "unknown key 'colour'"},
      {"contiguous = true", "contiguos = true", "contiguos", "unknown key 'row[0].contiguos'"},
      {"percent = 1\ncells = 10", "percent = 1\ncells = 10\nshare = 2", "share",
       "unknown key 'limit_of_detection.share'"},
      {"exclude_borrowed = true", "exclude_borrow = true", "exclude_borrow", "unknown key"},
      {"percent = 10", "percent = 10.0", "percent = 10.0", "whole number from"},
      {"comparator = \">\"\npercent = 10", "comparator = \">\"\npercent = 101", "percent = 101",
       "from 0 to 100"},
      {"comparator = \">\"", "comparator = \"<\"", "comparator = \"<\"", "'>' or '>='"},
      {"score = \"3+\"", "score = 3", "score = 3", "must be a text"},
      {"score = \"3+\"", "score = \"4+\"", "score = \"4+\"", "must be one of '0', '1+', '2+', '3+'"},
      {"\"weak_moderate_complete\", ", "\"weak_complete\", ", "\"weak_complete\"", "names no pattern"},
      {"patterns = [\"intense_complete\"]", "patterns = [\"unmeasurable\"]", "unmeasurable",
       "names no pattern"},
      {"patterns = [\"intense_complete\"]", "patterns = [1]", "[1]", "texts only"},
      {"patterns = [\"intense_complete\"]\n", "", "[[row]]", "or 'bins' must be given"},
      {"min_strength = \"0.40\"", "min_strength = \"0.25\"", "0.25", "goes only with"},
      {"min_strength = \"0.40\"", "min_strength = \"0.45\"", "0.45", "must be one of"},
      {"contiguous = true", "contiguous = \"yes\"", "\"yes\"", "true or false"},
      {"otherwise = true", "comparator = \">\"\npercent = 0", "[[row]]\nid = \"R5\"", "last row"},
      {"id = \"R2\"", "id = \"R1\"", "id = \"R1\"\nwhat = \"complete", "earlier row"},
      {"below_caveat = \"intense-below-floor\"", "below_caveat = \"other\"", "\"other\"",
       "not a code of [caveats]"},
      {"group = \"null\"\n", "", "absent = \"row\"", "needs a group in row R5"},
      {"absent = \"low\"", "absent = \"lowish\"", "lowish", "must be one of"},
      {"recount = [\"equivocal\", \"ish-recount\"]\n", "", "[\"recount\", \"negative\"]",
       "has no group for it"},
      {"id = \"asco-cap-breast-2018\"\n", "", "version", "'id' is missing"},
      {"version = \"1\"", "version = ", "version", ""},
      {"licence = ", "license = ", "", "'licence' is missing"},
  };
  for (const Bad& bad : kBad) {
    const std::string text = changed(bad.old, bad.now);
    const std::string message = refusal_of(text);
    INFO(bad.now << " gave " << message);
    CHECK(message.find(bad.says) != std::string::npos);
    int line = 0, column = 0;
    REQUIRE(std::sscanf(message.c_str(), ":%d:%d:", &line, &column) == 2);
    CHECK(column >= 1);
    const std::size_t at = text.find(bad.at);
    REQUIRE(at != std::string::npos);
    if (std::string(bad.says).find("missing") == std::string::npos) CHECK(line == line_of(text, at));
  }
}

TEST_CASE("another table gives another result: rules are data") {
  const TemporaryFile file(changed("comparator = \">\"\npercent = 10\nscore = \"3+\"",
                                   "comparator = \">=\"\npercent = 50\nscore = \"3+\""));
  const Guideline guideline = Guideline::load(file.path());
  CHECK(guideline.decide(tally_of(Cells{.intense = 499}.of(1000)), together(), {}).rule == "R2");
  CHECK(guideline.decide(tally_of(Cells{.intense = 500}.of(1000)), together(), {}).rule == "R1");
}

TEST_CASE("a damaged file is refused as usage, or is still a whole guideline") {
  const std::string whole = built_in_text();
  std::size_t refused = 0, read = 0;
  for (std::size_t at = 0; at < whole.size(); at += 23) {
    const std::string cut = whole.substr(0, at);
    std::string holed = whole;
    holed.erase(at, 5);
    for (const std::string& text : {cut, holed}) {
      const TemporaryFile file(text);
      try {
        const Guideline guideline = Guideline::load(file.path());
        CHECK(guideline.decide(tally_of(Cells{.faint = 300}.of(2000)), {}, {}).score.has_value());
        ++read;
      } catch (const Error& error) {
        REQUIRE(error.code() == Code::Usage);
        ++refused;
      }
    }
  }
  CHECK(refused > read);  // comments and words may be damaged unseen, nothing else
}
