// The page of `annulet agree`: what agrees, what does not, then each comparison, then how it was counted.
#include <algorithm>

#include "annulet/base/error.hpp"
#include "cohort/agree_parts.hpp"
#include "cohort/named_estimates.hpp"
#include "report/text.hpp"

namespace annulet {
namespace {

using report::escape_html;

constexpr const char* kResearchUse = "For research use only. Not for diagnosis.";

std::string with_interval(const NamedEstimate& named) {
  std::string out = value_words(*named.estimate, named.is_share);
  const std::string interval = interval_words(named.estimate->bootstrap, named.is_share);
  if (!interval.empty()) out += "<br><span class=\"small\">" + interval + "</span>";
  return out;
}

void append_summary(std::string& out, const AgreeReport& report) {
  out +=
      "<section><h2>How well they agree</h2><p class=\"lead\">Below each figure its interval of 95 % over "
      "cases. Of all: a slide without a score counts as disagreeing.</p>\n<div class=\"wide\"><table>"
      "<thead><tr><th scope=\"col\">compared</th><th scope=\"col\" class=\"n\">slides</th>"
      "<th scope=\"col\" class=\"n\">scored by both</th><th scope=\"col\" class=\"n\">exact, of all</th>"
      "<th scope=\"col\" class=\"n\">exact, of scored</th>"
      "<th scope=\"col\" class=\"n\">within one, of all</th>"
      "<th scope=\"col\" class=\"n\">kappa</th><th scope=\"col\" class=\"n\">linear</th>"
      "<th scope=\"col\" class=\"n\">quadratic</th></tr></thead><tbody>\n";
  for (std::size_t i = 0; i < report.comparisons.size(); ++i) {
    const Comparison& comparison = report.comparisons[i];
    const Agreement& a = comparison.agreement;
    out += "<tr><th scope=\"row\"><a href=\"#c" + std::to_string(i + 1) + "\">" +
           rater_words(report.panel.raters[comparison.pair.first]) + " against " +
           rater_words(report.panel.raters[comparison.pair.second]) + "</a></th><td class=\"n\">" +
           report::grouped(a.slides) + "</td><td class=\"n\">" + report::grouped(a.scored) + "</td>";
    const std::vector<NamedEstimate> all = overall_estimates(a);
    for (const char* code :
         {"exact_of_all", "exact", "within_one_of_all", "kappa", "linear_kappa", "quadratic_kappa"}) {
      const auto at = std::find_if(all.begin(), all.end(), [&](const auto& e) { return e.code == code; });
      expects(at != all.end(), "the summary names statistics that exist");
      out += "<td class=\"n\">" + with_interval(*at) + "</td>";
    }
    out += "</tr>\n";
  }
  out += "</tbody></table></div>\n";
  append_kappa_plot(out, report);
  out += "</section>\n";
}

void append_method(std::string& out, const AgreeReport& report) {
  const int replicates = report.comparisons.front().agreement.replicates;
  out +=
      "<section><h2>How it was counted</h2><dl>"
      "<dt>Of all</dt><dd>Every slide that both were to read. One without a score (not evaluable, failed, "
      "crashed, timed out) stays in the denominator and agrees with nothing. A slide that a reader never "
      "scored is in the matrix and in no figure.</dd>"
      "<dt>Of those both scored</dt><dd>What is left when either gave no score; kappas are of these.</dd>"
      "<dt>Kappa</dt><dd>Cohen 1960; weighted: Cohen 1968, a disagreement counts by its steps (linear) or "
      "their square (quadratic). Undefined where both used one and the same score. It depends on how "
      "common each score is: compare it between cohorts with care.</dd>"
      "<dt>Positive, negative agreement</dt><dd>Of the slides that the second side calls positive (at or "
      "above the cut), how many the first calls so too; likewise negative. Neither side is the truth.</dd>"
      "<dt>Intervals</dt><dd>95 %, percentiles of ";
  out += std::to_string(replicates) +
         " resamplings of the cases with replacement by a fixed seed; slides of one case are drawn together. "
         "A replicate in which the figure is undefined is left out and counted; with more than one in twenty "
         "there is no interval. Where every case has one slide, Wilson's interval stands beside it.</dd>"
         "<dt>Sources</dt><dd>docs/science/agreement.md, with the published examples that these figures are "
         "tested against.</dd></dl></section>\n";
}

std::string runs_words(const AgreeReport& report) {
  std::string out;
  for (const std::size_t rater : raters_of(report)) {
    const Rater& one = report.panel.raters[rater];
    if (one.is_reader) continue;
    out += "<br>" + escape_html(one.name);
    for (std::size_t i = 0; i < one.guidelines.size(); ++i)
      out += (i == 0 ? ": " : ", ") + escape_html(one.guidelines[i]);
  }
  return out;
}

}  // namespace

std::string rater_words(const Rater& rater) {
  if (rater.is_reader)
    return "reader " + escape_html(std::string_view(rater.name).substr(kReaderPrefix.size()));
  return "run " + escape_html(rater.name);
}

std::string agree_html(const AgreeReport& report, const std::string& to_cohort) {
  expects(!report.comparisons.empty(), "a page compares somebody");
  std::string out =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>";
  out += "HER2 agreement · " + escape_html(report.cohort) + "</title>\n";
  append_agree_style(out);
  out += std::string("</head>\n<body>\n<div class=\"use\">") + kResearchUse + "</div>\n<main>\n";
  out += "<header><h1>HER2 immunohistochemistry: agreement <strong>" + escape_html(report.cohort) +
         "</strong></h1><p>annulet " ANNULET_VERSION + runs_words(report) + "</p></header>\n";
  append_summary(out, report);
  append_disagreements(out, report, to_cohort);
  for (const Comparison& comparison : report.comparisons) append_comparison(out, report, comparison);
  append_patients(out, report, to_cohort);
  append_method(out, report);
  out += "<footer>" + std::string(kResearchUse) + "</footer>\n</main>\n</body>\n</html>\n";
  return out;
}

}  // namespace annulet
