// Margins against a search through every tally that can be reached.
#include <algorithm>
#include <map>
#include <numeric>

#include "annulet/base/random.hpp"
#include "annulet/model/model_file.hpp"
#include "support.hpp"
#include "support/catch.hpp"
#include "support/sanitized.hpp"

using namespace annulet;
using namespace annulet::guideline_test;

namespace {

// With 22 cells 10 % is between 2 and 3, and the floor of ten cells lies above both. Under a sanitizer 12
// cells, where 10 % is between 1 and 2: a thirteenth of the tallies.
constexpr int kCells = kTestsSanitized ? 12 : 22;

// none, faint, weaker incomplete, stronger incomplete, weak complete, intense complete
using Counts = std::array<int, 6>;

Cells cells_of(const Counts& c) {
  const auto count = [&](int i) { return static_cast<std::uint64_t>(c[static_cast<std::size_t>(i)]); };
  return {.none = count(0),
          .faint = count(1),
          .moderate_incomplete = count(2),
          .strong_incomplete = count(3),
          .weak_complete = count(4),
          .intense = count(5)};
}

/// Every way to share out `total` cells.
void every(int total, std::size_t at, Counts& now, std::vector<Counts>& all) {
  if (at + 1 == now.size()) {
    now[at] = total;
    all.push_back(now);
    return;
  }
  for (int k = 0; k <= total; ++k) {
    now[at] = k;
    every(total - k, at + 1, now, all);
  }
}

int moves(const Counts& from, const Counts& to) {
  int sum = 0;
  for (std::size_t i = 0; i < from.size(); ++i) sum += std::max(0, from[i] - to[i]);
  return sum;
}

void compare_with_search(const std::string& id, int n, int tries) {
  const Guideline guideline = Guideline::load(id);
  std::vector<Counts> all;
  Counts now{};
  every(n, 0, now, all);
  std::vector<Verdict> verdicts;
  for (const Counts& counts : all)
    verdicts.push_back(guideline.decide(tally_of(cells_of(counts)), together(), {}));
  Random random(7);
  for (int i = 0; i < tries; ++i) {
    const std::size_t start = random.below(all.size());
    std::map<std::string, int> nearest;
    for (std::size_t j = 0; j < all.size(); ++j) {
      if (verdicts[j].score == verdicts[start].score) continue;
      const int cost = moves(all[start], all[j]);
      const auto [found, fresh] = nearest.emplace(verdicts[j].rule, cost);
      if (!fresh) found->second = std::min(found->second, cost);
    }
    std::map<std::string, int> told;
    for (const Margin& margin : verdicts[start].margins) told[margin.row] = static_cast<int>(margin.cells);
    INFO(id << " start " << start << " rule " << verdicts[start].rule);
    REQUIRE(told == nearest);
  }
}

}  // namespace

TEST_CASE("margins are the fewest moves that a search through all tallies finds") {
  for (const char* id :
       {"asco-cap-breast-2007", "asco-cap-breast-2013", "asco-cap-breast-2018", "gastric-2016-resection"}) {
    compare_with_search(id, kCells, 60);
  }
}

TEST_CASE("margins with floors that few cells can reach") {
  // The same files with floors of two cells, so that R2a and R4 lie between the other rows.
  for (const char* id : {"asco-cap-breast-2007", "asco-cap-breast-2013", "asco-cap-breast-2018"}) {
    std::string text = load_model_file("guidelines", id).text;
    for (const std::string floor : {"min_cells = 10", "cells = 10"}) {
      const std::size_t at = text.find("\n" + floor + "\n");
      REQUIRE(at != std::string::npos);
      text.replace(at + 1 + floor.size() - 2, 2, "2");
    }
    const TemporaryFile file(text);
    compare_with_search(file.path(), kCells, 60);
  }
}

TEST_CASE("margins at whole-slide numbers") {
  // 100 intense of 1,000: one more and it is 3+; 91 fewer and R2a does not hold.
  const Verdict verdict = decide("asco-cap-breast-2018", Cells{.faint = 200, .intense = 100}.of(1000));
  CHECK(verdict.rule == "R2a");
  REQUIRE(verdict.margins.size() == 4);
  CHECK(verdict.margins[0].row == "R1");
  CHECK(verdict.margins[0].cells == 1);
  CHECK(verdict.margins[0].score == "3+");
  CHECK(verdict.margins[0].percent_points == Approx(0.1));
  CHECK(verdict.margins[1].row == "R3");
  CHECK(verdict.margins[1].score == "1+");
  CHECK(verdict.margins[1].cells == 91);
  CHECK(verdict.margins[2].row == "R4");
  CHECK(verdict.margins[2].cells == 200);
  CHECK(verdict.margins[3].row == "R5");
  CHECK(verdict.margins[3].cells == 291);
  for (std::size_t i = 1; i < verdict.margins.size(); ++i) {
    CHECK(verdict.margins[i - 1].cells <= verdict.margins[i].cells);
  }
}
