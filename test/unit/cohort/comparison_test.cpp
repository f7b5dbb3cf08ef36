#include "annulet/cohort/comparison.hpp"

#include "annulet/base/error.hpp"
#include "cohort_rows.hpp"
#include "support/catch.hpp"

using namespace annulet;

namespace {

constexpr Score k0 = Score::Zero, k1 = Score::One, k2 = Score::Two, k3 = Score::Three;

Panel panel(std::vector<CohortRow> rows) {
  const std::vector<RunRows> runs{{"batch", std::move(rows)}};
  return panel_of(runs);
}

}  // namespace

TEST_CASE("a panel has the runs, then the readers by name; who scored nothing did not read") {
  const Panel found = panel({scored_row("a", k1, {{"B", k1}}), scored_row("b", k2, {{"A", k3}, {"B", k2}}),
                             refused_row("c", "too-few-cells", {{"A", k0}})});
  REQUIRE(found.raters.size() == 3);
  CHECK(found.raters[0].name == "batch");
  CHECK(found.raters[1].name == "reader:A");
  CHECK(found.raters[2].name == "reader:B");
  CHECK(found.raters[0].readings[2].why_not == "not-evaluable: too-few-cells");
  CHECK(reading_index(found.raters[1].readings[0]) == kNotRead);
  CHECK(found.raters[1].readings[1].score == k3);
  CHECK(reading_index(found.raters[2].readings[2]) == kNotRead);
  CHECK(found.raters[0].guidelines == std::vector<std::string>{"asco-cap-breast-2018"});
}

TEST_CASE("runs go together by slide, whatever their order, and a slide that one lacks is unread") {
  const std::vector<RunRows> runs{{"old", {scored_row("b", k1), scored_row("a", k0)}},
                                  {"new", {scored_row("a", k0), scored_row("b", k2), scored_row("c", k3)}}};
  const Panel found = panel_of(runs);
  REQUIRE(found.slides.size() == 3);
  CHECK(found.raters[0].readings[0].score == k0);
  CHECK(found.raters[0].readings[1].score == k1);
  CHECK(reading_index(found.raters[0].readings[2]) == kNotRead);
}

TEST_CASE("by default the newest run is compared with every reader, and the readers among themselves") {
  const std::vector<RunRows> runs{{"batch", {scored_row("a", k1, {{"A", k1}, {"B", k2}})}},
                                  {"2013", {scored_row("a", k2, {{"A", k1}, {"B", k2}})}}};
  const Panel found = panel_of(runs);
  const std::vector<RaterPair> pairs = choose_pairs(found, "", "");
  REQUIRE(pairs.size() == 3);
  CHECK(found.raters[pairs[0].first].name == "2013");
  CHECK(found.raters[pairs[0].second].name == "reader:A");
  CHECK(found.raters[pairs[2].first].name == "reader:A");
  CHECK(found.raters[pairs[2].second].name == "reader:B");
  CHECK(choose_pairs(found, "batch", "").size() == 2);
  CHECK(found.raters[choose_pairs(found, "batch", "2013").at(0).second].name == "2013");
  CHECK(found.raters[choose_pairs(found, "", "B").at(0).second].name == "reader:B");
}

TEST_CASE("who cannot be compared is refused, and the message says who there is") {
  const Panel lonely = panel({scored_row("a", k1)});
  CHECK_THROWS_WITH(choose_pairs(lonely, "", ""), Catch::Contains("reader_NAME"));
  CHECK_THROWS_WITH(choose_pairs(lonely, "", "batch"), Catch::Contains("itself"));
  CHECK_THROWS_WITH(choose_pairs(lonely, "gastric", ""), Catch::Contains("there are batch"));
  CHECK_THROWS_AS(panel_of({}), Error);
}

TEST_CASE("a comparison counts why there was no score, apart for slides that nobody read") {
  const Panel found = panel({scored_row("a", k1, {{"A", k1}}), refused_row("b", "out-of-focus", {{"A", k2}}),
                             refused_row("c", "no-tissue")});
  const Comparison compared = compare(found, {0, 1}, 0);
  CHECK(compared.first_refused == std::map<std::string, std::uint64_t>{{"not-evaluable: out-of-focus", 1}});
  CHECK(compared.second_refused.empty());
  CHECK(compared.unread_refused == std::map<std::string, std::uint64_t>{{"not-evaluable: no-tissue", 1}});
  CHECK(compared.agreement.exact_of_all.count == 1);
  CHECK(compared.agreement.exact_of_all.of == 2);
}

TEST_CASE("months and scanners are counted over all slides, in order, those not given last") {
  std::vector<CohortRow> rows{scored_row("a", k1, {{"A", k1}}), scored_row("b", k3, {{"A", k1}}),
                              scored_row("c", k2, {{"A", k1}}), refused_row("d", "corrupt", {{"A", k1}})};
  rows[0].asked.date = "2026-03-31";
  rows[1].asked.date = "2025-12-01";
  rows[3].asked.date = "2026-03-01";
  const Comparison compared = compare(panel(rows), {0, 1}, 0);
  REQUIRE(compared.by_month.size() == 3);
  CHECK(compared.by_month[0].name == "2025-12");
  CHECK(compared.by_month[0].within_one == 0);
  CHECK(compared.by_month[1].name == "2026-03");
  CHECK(compared.by_month[1].slides == 2);
  CHECK(compared.by_month[1].exact == 1);
  CHECK(compared.by_month[2].name.empty());
  CHECK(compared.by_month[2].within_one == 1);
  CHECK(compared.by_scanner.empty());
}

TEST_CASE("percentages of two runs are those of the patterns that the guideline counts") {
  const std::vector<RunRows> runs{{"one", {scored_row("a", k1), scored_row("b", k1)}},
                                  {"two", {scored_row("a", k1), scored_row("b", k1)}}};
  std::vector<RunRows> changed = runs;
  changed[1].rows[0].outcome.by_pattern = {400, 200, 100, 150, 150};
  const Comparison compared = compare(panel_of(changed), {1, 0}, 0);
  REQUIRE(compared.shares.size() == 2);
  CHECK(compared.shares[0].first[0] == Approx(60));
  CHECK(compared.shares[0].first[1] == Approx(30));
  CHECK(compared.shares[0].first[2] == Approx(15));
  CHECK(compared.shares[0].second[2] == Approx(5));
  CHECK(share_difference(compared, 2).value().mean == Approx(5));  // of 10 and 0
  CHECK(share_difference(compared, 2).value().deviation == Approx(7.0710678));
  const Comparison same = compare(panel_of(runs), {0, 1}, 0);
  CHECK(share_difference(same, 0).value().limits == Interval{0, 0});
}

TEST_CASE("disagreements come worst first, slides without a score last") {
  const Panel found =
      panel({scored_row("same", k1, {{"A", k1}}), scored_row("one", k0, {{"A", k1}}),
             refused_row("low", "corrupt", {{"A", k0}}), scored_row("crossing", k1, {{"A", k2}}),
             scored_row("three", k3, {{"A", k0}}), refused_row("high", "corrupt", {{"A", k3}}),
             refused_row("unread", "corrupt"), scored_row("two", k2, {{"A", k0}})});
  const std::vector<Comparison> compared{compare(found, {0, 1}, 0)};
  std::vector<std::string> order;
  for (const Disagreement& one : disagreements(found, compared))
    order.push_back(found.slides[one.slide].slide);
  CHECK(order == std::vector<std::string>{"three", "two", "crossing", "one", "high", "low"});
}
