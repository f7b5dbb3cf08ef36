#pragma once
// Rows of the cell table with a given ring, for the tests of what is made of them.
#include "annulet/model/cell_row.hpp"

namespace annulet::ring_rows {

/// A cell of 7 um radius whose `rays` rays from `first` on (also below 0) have a ridge of `ridge` / 100 OD.
inline CellRow row_at(int x_um, int y_um, int first, int rays, int ridge) {
  CellRow row;
  row.x = x_um * kMicroUnits;
  row.y = y_um * kMicroUnits;
  row.radius.fill(56);
  row.cell_area = 8 * 150;
  row.facing.fill(kNoNeighbour);
  for (int i = 0; i < rays; ++i)
    row.ridge[static_cast<std::size_t>((first + i + kRays) % kRays)] = static_cast<std::uint8_t>(ridge);
  return row;
}

/// Lets `rays` rays of `row` from `first` on face `other`.
inline void face(CellRow& row, const CellRow& other, int first, int rays) {
  const auto index = row.neighbours++;
  row.neighbour[index] = {static_cast<std::int16_t>(other.x - row.x),
                          static_cast<std::int16_t>(other.y - row.y)};
  for (int i = 0; i < rays; ++i) row.facing[static_cast<std::size_t>((first + i + kRays) % kRays)] = index;
}

}  // namespace annulet::ring_rows
