#include "annulet/cohort/rescore_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "annulet/base/csv.hpp"
#include "annulet/base/joined.hpp"
#include "annulet/base/printable.hpp"

namespace annulet {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kOutcomes = kScoreCount + 1;  // the scores, and none

std::size_t outcome_index(const SlideOutcome& outcome) {
  return outcome.score ? static_cast<std::size_t>(*outcome.score) : kScoreCount;
}

std::string outcome_name(std::size_t index) {
  return index == kScoreCount ? "none" : name(static_cast<Score>(index));
}

using Matrix = std::array<std::array<std::size_t, kOutcomes>, kOutcomes>;

struct Summary {
  Matrix from_to{};
  std::size_t moved_score = 0, moved_group = 0, refused = 0;
};

Summary summary_of(const RescoredCohort& rescored) {
  Summary summary;
  for (std::size_t i = 0; i < rescored.after.size(); ++i) {
    const SlideOutcome &before = rescored.before[i].outcome, &after = rescored.after[i].outcome;
    ++summary.from_to[outcome_index(before)][outcome_index(after)];
    if (before.score != after.score)
      ++summary.moved_score;
    else if (before.group != after.group)
      ++summary.moved_group;
    summary.refused += after.score ? 0 : 1;
  }
  return summary;
}

std::string told(const SlideOutcome& outcome) {
  if (!outcome.score) return name(outcome.status);
  return fmt::format("{} {} ({})", name(*outcome.score), outcome.group, outcome.rule);
}

std::string run_words(const RunInfo& run) {
  return printable(run.guideline) + ", grading " + printable(run.grading);
}

std::string matrix_words(const Matrix& from_to) {
  std::string out = "\n  from \\ to";
  for (std::size_t to = 0; to < kOutcomes; ++to) out += fmt::format("{:>8}", outcome_name(to));
  out += '\n';
  for (std::size_t from = 0; from < kOutcomes; ++from) {
    out += fmt::format("  {:<9}", outcome_name(from));
    for (const std::size_t slides : from_to[from]) out += fmt::format("{:>8}", slides);
    out += '\n';
  }
  return out;
}

Json outcome_data(const SlideOutcome& outcome) {
  Json score = outcome.score ? Json(name(*outcome.score)) : Json(nullptr);
  Json data{{"status", name(outcome.status)}, {"score", std::move(score)}};
  data["group"] = outcome.group.empty() ? Json(nullptr) : Json(outcome.group);
  data["rule"] = outcome.rule.empty() ? Json(nullptr) : Json(outcome.rule);
  data["measurable"] = outcome.measurable;
  for (std::size_t i = 0; i < outcome.by_pattern.size(); ++i)
    data["by_pattern"][name(static_cast<Pattern>(i + 1))] = outcome.by_pattern[i];
  data["reasons"] = outcome.reasons;
  data["caveats"] = outcome.caveats;
  return data;
}

Json run_data(const RunInfo& run) {
  return {{"id", run.id},
          {"name", run.name},
          {"guideline", run.guideline},
          {"guideline_digest", run.guideline_digest},
          {"grading", run.grading},
          {"grading_version", run.grading_version},
          {"grading_digest", run.grading_digest},
          {"version", run.version}};
}

void add_outcome(CsvWriter& csv, const SlideOutcome& outcome) {
  csv.text(name(outcome.status)).text(outcome.score ? name(*outcome.score) : "");
  csv.text(outcome.group).text(outcome.rule);
}

}  // namespace

bool moved(const CohortRow& before, const CohortRow& after) {
  return before.outcome.score != after.outcome.score || before.outcome.group != after.outcome.group;
}

std::string rescored_words(const RescoredCohort& rescored) {
  const Summary summary = summary_of(rescored);
  std::string out;
  std::size_t widest = 0;
  for (std::size_t i = 0; i < rescored.after.size(); ++i) {
    if (moved(rescored.before[i], rescored.after[i]))
      widest = std::max(widest, printable(rescored.after[i].asked.slide).size());
  }
  for (std::size_t i = 0; i < rescored.after.size(); ++i) {
    if (!moved(rescored.before[i], rescored.after[i])) continue;
    out += fmt::format("{:<{}}  {} -> {}: {}\n", printable(rescored.after[i].asked.slide), widest,
                       told(rescored.before[i].outcome), told(rescored.after[i].outcome),
                       printable(rescored.why[i]));
  }
  out += fmt::format("{}{} slides: {} moved to another score, {} to another group alone, {} have no score\n",
                     out.empty() ? "" : "\n", rescored.after.size(), summary.moved_score, summary.moved_group,
                     summary.refused);
  out += matrix_words(summary.from_to);
  out += "\n  from  " + run_words(rescored.batch) + "\n  to    " + run_words(rescored.run) + '\n';
  out += rescored.run.id == 0
             ? "  not added to the store (--dry-run)\n"
             : fmt::format("  run   {} '{}' of the store\n", rescored.run.id, printable(rescored.run.name));
  return out + "  For research use only; not for diagnosis.\n";
}

std::string rescored_json(const RescoredCohort& rescored) {
  const Summary summary = summary_of(rescored);
  Json json{{"schema", "annulet/rescore/1"},
            {"run", run_data(rescored.run)},
            {"from", run_data(rescored.batch)},
            {"cells", rescored.cells}};
  json["summary"] = {{"slides", rescored.after.size()},
                     {"moved_score", summary.moved_score},
                     {"moved_group_alone", summary.moved_group},
                     {"without_score", summary.refused}};
  for (std::size_t from = 0; from < kOutcomes; ++from) {
    for (std::size_t to = 0; to < kOutcomes; ++to)
      json["from_to"][outcome_name(from)][outcome_name(to)] = summary.from_to[from][to];
  }
  json["slides"] = Json::array();
  for (std::size_t i = 0; i < rescored.after.size(); ++i) {
    json["slides"].push_back({{"slide", rescored.after[i].asked.slide},
                              {"case", rescored.after[i].asked.case_id},
                              {"moved", moved(rescored.before[i], rescored.after[i])},
                              {"from", outcome_data(rescored.before[i].outcome)},
                              {"to", outcome_data(rescored.after[i].outcome)},
                              {"why", rescored.why[i]}});
  }
  // Names come from files of any kind: bytes that are no UTF-8 are replaced, not refused.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string rescored_csv(const RescoredCohort& rescored) {
  std::string out;
  CsvWriter csv(out);
  for (const char* column : {"slide", "case", "moved", "from_status", "from_score", "from_group", "from_rule",
                             "to_status", "to_score", "to_group", "to_rule", "why", "measurable"})
    csv.text(column);
  for (int i = 0; i + 1 < kPatterns; ++i) csv.text(name(static_cast<Pattern>(i + 1)));
  csv.text("reasons").text("caveats").end_row();
  for (std::size_t i = 0; i < rescored.after.size(); ++i) {
    const SlideOutcome& after = rescored.after[i].outcome;
    csv.text(rescored.after[i].asked.slide).text(rescored.after[i].asked.case_id);
    csv.text(moved(rescored.before[i], rescored.after[i]) ? "yes" : "no");
    add_outcome(csv, rescored.before[i].outcome);
    add_outcome(csv, after);
    csv.text(rescored.why[i]).number(after.measurable);
    for (const std::uint64_t cells : after.by_pattern) csv.number(cells);
    csv.text(joined(after.reasons, "|")).text(joined(after.caveats, "|")).end_row();
  }
  return out;
}

}  // namespace annulet
