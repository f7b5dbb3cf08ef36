// One comparison on the page: matrix as a heat map, figures, strata, differences.
#include <algorithm>

#include "cohort/agree_parts.hpp"
#include "cohort/named_estimates.hpp"
#include "report/text.hpp"

namespace annulet {
namespace {

using report::escape_html;

constexpr std::uint64_t kHeats = 10;

std::vector<std::size_t> used_columns(const AgreementMatrix& matrix) {
  std::vector<std::size_t> used;
  for (std::size_t i = 0; i < kReadingCount; ++i) {
    if (i < kScoreCount ||
        std::any_of(matrix.begin(), matrix.end(), [&](const auto& row) { return row[i] > 0; }))
      used.push_back(i);
  }
  return used;
}

std::vector<std::size_t> used_rows(const AgreementMatrix& matrix) {
  std::vector<std::size_t> used;
  for (std::size_t i = 0; i < kReadingCount; ++i) {
    if (i < kScoreCount ||
        std::any_of(matrix[i].begin(), matrix[i].end(), [](auto count) { return count > 0; }))
      used.push_back(i);
  }
  return used;
}

std::uint64_t column_total(const AgreementMatrix& matrix, std::size_t column) {
  std::uint64_t total = 0;
  for (const auto& row : matrix) total += row[column];
  return total;
}

/// Of the slides that both read.
std::uint64_t column_read(const AgreementMatrix& matrix, std::size_t column) {
  return column_total(matrix, column) - matrix[kNotRead][column];
}

std::uint64_t row_total(const AgreementMatrix& matrix, std::size_t row) {
  std::uint64_t total = 0;
  for (const std::uint64_t count : matrix[row]) total += count;
  return total;
}

std::string cell(const AgreementMatrix& matrix, std::size_t row, std::size_t column) {
  const std::uint64_t count = matrix[row][column], of = column_read(matrix, column);
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
  const std::vector<std::size_t> rows = used_rows(matrix), columns = used_columns(matrix);
  out +=
      "<div class=\"wide\"><table class=\"matrix\"><caption>Slides; below them the share of the column. "
      "Framed: "
      "the same score. Hatched: without a score on one side.</caption><thead><tr><td></td><td></td>"
      "<th scope=\"colgroup\" colspan=\"" +
      std::to_string(columns.size()) + "\">" + second + "</th><td></td></tr><tr><td></td><td></td>";
  for (const std::size_t column : columns)
    out += std::string("<th scope=\"col\">") + reading_name(column) + "</th>";
  out += "<th scope=\"col\" class=\"total\">all</th></tr></thead><tbody>\n";
  std::uint64_t all = 0;
  for (const std::size_t row : rows) {
    out += "<tr>";
    if (row == rows.front())
      out += "<th scope=\"rowgroup\" class=\"axis\" rowspan=\"" + std::to_string(rows.size()) + "\">" +
             first + "</th>";
    out += std::string("<th scope=\"row\">") + reading_name(row) + "</th>";
    for (const std::size_t column : columns) out += cell(matrix, row, column);
    out += "<td class=\"total\">" + report::grouped(row_total(matrix, row)) + "</td></tr>\n";
    all += row_total(matrix, row);
  }
  out += "<tr><td></td><th scope=\"row\" class=\"total\">all</th>";
  for (const std::size_t column : columns)
    out += "<td class=\"total\">" + report::grouped(column_total(matrix, column)) + "</td>";
  out += "<td class=\"total\">" + report::grouped(all) + "</td></tr></tbody></table></div>\n";
}

std::string figure(const Estimate* estimate, bool is_share, const Agreement& a) {
  if (estimate == nullptr) return "<td></td>";
  std::string out = "<td><b>" + value_words(*estimate, is_share) + "</b>";
  if (estimate->of > 0)
    out += " <span class=\"small nowrap\">" + report::grouped(estimate->count) + " of " +
           report::grouped(estimate->of) + "</span>";
  const std::string interval = interval_words(estimate->bootstrap, is_share),
                    wilson = interval_words(estimate->wilson, is_share),
                    remark = interval_remark(*estimate, a.replicates);
  if (!interval.empty()) out += "<div class=\"small\">" + interval + "</div>";
  if (!wilson.empty()) out += "<div class=\"small\">Wilson " + wilson + "</div>";
  if (!remark.empty()) out += "<div class=\"small\">" + remark + "</div>";
  return out + "</td>";
}

void append_rows(std::string& out, const std::vector<EstimateRow>& rows, const Agreement& a) {
  for (const EstimateRow& row : rows) {
    out += std::string("<tr><th scope=\"row\">") + row.words + "</th>" + figure(row.of_all, row.is_share, a) +
           figure(row.scored, row.is_share, a) + "</tr>\n";
  }
}

constexpr const char* kFigureHead =
    "<div class=\"wide\"><table class=\"figures\"><thead><tr><th scope=\"col\"></th><th scope=\"col\">of "
    "all</th>"
    "<th scope=\"col\">of those both scored</th></tr></thead><tbody>\n";

void append_overall(std::string& out, const Agreement& a) {
  out += kFigureHead;
  append_rows(out, overall_rows(a), a);
  out += "</tbody></table></div>\n";
}

void append_cuts(std::string& out, const Agreement& a) {
  out += "<div class=\"three\">";
  for (const CutAgreement& cut : a.cuts) {
    out += std::string("<div><h3>") + cut_words(cut.cut) + "</h3>" + kFigureHead;
    append_rows(out, cut_rows(cut), a);
    out += "</tbody></table></div></div>\n";
  }
  out += "</div>\n";
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
    out += " " + report::grouped(a.unread) + " not read by one of the two: in the matrix, in no figure." +
           refused_words("Of them the other", comparison.unread_refused);
  out += "</p>\n";
  const std::string few = few_cases_remark(a);
  if (!few.empty()) out += "<p class=\"remark\"><b>Few cases:</b> " + few + ".</p>\n";
  out += "<div class=\"side\">";
  append_matrix(out, a.matrix, first, second);
  append_overall(out, a);
  out += "</div>\n";
  append_cuts(out, a);
  append_difference_plots(out, report, comparison);
  append_strata(out, comparison);
  out += "</section>\n";
}

}  // namespace annulet
