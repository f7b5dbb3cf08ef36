#pragma once
// The score of one slide under every combination of cut-offs, each visible cut graded once.
#include <cstdint>
#include <optional>
#include <vector>

#include "cohort/cut_grid.hpp"

namespace annulet::cohort {

/// The score as concluding gives it, of a slide that has enough cells; nothing where no tumour cell can be
/// judged. Exact.
std::optional<Score> score_under(const CalibrationCells& slide, const Grading& grading,
                                 const Guideline& guideline, const OverRanges& over);

/// By index of the grid. Which strong incomplete cells borrow their wall is taken from the base's faint and
/// complete cuts: exact at these, else an approximation (docs/science/calibrate.md). Empty where no tumour
/// cell can be judged. Cost: a grading for every visible cut, and some 0.2 us a combination.
std::vector<std::uint8_t> scores_under(const CalibrationCells& slide, const CutGrid& grid,
                                       const Grading& base, const Guideline& guideline,
                                       const OverRanges& over);

}  // namespace annulet::cohort
