// Plots of the page, drawn as SVG: no script, no font, no picture from elsewhere.
#include <algorithm>
#include <cmath>

#include "cohort/agree_parts.hpp"
#include "cohort/named_estimates.hpp"
#include "report/text.hpp"

namespace annulet {
namespace {

using report::escape_html;
using report::fixed;

constexpr std::size_t kMostDots = 3000;  // of a Bland-Altman plot; lines and figures are of all slides

/// Where a value lies between two ends of an axis, in the units of the drawing.
struct Axis {
  double low, high, from, to;
  double at(double value) const { return from + (value - low) / (high - low) * (to - from); }
};

std::string line(double x1, double y1, double x2, double y2, const char* what) {
  return "<line class=\"" + std::string(what) + "\" x1=\"" + fixed(x1, 1) + "\" y1=\"" + fixed(y1, 1) +
         "\" x2=\"" + fixed(x2, 1) + "\" y2=\"" + fixed(y2, 1) + "\"/>";
}

/// `anchor`: start, middle or end. `words` are escaped already.
std::string label(double x, double y, const char* anchor, const std::string& words, const char* what = "") {
  std::string out =
      "<text x=\"" + fixed(x, 1) + "\" y=\"" + fixed(y, 1) + "\" text-anchor=\"" + anchor + "\"";
  if (*what != '\0') out += " class=\"" + std::string(what) + "\"";
  return out + ">" + words + "</text>";
}

std::string dot(double x, double y, double radius, const char* what, const std::string& title) {
  return "<circle class=\"" + std::string(what) + "\" cx=\"" + fixed(x, 1) + "\" cy=\"" + fixed(y, 1) +
         "\" r=\"" + fixed(radius, 1) + "\"><title>" + title + "</title></circle>";
}

std::string open_plot(double width, double height, const std::string& says) {
  return "<svg class=\"plot\" role=\"img\" viewBox=\"0 0 " + fixed(width, 0) + " " + fixed(height, 0) +
         "\" aria-label=\"" + says + "\">";
}

/// At most `most` characters, an ellipsis for the rest.
std::string shortened(const std::string& text, std::size_t most) {
  std::size_t characters = 0, at = 0;
  for (; at < text.size(); ++at) {
    if ((static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) continue;
    if (++characters > most) return escape_html(text.substr(0, at)) + "…";
  }
  return escape_html(text);
}

std::string stratum_name(const Stratum& stratum) {
  return stratum.name.empty() ? "not given" : stratum.name;
}

double exact_share(const Stratum& stratum) {
  return static_cast<double>(stratum.exact) / static_cast<double>(stratum.slides);
}

std::string stratum_words(const Stratum& stratum) {
  return escape_html(stratum_name(stratum)) + ": " + report::grouped(stratum.exact) + " of " +
         report::grouped(stratum.slides) + " exact, " + fixed(100 * exact_share(stratum), 1) + " %";
}

double whole_share(const std::vector<Stratum>& strata) {
  std::uint64_t exact = 0, slides = 0;
  for (const Stratum& stratum : strata) exact += stratum.exact, slides += stratum.slides;
  return static_cast<double>(exact) / static_cast<double>(slides);
}

/// Columns, for what has an order: months.
void append_columns(std::string& out, const std::vector<Stratum>& strata) {
  constexpr double kWidth = 490, kHeight = 230, kLabels = 12;
  const Axis y{0, 1, kHeight - 44, 14};
  const double step = (kWidth - 50) / static_cast<double>(strata.size());
  for (const double tick : {0.0, 0.25, 0.5, 0.75, 1.0}) {
    out += line(44, y.at(tick), kWidth, y.at(tick), "grid");
    out += label(38, y.at(tick) + 4, "end", fixed(100 * tick, 0) + " %");
  }
  const double whole = y.at(whole_share(strata));
  out += line(44, whole, kWidth, whole, "zero");
  const auto every = static_cast<std::size_t>(std::ceil(static_cast<double>(strata.size()) / kLabels));
  for (std::size_t i = 0; i < strata.size(); ++i) {
    const double x = 50 + step * (static_cast<double>(i) + 0.5);
    const Interval interval = wilson_interval(strata[i].exact, strata[i].slides);
    out += line(x, y.at(interval.low), x, y.at(interval.high), "range");
    out += dot(x, y.at(exact_share(strata[i])), 5, "dot", stratum_words(strata[i]));
    if (i % every != 0) continue;
    // Six characters of a month beside each other need the room of a year: the year stands below once.
    const std::string& name = strata[i].name;
    out += label(x, kHeight - 26, "middle", name.empty() ? "none" : escape_html(name.substr(5)));
    if (!name.empty() && (i == 0 || strata[i - every].name.substr(0, 4) != name.substr(0, 4)))
      out += label(x, kHeight - 10, "middle", escape_html(name.substr(0, 4)), "strong");
  }
}

/// Rows, for what has long names: scanners.
void append_bars(std::string& out, const std::vector<Stratum>& strata, std::size_t shown) {
  constexpr double kWidth = 490, kRow = 26, kName = 176;
  const double bottom = kRow * static_cast<double>(shown) + 8;
  const Axis x{0, 1, kName + 10, kWidth - 66};
  for (const double tick : {0.0, 0.5, 1.0}) {
    out += line(x.at(tick), 4, x.at(tick), bottom, "grid");
    out += label(x.at(tick), bottom + 16, "middle", fixed(100 * tick, 0) + " %");
  }
  const double whole = x.at(whole_share(strata));
  out += line(whole, 4, whole, bottom, "zero");
  for (std::size_t i = 0; i < shown; ++i) {
    const double y = 4 + kRow * (static_cast<double>(i) + 0.5);
    const Interval interval = wilson_interval(strata[i].exact, strata[i].slides);
    out += label(kName, y + 4, "end", shortened(stratum_name(strata[i]), 22), "strong");
    out += line(x.at(interval.low), y, x.at(interval.high), y, "range");
    out += dot(x.at(exact_share(strata[i])), y, 5, "dot", stratum_words(strata[i]));
    out += label(kWidth, y + 4, "end",
                 report::grouped(strata[i].exact) + " of " + report::grouped(strata[i].slides));
  }
}

void append_strata_table(std::string& out, const std::vector<Stratum>& strata, const std::string& what) {
  out += "<details><summary>the same as a table</summary><table><thead><tr><th scope=\"col\">" + what +
         "</th><th scope=\"col\" class=\"n\">slides</th><th scope=\"col\" class=\"n\">exact</th>"
         "<th scope=\"col\" class=\"n\">within one</th></tr></thead><tbody>\n";
  for (const Stratum& stratum : strata) {
    const double slides = static_cast<double>(stratum.slides);
    out += "<tr><th scope=\"row\">" + escape_html(stratum_name(stratum)) + "</th><td class=\"n\">" +
           report::grouped(stratum.slides) + "</td><td class=\"n\">" + fixed(100 * exact_share(stratum), 1) +
           " %</td><td class=\"n\">" + fixed(100 * static_cast<double>(stratum.within_one) / slides, 1) +
           " %</td></tr>\n";
  }
  out += "</tbody></table></details>\n";
}

/// The least of 5, 10, 20, 50 and 100 that is no less than `value`.
double round_up(double value) {
  for (const double end : {5.0, 10.0, 20.0, 50.0}) {
    if (value <= end) return end;
  }
  return 100;
}

void append_difference_plot(std::string& out, const AgreeReport& report, const Comparison& comparison,
                            std::size_t share, const BlandAltman& found) {
  constexpr double kWidth = 330, kHeight = 250;
  double widest = std::max(std::abs(found.limits.low), std::abs(found.limits.high)), largest = 0;
  for (const SharePair& pair : comparison.shares) {
    widest = std::max(widest, std::abs(pair.first[share] - pair.second[share]));
    largest = std::max(largest, (pair.first[share] + pair.second[share]) / 2);
  }
  const double reach = round_up(widest), end = round_up(largest);
  const Axis x{0, end, 42, kWidth - 8}, y{-reach, reach, kHeight - 42, 12};
  out += "<figure>" +
         open_plot(kWidth, kHeight,
                   std::string("Bland-Altman plot of the cells with ") + share_words(share) +
                       ": mean difference " + fixed(found.mean, 2) + " points, limits of agreement " +
                       fixed(found.limits.low, 2) + " to " + fixed(found.limits.high, 2));
  for (const double tick : {-1.0, -0.5, 0.5, 1.0}) {
    out += line(42, y.at(tick * reach), kWidth - 8, y.at(tick * reach), "grid");
    out += label(36, y.at(tick * reach) + 4, "end", fixed(tick * reach, reach < 10 ? 1 : 0));
  }
  out += line(42, y.at(0), kWidth - 8, y.at(0), "zero") + label(36, y.at(0) + 4, "end", "0");
  for (const double tick : {0.0, 0.5, 1.0})
    out += label(x.at(tick * end), kHeight - 26, "middle", fixed(tick * end, end < 10 ? 1 : 0));
  out += label((42 + kWidth - 8) / 2, kHeight - 8, "middle", "mean of the two, %");
  const double radius = comparison.shares.size() > 200 ? 2.2 : 3.6;
  const std::size_t every = (comparison.shares.size() + kMostDots - 1) / kMostDots;
  for (std::size_t i = 0; i < comparison.shares.size(); i += every) {
    const SharePair& pair = comparison.shares[i];
    const double difference = pair.first[share] - pair.second[share];
    out += dot(x.at((pair.first[share] + pair.second[share]) / 2), y.at(difference), radius, "cloud",
               escape_html(report.panel.slides[pair.slide].slide) + ": " + fixed(pair.first[share], 1) +
                   " and " + fixed(pair.second[share], 1) + " %");
  }
  out += line(42, y.at(found.mean), kWidth - 8, y.at(found.mean), "mean");
  for (const double limit : {found.limits.low, found.limits.high})
    out += line(42, y.at(limit), kWidth - 8, y.at(limit), "limit");
  out += "</svg><figcaption><b>" + std::string(share_words(share)) + "</b>: mean difference " +
         fixed(found.mean, 2) + " points, limits of agreement " + fixed(found.limits.low, 2) + " to " +
         fixed(found.limits.high, 2) + "</figcaption></figure>\n";
}

}  // namespace

void append_kappa_plot(std::string& out, const AgreeReport& report) {
  constexpr double kWidth = 1016, kRow = 22, kName = 300, kGap = 8;
  constexpr std::size_t kMostFull = 8;  // comparisons with all three kappas
  const bool full = report.comparisons.size() <= kMostFull;
  double lowest = 0;
  std::string drawn;
  for (const Comparison& comparison : report.comparisons) {
    for (const Estimate* e : {&comparison.agreement.kappa, &comparison.agreement.linear_kappa,
                              &comparison.agreement.quadratic_kappa}) {
      if (e->value) lowest = std::min({lowest, *e->value, e->bootstrap ? e->bootstrap->low : 0.0});
    }
  }
  const Axis x{std::floor(lowest * 5) / 5, 1, kName + 110, kWidth - 150};
  double y = 6;
  for (std::size_t i = 0; i < report.comparisons.size(); ++i) {
    const Comparison& comparison = report.comparisons[i];
    const Agreement& a = comparison.agreement;
    const std::string pair = rater_words(report.panel.raters[comparison.pair.first]) + " against " +
                             rater_words(report.panel.raters[comparison.pair.second]);
    drawn += label(0, y + kRow / 2 + 4, "start", pair, "strong");
    for (const auto& [words, e] : {std::pair{"kappa", &a.kappa}, std::pair{"linear", &a.linear_kappa},
                                   std::pair{"quadratic", &a.quadratic_kappa}}) {
      if (!full && e != &a.quadratic_kappa) continue;
      const double middle = y + kRow / 2;
      const std::string value = value_words(*e, false);
      drawn += label(kName + 98, middle + 4, "end", words);
      if (e->bootstrap)
        drawn += line(x.at(e->bootstrap->low), middle, x.at(e->bootstrap->high), middle, "range");
      if (e->value) drawn += dot(x.at(*e->value), middle, 5, "dot", pair + ", " + words + " " + value);
      const std::string interval = interval_words(e->bootstrap, false);
      drawn += label(kWidth, middle + 4, "end", value + (interval.empty() ? "" : " (" + interval + ")"));
      y += kRow;
    }
    y += kGap;
  }
  out += "<h3>Kappa with its interval of 95 % over cases</h3><div class=\"wide\">" +
         open_plot(kWidth, y + 22, "Kappas of all comparisons; the figures stand in the table above");
  for (int tick = static_cast<int>(std::lround(x.low * 5)); tick <= 5; ++tick) {
    out += line(x.at(tick / 5.0), 2, x.at(tick / 5.0), y, tick == 0 ? "zero" : "grid");
    out += label(x.at(tick / 5.0), y + 16, "middle", fixed(tick / 5.0, 1));
  }
  out += drawn + "</svg></div>\n";
}

void append_strata_plot(std::string& out, const std::vector<Stratum>& strata, const std::string& what) {
  if (strata.empty()) return;
  constexpr std::size_t kMostRows = 20;
  const bool rows = what == "scanner";
  const std::size_t shown = rows ? std::min(kMostRows, strata.size()) : strata.size();
  out += "<figure>" + open_plot(490, rows ? 26 * static_cast<double>(shown) + 30 : 230,
                                "Exact agreement by " + what + "; the figures stand in the table below");
  if (rows)
    append_bars(out, strata, shown);
  else
    append_columns(out, strata);
  out += "</svg><figcaption><b>By " + what + "</b>";
  if (shown < strata.size())
    out += ": the first " + std::to_string(shown) + " of " + std::to_string(strata.size());
  out += "</figcaption>";
  append_strata_table(out, strata, what);
  out += "</figure>\n";
}

void append_difference_plots(std::string& out, const AgreeReport& report, const Comparison& comparison) {
  if (comparison.shares.size() < 2) return;
  const std::size_t every = (comparison.shares.size() + kMostDots - 1) / kMostDots;
  out += "<h3>Differences of the percentages (Bland and Altman)</h3><p class=\"lead\">One dot a slide" +
         (every > 1 ? ", one in " + std::to_string(every) + " drawn, all counted" : std::string()) + ": " +
         rater_words(report.panel.raters[comparison.pair.first]) + " less " +
         rater_words(report.panel.raters[comparison.pair.second]) +
         ", in points, over the mean of the two. Solid: mean difference; dashed: limits of agreement, mean "
         "-+ 1.96 standard deviations; grey: no difference.</p><div class=\"plots\">";
  for (std::size_t share = 0; share < kShareCount; ++share) {
    const std::optional<BlandAltman> found = share_difference(comparison, share);
    if (found) append_difference_plot(out, report, comparison, share, *found);
  }
  out += "</div>\n";
}

}  // namespace annulet
