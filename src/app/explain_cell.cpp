#include <fmt/format.h>

#include <algorithm>

#include "app/explain.hpp"

#include "annulet/base/joined.hpp"

namespace annulet::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kOdPerRidge = 10;  // CellRow::ridge is 1/100 OD

int rays_at_least(const CellRow& row, int visible_od) {
  return static_cast<int>(std::count_if(row.ridge.begin(), row.ridge.end(),
                                        [&](int ridge) { return ridge * kOdPerRidge >= visible_od; }));
}

int visible_od(const Explained& explained) {
  return static_cast<int>(explained.conclusion.limit_of_blank.visible_od * 1000 + 0.5);
}

/// "0.620 is at least 0.250: ..." for a value against a cut, both in thousandths.
std::string against(const char* what, int value, int cut, const char* reached, const char* missed) {
  const bool at_least = value >= cut;
  return fmt::format("  {} {:.3f} is {} {:.3f}: {}\n", what, value / 1000.0, at_least ? "at least" : "below",
                     cut / 1000.0, at_least ? reached : missed);
}

std::vector<std::string> flags_of(const CellRow& row, const GradedCell& cell) {
  std::vector<std::string> flags;
  if ((row.flags & kFlagInterior) != 0)
    flags.emplace_back("no nucleus was seen: found from what its membrane encloses");
  if ((row.flags & kFlagCutBySlide) != 0) flags.emplace_back("the slide's border cuts the ring");
  if ((row.flags & kFlagMissingPixels) != 0) flags.emplace_back("the ring crosses pixels that are missing");
  if ((row.flags & kFlagSaturated) != 0)
    flags.emplace_back("darker than the scan can measure over most of the ring");
  if (cell.borrowed)
    flags.emplace_back("the stained wall is not its own, but a neighbour's or brown cytoplasm's");
  return flags;
}

/// Rows of the guideline that count the cell.
std::vector<std::string> rows_of(const Explained& explained, const GradedCell& cell) {
  std::vector<std::string> rows;
  if (!is_judged(cell)) return rows;
  Tally one;
  add_to_tally(cell, explained.models.grading, 1, one);
  const std::vector<std::uint64_t> counts = explained.models.guideline.row_counts(one);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const Guideline::RowFacts& facts = explained.models.guideline.row_facts()[i];
    if (counts[i] > 0 && facts.compares_share) rows.push_back(facts.id);
  }
  return rows;
}

std::string why_counted(const Explained& explained, const GradedCell& cell) {
  if (cell.kind != CellKind::Tumour)
    return fmt::format("It is not counted: only tumour cells are, and this one was taken as {}.",
                       name(cell.kind));
  if (cell.pattern == Pattern::Unmeasurable)
    return "It is a tumour cell, but counts in no share: its ring cannot be judged.";
  const std::vector<std::string> rows = rows_of(explained, cell);
  return "It is one of the counted tumour cells; " + (rows.empty()
                                                          ? "no row of the guideline counts it as stained."
                                                          : "counted by " + joined(rows, ", ") + ".");
}

std::string pattern_part(const Explained& explained, const CellRow& row, const GradedCell& cell) {
  const Grading& grading = explained.models.grading;
  std::string out = fmt::format("\nPattern: {}\n", name(cell.pattern));
  out += fmt::format("  {} of {} rays meet a wall of at least {:.3f} OD, the visible cut\n",
                     rays_at_least(row, visible_od(explained)), kRays, visible_od(explained) / 1000.0);
  if (cell.pattern == Pattern::Unmeasurable)
    return out + "  the ring cannot be judged; nothing below is asked\n";
  out += against("completeness", cell.completeness, grading.stained_share, "stained",
                 "not stained, pattern none");
  out += against("completeness", cell.completeness, grading.complete_share, "complete", "incomplete");
  out += against("strength (OD)", cell.strength_od, grading.faint_od, "more than faint", "faint");
  out += against("strength (OD)", cell.strength_od, grading.moderate_od, "strong if incomplete",
                 "not strong if incomplete");
  out += against("strength (OD)", cell.strength_od, grading.intense_od, "intense if complete", "not intense");
  out += against("longest arc", cell.longest_arc, grading.reactive_arc, "one stained side or more",
                 "no side of the cell");
  out += fmt::format(
      "  median {:.3f} OD, wall {:.2f} um wide, {:.3f} OD above what lies beside it, cytoplasm {:.3f} OD\n",
      cell.median_od / 1000.0, row.width / 32.0, row.contrast_od / 1000.0, row.cytoplasm_od / 1000.0);
  return out;
}

