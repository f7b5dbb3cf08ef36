#pragma once
#include <optional>
#include <string>

#include "annulet/cell/grade.hpp"
#include "annulet/model/cell_row.hpp"

namespace annulet {

/// One sentence where the nuclei are too large or too small for the um per pixel in force to be right: told
/// by the areas of what was taken for lymphocytes, which vary least from patient to patient, and for tumour
/// cells. Meant for a pitch that is wrong by a factor of 2. docs/science/gates.md has both distributions.
std::optional<std::string> suspect_pitch(const CellTable& cells, const GradedTable& graded, double pitch_um);

}  // namespace annulet
