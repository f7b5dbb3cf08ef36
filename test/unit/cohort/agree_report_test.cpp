#include "annulet/cohort/agree_report.hpp"

#include <nlohmann/json.hpp>

#include "annulet/base/random.hpp"
#include "cohort_rows.hpp"
#include "support/catch.hpp"

using namespace annulet;

namespace {

constexpr int kReplicates = 99;

/// A cohort of names that would harm a page, a table or a terminal.
std::vector<RunRows> hostile_runs() {
  const std::string bad = "<script>alert(1)</script>&\"'\x1b[2J,=1+1";
  std::vector<CohortRow> rows{scored_row(bad, Score::Three, {{bad, Score::Zero}}),
                              scored_row("plain", Score::One, {{bad, Score::One}}),
                              refused_row("refused", "too-few-cells", {{bad, Score::Two}}),
                              specimen_row(bad, "primary", Score::Zero),
                              specimen_row(bad, "metastasis", Score::Two)};
  for (CohortRow& row : rows) row.asked.scanner = bad;
  rows[0].outcome.folder = "slides/a b\"<>%";
  return {{"batch", rows}};
}

std::vector<RunRows> random_runs(std::size_t slides) {
  Random random(slides);
  std::vector<CohortRow> rows, again;
  for (std::size_t i = 0; i < slides; ++i) {
    const auto score = static_cast<Score>(random.below(4)), read = static_cast<Score>(random.below(4));
    rows.push_back(random.below(9) == 0 ? refused_row("s" + std::to_string(i), "no-tissue", {{"A", read}})
                                        : scored_row("s" + std::to_string(i), score, {{"A", read}}));
    rows.back().asked.date = "2026-0" + std::to_string(1 + random.below(9)) + "-11";
    rows.back().asked.case_id = "c" + std::to_string(random.below(slides));
    again.push_back(rows.back());
  }
  return {{"again", again}, {"batch", rows}};
}

AgreeReport report_of(const std::vector<RunRows>& runs, const std::string& against = "") {
  return agree_report("cohort", runs, "", against, kReplicates);
}

}  // namespace

TEST_CASE("names of users reach the page as text only") {
  const std::string html = agree_html(report_of(hostile_runs()), "../c/");
  CHECK(html.find("<script") == std::string::npos);
  CHECK_THAT(html, Catch::Contains("&lt;script&gt;"));
  CHECK_THAT(html, Catch::Contains("href=\"../c/slides/a%20b%22%3C%3E%25/report.html\""));
  CHECK(html.find("http:") == std::string::npos);
  CHECK(html.find("https:") == std::string::npos);
}

TEST_CASE("names of users reach a terminal and a table as text only") {
  const AgreeReport report = report_of(hostile_runs());
  CHECK(agree_text(report).find('\x1b') == std::string::npos);
  CHECK(agree_csv(report).find('\x1b') == std::string::npos);
  CHECK_NOTHROW(nlohmann::json::parse(agree_json(report)));
}

TEST_CASE("every output says that it is for research use only") {
  const AgreeReport report = report_of(hostile_runs());
  for (const std::string& out : {agree_text(report), agree_html(report, ""), agree_json(report)})
    CHECK_THAT(out, Catch::Contains("For research use only. Not for diagnosis."));
}

TEST_CASE("nothing undefined reads as a number") {
  std::vector<RunRows> runs{{"batch", {scored_row("a", Score::One, {{"A", Score::One}})}}};
  const AgreeReport report = report_of(runs);
  for (const std::string& out : {agree_text(report), agree_html(report, "")}) {
    CHECK_THAT(out, Catch::Contains("undefined"));
    CHECK(out.find("nan") == std::string::npos);
    CHECK(out.find("inf ") == std::string::npos);
  }
  const auto json = nlohmann::json::parse(agree_json(report));
  CHECK(json["comparisons"][0]["kappa"]["value"].is_null());
  CHECK(json["comparisons"][0]["exact"]["value"] == 1.0);
}

TEST_CASE("the same rows give the same bytes") {
  const std::vector<RunRows> runs = random_runs(120);
  CHECK(agree_html(report_of(runs), "") == agree_html(report_of(runs), ""));
  CHECK(agree_json(report_of(runs)) == agree_json(report_of(runs)));
}

TEST_CASE("JSON holds the figures that the tables show") {
  const AgreeReport report = report_of(random_runs(60));
  const auto json = nlohmann::json::parse(agree_json(report));
  const Agreement& agreement = report.comparisons[0].agreement;
  const auto& one = json["comparisons"][0];
  CHECK(one["exact_of_all"]["count"] == agreement.exact_of_all.count);
  CHECK(one["cuts"]["01_23"]["positive_of_all"]["of"] == agreement.cuts[1].positive_of_all.of);
  CHECK(one["matrix"][3][0] == agreement.matrix[3][0]);
  CHECK(one["quadratic_kappa"]["interval"][0] == agreement.quadratic_kappa.bootstrap->low);
  CHECK(json["disagreements"].size() == report.disagreements.size());
}

TEST_CASE("two runs are compared by their percentages, a run and a reader are not") {
  const std::vector<RunRows> runs = random_runs(40);
  CHECK_THAT(agree_html(report_of(runs, "again"), ""), Catch::Contains("Bland-Altman"));
  CHECK_THAT(agree_html(report_of(runs), ""), !Catch::Contains("Bland-Altman plot"));
  CHECK_THAT(agree_text(report_of(runs, "again")), Catch::Contains("limits of agreement"));
}

TEST_CASE("a thousand slides make a page whose long lists are folded") {
  const AgreeReport report = report_of(random_runs(1000));
  const std::string html = agree_html(report, "");
  CHECK_THAT(html, Catch::Contains("<details><summary>the other "));
  CHECK(html.size() < 1'500'000);
  const std::string text = agree_text(report);
  CHECK_THAT(text, Catch::Contains(" more: --html FILE"));
}

TEST_CASE("a page of very many slides ends its lists with a count, and draws some of the dots") {
  const AgreeReport report = report_of(random_runs(4000), "again");
  const std::string html = agree_html(report, "");
  CHECK_THAT(html, Catch::Contains("one in 2 drawn"));
  CHECK(report.disagreements.empty());
  const AgreeReport readers = report_of(random_runs(4000));
  REQUIRE(readers.disagreements.size() > 2000);
  CHECK_THAT(agree_html(readers, ""), Catch::Contains("more stand in the output of --json"));
  CHECK(nlohmann::json::parse(agree_json(readers))["disagreements"].size() == readers.disagreements.size());
}
