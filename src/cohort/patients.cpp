#include "annulet/cohort/patients.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "annulet/base/csv.hpp"
#include "cohort/reading_words.hpp"
#include "cohort/retest_advice.hpp"

namespace annulet {
namespace {

std::size_t rank_of(const std::string& specimen) {
  return static_cast<std::size_t>(std::find(kSpecimens.begin(), kSpecimens.end(), specimen) -
                                  kSpecimens.begin());
}

SpecimenScore specimen_of(const CohortRow& row) {
  SpecimenScore out{row.asked.slide,   row.asked.specimen, row.outcome.score, "",
                    row.asked.readers, row.outcome.folder};
  if (!out.score) out.why_not = why_not_words(row.outcome);
  return out;
}

std::optional<Score> score_by(const SpecimenScore& specimen, const std::string& reader) {
  for (const auto& [who, score] : specimen.readers) {
    if (who == reader) return score;
  }
  return std::nullopt;
}

/// What one rater says of the specimens of a case; returns how far apart they are.
int steps_of(const std::vector<SpecimenScore>& specimens, const std::vector<std::optional<Score>>& scores,
             bool gastric, std::vector<RetestAdvice>& advice) {
  int steps = 0;
  for (std::size_t i = 0; i < specimens.size(); ++i) {
    for (std::size_t j = i + 1; j < specimens.size(); ++j) {
      if (!scores[i] || !scores[j] || *scores[i] == *scores[j]) continue;
      steps = std::max(steps, std::abs(static_cast<int>(*scores[i]) - static_cast<int>(*scores[j])));
      advise_on_pair(advice, specimens[i], *scores[i], specimens[j], *scores[j], gastric);
    }
  }
  return steps;
}

void count(PatientSummary& out, const std::vector<SpecimenScore>& specimens) {
  std::set<Score> scores, primary, metastasis;
  std::uint64_t scored = 0;
  for (const SpecimenScore& specimen : specimens) {
    if (!specimen.score) continue;
    ++scored;
    scores.insert(*specimen.score);
    if (specimen.specimen == "metastasis") metastasis.insert(*specimen.score);
    if (!specimen.specimen.empty() && specimen.specimen != "metastasis") primary.insert(*specimen.score);
  }
  if (scored < 2) return;
  ++out.scored;
  if (!primary.empty() && !metastasis.empty()) {
    ++out.primary_metastasis;
    out.primary_metastasis_discordant += primary != metastasis ? 1 : 0;
  }
  if (scores.size() < 2) return;
  ++out.discordant;
  out.zero_one += *scores.rbegin() == Score::One ? 1 : 0;
}

std::optional<PatientDiscordance> discordance_of(const std::string& case_id,
                                                 std::vector<SpecimenScore> specimens, bool gastric) {
  PatientDiscordance out{case_id, std::move(specimens), {}, 0, {}};
  std::set<std::string> readers;
  std::vector<std::optional<Score>> scores;
  for (const SpecimenScore& specimen : out.specimens) {
    scores.push_back(specimen.score);
    for (const auto& [who, score] : specimen.readers) readers.insert(who);
  }
  const auto refused = static_cast<std::size_t>(std::count(scores.begin(), scores.end(), std::nullopt));
  const auto look = [&](const std::string& who) {
    const int steps = steps_of(out.specimens, scores, gastric, out.advice);
    if (steps > 0) out.seen_by.push_back(who);
    out.steps = std::max(out.steps, steps);
  };
  look("annulet");
  for (const std::string& reader : readers) {
    for (std::size_t i = 0; i < scores.size(); ++i) scores[i] = score_by(out.specimens[i], reader);
    look("reader:" + reader);
  }
  const bool one_missing = refused > 0 && refused < out.specimens.size();
  if (one_missing) advise_on_refusal(out.advice);
  if (out.seen_by.empty() && !one_missing) return std::nullopt;
  return out;
}

}  // namespace

PatientSummary patients_of(std::span<const CohortRow> rows) {
  std::map<std::string, std::size_t> index;
  std::vector<std::vector<const CohortRow*>> cases;  // in the order of their first rows
  for (const CohortRow& row : rows) {
    if (row.asked.case_id.empty()) continue;
    const auto [at, added] = index.emplace(row.asked.case_id, cases.size());
    if (added) cases.emplace_back();
    cases[at->second].push_back(&row);
  }
  PatientSummary out;
  out.cases = cases.size();
  for (const auto& of_case : cases) {
    if (of_case.size() < 2) continue;
    ++out.several;
    std::vector<SpecimenScore> specimens;
    bool gastric = false;
    for (const CohortRow* row : of_case) {
      specimens.push_back(specimen_of(*row));
      gastric |= row->outcome.guideline.starts_with("gastric");
    }
    std::stable_sort(specimens.begin(), specimens.end(),
                     [](const auto& a, const auto& b) { return rank_of(a.specimen) < rank_of(b.specimen); });
    count(out, specimens);
    auto found = discordance_of(of_case.front()->asked.case_id, std::move(specimens), gastric);
    if (found) out.discordances.push_back(*std::move(found));
  }
  std::stable_sort(out.discordances.begin(), out.discordances.end(), [](const auto& a, const auto& b) {
    const auto by_program = [](const PatientDiscordance& d) {
      return !d.seen_by.empty() && d.seen_by.front() == "annulet";
    };
    return std::tuple(-a.steps, !by_program(a)) < std::tuple(-b.steps, !by_program(b));
  });
  return out;
}

std::string patients_csv_header(const std::vector<std::string>& readers) {
  std::string out;
  CsvWriter csv(out);
  csv.text("case").text("slide").text("specimen").text("score").text("why_not");
  for (const std::string& reader : readers) csv.text("reader_" + reader);
  csv.text("steps").text("seen_by").text("advice").text("advice_text").end_row();
  return out;
}

std::string patients_csv_lines(const PatientSummary& patients, const std::vector<std::string>& readers) {
  std::string out;
  CsvWriter csv(out);
  for (const PatientDiscordance& found : patients.discordances) {
    std::string seen_by, codes, texts;
    for (const std::string& who : found.seen_by) seen_by += (seen_by.empty() ? "" : " ") + who;
    for (const RetestAdvice& advice : found.advice) {
      codes += (codes.empty() ? "" : " ") + advice.code;
      texts += (texts.empty() ? "" : " ") + advice.text + " [" + advice.source + "]";
    }
    for (const SpecimenScore& specimen : found.specimens) {
      csv.text(found.case_id).text(specimen.slide).text(specimen.specimen);
      csv.text(specimen.score ? name(*specimen.score) : "").text(specimen.why_not);
      for (const std::string& reader : readers) {
        const std::optional<Score> score = score_by(specimen, reader);
        csv.text(score ? name(*score) : "");
      }
      csv.number(static_cast<std::uint64_t>(found.steps)).text(seen_by).text(codes).text(texts).end_row();
    }
  }
  return out;
}

std::string patients_csv(const PatientSummary& patients) {
  std::set<std::string> readers;
  for (const PatientDiscordance& found : patients.discordances) {
    for (const SpecimenScore& specimen : found.specimens) {
      for (const auto& [who, score] : specimen.readers) readers.insert(who);
    }
  }
  const std::vector<std::string> columns(readers.begin(), readers.end());
  return patients_csv_header(columns) + patients_csv_lines(patients, columns);
}

}  // namespace annulet
