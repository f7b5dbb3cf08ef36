#include "annulet/base/error.hpp"
#include "support.hpp"
#include "support/catch.hpp"

using namespace annulet;
using namespace annulet::guideline_test;

namespace {

const Cells kScores[] = {Cells{}.of(2000), Cells{.faint = 500}.of(2000), Cells{.weak_complete = 500}.of(2000),
                         Cells{.intense = 500}.of(2000)};

std::string group_2018(int score, const std::string& ish) {
  const Verdict verdict = decide("asco-cap-breast-2018", kScores[score], ish);
  REQUIRE(static_cast<int>(*verdict.score) == score);
  return verdict.group;
}

std::string refusal(const std::string& text) {
  try {
    Ish::parse(text);
  } catch (const Error& error) {
    CHECK(error.code() == Code::Usage);
    return error.what();
  }
  FAIL("must be refused: '" + text + "'");
  return "";
}

}  // namespace

TEST_CASE("the five groups meet at ratio 2.0 and at 4.0 and 6.0 copies") {
  const std::pair<const char*, int> kGroups[] = {
      {"2.0,4.0", 1},   {"9,25.5", 1},   {"2.0,3.99", 2}, {"2,1", 2},       {"1.99,6.0", 3}, {"0.5,14", 3},
      {"1.99,5.99", 4}, {"1.99,4.0", 4}, {"1.2,4.7", 4},  {"1.99,3.99", 5}, {"1,2", 5},
  };
  for (const auto& [text, group] : kGroups) {
    INFO(text);
    CHECK(Ish::parse(text).group() == group);
    CHECK(Ish::parse(std::string(text) + ",recounted").group() == group);
    CHECK(Ish::parse(std::string(text) + ",recounted").recounted);
    CHECK_FALSE(Ish::parse(text).recounted);
  }
  CHECK(Ish{}.group() == 0);
  CHECK(Ish::parse("negative").kind == Ish::Kind::Negative);
  CHECK(Ish::parse("positive").kind == Ish::Kind::Positive);
}

TEST_CASE("what is no ISH result is refused, and the message says what is") {
  for (const char* text : {"",
                           "abc",
                           "Negative",
                           "negative ",
                           "2.0",
                           "-1,3",
                           "2.0,-3",
                           "2.0,4.0,again",
                           "2.0,4.0,",
                           "2.0,",
                           ",4.0",
                           ",",
                           "2.0,4.0,recounted,recounted",
                           "2,0,4,0",
                           "nan,3",
                           "inf,3",
                           "1e1,3",
                           "0x2,3",
                           "2.,3",
                           ".5,3",
                           "1.2.3,3",
                           " 2,3",
                           "2, 3",
                           "0,3",
                           "2,0",
                           "2,1001",
                           "+2,3",
                           "1.99999999999,3",
                           "negative,recounted",
                           "equivocal"}) {
    INFO(text);
    const std::string message = refusal(text);
    CHECK(message.find("'" + std::string(text) + "'") != std::string::npos);
    CHECK(message.find("RATIO,COPIES") != std::string::npos);
  }
}

TEST_CASE("2018: every ISH result under every score") {
  struct Line {
    const char* ish;
    const char* group[4];  // for 0, 1+, 2+, 3+
    const char* caveat[4];
  };
  const Line kTable[] = {
      {"", {"null", "low", "equivocal", "positive"}, {"", "", "", ""}},
      {"negative", {"null", "low", "low", "positive"}, {"", "", "", "discordant"}},
      {"positive", {"positive", "positive", "positive", "positive"}, {"", "", "", ""}},
      {"2.5,8.0", {"positive", "positive", "positive", "positive"}, {"", "", "", ""}},
      {"2.5,8.0,recounted", {"positive", "positive", "positive", "positive"}, {"", "", "", ""}},
      {"2.5,3.0", {"null", "low", "equivocal", "positive"}, {"", "", "ish-recount", ""}},
      {"2.5,3.0,recounted", {"null", "low", "low", "positive"}, {"", "", "", ""}},
      {"1.5,7.0", {"null", "low", "equivocal", "positive"}, {"", "", "ish-recount", ""}},
      {"1.5,7.0,recounted", {"null", "low", "positive", "positive"}, {"", "", "", ""}},
      {"1.5,5.0", {"null", "low", "equivocal", "positive"}, {"", "", "ish-recount", ""}},
      {"1.5,5.0,recounted", {"null", "low", "low", "positive"}, {"", "", "", ""}},
      {"1.5,3.0", {"null", "low", "low", "positive"}, {"", "", "", "discordant"}},
      {"1.5,3.0,recounted", {"null", "low", "low", "positive"}, {"", "", "", "discordant"}},
  };
  for (const Line& line : kTable) {
    for (int score = 0; score < 4; ++score) {
      INFO("ISH '" << line.ish << "' score " << score);
      CHECK(group_2018(score, line.ish) == line.group[score]);
      const Verdict verdict = decide("asco-cap-breast-2018", kScores[score], line.ish);
      CHECK(verdict.caveats.size() == (*line.caveat[score] == '\0' ? 0 : 1));
      if (*line.caveat[score] != '\0') CHECK(has_code(verdict.caveats, line.caveat[score]));
    }
  }
}

TEST_CASE("other guidelines end in negative, equivocal or positive and take no counts") {
  for (const char* id : {"asco-cap-breast-2007", "asco-cap-breast-2013", "gastric-2016-resection"}) {
    const char* kGroups[3][4] = {{"negative", "negative", "equivocal", "positive"},
                                 {"negative", "negative", "negative", "positive"},
                                 {"positive", "positive", "positive", "positive"}};
    const char* kIsh[3] = {"", "negative", "positive"};
    for (int i = 0; i < 3; ++i) {
      for (int score = 0; score < 4; ++score) {
        INFO(id << " ISH '" << kIsh[i] << "' score " << score);
        // 2007 asks for more than 30 % before 3+.
        const Cells cells = score == 3 ? Cells{.intense = 700}.of(2000) : kScores[score];
        const Verdict verdict = decide(id, cells, kIsh[i]);
        REQUIRE(static_cast<int>(*verdict.score) == score);
        CHECK(verdict.group == kGroups[i][score]);
        CHECK(verdict.notes.empty());
        CHECK(has_code(verdict.caveats, "discordant") == (i == 1 && score == 3));
      }
    }
    try {
      decide(id, kScores[2], "2.5,8.0");
      FAIL("counts must be refused");
    } catch (const Error& error) {
      CHECK(error.code() == Code::Usage);
      CHECK(std::string(error.what()).find(id) != std::string::npos);
    }
  }
}
