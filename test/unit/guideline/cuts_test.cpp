// Every row of every guideline at exactly its cut: one cell below, at it, one above.
#include "support.hpp"
#include "support/catch.hpp"

using namespace annulet;
using namespace annulet::guideline_test;

namespace {

using Make = Cells (*)(std::uint64_t);

struct Cut {
  const char* guideline;
  Make make;
  bool strict;
  std::uint64_t percent;
  const char *row, *score, *below_row, *below_score;
};

Cells intense(std::uint64_t k) {
  return {.intense = k};
}
Cells weak(std::uint64_t k) {
  return {.weak_complete = k};
}
Cells moderate(std::uint64_t k) {
  return {.moderate_complete = k};
}
Cells strong_incomplete(std::uint64_t k) {
  return {.strong_incomplete = k};
}
Cells intense_incomplete(std::uint64_t k) {
  return {.intense_incomplete = k};
}
Cells moderate_incomplete(std::uint64_t k) {
  return {.moderate_incomplete = k};
}
Cells borrowed(std::uint64_t k) {
  return {.borrowed = k};
}
Cells faint(std::uint64_t k) {
  return {.faint = k};
}
Cells mixed(std::uint64_t k) {
  return {.weak_complete = k - k / 3, .intense = k / 3};
}
Cells every_kind(std::uint64_t k) {
  return {.faint = k - k / 3, .moderate_incomplete = k / 3};
}

constexpr const char* k2007 = "asco-cap-breast-2007";
constexpr const char* k2013 = "asco-cap-breast-2013";
constexpr const char* k2018 = "asco-cap-breast-2018";
constexpr const char* kResection = "gastric-2016-resection";

const Cut kCuts[] = {
    {k2018, intense, true, 10, "R1", "3+", "R2a", "2+"},
    {k2018, weak, true, 10, "R2", "2+", "R4", "0"},
    {k2018, moderate, true, 10, "R2", "2+", "R4", "0"},
    {k2018, mixed, true, 10, "R2", "2+", "R2a", "2+"},
    {k2018, strong_incomplete, true, 10, "R2b", "2+", "R4", "0"},
    {k2018, intense_incomplete, true, 10, "R2b", "2+", "R4", "0"},
    {k2018, moderate_incomplete, true, 10, "R3", "1+", "R4", "0"},
    {k2018, borrowed, true, 10, "R3", "1+", "R4", "0"},
    {k2018, faint, true, 10, "R3", "1+", "R4", "0"},
    {k2018, every_kind, true, 10, "R3", "1+", "R4", "0"},
    {k2018, intense, false, 1, "R2a", "2+", "R5", "0"},
    {k2018, faint, false, 1, "R4", "0", "R5", "0"},
    {k2013, intense, true, 10, "R1", "3+", "R2a", "2+"},
    {k2013, weak, true, 10, "R2", "2+", "R4", "0"},
    {k2013, moderate_incomplete, true, 10, "R2", "2+", "R4", "0"},
    {k2013, borrowed, true, 10, "R2", "2+", "R4", "0"},
    {k2013, mixed, true, 10, "R2", "2+", "R2a", "2+"},
    {k2013, intense, false, 1, "R2a", "2+", "R5", "0"},
    {k2013, faint, true, 10, "R3", "1+", "R4", "0"},
    {k2013, faint, false, 1, "R4", "0", "R5", "0"},
    {k2007, intense, true, 30, "R1", "3+", "R2", "2+"},
    {k2007, weak, false, 10, "R2", "2+", "R3", "1+"},
    {k2007, intense, false, 10, "R2", "2+", "R2a", "2+"},
    {k2007, intense, false, 1, "R2a", "2+", "R5", "0"},
    {k2007, faint, false, 1, "R3", "1+", "R5", "0"},
    {k2007, strong_incomplete, false, 1, "R3", "1+", "R5", "0"},
    {kResection, intense, false, 10, "G3", "3+", "G0", "0"},
    {kResection, intense_incomplete, false, 10, "G3", "3+", "G0", "0"},
    {kResection, moderate, false, 10, "G2", "2+", "G0", "0"},
    {kResection, borrowed, false, 10, "G2", "2+", "G0", "0"},
    {kResection, mixed, false, 10, "G2", "2+", "G0", "0"},
    {kResection, faint, false, 10, "G1", "1+", "G0", "0"},
};

}  // namespace

TEST_CASE("every row holds from its cut on and not one cell earlier") {
  for (const Cut& cut : kCuts) {
    for (const std::uint64_t n : {1000ULL, 1003ULL, 1009ULL, 1010ULL, 1997ULL, 123'457ULL}) {
      // smallest k that holds, by its own arithmetic: count up
      std::uint64_t least = 0;
      while (cut.strict ? least * 100 <= cut.percent * n : least * 100 < cut.percent * n) ++least;
      for (const int step : {-1, 0, 1}) {
        const std::uint64_t k = least + static_cast<std::uint64_t>(step);
        const Verdict verdict = decide(cut.guideline, cut.make(k).of(n));
        INFO(cut.guideline << " " << cut.row << " k " << k << " of " << n);
        CHECK(verdict.rule == (step < 0 ? cut.below_row : cut.row));
        REQUIRE(verdict.score.has_value());
        CHECK(std::string(name(*verdict.score)) == (step < 0 ? cut.below_score : cut.score));
      }
    }
  }
}

TEST_CASE("floors ask for ten cells besides one per cent") {
  for (const char* id : {k2018, k2013, k2007}) {
    CHECK(decide(id, intense(9).of(400)).rule == "R5");
    CHECK(decide(id, intense(10).of(400)).rule == "R2a");
    CHECK(decide(id, intense(10).of(1000)).rule == "R2a");
    CHECK(decide(id, intense(10).of(1001)).rule == "R5");
    CHECK(decide(id, faint(9).of(400)).rule == "R5");
    CHECK(decide(id, faint(10).of(400)).rule == (id == std::string(k2007) ? "R3" : "R4"));
    CHECK(decide(id, faint(10).of(1001)).rule == "R5");
  }
}

TEST_CASE("unmeasurable tumour cells stand in neither numerator nor denominator") {
  Cells cells = intense(101).of(1000);
  cells.unmeasurable = 900;
  const Verdict verdict = decide(k2018, cells);
  CHECK(verdict.rule == "R1");
  CHECK(verdict.trace.front().of == 1000);
}

TEST_CASE("a biopsy is judged by its largest cluster alone") {
  for (int highest = 1; highest <= 3; ++highest) {
    for (const std::uint64_t size : {4ULL, 5ULL, 6ULL}) {
      Contiguity contiguity;
      for (int i = 0; i < highest; ++i) contiguity.largest_gastric_cluster[i] = i == highest - 1 ? size : 7;
      const Verdict verdict = decide("gastric-2016-biopsy", intense(6).of(100'000), "", contiguity);
      const int expected = size >= 5 ? highest : highest - 1;
      CHECK(static_cast<int>(*verdict.score) == expected);
      CHECK(verdict.rule == "G" + std::to_string(expected));
      CHECK(verdict.margins.empty());
    }
  }
}
