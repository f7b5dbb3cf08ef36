// Verdict, percentages, margins and trace: what a pathologist reads first, and why it is so.
#include <algorithm>

#include "annulet/report/shares.hpp"
#include "report/html_parts.hpp"
#include "report/palette.hpp"
#include "report/text.hpp"

namespace annulet::report {
namespace {

struct PatternWords {
  const char* title;
  const char* meaning;
};

/// By kMeasurable; the terms of ASCO/CAP, then what they mean here.
constexpr std::array<PatternWords, kMeasurable.size()> kPatternWords = {{
    {"No staining", "no membrane staining that can be told from background"},
    {"Faint, incomplete", "barely perceptible membrane staining"},
    {"Moderate to strong, incomplete", "clearly stained wall with gaps: basolateral or lateral"},
    {"Weak to moderate, complete", "closed ring, thin or of medium brown"},
    {"Intense, complete", "closed ring, dark brown"},
}};

const TraceRow* row_that_held(const Verdict& verdict) {
  for (const TraceRow& row : verdict.trace) {
    if (row.held && row.row == verdict.rule) return &row;
  }
  return nullptr;
}

/// The share that decides about the strongest stain; nothing where the guideline asks for none.
const TraceRow* first_share(const Verdict& verdict) {
  for (const TraceRow& row : verdict.trace) {
    if (row.percent > 0) return &row;
  }
  return nullptr;
}

std::string cut_words(const TraceRow& row) {
  return fixed(row.percent, row.percent < 1 ? 2 : 0) + " %";
}

void append_score(std::string& out, const SlideResult& result) {
  const Verdict& verdict = result.verdict;
  if (!verdict.score) {
    const char* words =
        result.status == Status::NotEvaluable ? "Not<br>evaluable" : "No score<br>could be made";
    out += std::string("<div class=\"score none\"><b>") + words + "</b></div>\n";
    return;
  }
  out += "<div class=\"score\"><b>" + escape_html(name(*verdict.score)) + "</b>";
  if (!verdict.group.empty()) out += "<span>" + escape_html(verdict.group) + "</span>";
  out += "</div>\n";
}

void append_reasons(std::string& out, const Verdict& verdict) {
  out += "<h2>This slide has no HER2 score</h2>\n<ul class=\"why\">\n";
  for (const Remark& reason : verdict.reasons) {
    out += "<li><b>" + escape_html(reason.message) + "</b> <span>" + advice_for(reason.code) +
           "</span> <code>" + escape_html(reason.code) + "</code></li>\n";
  }
  out += "</ul>\n";
}

void append_rule(std::string& out, const Verdict& verdict) {
  out += "<h2>" + escape_html(group_words(verdict.group)) + "</h2>\n";
  if (const TraceRow* row = row_that_held(verdict)) {
    out += "<p>" + escape_html(row->why) + "</p>\n<p class=\"small\">Row " + escape_html(row->row) + " of " +
           escape_html(verdict.guideline) + ": " + escape_html(row->condition) + ".</p>\n";
  } else if (!verdict.rule.empty()) {
    out += "<p class=\"small\">Row " + escape_html(verdict.rule) + " of " + escape_html(verdict.guideline) +
           ".</p>\n";
  }
}

std::string margin_sentence(const Margin& margin) {
  const auto cells = static_cast<std::uint64_t>(margin.cells < 0 ? -margin.cells : margin.cells);
  return grouped(cells) + (cells == 1 ? " cell" : " cells") + " (" + fixed(margin.percent_points, 2) +
         " percentage points)";
}

void append_facts(std::string& out, const SlideResult& result) {
  const std::uint64_t tumour = result.tally.of(CellKind::Tumour);
  const std::uint64_t unmeasurable = result.tally.of(CellKind::Tumour, Pattern::Unmeasurable);
  const auto fact = [&](const std::string& value, const char* words) {
    out += "<div><b>" + value + "</b><span>" + words + "</span></div>";
  };
  out += "<div class=\"facts\">";
  fact(grouped(tumour - unmeasurable), "tumour cells judged");
  fact(grouped(unmeasurable), "tumour cells not measurable");
  fact(grouped(result.tally.total()), "cells in all");
  fact(fixed(result.tissue_mm2, result.tissue_mm2 < 1 ? 3 : 1) + " mm²", "of tissue");
  const auto included = std::count_if(result.regions.begin(), result.regions.end(), [](const RegionUse& use) {
    return use.region.role == RegionRole::Include;
  });
  if (included > 0) {
    fact(fixed(result.analysed_mm2, result.analysed_mm2 < 1 ? 3 : 1) + " mm²",
         included == 1 ? "counted, inside 1 region"
                       : ("counted, inside " + std::to_string(included) + " regions").c_str());
  }
  out += "</div>\n";
}

/// Words inside a part of the bar would not be legible below this share.
constexpr std::int64_t kLeastLabelled = 6'000;
constexpr int kBarWide = 940, kBarTall = 40;

void append_bar(std::string& out, const PatternShares& shares, const char* label, const TraceRow* cut) {
  const int height = kBarTall + (cut != nullptr ? 24 : 0);
  out += "<svg class=\"bar\" role=\"img\" viewBox=\"0 0 " + std::to_string(kBarWide) + " " +
         std::to_string(height) + "\" aria-label=\"" + label;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    out += std::string(i == 0 ? ": " : ", ") + kPatternWords[i].title + " " + percent_words(shares[i]);
  }
  out += "\">";
  std::int64_t start = 0;
  for (std::size_t i = shares.size(); i-- > 0;) {
    const std::int64_t x = start * kBarWide / 100'000, next = (start + shares[i]) * kBarWide / 100'000;
    out += std::string("<rect class=\"fill-") + style_of(kMeasurable[i]).class_name + "\" x=\"" +
           std::to_string(x) + "\" y=\"0\" width=\"" + std::to_string(next - x) + "\" height=\"" +
           std::to_string(kBarTall) + "\"/>";
    if (shares[i] >= kLeastLabelled) {
      const char* ink = kMeasurable[i] == Pattern::IntenseComplete ? "#fff" : "#1c2530";
      out += "<text x=\"" + std::to_string((x + next) / 2) + "\" y=\"25\" text-anchor=\"middle\" fill=\"" +
             ink + "\">" + percent_words(shares[i]) + "</text>";
    }
    start += shares[i];
  }
  if (cut != nullptr) {
    const std::string x = fixed(cut->percent * kBarWide / 100, 0);
    out += "<path d=\"M" + x +
           " 0v46\" stroke=\"#1c2530\" stroke-width=\"2\" stroke-dasharray=\"4 3\"/><text x=\"" + x +
           "\" y=\"60\" text-anchor=\"middle\" fill=\"#5a6675\">" + cut_words(*cut) + "</text>";
  }
  out += "</svg>\n";
}

std::string interval_below(const Doubt& doubt, std::size_t pattern) {
  if (doubt.block_um == 0) return "";
  const ShareInterval& interval = doubt.patterns[pattern];
  return "<br><span class=\"small\">" + percent_words(interval.low) + " to " + percent_words(interval.high) +
         "</span>";
}

/// Above everything else: the score below is that of a part of the slide.
void append_banner(std::string& out, const Verdict& verdict) {
  for (const Remark& caveat : verdict.caveats) {
    if (caveat.code != "incomplete") continue;
    out +=
        "<div class=\"banner\" role=\"alert\"><b>Incomplete:</b> " + escape_html(caveat.message) + "</div>\n";
  }
}

}  // namespace

