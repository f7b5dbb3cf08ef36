// Lists of the page: slides that disagree, cases whose specimens differ.
#include <algorithm>

#include "cohort/agree_parts.hpp"
#include "report/text.hpp"

namespace annulet {
namespace {

using report::escape_html;

constexpr std::size_t kOpen = 25;    // rows that stand open; the next unfold
constexpr std::size_t kMost = 2000;  // rows of a list: a browser stays quick

/// The rows of a list: some open, some folded, and how many are left to --json.
template <class Row, class AppendRows>
void append_folded(std::string& out, std::span<const Row> rows, const char* what, AppendRows append_rows) {
  append_rows(rows.first(std::min(kOpen, rows.size())));
  if (rows.size() <= kOpen) return;
  const std::size_t shown = std::min(kMost, rows.size());
  out += "<details><summary>the " + std::string(shown < rows.size() ? "next " : "other ") +
         report::grouped(shown - kOpen) + " " + what + "</summary>\n";
  append_rows(rows.subspan(kOpen, shown - kOpen));
  out += "</details>\n";
  if (shown < rows.size())
    out += "<p class=\"small\">" + report::grouped(rows.size() - shown) +
           " more stand in the output of --json.</p>\n";
}

std::string url_path(std::string_view path) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  static constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  std::string out;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

/// Escaped, and may break after each folder.
std::string path_words(const std::string& path) {
  std::string out;
  for (const char c : escape_html(path)) {
    out += c;
    if (c == '/') out += "<wbr>";
  }
  return out;
}

std::string shares_words(const Rater& rater, std::size_t slide) {
  const auto& shares = rater.shares[slide];
  if (!shares) return "<td class=\"n\"></td><td class=\"n\"></td><td class=\"n\"></td>";
  std::string out;
  for (const double share : *shares) out += "<td class=\"n\">" + report::fixed(share, 1) + "</td>";
  return out;
}

std::string apart_words(const Disagreement& found) {
  if (found.steps == 0) return "no score";
  return std::to_string(found.steps) + (found.steps == 1 ? " step" : " steps");
}

void append_slide_rows(std::string& out, const AgreeReport& report, const std::string& to_cohort,
                       std::span<const Disagreement> rows, std::size_t run) {
  const std::vector<std::size_t> raters = raters_of(report);
  const bool percents = !report.panel.raters[run].is_reader;
  out += "<div class=\"wide\"><table><thead><tr><th scope=\"col\">apart</th>";
  for (const std::size_t rater : raters)
    out += "<th scope=\"col\">" + rater_words(report.panel.raters[rater]) + "</th>";
  if (percents)
    out +=
        "<th scope=\"col\" class=\"n\">stained %</th><th scope=\"col\" class=\"n\">complete %</th>"
        "<th scope=\"col\" class=\"n\">intense %</th>";
  out += "<th scope=\"col\">slide</th><th scope=\"col\">case</th></tr></thead><tbody>\n";
  for (const Disagreement& found : rows) {
    const PanelSlide& slide = report.panel.slides[found.slide];
    out += "<tr><td class=\"nowrap\">" + apart_words(found) + "</td>";
    for (const std::size_t rater : raters)
      out += "<td>" + score_chip(report.panel.raters[rater].readings[found.slide]) + "</td>";
    if (percents) out += shares_words(report.panel.raters[run], found.slide);
    out +=
        "<td class=\"path\">" + slide_link(slide.slide, slide.folder, to_cohort) +
        "</td><td class=\"nowrap\">" + escape_html(slide.case_id) +
        (slide.specimen.empty() ? "" : " <span class=\"small\">" + escape_html(slide.specimen) + "</span>") +
        "</td></tr>\n";
  }
  out += "</tbody></table></div>\n";
}

void append_specimens(std::string& out, const PatientDiscordance& found, const std::string& to_cohort) {
  for (const SpecimenScore& specimen : found.specimens) {
    out += "<div>" + score_chip({specimen.score, specimen.why_not}) + " " +
           (specimen.specimen.empty() ? "specimen not given" : escape_html(specimen.specimen)) +
           " <span class=\"small\">" + slide_link(specimen.slide, specimen.folder, to_cohort);
    for (const auto& [who, score] : specimen.readers)
      out += std::string("; reader ") + escape_html(who) + " " + name(score);
    out += "</span></div>";
  }
}

void append_case_rows(std::string& out, std::span<const PatientDiscordance> rows,
                      const std::string& to_cohort) {
  out +=
      "<div class=\"wide\"><table><thead><tr><th scope=\"col\">case</th>"
      "<th scope=\"col\">specimens: score of the run, readers</th>"
      "<th scope=\"col\">what applies</th></tr></thead><tbody>\n";
  for (const PatientDiscordance& found : rows) {
    out += "<tr><th scope=\"row\">" + escape_html(found.case_id) + "</th><td class=\"path\">";
    append_specimens(out, found, to_cohort);
    if (!found.seen_by.empty() && found.seen_by.front() != "annulet") {
      out += "<p class=\"small\">by";
      for (const std::string& who : found.seen_by) out += " " + escape_html(who);
      out += " alone</p>";
    }
    out += "</td><td>";
    for (const RetestAdvice& advice : found.advice)
      out += "<div><a href=\"#advice-" + advice.code + "\">" + advice.code + "</a></div>";
    out += "</td></tr>\n";
  }
  out += "</tbody></table></div>\n";
}

/// Each advice once, with how many cases it applies to.
void append_advice(std::string& out, std::span<const PatientDiscordance> rows) {
  std::vector<std::pair<RetestAdvice, std::uint64_t>> given;
  for (const PatientDiscordance& found : rows) {
    for (const RetestAdvice& advice : found.advice) {
      const auto at = std::find_if(given.begin(), given.end(),
                                   [&](const auto& known) { return known.first.code == advice.code; });
      if (at == given.end())
        given.emplace_back(advice, 1);
      else
        ++at->second;
    }
  }
  out += "<h3>What applies, and who says so</h3><dl>\n";
  for (const auto& [advice, cases] : given) {
    out += "<dt id=\"advice-" + advice.code + "\">" + advice.code + ", " + report::grouped(cases) +
           (cases == 1 ? " case" : " cases") + "</dt><dd>" + escape_html(advice.text) +
           " <span class=\"small\">" + escape_html(advice.source) + "</span></dd>\n";
  }
  out += "</dl>\n";
}

}  // namespace

std::string score_chip(const Reading& reading) {
  const std::size_t index = reading_index(reading);
  if (index == kNotRead) return "<span class=\"chip cu\">not read</span>";
  if (index == kRefused)
    return "<span class=\"chip cx\" title=\"" + escape_html(reading.why_not) + "\">" +
           escape_html(reading.why_not) + "</span>";
  return "<span class=\"chip c" + std::to_string(index) + "\">" + reading_name(index) + "</span>";
}

std::string slide_link(const std::string& slide, const std::string& folder, const std::string& to_cohort) {
  if (folder.empty()) return path_words(slide);
  return "<a href=\"" + url_path(to_cohort + folder + "/report.html") + "\">" + path_words(slide) + "</a>";
}

void append_disagreements(std::string& out, const AgreeReport& report, const std::string& to_cohort) {
  const std::vector<Disagreement>& all = report.disagreements;
  const std::size_t run = report.comparisons.front().pair.first;
  out += "<section id=\"slides\"><h2>Slides that disagree</h2>";
  if (all.empty()) {
    out +=
        "<p class=\"lead\">None: on every slide that two of them read they give the same "
        "score.</p></section>\n";
    return;
  }
  const auto no_score = static_cast<std::uint64_t>(
      std::count_if(all.begin(), all.end(), [](const Disagreement& d) { return d.steps == 0; }));
  out += "<p class=\"lead\">" + report::grouped(all.size()) + " of " +
         report::grouped(report.panel.slides.size()) + " slides, worst first";
  if (no_score > 0) out += "; at the end " + report::grouped(no_score) + " that one of them did not score";
  out += ".";
  if (!report.panel.raters[run].is_reader)
    out += " Percentages are those of " + rater_words(report.panel.raters[run]) +
           ": measurable tumour cells that are stained at all, completely, completely and intensely.";
  out += "</p>\n";
  append_folded(out, std::span<const Disagreement>(all), "slides",
                [&](auto rows) { append_slide_rows(out, report, to_cohort, rows, run); });
  out += "</section>\n";
}

void append_patients(std::string& out, const AgreeReport& report, const std::string& to_cohort) {
  const PatientSummary& p = report.patients;
  if (p.several == 0) return;
  out += "<section id=\"cases\"><h2>Specimens of one case</h2><p class=\"lead\">" +
         report::grouped(p.several) + " of " + report::grouped(p.cases) + " cases have several slides, " +
         report::grouped(p.scored) + " several scores: " + report::grouped(p.discordant) + " discordant, " +
         report::grouped(p.zero_one) + " of them between 0 and 1+ alone.";
  if (p.primary_metastasis > 0)
    out += " Of " + report::grouped(p.primary_metastasis) + " pairs of primary and metastasis " +
           report::grouped(p.primary_metastasis_discordant) + " differ.";
  out +=
      (p.discordances.empty() ? "</p>\n" : " What applies is advice with its source, never a score.</p>\n");
  const std::span<const PatientDiscordance> rows(p.discordances);
  if (!rows.empty())
    append_folded(out, rows, "cases", [&](auto some) { append_case_rows(out, some, to_cohort); });
  if (!rows.empty()) append_advice(out, rows);
  out += "</section>\n";
}

}  // namespace annulet
