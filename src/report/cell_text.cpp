#include "report/cell_text.hpp"

#include <array>

#include "annulet/base/geometry.hpp"
#include "annulet/base/integer_math.hpp"
#include "report/text.hpp"

namespace annulet::report {
namespace {

constexpr std::int64_t kThousand = 1000;
constexpr std::int64_t kAreaUnits = 8;    // of CellRow areas in one um2
constexpr std::int64_t kWidthUnits = 32;  // of CellRow::width in one um

std::int64_t thousandths(std::int64_t value, std::int64_t units) {
  return divide_round(value * kThousand, units);
}

std::optional<std::int64_t> unless_zero(std::int64_t value) {
  return value == 0 ? std::nullopt : std::optional<std::int64_t>(value);
}

}  // namespace

void append_cell_id(std::string& out, const CellRow& row) {
  std::array<char, 2 * kScaledChars> text;
  out.append(text.data(), put_cell_id(text.data(), row));
}

char* put_cell_id(char* to, const CellRow& row) {
  to = put_scaled(to, row.y, 0);
  *to++ = '-';
  return put_scaled(to, row.x, 0);
}

void append_flags(std::string& out, const CellRow& row, const GradedCell& graded) {
  const std::size_t start = out.size();
  const auto add = [&](bool set, const char* word) {
    if (!set) return;
    if (out.size() != start) out += '|';
    out += word;
  };
  add(row.flags & kFlagInterior, "interior");
  add(row.flags & kFlagCutBySlide, "cut-by-slide");
  add(row.flags & kFlagMissingPixels, "missing-pixels");
  add(row.flags & kFlagSaturated, "saturated");
  add(row.flags & kFlagEdgeBlush, "edge-blush");
  add(graded.borrowed, "borrowed");
}

CellFacts facts_of(const CellRow& row, const GradedCell& graded) {
  CellFacts facts;
  facts.x_um = thousandths(row.x, kMicroUnits);
  facts.y_um = thousandths(row.y, kMicroUnits);
  facts.cell_area_um2 = thousandths(row.cell_area, kAreaUnits);
  if (row.nucleus_area != 0) {
    facts.nucleus_area_um2 = thousandths(row.nucleus_area, kAreaUnits);
    facts.haematoxylin_od = row.haematoxylin_od;
  }
  if (graded.pattern == Pattern::Unmeasurable) return facts;
  facts.completeness = graded.completeness;
  facts.longest_arc = graded.longest_arc;
  facts.strength_od = unless_zero(graded.strength_od);
  facts.median_od = unless_zero(graded.median_od);
  facts.width_um = unless_zero(thousandths(row.width, kWidthUnits));
  facts.contrast_od = unless_zero(row.contrast_od);
  return facts;
}

}  // namespace annulet::report