std::string percent_words(std::int64_t thousandths) {
  if (thousandths > 0 && thousandths < 50) return "&lt; 0.1 %";
  return scaled((thousandths + 50) / 100, 1) + " %";
}

void append_verdict(std::string& out, const SlideResult& result) {
  const Verdict& verdict = result.verdict;
  append_banner(out, verdict);
  out += "<section class=\"verdict\" aria-label=\"Verdict\">\n";
  append_score(out, result);
  out += "<div>\n";
  verdict.score ? append_rule(out, verdict) : append_reasons(out, verdict);
  if (verdict.score && !verdict.margins.empty()) {
    const Margin& nearest = verdict.margins.front();
    out += "<p><b>How close:</b> the nearest other score is " + escape_html(nearest.score) + ", " +
           margin_sentence(nearest) + " away.</p>\n";
  }
  out += "</div>\n";
  if (result.scanned) append_facts(out, result);
  out += "</section>\n";
  if (verdict.caveats.empty()) return;
  out += "<ul class=\"remarks\" aria-label=\"Caveats\">\n";
  for (const Remark& caveat : verdict.caveats) {
    out += "<li><b>Caveat:</b> " + escape_html(caveat.message) + " <code>" + escape_html(caveat.code) +
           "</code></li>\n";
  }
  out += "</ul>\n";
}

