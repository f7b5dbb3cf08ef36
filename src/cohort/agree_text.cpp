// The tables of `annulet agree` on a terminal.
#include <algorithm>

#include "annulet/base/printable.hpp"
#include "annulet/cohort/agree_report.hpp"
#include "cohort/named_estimates.hpp"
#include "report/text.hpp"

namespace annulet {
namespace {

constexpr std::size_t kNameWidth = 26, kValueWidth = 9, kIntervalWidth = 17, kFigureWidth = 42,
                      kMatrixName = 12, kCell = 9, kStratumWidth = 42;
constexpr std::size_t kNamed = 10;   // cases of an advice
constexpr std::size_t kListed = 20;  // slides, and cases; the page, JSON and CSV have them all

/// Characters, not bytes, of UTF-8.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string left(const std::string& text, std::size_t width) {
  return text + std::string(width - std::min(width, width_of(text)), ' ');
}

std::string right(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, width_of(text)), ' ') + text;
}

std::string plural(std::uint64_t count, const std::string& word) {
  return std::to_string(count) + " " + word + (count == 1 ? "" : "s");
}

void append_refused(std::string& out, const std::string& who,
                    const std::map<std::string, std::uint64_t>& refused) {
  if (refused.empty()) return;
  std::uint64_t total = 0;
  std::string reasons;
  for (const auto& [why, count] : refused) {
    total += count;
    reasons += (reasons.empty() ? "" : ", ") + std::to_string(count) + " " + why;
  }
  out += "  " + who + " gave no score for " + std::to_string(total) + ": " + reasons + "\n";
}

void append_matrix(std::string& out, const AgreementMatrix& matrix, const std::string& first,
                   const std::string& second) {
  const auto column_used = [&](std::size_t index) {
    return index < kScoreCount ||
           std::any_of(matrix.begin(), matrix.end(), [&](const auto& row) { return row[index] > 0; });
  };
  const auto row_used = [&](std::size_t index) {
    return index < kScoreCount ||
           std::any_of(matrix[index].begin(), matrix[index].end(), [](auto count) { return count > 0; });
  };
  out += "\n  " + first + ", down; " + second + ", across" + "\n  " + left("", kMatrixName);
  for (std::size_t j = 0; j < kReadingCount; ++j) out += column_used(j) ? right(reading_name(j), kCell) : "";
  out += "\n";
  for (std::size_t i = 0; i < kReadingCount; ++i) {
    if (!row_used(i)) continue;
    out += "  " + left(reading_name(i), kMatrixName);
    for (std::size_t j = 0; j < kReadingCount; ++j) {
      if (column_used(j)) out += right(matrix[i][j] == 0 ? "." : std::to_string(matrix[i][j]), kCell);
    }
    out += "\n";
  }
}

std::string figure(const Estimate* estimate, bool is_share) {
  if (estimate == nullptr) return std::string(kFigureWidth, ' ');
  std::string out = right(value_words(*estimate, is_share), kValueWidth) + "  " +
                    left(interval_words(estimate->bootstrap, is_share), kIntervalWidth);
  if (is_share) out += std::to_string(estimate->count) + " of " + std::to_string(estimate->of);
  return left(out, kFigureWidth);
}

