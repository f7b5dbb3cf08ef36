// One comparison on the page: matrix as a heat map, figures, strata, differences.
#include <algorithm>

#include "cohort/agree_parts.hpp"
#include "cohort/named_estimates.hpp"
#include "report/text.hpp"

namespace annulet {
namespace {

using report::escape_html;

constexpr std::uint64_t kHeats = 10;

bool is_used(const AgreementMatrix& matrix, std::size_t index) {
  if (index < kScoreCount) return true;
  return std::any_of(matrix.begin(), matrix.end(), [&](const auto& row) { return row[index] > 0; }) ||
         std::any_of(matrix[index].begin(), matrix[index].end(), [](auto count) { return count > 0; });
}

std::uint64_t column_total(const AgreementMatrix& matrix, std::size_t column) {
  std::uint64_t total = 0;
  for (const auto& row : matrix) total += row[column];
  return total;
}

std::uint64_t row_total(const AgreementMatrix& matrix, std::size_t row) {
  std::uint64_t total = 0;
  for (const std::uint64_t count : matrix[row]) total += count;
  return total;
}

std::string cell(const AgreementMatrix& matrix, std::size_t row, std::size_t column) {
  const std::uint64_t count = matrix[row][column], of = column_total(matrix, column);
  const bool away = row >= kScoreCount || column >= kScoreCount;
  std::string classes = row == column && !away ? "same" : "";
  if (away) {
    classes += count > 0 ? " away" : "";
  } else if (of > 0) {
    classes += " h" + std::to_string(std::min(kHeats - 1, count * kHeats / of));
  }
  std::string out = "<td class=\"" + classes + "\">";
  if (count == 0) return out + "<span class=\"small\">·</span></td>";
  out += report::grouped(count);
  if (!away)
    out += "<small>" + report::fixed(100 * static_cast<double>(count) / static_cast<double>(of), 0) +
           " %</small>";
  return out + "</td>";
}

void append_matrix(std::string& out, const AgreementMatrix& matrix, const std::string& first,
                   const std::string& second) {
  std::vector<std::size_t> used;
  for (std::size_t i = 0; i < kReadingCount; ++i) {
    if (is_used(matrix, i)) used.push_back(i);
  }
  const std::string width = std::to_string(used.size());
  out +=
      "<div class=\"wide\"><table class=\"matrix\"><caption>Slides; below them the share of the column. "
      "Framed: "
      "the same score. Hatched: without a score on one side.</caption><thead><tr><td></td><td></td>"
      "<th scope=\"colgroup\" colspan=\"" +
      width + "\">" + second + "</th><td></td></tr><tr><td></td><td></td>";
  for (const std::size_t column : used)
    out += std::string("<th scope=\"col\">") + reading_name(column) + "</th>";
  out += "<th scope=\"col\" class=\"total\">all</th></tr></thead><tbody>\n";
  std::uint64_t all = 0;
  for (const std::size_t row : used) {
    out += "<tr>";
    if (row == used.front())
      out += "<th scope=\"rowgroup\" class=\"axis\" rowspan=\"" + width + "\">" + first + "</th>";
    out += std::string("<th scope=\"row\">") + reading_name(row) + "</th>";
    for (const std::size_t column : used) out += cell(matrix, row, column);
    out += "<td class=\"total\">" + report::grouped(row_total(matrix, row)) + "</td></tr>\n";
    all += row_total(matrix, row);
  }
  out += "<tr><td></td><th scope=\"row\" class=\"total\">all</th>";
  for (const std::size_t column : used)
    out += "<td class=\"total\">" + report::grouped(column_total(matrix, column)) + "</td>";
  out += "<td class=\"total\">" + report::grouped(all) + "</td></tr></tbody></table></div>\n";
}

void append_rows(std::string& out, const std::vector<NamedEstimate>& estimates, const Agreement& a) {
  for (const NamedEstimate& named : estimates) {
    const Estimate& e = *named.estimate;
    const std::string remark = interval_remark(e, a.replicates);
    out += "<tr><th scope=\"row\">" + escape_html(named.words) + "</th><td class=\"n\">" +
           value_words(named) + "</td><td class=\"n\">" + interval_words(e.bootstrap, named.is_share) +
           (remark.empty() ? "" : "<div class=\"small\">" + remark + "</div>") + "</td>";
    if (a.one_slide_a_case) out += "<td class=\"n\">" + interval_words(e.wilson, named.is_share) + "</td>";
    out += "<td class=\"n\">" +
           (named.is_share ? report::grouped(e.count) + " of " + report::grouped(e.of) : std::string()) +
           "</td></tr>\n";
  }
}

void append_figures(std::string& out, const Agreement& a) {
  const std::string columns = a.one_slide_a_case ? "5" : "4";
  out +=
      "<div class=\"wide\"><table><thead><tr><th scope=\"col\"></th><th scope=\"col\" class=\"n\">value</th>"
      "<th scope=\"col\" class=\"n\">95 % over cases</th>";
  if (a.one_slide_a_case) out += "<th scope=\"col\" class=\"n\">95 % Wilson</th>";
  out += "<th scope=\"col\" class=\"n\">slides</th></tr></thead><tbody>\n";
  append_rows(out, overall_estimates(a), a);
  out += "</tbody>";
  for (const CutAgreement& cut : a.cuts) {
    out += "<tbody><tr class=\"group\"><th scope=\"rowgroup\" colspan=\"" + columns + "\">" +
           cut_words(cut.cut) + "</th></tr>\n";
    append_rows(out, cut_estimates(cut), a);
    out += "</tbody>";
  }
  out += "</table></div>\n";
}

std::string refused_words(const std::string& who, const std::map<std::string, std::uint64_t>& refused) {
  if (refused.empty()) return "";
  std::uint64_t total = 0;
  std::string reasons;
  for (const auto& [why, count] : refused) {
    total += count;
    reasons += (reasons.empty() ? "" : ", ") + report::grouped(count) + " " + escape_html(why);
  }
  return " " + who + " gave no score for " + report::grouped(total) + ": " + reasons + ".";
}

void append_strata(std::string& out, const Comparison& comparison) {
  if (comparison.by_month.empty() && comparison.by_scanner.empty()) return;
  out +=
      "<h3>By month and by scanner</h3><p class=\"lead\">Exact agreement of all slides, with Wilson's "
      "interval of "
      "95 % for as many independent slides. A grey line: the whole cohort.</p><div class=\"two\">";
  append_strata_plot(out, comparison.by_month, "month");
  append_strata_plot(out, comparison.by_scanner, "scanner");
  out += "</div>\n";
}

}  // namespace

void append_comparison(std::string& out, const AgreeReport& report, const Comparison& comparison) {
  const Agreement& a = comparison.agreement;
  const std::string first = rater_words(report.panel.raters[comparison.pair.first]),
                    second = rater_words(report.panel.raters[comparison.pair.second]);
  const auto number = static_cast<std::size_t>(&comparison - report.comparisons.data()) + 1;
  out += "<section id=\"c" + std::to_string(number) + "\"><h2>" + first + " against " + second +
         "</h2><p class=\"lead\">" + report::grouped(a.slides) + " slides of " + report::grouped(a.cases) +
         " cases, " + report::grouped(a.scored) + " scored by both";
  if (a.scored > 0)
    out += "; where they differ " + first + " is higher on " + report::grouped(a.first_higher) +
           ", lower on " + report::grouped(a.second_higher);
  out +=
      "." + refused_words(first, comparison.first_refused) + refused_words(second, comparison.second_refused);
  if (a.unread > 0)
    out += " " + report::grouped(a.unread) + " not read by one of the two: in the matrix, in no figure.";
  out += "</p>\n";
  const std::string few = few_cases_remark(a);
  if (!few.empty()) out += "<p class=\"remark\"><b>Few cases:</b> " + few + ".</p>\n";
  out += "<div class=\"side\">";
  append_matrix(out, a.matrix, first, second);
  append_figures(out, a);
  out += "</div>\n";
  append_difference_plots(out, report, comparison);
  append_strata(out, comparison);
  out += "</section>\n";
}

}  // namespace annulet
