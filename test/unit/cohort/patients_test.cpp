#include "annulet/cohort/patients.hpp"

#include <algorithm>

#include "cohort_rows.hpp"
#include "support/catch.hpp"

using namespace annulet;

namespace {

constexpr Score k0 = Score::Zero, k1 = Score::One, k2 = Score::Two, k3 = Score::Three;

std::vector<std::string> codes(const PatientDiscordance& found) {
  std::vector<std::string> out;
  for (const RetestAdvice& advice : found.advice) out.push_back(advice.code);
  return out;
}

/// The advice on a case of two specimens.
std::vector<std::string> advice_on(const std::string& one, Score of_one, const std::string& other,
                                   Score of_other) {
  const std::vector<CohortRow> rows{specimen_row("p", one, of_one), specimen_row("p", other, of_other)};
  const PatientSummary found = patients_of(rows);
  return found.discordances.empty() ? std::vector<std::string>{} : codes(found.discordances[0]);
}

using Codes = std::vector<std::string>;

}  // namespace

TEST_CASE("each pair of specimens gets the trigger that applies") {
  CHECK(advice_on("primary", k1, "metastasis", k1).empty());
  CHECK(advice_on("primary", k0, "metastasis", k1) == Codes{"metastasis", "zero-one-switch"});
  CHECK(advice_on("metastasis", k3, "primary", k1) == Codes{"metastasis"});
  CHECK(advice_on("core", k1, "metastasis", k2) == Codes{"metastasis", "equivocal"});
  CHECK(advice_on("core", k1, "excision", k3) == Codes{"negative-core"});
  CHECK(advice_on("excision", k0, "core", k3) == Codes{"positive-core"});
  CHECK(advice_on("core", k0, "excision", k1) == Codes{"negative-core", "zero-one-switch"});
  CHECK(advice_on("core", k2, "primary", k1) == Codes{"equivocal"});
  CHECK(advice_on("core", k0, "core", k3) == Codes{"heterogeneity"});
  CHECK(advice_on("", k0, "core", k3) == Codes{"specimen-not-given"});
}

TEST_CASE("a specimen without a score beside one that has one is to be tested again") {
  std::vector<CohortRow> rows{specimen_row("p", "core", k1), refused_row("x", "too-few-cells")};
  rows[1].asked.case_id = "p";
  const PatientSummary found = patients_of(rows);
  REQUIRE(found.discordances.size() == 1);
  CHECK(codes(found.discordances[0]) == Codes{"no-score"});
  CHECK(found.discordances[0].seen_by.empty());
  CHECK(found.discordances[0].specimens[1].why_not == "not-evaluable: too-few-cells");
  CHECK(found.scored == 0);
  CHECK(found.discordant == 0);
  rows[0] = rows[1];  // all refused: nothing differs
  CHECK(patients_of(rows).discordances.empty());
}

TEST_CASE("what a reader alone sees is listed as the reader's") {
  const std::vector<CohortRow> rows{specimen_row("p", "primary", k1, {{"A", k1}, {"B", k1}}),
                                    specimen_row("p", "metastasis", k1, {{"A", k3}, {"B", k1}})};
  const PatientSummary found = patients_of(rows);
  REQUIRE(found.discordances.size() == 1);
  CHECK(found.discordances[0].seen_by == std::vector<std::string>{"reader:A"});
  CHECK(found.discordances[0].steps == 2);
  CHECK(found.discordant == 0);
}

TEST_CASE("cases are counted once, and the worst stand first") {
  std::vector<CohortRow> rows{specimen_row("a", "primary", k0), specimen_row("a", "metastasis", k1),
                              specimen_row("b", "primary", k0), specimen_row("b", "metastasis", k3),
                              specimen_row("c", "core", k2),    specimen_row("c", "excision", k2),
                              specimen_row("d", "core", k2),    scored_row("no case", k3)};
  const PatientSummary found = patients_of(rows);
  CHECK(found.cases == 4);
  CHECK(found.several == 3);
  CHECK(found.scored == 3);
  CHECK(found.discordant == 2);
  CHECK(found.zero_one == 1);
  CHECK(found.primary_metastasis == 2);
  CHECK(found.primary_metastasis_discordant == 2);
  REQUIRE(found.discordances.size() == 2);
  CHECK(found.discordances[0].case_id == "b");
  CHECK(found.discordances[1].case_id == "a");
}

TEST_CASE("gastric cases get no trigger of breast cancer") {
  std::vector<CohortRow> rows{specimen_row("p", "core", k0), specimen_row("p", "excision", k2)};
  for (CohortRow& row : rows) row.outcome.guideline = "gastric-2016-biopsy";
  CHECK(codes(patients_of(rows).discordances.at(0)) == Codes{"gastric"});
}

TEST_CASE("patients.csv has one line a specimen, and no formula") {
  std::vector<CohortRow> rows{specimen_row("=cmd()", "primary", k0, {{"A", k0}}),
                              specimen_row("=cmd()", "metastasis", k3)};
  const std::string csv = patients_csv(patients_of(rows));
  CHECK(std::count(csv.begin(), csv.end(), '\n') == 3);
  CHECK_THAT(csv,
             Catch::StartsWith("case,slide,specimen,score,why_not,reader_A,steps,seen_by,advice,advice_text\n"
                               "'=cmd(),'=cmd()-primary-0,primary,0,,0,3,annulet,metastasis,"));
  CHECK_THAT(csv, Catch::Contains(",metastasis,3+,,,3,annulet,metastasis,"));
}
