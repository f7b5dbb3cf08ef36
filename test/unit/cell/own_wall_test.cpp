#include "annulet/cell/grade.hpp"

#include "support/catch.hpp"

using namespace annulet;

namespace {

CellRow row_at(int x_um, int y_um, int first, int rays, int ridge) {
  CellRow row;
  row.x = x_um * kMicroUnits;
  row.y = y_um * kMicroUnits;
  row.radius.fill(56);  // 7 um
  row.facing.fill(kNoNeighbour);
  for (int i = 0; i < rays; ++i)
    row.ridge[static_cast<std::size_t>((first + i + kRays) % kRays)] = static_cast<std::uint8_t>(ridge);
  return row;
}

void face(CellRow& row, const CellRow& other, int first, int rays) {
  const auto index = row.neighbours++;
  row.neighbour[index] = {static_cast<std::int16_t>(other.x - row.x),
                          static_cast<std::int16_t>(other.y - row.y)};
  for (int i = 0; i < rays; ++i) row.facing[static_cast<std::size_t>((first + i + kRays) % kRays)] = index;
}

bool borrowed(const CellTable& cells, std::size_t index) {
  const GradedTable graded =
      grade_table(cells, std::vector<CellKind>(cells.size(), CellKind::Tumour), Grading{}, 100);
  REQUIRE(graded[index].pattern == Pattern::ModerateOrStrongIncomplete);
  return graded[index].borrowed;
}

// Two cells 14 um apart: the wall between them lies on the left one's first rays, on the right one's middle.
struct Pair {
  CellRow left = row_at(10, 10, -4, 9, 50), right = row_at(24, 10, 28, 9, 50);
  CellTable facing() {
    face(left, right, -8, 17);
    face(right, left, 24, 17);
    return {left, right};
  }
};

}  // namespace

TEST_CASE("a wall that both cells see and no one has more of is both's") {
  Pair pair;
  const CellTable cells = pair.facing();
  CHECK_FALSE(borrowed(cells, 0));
  CHECK_FALSE(borrowed(cells, 1));
}

TEST_CASE("a wall belongs to the cell that is stained more elsewhere") {
  Pair pair;
  for (std::size_t ray = 13; ray < 25; ++ray) pair.left.ridge[ray] = 50;
  const CellTable cells = pair.facing();
  CHECK_FALSE(borrowed(cells, 0));
  CHECK(borrowed(cells, 1));
}

TEST_CASE("a wall that the other cell does not see, or sees elsewhere, is nobody's") {
  Pair unseen;
  unseen.right.ridge.fill(0);
  CHECK(borrowed(unseen.facing(), 0));
  Pair elsewhere;
  elsewhere.right.radius.fill(40);  // 2 um short of the left cell's wall
  CHECK(borrowed(elsewhere.facing(), 0));
  Pair beside;
  beside.right.radius.fill(54);  // 0.25 um short
  CHECK_FALSE(borrowed(beside.facing(), 0));
}

TEST_CASE("the free edge of brown cytoplasm is not a wall of its own, that of a clean cell is") {
  CellRow clean = row_at(10, 10, 0, 30, 50), brown = clean;
  clean.cytoplasm_od = 99;
  brown.cytoplasm_od = 100;
  CHECK_FALSE(borrowed({clean}, 0));
  CHECK(borrowed({brown}, 0));
}
