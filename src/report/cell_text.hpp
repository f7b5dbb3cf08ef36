#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "annulet/model/cell_row.hpp"

namespace annulet::report {

/// Name of a cell in every file: "y-x" of its key in 1/64 um. It does not depend on tiles, threads or the
/// other cells, and sorts by rows of the table.
void append_cell_id(std::string& out, const CellRow& row);
/// The same to where there is room for 2 * kScaledChars; returns where it ends.
char* put_cell_id(char* to, const CellRow& row);

/// Words of the flags joined by '|': interior, cut-by-slide, missing-pixels, saturated, edge-blush, borrowed.
void append_flags(std::string& out, const CellRow& row, const GradedCell& graded);

/// What the tables say of one cell, in thousandths of the unit of the name; absent where it was not measured.
struct CellFacts {
  std::int64_t x_um = 0, y_um = 0;
  std::optional<std::int64_t> completeness, longest_arc, strength_od, median_od, width_um, contrast_od;
  std::optional<std::int64_t> nucleus_area_um2, haematoxylin_od;
  std::int64_t cell_area_um2 = 0;
};

CellFacts facts_of(const CellRow& row, const GradedCell& graded);

}  // namespace annulet::report
