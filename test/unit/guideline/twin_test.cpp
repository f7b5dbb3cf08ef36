// A slow twin, written as a chain of ifs straight from the published rules, against the engine that reads
// them as data.
#include <algorithm>
#include <set>

#include "annulet/base/random.hpp"
#include "support.hpp"
#include "support/catch.hpp"

using namespace annulet;
using namespace annulet::guideline_test;

namespace {

struct Answer {
  std::string score, rule, group;
  std::set<std::string> caveats;
  friend bool operator==(const Answer&, const Answer&) = default;
};

std::ostream& operator<<(std::ostream& out, const Answer& answer) {
  out << answer.score << " " << answer.rule << " " << answer.group;
  for (const std::string& code : answer.caveats) out << " " << code;
  return out;
}

bool scattered(std::uint64_t cluster, std::uint64_t intense) {
  return cluster < 25 && 10 * cluster < intense;
}

/// "positive", "negative", "recount" or "absent".
std::string ish_answer(const Ish& ish, const std::string& score) {
  if (ish.kind == Ish::Kind::Absent) return "absent";
  if (ish.kind == Ish::Kind::Negative) return "negative";
  if (ish.kind == Ish::Kind::Positive) return "positive";
  const bool high_ratio = ish.ratio >= 2.0;
  if (high_ratio && ish.copies >= 4.0) return "positive";  // group 1
  if (!high_ratio && ish.copies < 4.0) return "negative";  // group 5
  if (score == "0" || score == "1+") return "negative";    // groups 2-4
  if (score == "3+") return "positive";
  if (!ish.recounted) return "recount";
  return !high_ratio && ish.copies >= 6.0 ? "positive" : "negative";  // group 3; groups 2 and 4
}

void plain_group(Answer& answer, const std::string& ish) {
  if (answer.score == "3+" || ish == "positive") {
    answer.group = "positive";
  } else {
    answer.group = answer.score == "2+" && ish == "absent" ? "equivocal" : "negative";
  }
  if (answer.score == "3+" && ish == "negative") answer.caveats.insert("discordant");
}

Answer breast(int edition, const Cells& c, const Contiguity& contiguity, const Ish& ish) {
  const std::uint64_t n = c.n(), intense = c.intense, complete = c.weak_complete + c.moderate_complete;
  const std::uint64_t incomplete =
      c.moderate_incomplete + c.strong_incomplete + c.intense_incomplete + c.borrowed;
  const std::uint64_t stained = c.faint + incomplete + complete + intense;
  const bool floor = 100 * intense >= n && intense >= 10;
  const bool detected = 100 * stained >= n && stained >= 10;
  Answer a;
  const auto say = [&](const char* rule, const char* score) { a.rule = rule, a.score = score; };
  if (edition == 2007) {
    if (10 * intense > 3 * n)
      say("R1", "3+");
    else if (10 * (intense + complete) >= n)
      say("R2", "2+");
    else if (floor)
      say("R2a", "2+");
    else if (detected)
      say("R3", "1+");
    else
      say("R5", "0");
  } else {
    if (10 * intense > n)
      say("R1", "3+");
    else if (10 * (intense + complete + (edition == 2013 ? incomplete : 0)) > n)
      say("R2", "2+");
    else if (floor)
      say("R2a", "2+");
    else if (edition == 2018 && 10 * (c.strong_incomplete + c.intense_incomplete) > n)
      say("R2b", "2+");
    else if (10 * stained > n)
      say("R3", "1+");
    else if (detected)
      say("R4", "0");
    else
      say("R5", "0");
  }
  if ((a.rule == "R1" || a.rule == "R2a") && scattered(contiguity.largest_intense_cluster, intense)) {
    a.caveats.insert("not-contiguous");
  }
  if (intense > 0 && !floor && a.rule != "R1" && a.rule != "R2") a.caveats.insert("intense-below-floor");
  const bool outside = a.rule == "R4" && stained > c.faint;
  if (outside) a.caveats.insert("outside-definition");
  const std::string told = ish_answer(ish, a.score);
  plain_group(a, told);
  if (edition != 2018 || told == "positive" || a.score == "3+") return a;
  if (told == "recount") {
    a.group = "equivocal";
    a.caveats.insert("ish-recount");
  } else if (a.score == "2+") {
    a.group = told == "absent" ? "equivocal" : "low";
  } else if (a.score == "1+") {
    a.group = "low";
  } else {
    a.group = a.rule == "R5" ? "null" : outside ? "0" : "ultralow";
    if (n < 1000) {
      a.group = "0";
      a.caveats.insert("too-few-for-ultralow");
    }
  }
  return a;
}

Answer gastric(bool biopsy, const Cells& c, const Contiguity& contiguity, const Ish& ish) {
  const std::uint64_t n = c.n(), strong = c.intense + c.intense_incomplete;
  const std::uint64_t any = c.stained(), weak = any - c.faint;
  const auto& cluster = contiguity.largest_gastric_cluster;
  Answer a;
  if (biopsy ? cluster[2] >= 5 : 10 * strong >= n)
    a = {"3+", "G3", "", {}};
  else if (biopsy ? cluster[1] >= 5 : 10 * weak >= n)
    a = {"2+", "G2", "", {}};
  else if (biopsy ? cluster[0] >= 5 : 10 * any >= n)
    a = {"1+", "G1", "", {}};
  else
    a = {"0", "G0", "", {}};
  plain_group(a, ish_answer(ish, a.score));
  return a;
}

Answer answer_of(const Verdict& verdict) {
  Answer answer{name(*verdict.score), verdict.rule, verdict.group, {}};
  for (const Remark& caveat : verdict.caveats) answer.caveats.insert(caveat.code);
  CHECK(answer.caveats.size() == verdict.caveats.size());
  return answer;
}

/// Counts crowd around the cuts, where mistakes would be.
std::uint64_t near_a_cut(Random& random, std::uint64_t n) {
  constexpr std::uint64_t kPercents[] = {0, 0, 0, 1, 1, 5, 9, 10, 10, 10, 29, 30};
  const std::uint64_t cut = n * kPercents[random.below(12)] / 100;
  const std::uint64_t jitter = random.below(5);
  return cut + jitter < 2 ? 0 : cut + jitter - 2;
}

Cells random_cells(Random& random) {
  const std::uint64_t n = 100 + random.below(random.below(2) == 0 ? 300 : 3000);
  Cells cells;
  std::uint64_t* const kinds[] = {
      &cells.faint,    &cells.moderate_incomplete, &cells.strong_incomplete, &cells.intense_incomplete,
      &cells.borrowed, &cells.weak_complete,       &cells.moderate_complete, &cells.intense};
  std::uint64_t left = n;
  for (std::uint64_t turns = random.below(5); turns > 0; --turns) {
    std::uint64_t& kind = *kinds[random.below(8)];
    const std::uint64_t more = std::min(left, near_a_cut(random, n));
    kind += more;
    left -= more;
  }
  cells.none = left;
  cells.unmeasurable = random.below(50);
  return cells;
}

Contiguity random_contiguity(Random& random, const Cells& cells) {
  Contiguity contiguity;
  contiguity.largest_intense_cluster = std::min(cells.intense, random.below(40));
  contiguity.largest_gastric_cluster[2] = random.below(8);
  contiguity.largest_gastric_cluster[1] = contiguity.largest_gastric_cluster[2] + random.below(4);
  contiguity.largest_gastric_cluster[0] = contiguity.largest_gastric_cluster[1] + random.below(4);
  return contiguity;
}

Ish random_ish(Random& random, bool counts) {
  static constexpr const char* kRatios[] = {"1.0", "1.99", "2.0", "2.01", "5"};
  static constexpr const char* kCopies[] = {"1.5", "3.99", "4.0", "5.99", "6.0", "12"};
  const std::uint64_t kind = random.below(counts ? 6 : 3);
  if (kind == 0) return {};
  if (kind < 3) return Ish::parse(kind == 1 ? "negative" : "positive");
  std::string text = std::string(kRatios[random.below(5)]) + "," + kCopies[random.below(6)];
  if (random.below(2) == 0) text += ",recounted";
  return Ish::parse(text);
}

}  // namespace

