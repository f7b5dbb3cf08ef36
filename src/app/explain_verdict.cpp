#include <fmt/format.h>

#include <algorithm>

#include "app/explain.hpp"

namespace annulet::app {
namespace {

using Json = nlohmann::ordered_json;

std::string grouped(std::uint64_t value) {
  std::string text = std::to_string(value);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

double percent(std::int64_t thousandths) {
  return static_cast<double>(thousandths) / 1000;
}

double share(const ShareInterval& interval) {
  return interval.of == 0 ? 0
                          : 100.0 * static_cast<double>(interval.count) / static_cast<double>(interval.of);
}

std::string range(const ShareInterval& interval) {
  return fmt::format("95 %: {:.1f} to {:.1f} %", percent(interval.low), percent(interval.high));
}

std::string cells_part(const Explained& explained) {
  const Tally& tally = explained.conclusion.tally;
  const StoredResult& stored = explained.stored;
  std::string out = fmt::format("\nWhat was looked at\n  {:.3f} mm2 of tissue", stored.tissue_mm2);
  if (stored.excluded_mm2.empty()) {
    out += ", all of it counted.\n";
  } else {
    out += fmt::format(", of which {:.3f} mm2 were counted. Left out:", stored.analysed_mm2);
    for (const auto& [flag, area] : stored.excluded_mm2) out += fmt::format(" {} {:.3f} mm2", flag, area);
    out += ".\n";
  }
  out += fmt::format("  {} cells:", grouped(tally.total()));
  for (int kind = 0; kind < kKinds; ++kind) {
    const auto of = static_cast<CellKind>(kind);
    out += fmt::format("{} {} {}", kind == 0 ? "" : ",", grouped(tally.of(of)), name(of));
  }
  const std::uint64_t hidden = tally.of(CellKind::Tumour, Pattern::Unmeasurable);
  out += fmt::format(".\n  {} tumour cells are counted; the rings of {} others could not be judged.\n",
                     grouped(tally.of(CellKind::Tumour) - hidden), grouped(hidden));
  const LimitOfBlank& limit = explained.conclusion.limit_of_blank;
  return out +
         fmt::format("  A wall is stained from {:.3f} OD on ({}).\n", limit.visible_od,
                     limit.raised ? "raised: the slide's negative cells carry that much" : "the default");
}

std::string shares_part(const Explained& explained) {
  const Doubt& doubt = explained.conclusion.verdict.doubt;
  if (doubt.block_um == 0) return "";
  std::string out = "\nShares of the counted tumour cells\n";
  for (std::size_t i = doubt.patterns.size(); i-- > 0;) {
    const ShareInterval& interval = doubt.patterns[i];
    out += fmt::format("  {:<30} {:>9} cells  {:>5.1f} %  ({})\n", name(static_cast<Pattern>(i + 1)),
                       grouped(interval.count), share(interval), range(interval));
  }
  return out;
}

std::string rows_part(const Explained& explained) {
  const Verdict& verdict = explained.conclusion.verdict;
  std::string out = "\nRows of " + verdict.guideline + "; the first that holds decides\n";
  bool decided = false;
  for (const TraceRow& row : verdict.trace) {
    const bool decides = row.held && row.row == verdict.rule;
    out += fmt::format("  {:<4} {} {}: {}.\n", row.row,
                       decides   ? "-> " + row.outcome + ","
                       : decided ? "(after)"
                                 : "no,",
                       row.condition, row.why);
    decided = decided || decides;
    const auto interval = std::find_if(verdict.doubt.rows.begin(), verdict.doubt.rows.end(),
                                       [&](const RowInterval& r) { return r.row == row.row; });
    if (interval == verdict.doubt.rows.end()) continue;
    out += "       " + range(interval->share);
    if (interval->other_score)
      out += fmt::format("; beyond the cut the score would be {}", name(*interval->other_score));
    out += "\n";
  }
  return out;
}

std::string unit_of(const Flip& flip, int value) {
  return flip.cut.ends_with("_od") ? fmt::format("{:.3f} OD", value / 1000.0)
                                   : fmt::format("{:.1f} % of the ring", value / 10.0);
}

std::string change_part(const Explained& explained) {
  const Verdict& verdict = explained.conclusion.verdict;
  std::string out = "\nWhat would change the score\n";
  for (const Margin& margin : verdict.margins) {
    out += fmt::format("  {} by {}: {} {} to change ({:.2f} percentage points)\n", margin.score, margin.row,
                       grouped(static_cast<std::uint64_t>(margin.cells)),
                       margin.cells == 1 ? "cell" : "cells", margin.percent_points);
  }
  for (const Flip& flip : verdict.doubt.flips) {
    if (flip.flips_at) {
      out += fmt::format("  {} by {}: the cut {} at {} instead of {}\n", name(*flip.other_score), flip.row,
                         flip.cut, unit_of(flip, *flip.flips_at), unit_of(flip, flip.in_force));
    } else {
      out += fmt::format("  the cut {} changes nothing from {} to {}\n", flip.cut, unit_of(flip, flip.lowest),
                         unit_of(flip, flip.highest));
    }
  }
  std::string drawn;
  for (std::size_t i = kScoreCount; i-- > 0;) {
    if (verdict.doubt.replicates_by_score[i] == 0) continue;
    drawn += fmt::format(
        "{}{} in {:.1f} %", drawn.empty() ? "" : ", ", name(static_cast<Score>(i)),
        100.0 * static_cast<double>(verdict.doubt.replicates_by_score[i]) / verdict.doubt.replicates);
  }
  if (!drawn.empty())
    out += fmt::format("  {} squares of {} um, drawn anew {} times, score {}\n",
                       grouped(verdict.doubt.blocks), verdict.doubt.block_um,
                       grouped(static_cast<std::uint64_t>(verdict.doubt.replicates)), drawn);
  return out;
}

std::string remarks_part(const char* title, const std::vector<Remark>& remarks) {
  if (remarks.empty()) return "";
  std::string out = std::string("\n") + title + "\n";
  for (const Remark& remark : remarks) out += "  " + remark.message + " [" + remark.code + "]\n";
  return out;
}

Json interval_data(const ShareInterval& interval) {
  return {{"count", interval.count},
          {"of", interval.of},
          {"low", percent(interval.low)},
          {"high", percent(interval.high)}};
}

Json remarks_data(const std::vector<Remark>& remarks) {
  Json list = Json::array();
  for (const Remark& remark : remarks) list.push_back({{"code", remark.code}, {"message", remark.message}});
  return list;
}

Json score_data(const std::optional<Score>& score) {
  return score ? Json(name(*score)) : Json(nullptr);
}

Json rows_data(const Verdict& verdict) {
  Json rows = Json::array();
  for (const TraceRow& row : verdict.trace) {
    Json data{{"row", row.row},       {"condition", row.condition},
              {"held", row.held},     {"decides", row.held && row.row == verdict.rule},
              {"score", row.outcome}, {"why", row.why}};
    for (const RowInterval& interval : verdict.doubt.rows) {
      if (interval.row != row.row) continue;
      data["interval"] = interval_data(interval.share);
      data["score_beyond_cut"] = score_data(interval.other_score);
    }
    rows.push_back(std::move(data));
  }
  return rows;
}

}  // namespace

std::string verdict_words(const Explained& explained) {
  const StoredResult& stored = explained.stored;
  const Verdict& verdict = explained.conclusion.verdict;
  std::string out = stored.file_name + ": ";
  if (verdict.score) {
    out += fmt::format("HER2 IHC {} ({}), by row {} of {}\n", name(*verdict.score), verdict.group,
                       verdict.rule, verdict.guideline);
    out += cells_part(explained) + shares_part(explained) + rows_part(explained) + change_part(explained);
  } else {
    out += stored.status + ", no score\n" + cells_part(explained) +
           remarks_part("Why there is none", stored.reasons);
  }
  return out + remarks_part("Caveats", stored.caveats) + remarks_part("Notes", stored.notes);
}

Json verdict_data(const Explained& explained) {
  const StoredResult& stored = explained.stored;
  const Verdict& verdict = explained.conclusion.verdict;
  Json json{{"slide", stored.file_name},
            {"status", stored.status},
            {"score", score_data(verdict.score)},
            {"guideline", verdict.guideline},
            {"rule", verdict.rule}};
  json["rows"] = rows_data(verdict);
  json["shares"] = Json::object();
  for (std::size_t i = 0; verdict.score && i < verdict.doubt.patterns.size(); ++i)
    json["shares"][name(static_cast<Pattern>(i + 1))] = interval_data(verdict.doubt.patterns[i]);
  json["margins"] = Json::array();
  for (const Margin& m : verdict.margins)
    json["margins"].push_back(
        {{"row", m.row}, {"score", m.score}, {"cells", m.cells}, {"percent_points", m.percent_points}});
  json["flips"] = Json::array();
  for (const Flip& f : verdict.doubt.flips) {
    Json at = f.flips_at ? Json(*f.flips_at) : Json(nullptr);
    json["flips"].push_back({{"cut", f.cut},
                             {"in_force", f.in_force},
                             {"lowest", f.lowest},
                             {"highest", f.highest},
                             {"flips_at", at},
                             {"other_score", score_data(f.other_score)},
                             {"row", f.row}});
  }
  json["excluded_mm2"] = stored.excluded_mm2;
  json["reasons"] = remarks_data(stored.reasons);
  json["caveats"] = remarks_data(stored.caveats);
  json["notes"] = remarks_data(stored.notes);
  return json;
}

}  // namespace annulet::app
