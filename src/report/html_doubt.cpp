// How sure the score is: intervals beside the cuts of the guideline, and what would change the score.
#include <algorithm>
#include <array>

#include "annulet/report/shares.hpp"
#include "report/html_parts.hpp"
#include "report/text.hpp"

namespace annulet::report {
namespace {

struct CutWords {
  const char* cut;
  const char* words;
  bool is_od;
};

constexpr std::array<CutWords, 7> kCutWords{{
    {"visible_od", "from which a wall counts as stained", true},
    {"stained_share", "share of the perimeter from which a cell counts as stained", false},
    {"complete_share", "share of the perimeter from which staining is complete", false},
    {"faint_od", "below which staining is faint", true},
    {"moderate_od", "from which incomplete staining is strong", true},
    {"intense_od", "from which complete staining is intense", true},
    {"reactive_arc", "share of the perimeter that makes one stained side", false},
}};

constexpr int kWide = 560, kTall = 26, kBarTop = 8, kBarTall = 10;
constexpr std::int64_t kWhole = 100'000;

int across(std::int64_t thousandths, std::int64_t full) {
  return static_cast<int>(std::clamp<std::int64_t>(thousandths * kWide / full, 0, kWide));
}

/// The end of the scale: round, and beyond everything that is drawn.
std::int64_t scale_for(const SlideResult& result) {
  std::int64_t most = 0;
  for (const RowInterval& row : result.verdict.doubt.rows) most = std::max(most, row.share.high);
  for (const std::int64_t full : {20'000, 40'000, 60'000}) {
    if (most <= full) return full;
  }
  return kWhole;
}

std::string line_at(int x, const char* style) {
  const std::string at = std::to_string(x);
  return "<path d=\"M" + at + " 0V" + std::to_string(kTall) + "\" " + style + "/>";
}

std::string interval_words(const ShareInterval& interval) {
  return percent_words(interval.low) + " to " + percent_words(interval.high);
}

const TraceRow* trace_of(const Verdict& verdict, const std::string& row) {
  const auto at = std::find_if(verdict.trace.begin(), verdict.trace.end(),
                               [&](const TraceRow& t) { return t.row == row; });
  return at == verdict.trace.end() ? nullptr : &*at;
}

void append_row(std::string& out, const RowInterval& row, const TraceRow& trace, std::int64_t full) {
  const std::int64_t here = share(row.share.count, row.share.of);
  const int low = across(row.share.low, full), high = across(row.share.high, full);
  out +=
      "<tr><td>" + escape_html(row.row) + "</td><td>" + escape_html(trace.condition) +
      "<svg class=\"bar\" role=\"img\" viewBox=\"0 0 " + std::to_string(kWide) + " " + std::to_string(kTall) +
      "\" aria-label=\"" + percent_words(here) + ", between " + interval_words(row.share) + ", cut " +
      fixed(trace.percent, 0) + " %\"><rect x=\"0\" y=\"12\" width=\"" + std::to_string(kWide) +
      "\" height=\"2\" fill=\"#dbe1e8\"/><rect x=\"" + std::to_string(low) + "\" y=\"" +
      std::to_string(kBarTop) + "\" width=\"" + std::to_string(std::max(2, high - low)) + "\" height=\"" +
      std::to_string(kBarTall) + "\" rx=\"3\" fill=\"" + (row.other_score ? "#d08a1d" : "#7fa6bf") + "\"/>";
  out += line_at(across(here, full), "stroke=\"#1c2530\" stroke-width=\"3\"");
  out += line_at(across(static_cast<std::int64_t>(trace.percent * 1000 + 0.5), full),
                 "stroke=\"#1c2530\" stroke-width=\"2\" stroke-dasharray=\"4 3\"");
  out += "</svg></td><td class=\"n\">" + percent_words(here) + "</td><td class=\"n\">" +
         interval_words(row.share) + "</td><td class=\"n\">" + escape_html(trace.comparator) + " " +
         fixed(trace.percent, 0) + " %</td><td class=\"nowrap\">" +
         (row.other_score ? "<b>" + std::string(name(*row.other_score)) + "</b>" : "same") + "</td></tr>\n";
}

void append_intervals(std::string& out, const SlideResult& result) {
  const Verdict& verdict = result.verdict;
  if (verdict.doubt.rows.empty()) return;
  const std::int64_t full = scale_for(result);
  out += "<table><thead><tr><th>Row</th><th>What it counts, on a scale of 0 to " +
         std::to_string(full / 1000) +
         " % (bar: interval; solid line: this slide; dashed line: the cut)</th><th class=\"n\">Share</th><th "
         "class=\"n\">95 % interval</th><th class=\"n\">Cut</th><th>Score beyond the "
         "cut</th></tr></thead><tbody>\n";
  for (const RowInterval& row : verdict.doubt.rows) {
    if (const TraceRow* trace = trace_of(verdict, row.row)) append_row(out, row, *trace, full);
  }
  out += "</tbody></table>\n";
}

/// "In 93.1 % of them the score is 2+, in 6.9 % 3+."
void append_replicates(std::string& out, const Doubt& doubt) {
  std::string words;
  for (std::size_t i = kScoreCount; i-- > 0;) {
    const std::uint64_t times = doubt.replicates_by_score[i];
    if (times == 0) continue;
    words += std::string(words.empty() ? "The resampled slides score " : ", ") + name(static_cast<Score>(i)) +
             " in " + percent_words(share(times, static_cast<std::uint64_t>(doubt.replicates)));
  }
  if (!words.empty()) out += "<p>" + words + ".</p>\n";
}

std::string cut_value(const CutWords& words, int value) {
  return words.is_od ? fixed(value / 1000.0, 3) + " OD" : fixed(value / 10.0, 1) + " %";
}

void append_flips(std::string& out, const Doubt& doubt) {
  if (doubt.flips.empty()) return;
  out +=
      "<h3>What if a cut-off of the grading stood elsewhere</h3>\n<table><thead><tr><th>Cut-off</th><th "
      "class=\"n\">In force</th><th class=\"n\">Score changes at</th><th>To</th><th "
      "class=\"n\">Searched</th></tr></thead><tbody>\n";
  for (const Flip& flip : doubt.flips) {
    const auto words = std::find_if(kCutWords.begin(), kCutWords.end(),
                                    [&](const CutWords& w) { return w.cut == flip.cut; });
    if (words == kCutWords.end()) continue;
    out += "<tr><td>" + std::string(words->is_od ? "OD " : "") + words->words + "</td><td class=\"n\">" +
           cut_value(*words, flip.in_force) + "</td><td class=\"n\">" +
           (flip.flips_at ? "<b>" + cut_value(*words, *flip.flips_at) + "</b>" : std::string("nowhere")) +
           "</td><td class=\"nowrap\">" +
           (flip.other_score
                ? "<b>" + std::string(name(*flip.other_score)) + "</b> (" + escape_html(flip.row) + ")"
                : std::string()) +
           "</td><td class=\"n small\">" + cut_value(*words, flip.lowest) + " to " +
           cut_value(*words, flip.highest) + "</td></tr>\n";
  }
  out += "</tbody></table>\n";
}

}  // namespace

void append_doubt(std::string& out, const SlideResult& result) {
  const Doubt& doubt = result.verdict.doubt;
  if (doubt.block_um == 0) return;
  out +=
      "<section class=\"wide\">\n<h2>How sure</h2>\n<p class=\"lead\">Cells that lie together are alike, so "
      "the slide "
      "was cut into squares of " +
      std::to_string(doubt.block_um) + " µm (" + grouped(doubt.blocks) +
      " with tumour), and these were drawn anew " + grouped(static_cast<std::uint64_t>(doubt.replicates)) +
      " times. The intervals tell how far the shares would move on another cut of the same tumour; what "
      "staining, scanner or grading get wrong they do not know.</p>\n";
  append_intervals(out, result);
  append_replicates(out, doubt);
  append_margins(out, result);
  append_flips(out, doubt);
  out += "</section>\n";
}

}  // namespace annulet::report
