#include "annulet/cell/grade.hpp"

#include <algorithm>

#include "annulet/base/error.hpp"
#include "cell/own_wall.hpp"
#include "cell/stained_ring.hpp"

namespace annulet {
namespace {

constexpr RayFlags all_rays() {
  RayFlags flags{};
  flags.fill(1);
  return flags;
}

std::uint16_t within(int value, int largest) {
  return static_cast<std::uint16_t>(std::clamp(value, 0, largest));
}

GradedCell calibrated(const StainedRing& ring, const Grading& grading) {
  GradedCell cell;
  if (ring.share == 0) return cell;
  cell.completeness = within(grading.completeness(ring.share), 1000);
  cell.longest_arc =
      within(std::min(grading.completeness(ring.longest_arc), grading.completeness(ring.share)), 1000);
  cell.strength_od = within(grading.strength(ring.mean_od), 65535);
  return cell;
}

bool measurable(const CellRow& row) {
  return (row.flags & (kFlagCutBySlide | kFlagMissingPixels | kFlagEdgeBlush)) == 0;
}

GradedCell judged(const CellRow& row, const StainedRing& ring, const Grading& grading) {
  GradedCell cell = calibrated(ring, grading);
  cell.pattern = measurable(row) ? pattern_of(cell, grading) : Pattern::Unmeasurable;
  return cell;
}

}  // namespace

Pattern pattern_of(const GradedCell& cell, const Grading& grading) {
  if (cell.completeness < grading.stained_share) return Pattern::None;
  if (cell.strength_od < grading.faint_od) return Pattern::FaintIncomplete;
  if (cell.completeness < grading.complete_share) return Pattern::ModerateOrStrongIncomplete;
  return cell.strength_od < grading.intense_od ? Pattern::WeakModerateComplete : Pattern::IntenseComplete;
}

// What is the cell's own of its stained wall is no side of it, or faint.
bool is_borrowed(const CellTable& cells, const GradedTable& graded, std::size_t index, const Grading& grading,
                 int visible_od) {
  const RayFlags own = own_wall(cells, graded, index, visible_od);
  const GradedCell kept =
      calibrated(stained_ring(cells[index], own, visible_od, grading.bridged_rays), grading);
  return kept.longest_arc < grading.reactive_arc || kept.strength_od < grading.faint_od;
}

GradedCell grade_for_tally(const CellRow& row, const Grading& grading, int visible_od) {
  return judged(row, stained_ring(row, all_rays(), visible_od, grading.bridged_rays), grading);
}

GradedCell grade(const CellRow& row, const Grading& grading, int visible_od) {
  const StainedRing ring = stained_ring(row, all_rays(), visible_od, grading.bridged_rays);
  GradedCell cell = judged(row, ring, grading);
  if (ring.share > 0) cell.median_od = within(grading.strength(median_od(row, visible_od)), 65535);
  return cell;
}

GradedTable grade_table(const CellTable& cells, const std::vector<CellKind>& kinds, const Grading& grading,
                        int visible_od, const OverRanges& over, AskBorrowed ask) {
  expects(cells.size() == kinds.size(), "cells and kinds differ in number");
  GradedTable graded(cells.size());
  over(cells.size(), [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      graded[i] = grade(cells[i], grading, visible_od);
      graded[i].kind = kinds[i];
    }
  });
  over(cells.size(), [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      const bool asked = ask == AskBorrowed::Incomplete ||
                         (graded[i].kind == CellKind::Tumour && graded[i].strength_od >= grading.moderate_od);
      if (asked && graded[i].pattern == Pattern::ModerateOrStrongIncomplete) {
        graded[i].borrowed = is_borrowed(cells, graded, i, grading, visible_od);
      }
    }
  });
  return graded;
}

}  // namespace annulet
