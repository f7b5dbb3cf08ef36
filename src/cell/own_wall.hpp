#pragma once
// Which part of a cell's stained wall speaks for the cell itself. Integers only; source:
// docs/science/grade.md, "Own walls".
#include <cstddef>

#include "annulet/model/cell_row.hpp"
#include "cell/stained_ring.hpp"

namespace annulet {

/// Stained rays of the cell `index` whose stain may be its own (of the others nothing is said): 0 where
/// the wall is a positive neighbour's, is not seen from the other side, or is the free edge of brown
/// cytoplasm. `graded` holds the patterns of `cells`, which are sorted by `before`; `visible_od` in 1/1000
/// OD.
RayFlags own_wall(const CellTable& cells, const GradedTable& graded, std::size_t index, int visible_od);

}  // namespace annulet
