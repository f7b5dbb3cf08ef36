#pragma once
#include "annulet/base/ranges.hpp"
#include "annulet/cell/grade.hpp"
#include "annulet/guideline/guideline.hpp"

namespace annulet {

/// Sizes of the largest groups of touching tumour cells that share a pattern or a gastric class. Two cells
/// touch when one's wall faces the other over at least kTouchingRays rays. `cells` sorted by `before`.
/// The same however `over` cuts the table.
Contiguity find_contiguity(const CellTable& cells, const GradedTable& graded, const Grading& grading,
                           const OverRanges& over = in_one_range);

inline constexpr int kTouchingRays = 3;  ///< of 64: 17 degrees of wall in common

}  // namespace annulet
