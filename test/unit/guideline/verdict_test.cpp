// What stands beside the score: trace, caveats, groups, notes.
#include "annulet/base/error.hpp"
#include "support.hpp"
#include "support/catch.hpp"

using namespace annulet;
using namespace annulet::guideline_test;

namespace {

constexpr const char* k2018 = "asco-cap-breast-2018";

Contiguity cluster_of(std::uint64_t cells) {
  Contiguity contiguity;
  contiguity.largest_intense_cluster = cells;
  return contiguity;
}

}  // namespace

TEST_CASE("the trace tells every row in order with its numbers") {
  const Verdict verdict = decide(k2018, Cells{.faint = 18, .weak_complete = 212, .intense = 15}.of(1830));
  REQUIRE(verdict.trace.size() == 7);
  const char* kRows[] = {"R1", "R2", "R2a", "R2b", "R3", "R4", "R5"};
  for (std::size_t i = 0; i < 7; ++i) {
    CHECK(verdict.trace[i].row == kRows[i]);
    CHECK(verdict.trace[i].of == 1830);
  }
  CHECK(verdict.rule == "R2");
  CHECK_FALSE(verdict.trace[0].held);
  CHECK(verdict.trace[0].count == 15);
  CHECK(verdict.trace[0].why == "15 of 1,830 cells (0.820 %) is not more than 10 %");
  CHECK(verdict.trace[1].held);
  CHECK(verdict.trace[1].comparator == ">");
  CHECK(verdict.trace[1].percent == 10);
  CHECK(verdict.trace[1].outcome == "2+");
  CHECK(verdict.trace[1].why == "227 of 1,830 cells (12.404 %) is more than 10 %");
  CHECK(verdict.trace[2].why == "15 of 1,830 cells (0.820 %) is less than 1 %");
  CHECK(verdict.trace[4].held);
  CHECK(verdict.trace[4].why ==
        "245 of 1,830 cells (13.388 %) is more than 10 %; R2 comes first and decides");
  CHECK_FALSE(verdict.trace[6].held);
  CHECK(verdict.trace[6].why == "a row before holds");
}

TEST_CASE("the trace says which half of a floor failed") {
  CHECK(decide(k2018, Cells{.intense = 9}.of(400)).trace[2].why ==
        "9 of 400 cells (2.250 %) is fewer than 10 cells");
  CHECK(decide(k2018, Cells{.intense = 9}.of(4000)).trace[2].why ==
        "9 of 4,000 cells (0.225 %) is less than 1 % and fewer than 10 cells");
  CHECK(decide(k2018, Cells{.intense = 12}.of(1000)).trace[2].why ==
        "12 of 1,000 cells (1.200 %) is at least 1 % and at least 10 cells");
  CHECK(decide(k2018, Cells{.faint = 3}.of(1'234'567)).trace[6].why ==
        "no row before holds; 3 of 1,234,567 cells (0.000 %) counted here");
}

TEST_CASE("scattered intense cells keep their score and get a caveat") {
  const Cells many = Cells{.intense = 400}.of(1000), few = Cells{.intense = 40}.of(1000);
  for (const auto& [cells, rule] : {std::pair(many, "R1"), std::pair(few, "R2a")}) {
    const Verdict scattered = decide(k2018, cells, "", cluster_of(3));
    CHECK(scattered.rule == rule);
    CHECK(has_code(scattered.caveats, "not-contiguous"));
    CHECK_FALSE(has_code(decide(k2018, cells, "", cluster_of(40)).caveats, "not-contiguous"));
  }
  // 25 cells are a cluster whatever their share; below that a tenth of the intense cells is.
  const Cells slide = Cells{.intense = 30'000}.of(100'000);
  CHECK(has_code(decide(k2018, slide, "", cluster_of(24)).caveats, "not-contiguous"));
  CHECK_FALSE(has_code(decide(k2018, slide, "", cluster_of(25)).caveats, "not-contiguous"));
  const Cells core = Cells{.intense = 50}.of(200);
  CHECK(has_code(decide(k2018, core, "", cluster_of(4)).caveats, "not-contiguous"));
  CHECK_FALSE(has_code(decide(k2018, core, "", cluster_of(5)).caveats, "not-contiguous"));
}

