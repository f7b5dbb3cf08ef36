#include "annulet/model/cell_check.hpp"

#include <algorithm>
#include <string>

#include "annulet/base/error.hpp"
#include "support/catch.hpp"

using namespace annulet;

namespace {

CellTable two_cells() {
  CellTable cells(2);
  for (CellRow& cell : cells) cell.facing.fill(kNoNeighbour);
  cells[1].x = 100 * kMicroUnits;
  return cells;
}

}  // namespace

TEST_CASE("rows in order whose walls face what they name are sound") {
  CHECK(fault_of_rows({}) == nullptr);
  CHECK(fault_of_rows(two_cells()) == nullptr);
  CellTable cells = two_cells();
  std::swap(cells[0], cells[1]);
  CHECK(fault_of_rows(cells) != nullptr);
  cells = two_cells();
  cells[1].neighbours = kNeighbours + 1;
  CHECK(fault_of_rows(cells) != nullptr);
  cells = two_cells();
  cells[1].facing[9] = 0;
  CHECK(fault_of_rows(cells) != nullptr);
}

TEST_CASE("cells lie on the slide or a little beside it, and on no slide metres away") {
  CellTable cells = two_cells();
  CHECK(fault_of_places(cells, 100, 0) == nullptr);
  CHECK(fault_of_places(cells, 100.0 - kBesideUm, 0) == nullptr);
  CHECK(fault_of_places(cells, 99.0 - kBesideUm, 0) != nullptr);
  cells[1].x = 2'147'483'647;
  CHECK(fault_of_places(cells, 1e15, 1e15) != nullptr);
}

TEST_CASE("more cells than a table holds are told with what to do") {
  expect_few_enough(kMostCells);
  try {
    expect_few_enough(kMostCells + 1);
    FAIL("nothing was said");
  } catch (const Error& error) {
    CHECK(error.code() == Code::OverLimit);
    CHECK(std::string(error.what()).find("--region") != std::string::npos);
  }
}
