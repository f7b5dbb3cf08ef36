#pragma once
#include <algorithm>
#include <cstdint>

#include "annulet/base/random.hpp"
#include "annulet/model/cell_row.hpp"

/// Cells some 12 um apart in a square, of all kinds and stains, each naming the cells around it. No
/// measurement stands behind them.
namespace annulet::sample {

inline CellRow cell_at(int x, int y, Random& random) {
  CellRow row;
  row.x = (12 * x + 6) * kMicroUnits + static_cast<std::int32_t>(random.below(kMicroUnits));
  row.y = (12 * y + 6) * kMicroUnits + static_cast<std::int32_t>(random.below(kMicroUnits));
  const auto within = [&](int low, int count) {
    return static_cast<std::uint16_t>(low +
                                      static_cast<int>(random.below(static_cast<std::uint64_t>(count))));
  };
  row.nucleus_area = within(100, 500);
  row.cell_area = static_cast<std::uint16_t>(row.nucleus_area + 300);
  row.min_diameter = within(60, 60);
  row.max_diameter = static_cast<std::uint16_t>(row.min_diameter + within(0, 100));
  row.circularity = static_cast<std::uint8_t>(within(150, 100));
  row.haematoxylin_od = within(200, 300);
  row.haematoxylin_outside = within(0, 150);
  row.nucleus_dab_od = within(0, 200);
  row.edge = within(50, 100);
  row.cytoplasm_od = within(0, 300);
  row.width = static_cast<std::uint8_t>(within(0, 90));
  row.contrast_od = within(0, 400);
  const auto flag = random.below(40);
  row.flags = static_cast<std::uint16_t>(flag < 4 ? kFlagInterior : flag == 4 ? kFlagMissingPixels : 0);
  const auto stain = random.below(80), stained_rays = random.below(kRays + 1);
  for (std::size_t ray = 0; ray < kRays; ++ray) {
    row.radius[ray] = static_cast<std::uint8_t>(40 + random.below(20));
    row.ridge[ray] = static_cast<std::uint8_t>(ray < stained_rays ? stain + random.below(9) : 0);
  }
  row.facing.fill(kNoNeighbour);
  return row;
}

/// `side` times `side` cells, of which each names the one to its right and, in part, the one below.
inline CellTable cell_sheet(int side, std::uint64_t seed) {
  Random random(seed);
  CellTable cells;
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) cells.push_back(cell_at(x, y, random));
  }
  const auto at = [&](int x, int y) -> CellRow& { return cells[static_cast<std::size_t>(y * side + x)]; };
  const auto name_neighbour = [&](CellRow& row, const CellRow& other, std::size_t first_ray) {
    const std::uint8_t index = row.neighbours++;
    row.neighbour[index] = {static_cast<std::int16_t>(other.x - row.x),
                            static_cast<std::int16_t>(other.y - row.y)};
    const std::size_t rays = 1 + random.below(6);  // fewer than three are no touch
    for (std::size_t ray = first_ray; ray < first_ray + rays; ++ray) row.facing[ray] = index;
  };
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      if (x + 1 < side) name_neighbour(at(x, y), at(x + 1, y), 0);
      if (y + 1 < side && random.below(2) == 0) name_neighbour(at(x, y), at(x, y + 1), 16);
      if (x > 0 && random.below(2) == 0) name_neighbour(at(x, y), at(x - 1, y), 32);
    }
  }
  std::sort(cells.begin(), cells.end(), before);
  return cells;
}

}  // namespace annulet::sample
