#pragma once
#include <optional>

#include "annulet/cell/grade.hpp"
#include "annulet/guideline/guideline.hpp"

namespace annulet {

/// A caveat `second-population` where a contiguous part of the tumour, more than 10 % of its measurable
/// cells, has another score than the whole; it never changes the score. The slide is divided into squares of
/// kPopulationSquareUm; each gets the score of itself and its eight neighbours; touching squares of one score
/// are a population. `cells` sorted by `before`, `whole` the verdict on all of them.
std::optional<Remark> second_population(const CellTable& cells, const GradedTable& graded,
                                        const Grading& grading, const Guideline& guideline,
                                        const Verdict& whole);

inline constexpr int kPopulationSquareUm = 400;  ///< so that a neighbourhood is a field of 1.2 mm
inline constexpr std::uint64_t kFewestPopulationCells = 100;  ///< as many as any score needs
inline constexpr int kPopulationPercent = 10;  ///< of the measurable tumour cells (ASCO/CAP 2018)

}  // namespace annulet