TEST_CASE("engine and twin agree on random tallies") {
  const Guideline b2007 = Guideline::load("asco-cap-breast-2007"),
                  b2013 = Guideline::load("asco-cap-breast-2013"),
                  b2018 = Guideline::load("asco-cap-breast-2018"),
                  resection = Guideline::load("gastric-2016-resection"),
                  biopsy = Guideline::load("gastric-2016-biopsy");
  Random random(20181);
  std::set<std::string> rules, groups, codes;
  for (int turn = 0; turn < 6000; ++turn) {
    const Cells cells = random_cells(random);
    const Tally tally = tally_of(cells);
    const Contiguity contiguity = random_contiguity(random, cells);
    const Ish counts = random_ish(random, true), word = random_ish(random, false);
    INFO("turn " << turn);
    const Answer newest = answer_of(b2018.decide(tally, contiguity, counts));
    REQUIRE(newest == breast(2018, cells, contiguity, counts));
    REQUIRE(answer_of(b2013.decide(tally, contiguity, word)) == breast(2013, cells, contiguity, word));
    REQUIRE(answer_of(b2007.decide(tally, contiguity, word)) == breast(2007, cells, contiguity, word));
    REQUIRE(answer_of(resection.decide(tally, contiguity, word)) == gastric(false, cells, contiguity, word));
    REQUIRE(answer_of(biopsy.decide(tally, contiguity, word)) == gastric(true, cells, contiguity, word));
    rules.insert(newest.rule);
    groups.insert(newest.group);
    codes.insert(newest.caveats.begin(), newest.caveats.end());
  }
  // The random tallies reach every row, group and caveat.
  CHECK(rules.size() == 7);
  CHECK(groups == std::set<std::string>{"null", "ultralow", "0", "low", "equivocal", "positive"});
  CHECK(codes == std::set<std::string>{"not-contiguous", "intense-below-floor", "outside-definition",
                                       "too-few-for-ultralow", "discordant", "ish-recount"});
}