void append_percentages(std::string& out, const SlideResult& result) {
  const PatternCounts counts = counts_of(result.tally, CellKind::Tumour);
  const PatternCounts all = counts_of_all_kinds(result.tally);
  if (sum(counts) == 0) return;
  const PatternShares shares = shares_of(counts), all_shares = shares_of(all);
  out += "<section>\n<h2>Staining of the tumour cells</h2>\n<p class=\"lead\">Share of the " +
         grouped(sum(counts)) + " tumour cells whose membrane could be judged, strongest first.";
  const TraceRow* cut = first_share(result.verdict);
  if (cut != nullptr)
    out +=
        " The line marks the " + cut_words(*cut) + " of row " + escape_html(cut->row) + " of the guideline.";
  out += "</p>\n";
  append_bar(out, shares, "Tumour cells", cut);
  out +=
      "<table><thead><tr><th>Membrane staining</th><th>Seen as</th><th class=\"n\">Cells</th><th "
      "class=\"n\">Share</th>"
      "<th class=\"n\">All kinds of cell</th></tr></thead><tbody>\n";
  for (std::size_t i = counts.size(); i-- > 0;) {
    out += std::string("<tr><td><span class=\"key fill-") + style_of(kMeasurable[i]).class_name +
           "\"></span>" + kPatternWords[i].title + "</td><td class=\"small\">" + kPatternWords[i].meaning +
           "</td><td class=\"n\">" + grouped(counts[i]) + "</td><td class=\"n\"><b>" +
           percent_words(shares[i]) + "</b>" + interval_below(result.verdict.doubt, i) +
           "</td><td class=\"n small\">" + percent_words(all_shares[i]) + "</td></tr>\n";
  }
  out +=
      "</tbody></table>\n<p class=\"small\" style=\"margin:12px 0 0\">“All kinds of cell” counts benign, "
      "immune, stromal and uncertain "
      "cells too (" +
      grouped(sum(all)) +
      "): where it differs much, look at which cells were taken as tumour.</p>\n</section>\n";
}

void append_margins(std::string& out, const SlideResult& result) {
  if (result.verdict.margins.empty()) return;
  out +=
      "<h3>What would change the score</h3>\n<table><thead><tr><th>Score instead</th><th>By row</th>"
      "<th class=\"n\">Cells that would have to change</th><th class=\"n\">Percentage "
      "points</th></tr></thead><tbody>\n";
  for (const Margin& margin : result.verdict.margins) {
    const auto cells = static_cast<std::uint64_t>(margin.cells < 0 ? -margin.cells : margin.cells);
    out += "<tr><td><b>" + escape_html(margin.score) + "</b></td><td>" + escape_html(margin.row) +
           "</td><td class=\"n\">" + grouped(cells) + "</td><td class=\"n\">" +
           fixed(margin.percent_points, 2) + "</td></tr>\n";
  }
  out += "</tbody></table>\n";
}

void append_trace(std::string& out, const SlideResult& result) {
  const Verdict& verdict = result.verdict;
  if (verdict.trace.empty()) return;
  out += "<section class=\"wide\">\n<h2>How the score was reached</h2>\n<p class=\"lead\">The rows of " +
         escape_html(verdict.guideline) +
         " in order; the first that holds gives the score.</p>\n"
         "<table><thead><tr><th>Row</th><th>What was counted, and why it holds or not</th><th "
         "class=\"n\">Cells</th>"
         "<th class=\"n\">Share</th><th "
         "class=\"n\">Needed</th><th>Holds</th><th>Score</th></tr></thead><tbody>\n";
  for (const TraceRow& row : verdict.trace) {
    const bool decides = row.held && row.row == verdict.rule;
    out += std::string("<tr") +
           (decides    ? " class=\"held\""
            : row.held ? ""
                       : " class=\"rest\"") +
           "><td>" + escape_html(row.row) + "</td><td>" + (decides ? "<b>" : "") +
           escape_html(row.condition) + (decides ? "</b>" : "") + "<br><span class=\"small\">" +
           escape_html(row.why) + "</span></td><td class=\"n\">" + grouped(row.count) +
           "</td><td class=\"n\">" + percent_words(share(row.count, row.of)) + "</td><td class=\"n\">";
    if (!row.comparator.empty()) out += escape_html(row.comparator) + " " + cut_words(row);
    out += std::string("</td><td>") + (row.held ? "yes" : "no") + "</td><td class=\"nowrap\">" +
           escape_html(row.outcome) + "</td></tr>\n";
  }
  out += "</tbody></table>\n";
  if (verdict.doubt.block_um == 0) append_margins(out, result);  // else beside the intervals
  out += "</section>\n";
}

}  // namespace annulet::report