std::string kind_part(const KindModel::Reasons& reasons, const CellRow& row, const GradedCell& cell) {
  std::string out = fmt::format("\nKind: {}\n", name(cell.kind));
  if ((row.flags & kFlagInterior) != 0) {
    out += fmt::format(
        "  no nucleus was seen; {} and so the wall, its size and its neighbours decided\n",
        reasons.walled ? "a strong wall stands all around," : "no strong wall stands all around,");
    return out;
  }
  out += "  votes of the nucleus and its surroundings (1/1024 logit):";
  for (const auto& [kind, votes] : reasons.votes) out += fmt::format(" {} {}", name(kind), votes);
  out += "\n";
  if (reasons.votes.front().first != cell.kind)
    out += fmt::format("  the votes say {}; a strong wall all around made it {}\n",
                       name(reasons.votes.front().first), name(cell.kind));
  out += fmt::format(
      "  nucleus {:.1f} um2, {:.3f} OD of haematoxylin; DAB took no part in the votes. What was asked:\n",
      row.nucleus_area / 8.0, row.haematoxylin_od / 1000.0);
  for (const auto& [feature, value] : reasons.features) out += fmt::format("    {:<20} {}\n", feature, value);
  return out;
}

}  // namespace

std::string cell_id(const CellRow& row) {
  return std::to_string(row.y) + "-" + std::to_string(row.x);
}

std::string cell_words(const Explained& explained, std::size_t index) {
  const CellRow& row = explained.cells[index];
  const GradedCell& cell = explained.conclusion.graded[index];
  std::string out =
      fmt::format("Cell {} at {:.1f},{:.1f} um: {}, {}\n{}\n", cell_id(row), row.x / 64.0, row.y / 64.0,
                  name(cell.kind), name(cell.pattern), why_counted(explained, cell));
  for (const std::string& flag : flags_of(row, cell)) out += "  note: " + flag + "\n";
  out += pattern_part(explained, row, cell);
  return out + kind_part(explained.models.kind.reasons(explained.cells, index), row, cell);
}

Json cell_data(const Explained& explained, std::size_t index) {
  const CellRow& row = explained.cells[index];
  const GradedCell& cell = explained.conclusion.graded[index];
  const Grading& grading = explained.models.grading;
  const KindModel::Reasons reasons = explained.models.kind.reasons(explained.cells, index);
  Json json{{"cell_id", cell_id(row)},
            {"x_um", row.x / 64.0},
            {"y_um", row.y / 64.0},
            {"kind", name(cell.kind)},
            {"pattern", name(cell.pattern)},
            {"counted", is_judged(cell)},
            {"why", why_counted(explained, cell)},
            {"rows", rows_of(explained, cell)},
            {"notes", flags_of(row, cell)}};
  const auto thousandths = [](int value) { return value / 1000.0; };
  json["measured"] = {{"completeness", thousandths(cell.completeness)},
                      {"longest_arc", thousandths(cell.longest_arc)},
                      {"strength_od", thousandths(cell.strength_od)},
                      {"median_od", thousandths(cell.median_od)},
                      {"stained_rays", rays_at_least(row, visible_od(explained))},
                      {"rays", kRays},
                      {"width_um", row.width / 32.0},
                      {"contrast_od", thousandths(row.contrast_od)},
                      {"cytoplasm_od", thousandths(row.cytoplasm_od)},
                      {"nucleus_area_um2", row.nucleus_area / 8.0},
                      {"cell_area_um2", row.cell_area / 8.0},
                      {"haematoxylin_od", thousandths(row.haematoxylin_od)}};
  json["cuts"] = {{"visible_od", thousandths(visible_od(explained))},
                  {"stained_share", thousandths(grading.stained_share)},
                  {"complete_share", thousandths(grading.complete_share)},
                  {"faint_od", thousandths(grading.faint_od)},
                  {"moderate_od", thousandths(grading.moderate_od)},
                  {"intense_od", thousandths(grading.intense_od)},
                  {"reactive_arc", thousandths(grading.reactive_arc)}};
  json["votes"] = Json::object();
  for (const auto& [kind, votes] : reasons.votes) json["votes"][name(kind)] = votes;
  json["features"] = Json::object();
  for (const auto& [feature, value] : reasons.features) json["features"][feature] = value;
  return json;
}

}  // namespace annulet::app
