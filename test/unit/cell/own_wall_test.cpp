#include "annulet/cell/grade.hpp"

#include <cmath>

#include "ring_rows.hpp"
#include "support/catch.hpp"

using namespace annulet;
using namespace annulet::ring_rows;

namespace {

bool borrowed(const CellTable& cells, std::size_t index) {
  const GradedTable graded =
      grade_table(cells, std::vector<CellKind>(cells.size(), CellKind::Tumour), Grading{}, 100);
  REQUIRE(graded[index].pattern == Pattern::ModerateOrStrongIncomplete);
  return graded[index].borrowed;
}

// A straight wall 7 um away in the direction of the ray `middle`.
void straighten(CellRow& row, int middle) {
  for (int k = -8; k <= 8; ++k) {
    row.radius[static_cast<std::size_t>((middle + k + kRays) % kRays)] =
        static_cast<std::uint8_t>(std::lround(56 / std::cos(k * 6.283185307 / kRays)));
  }
}

// Two cells 14 um apart: the wall between them lies on the left one's first rays, on the right one's middle.
struct Pair {
  CellRow left = row_at(10, 10, -5, 11, 50), right = row_at(24, 10, 27, 11, 50);
  Pair() {
    straighten(left, 0);
    straighten(right, 32);
  }
  CellTable facing() {
    face(left, right, -8, 17);
    face(right, left, 24, 17);
    return {left, right};
  }
};

}  // namespace

TEST_CASE("a wall that both cells see is both's") {
  Pair pair;
  const CellTable cells = pair.facing();
  CHECK_FALSE(borrowed(cells, 0));
  CHECK_FALSE(borrowed(cells, 1));
}

TEST_CASE("a wall that the other cell does not see, or sees elsewhere, is nobody's") {
  Pair unseen;
  unseen.right.ridge.fill(0);
  CHECK(borrowed(unseen.facing(), 0));
  Pair elsewhere;
  elsewhere.right.radius.fill(40);  // 2 um short of the left cell's wall
  CHECK(borrowed(elsewhere.facing(), 0));
  Pair beside;
  for (std::uint8_t& radius : beside.right.radius)
    radius = static_cast<std::uint8_t>(radius - 4);  // 0.5 um short
  CHECK_FALSE(borrowed(beside.facing(), 0));
}

TEST_CASE("an own wall is one side of the cell, not arcs here and there") {
  CellRow side = row_at(10, 10, 0, 12, 50), scattered = row_at(10, 10, 0, 6, 50);
  for (std::size_t ray = 30; ray < 36; ++ray) scattered.ridge[ray] = 50;
  CHECK_FALSE(borrowed({side}, 0));
  CHECK(borrowed({scattered}, 0));
}

TEST_CASE("the free edge of brown cytoplasm is not a wall of its own, that of a clean cell is") {
  CellRow clean = row_at(10, 10, 0, 30, 50), brown = clean;
  clean.cytoplasm_od = 99;
  brown.cytoplasm_od = 100;
  CHECK_FALSE(borrowed({clean}, 0));
  CHECK(borrowed({brown}, 0));
}
