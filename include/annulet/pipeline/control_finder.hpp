#pragma once
#include <cstdint>
#include <vector>

#include "annulet/cell/grade.hpp"
#include "annulet/model/cell_row.hpp"
#include "annulet/pipeline/tissue_parts.hpp"

namespace annulet {

/// Pieces of on-slide control tissue, as labels of TissueParts.
struct ControlTissue {
  std::vector<int> labels;
  bool certain = false;  ///< else it may be the patient's: it is counted, and said
  double area_mm2 = 0;
  bool holds(int label) const;
};

/// Looks for small round pieces, alone or in a row, whose tumour cells stain quite otherwise than everything
/// else on the slide. A piece that stains as the patient does is never called a control: nothing is gained by
/// leaving it out. Measurements and sources of the cuts: docs/science/gates.md.
ControlTissue find_control(const TissueParts& parts, const CellTable& cells, const GradedTable& graded);

/// Shares of the mean cell's patterns that a control must be apart from the patient: percentage points.
inline constexpr int kControlApartPoints = 40;

}  // namespace annulet
