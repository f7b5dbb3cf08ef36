#include "annulet/cell/grade.hpp"

namespace annulet {
namespace {

int completeness_bin(const GradedCell& cell, const Grading& grading) {
  return (cell.completeness >= grading.stained_share) + (cell.completeness >= grading.complete_share);
}

int strength_bin(const GradedCell& cell, const Grading& grading) {
  return (cell.strength_od >= grading.faint_od) + (cell.strength_od >= grading.moderate_od) +
         (cell.strength_od >= grading.intense_od);
}

}  // namespace

void add_to_tally(const GradedCell& cell, const Grading& grading, int times, Tally& tally) {
  const auto by = static_cast<std::uint64_t>(std::int64_t{times});  // counts wrap: -1 takes one away
  const auto kind = static_cast<std::size_t>(cell.kind);
  tally.pattern[kind][static_cast<std::size_t>(cell.pattern)] += by;
  if (cell.pattern == Pattern::Unmeasurable) {
    tally.unmeasurable[kind] += by;
    return;
  }
  const bool reactive = cell.longest_arc >= grading.reactive_arc;
  tally.measurable[kind][static_cast<std::size_t>(completeness_bin(cell, grading))][reactive ? 1 : 0]
                  [static_cast<std::size_t>(strength_bin(cell, grading))] += by;
  const bool strong_incomplete =
      cell.pattern == Pattern::ModerateOrStrongIncomplete && cell.strength_od >= grading.moderate_od;
  if (cell.kind == CellKind::Tumour && strong_incomplete && cell.borrowed)
    tally.borrowed_strong_incomplete += by;
}

Tally count(const GradedTable& graded, const Grading& grading) {
  Tally tally;
  for (const GradedCell& cell : graded) add_to_tally(cell, grading, 1, tally);
  return tally;
}

}  // namespace annulet
