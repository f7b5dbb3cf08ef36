#pragma once
#include <cstdint>

#include "annulet/model/cell_row.hpp"

namespace annulet {

// What every table of cells keeps to, whoever made it: the reader's process, a result folder. Each fault_of
// returns what is wrong, or nullptr, after one pass over the table.

/// Rows in the order of `before`, neighbours that are named.
const char* fault_of_rows(const CellTable& cells);

/// Nuclei on a slide of that size, or at most kBesideUm beside it, and none farther than any glass reaches:
/// concluding keeps something for every um.
const char* fault_of_places(const CellTable& cells, double width_um, double height_um);

/// Throws Error OverLimit for more than kMostCells, with what to do.
void expect_few_enough(std::uint64_t cells);

/// Cells that a table may hold, on every way: a slide of 501,760 px full of tissue has 30 million.
inline constexpr std::uint64_t kMostCells = 100'000'000;
inline constexpr std::int64_t kBesideUm = 64;  ///< the centre of a nucleus that the border cuts
inline constexpr double kFarthestUm = 4e6;     ///< 4 m: longer than any glass

}  // namespace annulet
