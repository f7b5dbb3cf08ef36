#include "annulet/cell/grade.hpp"

#include <algorithm>

#include "annulet/base/error.hpp"
#include "cell/stained_ring.hpp"

namespace annulet {
namespace {

using Flags = std::array<bool, kRays>;

constexpr Flags all_rays() {
  Flags flags{};
  flags.fill(true);
  return flags;
}

std::uint16_t within(int value, int largest) {
  return static_cast<std::uint16_t>(std::clamp(value, 0, largest));
}

Pattern pattern_of(const GradedCell& cell, const Grading& grading) {
  if (cell.completeness < grading.stained_share) return Pattern::None;
  if (cell.strength_od < grading.faint_od) return Pattern::FaintIncomplete;
  if (cell.completeness < grading.complete_share) return Pattern::ModerateOrStrongIncomplete;
  return cell.strength_od < grading.intense_od ? Pattern::WeakModerateComplete : Pattern::IntenseComplete;
}

GradedCell calibrated(const StainedRing& ring, const Grading& grading) {
  GradedCell cell;
  if (ring.share == 0) return cell;
  cell.completeness = within(grading.completeness(ring.share), 1000);
  cell.longest_arc =
      within(std::min(grading.completeness(ring.longest_arc), grading.completeness(ring.share)), 1000);
  cell.strength_od = within(grading.strength(ring.mean_od), 65535);
  cell.median_od = within(grading.strength(ring.median_od), 65535);
  return cell;
}

bool measurable(const CellRow& row) {
  return (row.flags & (kFlagCutBySlide | kFlagMissingPixels)) == 0;
}

bool positive(Pattern pattern) {
  return pattern == Pattern::WeakModerateComplete || pattern == Pattern::IntenseComplete;
}

// The row at offset `neighbour` of `row`, by its key; nullptr where the table does not hold it.
const CellRow* find(const CellTable& cells, const CellRow& row,
                    const std::array<std::int16_t, 2>& neighbour) {
  CellRow key;
  key.x = row.x + neighbour[0];
  key.y = row.y + neighbour[1];
  const auto at = std::lower_bound(cells.begin(), cells.end(), key, before);
  return at != cells.end() && at->x == key.x && at->y == key.y ? &*at : nullptr;
}

// Stained only where it faces positive neighbours: without those rays it is negative or faint.
bool is_borrowed(const CellTable& cells, const GradedTable& graded, const CellRow& row,
                 const Grading& grading, int visible_od) {
  std::array<bool, kNeighbours> strong{};
  for (std::size_t i = 0; i < std::min<std::size_t>(row.neighbours, kNeighbours); ++i) {
    const CellRow* other = find(cells, row, row.neighbour[i]);
    strong[i] = other != nullptr && positive(graded[static_cast<std::size_t>(other - cells.data())].pattern);
  }
  Flags own = all_rays();
  for (std::size_t ray = 0; ray < kRays; ++ray)
    own[ray] = row.facing[ray] >= kNeighbours || !strong[row.facing[ray]];
  if (own == all_rays()) return false;
  const GradedCell kept = calibrated(stained_ring(row, own, visible_od, grading.bridged_rays), grading);
  return kept.completeness < grading.stained_share || kept.strength_od < grading.faint_od;
}

}  // namespace

GradedCell grade(const CellRow& row, const Grading& grading, int visible_od) {
  GradedCell cell = calibrated(stained_ring(row, all_rays(), visible_od, grading.bridged_rays), grading);
  cell.pattern = measurable(row) ? pattern_of(cell, grading) : Pattern::Unmeasurable;
  return cell;
}

GradedTable grade_table(const CellTable& cells, const std::vector<CellKind>& kinds, const Grading& grading,
                        int visible_od) {
  expects(cells.size() == kinds.size(), "cells and kinds differ in number");
  GradedTable graded(cells.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    graded[i] = grade(cells[i], grading, visible_od);
    graded[i].kind = kinds[i];
  }
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (graded[i].pattern == Pattern::ModerateOrStrongIncomplete) {
      graded[i].borrowed = is_borrowed(cells, graded, cells[i], grading, visible_od);
    }
  }
  return graded;
}

}  // namespace annulet
