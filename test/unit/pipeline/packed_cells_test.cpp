#include "pipeline/packed_cells.hpp"

#include <vector>

#include "annulet/base/random.hpp"
#include "support/catch.hpp"

using namespace annulet;

namespace {

CellRow random_row(Random& random) {
  const auto below = [&](std::uint32_t end) { return static_cast<std::uint8_t>(random.below(end)); };
  CellRow row;
  row.x = static_cast<std::int32_t>(random.below(1U << 30));
  row.y = static_cast<std::int32_t>(random.below(1U << 30));
  row.flags = below(32);
  row.piece = below(255);
  row.neighbours = below(kNeighbours + 1);
  for (std::size_t ray = 0; ray < kRays; ++ray) {
    row.radius[ray] = below(255);
    row.ridge[ray] = below(255);
    row.facing[ray] = row.neighbours > 0 && below(2) == 0 ? below(row.neighbours) : kNoNeighbour;
  }
  for (std::size_t n = 0; n < row.neighbours; ++n)
    row.neighbour[n] = {static_cast<std::int16_t>(-below(255)), static_cast<std::int16_t>(below(255))};
  return row;
}

}  // namespace

TEST_CASE("cells that were put by come back as they were, from a fifth less memory") {
  Random random(17);
  std::vector<CellRow> rows;
  PackedCells packed;
  while (packed.has_room()) packed.add(rows.emplace_back(random_row(random)));
  CHECK(packed.count() == rows.size());
  CHECK(rows.size() * sizeof(CellRow) * 4 > (std::size_t{5} << 20) * 19 / 20);
  std::size_t i = 0;
  packed.each_place([&](std::uint32_t begin, std::int32_t x, std::int32_t y) {
    REQUIRE(i < rows.size());
    CHECK(x == rows[i].x);
    CHECK(y == rows[i].y);
    CHECK(packed.at(begin) == rows[i]);
    ++i;
  });
  CHECK(i == rows.size());
}
