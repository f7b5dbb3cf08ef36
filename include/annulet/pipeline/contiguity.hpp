#pragma once
#include "annulet/cell/grade.hpp"
#include "annulet/guideline/guideline.hpp"

namespace annulet {

/// Sizes of the largest groups of touching tumour cells that share a pattern or a gastric class. Two cells
/// touch when one's wall faces the other over at least kTouchingRays rays. `cells` sorted by `before`.
Contiguity find_contiguity(const CellTable& cells, const GradedTable& graded, const Grading& grading);

inline constexpr int kTouchingRays = 3;  ///< of 64: 17 degrees of wall in common

}  // namespace annulet