TEST_CASE("intense cells below the floor are told, and only told") {
  const Verdict verdict = decide(k2018, Cells{.faint = 300, .intense = 4}.of(1000), "", cluster_of(1));
  CHECK(verdict.rule == "R3");
  REQUIRE(verdict.caveats.size() == 1);
  CHECK(verdict.caveats[0].code == "intense-below-floor");
  CHECK(verdict.caveats[0].message.find("4 of 1,000 cells (0.400 %)") == 0);
  CHECK(decide(k2018, Cells{.faint = 300}.of(1000)).caveats.empty());
  // Where R2 held before, R2a was never asked.
  CHECK(decide(k2018, Cells{.weak_complete = 300, .intense = 4}.of(1000)).caveats.empty());
}

TEST_CASE("ultralow only for faint incomplete staining and from 1,000 cells on") {
  CHECK(decide(k2018, Cells{.faint = 50}.of(1000)).group == "ultralow");
  CHECK(decide(k2018, Cells{}.of(1000)).group == "null");
  const Verdict outside = decide(k2018, Cells{.faint = 50, .weak_complete = 1}.of(1000));
  CHECK(outside.rule == "R4");
  CHECK(outside.group == "0");
  CHECK(has_code(outside.caveats, "outside-definition"));
  for (const std::uint64_t faint : {0ULL, 50ULL}) {
    const Verdict few = decide(k2018, Cells{.faint = faint}.of(999));
    CHECK(few.group == "0");
    CHECK(*few.score == Score::Zero);
    REQUIRE(few.caveats.size() == 1);
    CHECK(few.caveats[0].code == "too-few-for-ultralow");
    CHECK(decide(k2018, Cells{.faint = faint}.of(999), "positive").group == "positive");
  }
  CHECK(decide(k2018, Cells{.faint = 200}.of(999)).group == "low");
  CHECK(decide("asco-cap-breast-2013", Cells{.faint = 50}.of(500)).caveats.empty());
}

TEST_CASE("low and ultralow are called trial terms, other groups are not") {
  for (const std::uint64_t faint : {50ULL, 500ULL}) {
    const Verdict verdict = decide(k2018, Cells{.faint = faint}.of(1000));
    REQUIRE(verdict.notes.size() == 1);
    CHECK(verdict.notes[0].code == "trial-terms");
    CHECK(verdict.notes[0].message ==
          "low and ultralow are trial terms (DESTINY-Breast04/06), not ASCO/CAP results");
  }
  CHECK(decide(k2018, Cells{}.of(1000)).notes.empty());
  CHECK(decide(k2018, Cells{.weak_complete = 500}.of(1000)).notes.empty());
  CHECK(decide(k2018, Cells{.weak_complete = 500}.of(1000), "negative").notes.size() == 1);
}

TEST_CASE("a borrowed wall is stained, but no pattern of its own") {
  const Verdict verdict = decide(k2018, Cells{.strong_incomplete = 100, .borrowed = 300}.of(1000));
  CHECK(verdict.trace[3].count == 100);
  CHECK(verdict.trace[4].count == 400);
  CHECK(verdict.rule == "R3");
}

TEST_CASE("a tally without measurable tumour cells, or at odds with itself, is a defect") {
  const Guideline guideline = Guideline::load(k2018);
  Tally odd = tally_of(Cells{}.of(1000));
  odd.measurable[0][2][1][3] += 1;
  for (const Tally& tally : {Tally{}, odd}) {
    try {
      guideline.decide(tally, {}, {});
      FAIL("must throw");
    } catch (const Error& error) {
      CHECK(error.code() == Code::Internal);
    }
  }
}
