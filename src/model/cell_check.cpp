#include "annulet/model/cell_check.hpp"

#include <algorithm>
#include <string>

#include "annulet/base/error.hpp"

namespace annulet {
namespace {

const char* fault_of(const CellRow& row) {
  if (row.neighbours > kNeighbours) return "a cell names more neighbours than there is room for";
  std::uint8_t unnamed = 0;  // without a branch, so that it becomes vector code
  for (const std::uint8_t f : row.facing)
    unnamed = static_cast<std::uint8_t>(unnamed | (f != kNoNeighbour && f >= row.neighbours ? 1 : 0));
  return unnamed != 0 ? "a wall faces a neighbour that is not named" : nullptr;
}

}  // namespace

const char* fault_of_rows(const CellTable& cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0 && !before(cells[i - 1], cells[i])) return "its cells are not in order";
    if (const char* fault = fault_of(cells[i])) return fault;
  }
  return nullptr;
}

const char* fault_of_places(const CellTable& cells, double width_um, double height_um) {
  constexpr std::int64_t kBeside = kBesideUm * kMicroUnits;
  const auto last = [](double um) {
    return static_cast<std::int64_t>(std::min(um, kFarthestUm) * kMicroUnits) + kBeside;
  };
  const std::int64_t right = last(width_um), bottom = last(height_um);
  const bool all_on = std::all_of(cells.begin(), cells.end(), [&](const CellRow& row) {
    return row.x >= -kBeside && row.x <= right && row.y >= -kBeside && row.y <= bottom;
  });
  return all_on ? nullptr : "a cell lies off the slide";
}

void expect_few_enough(std::uint64_t cells) {
  if (cells <= kMostCells) return;
  throw Error(Code::OverLimit, std::to_string(cells) + " cells were found, and a result holds at most " +
                                   std::to_string(kMostCells) +
                                   ": score parts of the slide one by one, with regions (--region)");
}

}  // namespace annulet
