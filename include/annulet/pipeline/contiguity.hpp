#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include "annulet/base/ranges.hpp"
#include "annulet/cell/grade.hpp"
#include "annulet/guideline/guideline.hpp"

namespace annulet {

/// Sizes of the largest groups of touching tumour cells that share a pattern or a gastric class. Two cells
/// touch when one's wall faces the other over at least kTouchingRays rays. `cells` sorted by `before`.
/// The same however `over` cuts the table.
Contiguity find_contiguity(const CellTable& cells, const GradedTable& graded, const Grading& grading,
                           const OverRanges& over = in_one_range);

/// Cells of a table that touch, by index.
using TouchingPair = std::pair<std::uint32_t, std::uint32_t>;

/// The tumour cells that touch, whatever the grading: each pair once, the lower index first, in order.
std::vector<TouchingPair> find_touching(const CellTable& cells, const std::vector<CellKind>& kinds,
                                        const OverRanges& over = in_one_range);

/// The same groups from the pairs of `find_touching`.
Contiguity find_contiguity(const std::vector<TouchingPair>& touching, const GradedTable& graded,
                           const Grading& grading);

inline constexpr int kTouchingRays = 3;  ///< of 64: 17 degrees of wall in common

}  // namespace annulet