void append_rows(std::string& out, const std::vector<EstimateRow>& rows, int replicates) {
  for (const EstimateRow& row : rows) {
    std::string line = "  " + left(row.words, kNameWidth) + figure(row.of_all, row.is_share) +
                       figure(row.scored, row.is_share) + interval_remark(*row.scored, replicates);
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
}

void append_strata(std::string& out, const char* title, const std::vector<Stratum>& strata) {
  if (strata.empty()) return;
  out += std::string("\n  ") + left(title, kStratumWidth) + "  slides     exact  within one\n";
  for (const Stratum& stratum : strata) {
    const auto percent = [&](std::uint64_t count) {
      return report::fixed(100 * static_cast<double>(count) / static_cast<double>(stratum.slides), 1) + " %";
    };
    out += "  " + left(stratum.name.empty() ? "not given" : printable(stratum.name), kStratumWidth) +
           right(std::to_string(stratum.slides), 8) + right(percent(stratum.exact), 10) +
           right(percent(stratum.within_one), 12) + "\n";
  }
}

void append_differences(std::string& out, const Comparison& comparison) {
  if (comparison.shares.size() < 2) return;
  out += "\n  " + left("first less second, points", kNameWidth) +
         "     mean  limits of agreement (mean -+ 1.96 SD), " + plural(comparison.shares.size(), "slide") +
         "\n";
  for (std::size_t share = 0; share < kShareCount; ++share) {
    const std::optional<BlandAltman> found = share_difference(comparison, share);
    if (!found) continue;
    out += "  " + left(share_words(share), kNameWidth) + right(report::fixed(found->mean, 2), kValueWidth) +
           "  " + report::fixed(found->limits.low, 2) + " to " + report::fixed(found->limits.high, 2) + "\n";
  }
}

void append_comparison(std::string& out, const AgreeReport& report, const Comparison& comparison) {
  const Agreement& a = comparison.agreement;
  const std::string first = printable(report.panel.raters[comparison.pair.first].name),
                    second = printable(report.panel.raters[comparison.pair.second].name);
  out += "\n" + first + " against " + second + "\n";
  out += "  " + plural(a.slides, "slide") + " of " + plural(a.cases, "case") + ", " +
         std::to_string(a.scored) + " scored by both";
  if (a.scored > 0)
    out += "; " + first + " higher in " + std::to_string(a.first_higher) + ", lower in " +
           std::to_string(a.second_higher);
  out += "\n";
  append_refused(out, first, comparison.first_refused);
  append_refused(out, second, comparison.second_refused);
  if (a.unread > 0) {
    out += "  " + plural(a.unread, "slide") +
           " not read by one of the two: in the table, in no figure below it" +
           (comparison.unread_refused.empty() ? "" : "; of them") + "\n";
    append_refused(out, "  the other", comparison.unread_refused);
  }
  const std::string few = few_cases_remark(a);
  if (!few.empty()) out += "  " + few + "\n";
  append_matrix(out, a.matrix, first, second);
  out += "\n  " + left("95 % over cases", kNameWidth) + left("     of all", kFigureWidth) +
         "     of those both scored\n";
  append_rows(out, overall_rows(a), a.replicates);
  for (const CutAgreement& cut : a.cuts) {
    out += std::string("  ") + cut_words(cut.cut) + "\n";
    append_rows(out, cut_rows(cut), a.replicates);
  }
  append_differences(out, comparison);
  append_strata(out, "by month", comparison.by_month);
  append_strata(out, "by scanner", comparison.by_scanner);
}

void append_disagreements(std::string& out, const AgreeReport& report) {
  if (report.disagreements.empty()) return;
  out += "\nslides that disagree, worst first (" + std::to_string(report.disagreements.size()) + ")\n";
  std::size_t listed = 0;
  for (const Disagreement& found : report.disagreements) {
    if (listed++ == kListed) {
      out += "  ... and " + std::to_string(report.disagreements.size() - kListed) +
             " more: --html FILE and --json have them all\n";
      break;
    }
    const PanelSlide& slide = report.panel.slides[found.slide];
    out += "  " +
           left(found.steps == 0 ? "no score" : plural(static_cast<std::uint64_t>(found.steps), "step"), 10);
    for (const std::size_t rater : raters_of(report)) {
      const Reading& reading = report.panel.raters[rater].readings[found.slide];
      if (reading_index(reading) == kNotRead) continue;
      out += printable(report.panel.raters[rater].name) + " " +
             (reading.score ? std::string(name(*reading.score)) : reading.why_not) + "  ";
    }
    out += printable(slide.slide) + "\n";
  }
}

/// Each advice once, with the first of the cases that it applies to.
void append_advice(std::string& out, const PatientSummary& patients) {
  struct Given {
    RetestAdvice advice;
    std::vector<std::string> cases;
  };
  std::vector<Given> given;
  for (const PatientDiscordance& found : patients.discordances) {
    for (const RetestAdvice& advice : found.advice) {
      auto at = std::find_if(given.begin(), given.end(),
                             [&](const Given& known) { return known.advice.code == advice.code; });
      if (at == given.end()) at = given.insert(given.end(), {advice, {}});
      at->cases.push_back(printable(found.case_id));
    }
  }
  for (const auto& [advice, cases] : given) {
    out += "  " + advice.code + ", " + plural(cases.size(), "case") + ":";
    for (std::size_t i = 0; i < std::min(kNamed, cases.size()); ++i) out += " " + cases[i];
    out += cases.size() > kNamed ? " ...\n" : "\n";
    out += "    " + advice.text + " [" + advice.source + "]\n";
  }
}

void append_patients(std::string& out, const PatientSummary& patients) {
  if (patients.several == 0) return;
  out += "\nspecimens of one case\n  " + plural(patients.several, "case") + " with several slides, " +
         std::to_string(patients.scored) + " with several scores: " + std::to_string(patients.discordant) +
         " discordant, " + std::to_string(patients.zero_one) + " of them between 0 and 1+ alone\n";
  std::size_t listed = 0;
  for (const PatientDiscordance& found : patients.discordances) {
    if (listed++ == kListed) {
      out += "  ... and " + std::to_string(patients.discordances.size() - kListed) +
             " more: --html FILE and --json have them all\n";
      break;
    }
    out += "  " + printable(found.case_id) + ":";
    for (const SpecimenScore& specimen : found.specimens) {
      out += " " + (specimen.specimen.empty() ? "specimen" : specimen.specimen) + " " +
             (specimen.score ? std::string(name(*specimen.score)) : specimen.why_not) +
             (&specimen == &found.specimens.back() ? "" : ",");
    }
    if (!found.seen_by.empty() && found.seen_by.front() != "annulet") {
      out += " (readers differ:";
      for (const std::string& who : found.seen_by) out += " " + printable(who);
      out += ")";
    }
    out += "\n";
  }
  append_advice(out, patients);
  if (!patients.discordances.empty()) out += "  Advice with its source, never a score.\n";
}

}  // namespace

std::string agree_text(const AgreeReport& report) {
  std::string out = printable(report.cohort) + ": " + plural(report.panel.slides.size(), "slide") + "\n";
  for (const Comparison& comparison : report.comparisons) append_comparison(out, report, comparison);
  append_disagreements(out, report);
  append_patients(out, report.patients);
  const int replicates = report.comparisons.empty() ? 0 : report.comparisons.front().agreement.replicates;
  if (replicates > 0)
    out += "\nIntervals: 95 %, percentiles of " + std::to_string(replicates) +
           " resamplings of the cases. \"Of all\": a slide without a score counts as disagreeing.\n";
  out += "For research use only. Not for diagnosis.\n";
  return out;
}

}  // namespace annulet
