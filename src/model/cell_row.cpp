#include "annulet/model/cell_row.hpp"

#include <algorithm>

namespace annulet {

const CellRow* neighbour_of(const CellTable& cells, const CellRow& row, std::size_t index) {
  CellRow key;
  key.x = row.x + row.neighbour[index][0];
  key.y = row.y + row.neighbour[index][1];
  const auto at = std::lower_bound(cells.begin(), cells.end(), key, before);
  return at != cells.end() && !before(key, *at) ? &*at : nullptr;
}

}  // namespace annulet
