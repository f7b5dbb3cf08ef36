#include "report/heat_grid.hpp"

#include <algorithm>

#include "report/scan_pitch.hpp"

namespace annulet::report {
namespace {

constexpr std::int64_t kLeastSquareUm = 64;  // some 20 to 30 tumour cells
constexpr std::int64_t kMostSquares = 96;

std::int64_t squares_along(double um, std::int64_t square_um) {
  return std::max<std::int64_t>(1, (static_cast<std::int64_t>(um) + square_um - 1) / square_um);
}

}  // namespace

HeatGrid heat_grid_of(const SlideResult& result) {
  HeatGrid grid;
  if (!result.pitch.known()) return grid;
  const double width_um = static_cast<double>(result.slide.extent.width) * scan_pitch_um(result);
  const double height_um = static_cast<double>(result.slide.extent.height) * scan_pitch_um(result);
  grid.square_um = kLeastSquareUm;
  while (squares_along(std::max(width_um, height_um), grid.square_um) > kMostSquares) grid.square_um *= 2;
  grid.squares = Plane<HeatSquare>(static_cast<int>(squares_along(width_um, grid.square_um)),
                                   static_cast<int>(squares_along(height_um, grid.square_um)));
  const std::int64_t square = grid.square_um * kMicroUnits;
  for (std::size_t i = 0; i < result.cells.size(); ++i) {
    const GradedCell& graded = result.graded[i];
    if (!is_judged(graded)) continue;
    const int x = static_cast<int>(result.cells[i].x / square),
              y = static_cast<int>(result.cells[i].y / square);
    if (!grid.squares.contains(x, y)) continue;
    ++grid.squares(x, y).cells;
    if (graded.pattern != Pattern::None) ++grid.squares(x, y).stained;
  }
  return grid;
}

const HeatStep& step_of(const HeatSquare& square) {
  const HeatStep* step = &kHeatSteps.front();
  for (const HeatStep& next : kHeatSteps) {
    if (std::int64_t{100} * square.stained > std::int64_t{next.over_percent} * square.cells) step = &next;
  }
  return *step;
}

}  // namespace annulet::report
