#include "annulet/pipeline/contiguity.hpp"

#include <algorithm>

#include "support/catch.hpp"

using namespace annulet;

namespace {

/// A row of cells, each facing its right neighbour over `rays` rays.
void chain(CellTable& cells, GradedTable& graded, int n, int y, int rays, Pattern pattern) {
  constexpr int kStep = 15 * kMicroUnits;
  for (int i = 0; i < n; ++i) {
    CellRow row;
    row.x = (i + 1) * kStep;
    row.y = y * kMicroUnits;
    row.facing.fill(kNoNeighbour);
    if (i + 1 < n) {
      row.neighbours = 1;
      row.neighbour[0] = {kStep, 0};
      for (int r = 0; r < rays; ++r) row.facing[static_cast<std::size_t>(r)] = 0;
    }
    cells.push_back(row);
    GradedCell cell;
    cell.kind = CellKind::Tumour;
    cell.pattern = pattern;
    cell.longest_arc = 1000;
    cell.strength_od = pattern == Pattern::IntenseComplete ? 700 : 150;
    graded.push_back(cell);
  }
}

}  // namespace

TEST_CASE("touching cells of one pattern are one group") {
  CellTable cells;
  GradedTable graded;
  chain(cells, graded, 7, 10, 8, Pattern::IntenseComplete);
  chain(cells, graded, 9, 100, 8, Pattern::FaintIncomplete);
  const Contiguity found = find_contiguity(cells, graded, Grading{});
  CHECK(found.largest_intense_cluster == 7);
  CHECK(found.largest_gastric_cluster[0] == 9);
  CHECK(found.largest_gastric_cluster[2] == 7);
}

TEST_CASE("a corner in common is no contact") {
  CellTable cells;
  GradedTable graded;
  chain(cells, graded, 6, 10, kTouchingRays - 1, Pattern::IntenseComplete);
  CHECK(find_contiguity(cells, graded, Grading{}).largest_intense_cluster == 1);
}

TEST_CASE("a cell that is not tumour parts a group") {
  CellTable cells;
  GradedTable graded;
  chain(cells, graded, 7, 10, 8, Pattern::IntenseComplete);
  graded[3].kind = CellKind::Stroma;
  CHECK(find_contiguity(cells, graded, Grading{}).largest_intense_cluster == 3);
}
