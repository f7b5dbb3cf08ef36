#pragma once
#include <filesystem>

#include "annulet/model/cell_row.hpp"
#include "annulet/report/stored_result.hpp"

namespace annulet {

/// Kinds and patterns of a result folder's cells, from cells.csv.gz: what no model file is needed for.
/// Values of unmeasurable cells are 0. Every row must name the cell of `cells` in its place. Throws Error
/// NotFound, Corrupt. Cost: about 0.5 us a cell.
GradedTable read_shown_cells(const std::filesystem::path& folder, const CellTable& cells);

}  // namespace annulet
