#include <algorithm>
#include <array>
#include <utility>

#include "annulet/base/error.hpp"
#include "annulet/base/integer_math.hpp"
#include "annulet/cell/grade.hpp"
#include "cell/stained_ring.hpp"

namespace annulet {
namespace {

// docs/science/grade.md, "Limit of blank".
constexpr std::uint64_t kLeastCells = 200;
constexpr std::uint64_t kPercentile = 99;  // of the rays of negative cells; the rate of false walls is 1 %
constexpr int kMostStainedRays =
    kRays / 4;  // more: a wall that carries stain, not the blank's scattered ridges
constexpr int kSquareOfTumour = 25 * kMicroUnits;  // 25 um: more than a tumour cell reaches
constexpr double kSquareUmPerUnit = 1.0 / 8;       // CellRow::cell_area

bool negative(CellKind kind) {
  return kind == CellKind::Lymphocyte || kind == CellKind::Stroma;
}

using Square = std::pair<std::int32_t, std::int32_t>;

Square square_of(const CellRow& row) {
  return {static_cast<std::int32_t>(divide_floor(row.x, kSquareOfTumour)),
          static_cast<std::int32_t>(divide_floor(row.y, kSquareOfTumour))};
}

// Squares of a fixed grid that hold a cell which may carry HER2, sorted.
std::vector<Square> tumour_squares(const CellTable& cells, const std::vector<CellKind>& kinds) {
  std::vector<Square> squares;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (kinds[i] == CellKind::Tumour || kinds[i] == CellKind::Uncertain)
      squares.push_back(square_of(cells[i]));
  }
  std::sort(squares.begin(), squares.end());
  squares.erase(std::unique(squares.begin(), squares.end()), squares.end());
  return squares;
}

bool carries_stain(const CellRow& row, int visible_od) {
  return std::count_if(row.ridge.begin(), row.ridge.end(),
                       [&](int ridge) { return is_stained(ridge, visible_od); }) > kMostStainedRays;
}

// Whether a tumour cell lies in the cell's square or one beside it: its wall would be measured in this one's
// place.
bool near_tumour(const std::vector<Square>& squares, const CellRow& row) {
  const auto [x, y] = square_of(row);
  for (int dx = -1; dx <= 1; ++dx) {
    const auto first = std::lower_bound(squares.begin(), squares.end(), Square{x + dx, y - 1});
    if (first != squares.end() && *first <= Square{x + dx, y + 1}) return true;
  }
  return false;
}

}  // namespace

std::vector<std::uint32_t> blank_cells(const CellTable& cells, const std::vector<CellKind>& kinds,
                                       const OverRanges& over) {
  expects(cells.size() == kinds.size(), "cells and kinds differ in number");
  const std::vector<Square> squares = tumour_squares(cells, kinds);
  std::vector<std::uint8_t> blank(cells.size());
  over(cells.size(), [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      const bool lost = (cells[i].flags & (kFlagCutBySlide | kFlagMissingPixels | kFlagEdgeBlush)) != 0;
      blank[i] = negative(kinds[i]) && !lost && !near_tumour(squares, cells[i]) ? 1 : 0;
    }
  });
  std::vector<std::uint32_t> blanks;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (blank[i] != 0) blanks.push_back(static_cast<std::uint32_t>(i));
  }
  return blanks;
}

LimitOfBlank limit_of_blank(const CellTable& cells, const std::vector<std::uint32_t>& blanks,
                            const Grading& grading) {
  LimitOfBlank limit;
  limit.visible_od = grading.visible_od / 1000.0;
  std::array<std::uint64_t, 256> histogram{};
  std::uint64_t area = 0, rays = 0;
  for (const std::uint32_t i : blanks) {
    if (carries_stain(cells[i], grading.visible_od)) continue;
    for (const std::uint8_t ridge : cells[i].ridge) ++histogram[ridge];
    rays += kRays;
    area += cells[i].cell_area;
    ++limit.cells;
  }
  limit.area_mm2 = static_cast<double>(area) * kSquareUmPerUnit / 1e6;
  if (limit.cells < kLeastCells) return limit;
  int level = 0;
  for (std::uint64_t below = histogram[0]; below * 100 < kPercentile * rays; below += histogram[++level]) {
  }
  const int measured = level * kOdPerRidge;
  limit.source = "negative-tissue";
  limit.measured_od = measured / 1000.0;
  const int visible = std::clamp(measured, grading.visible_od, grading.visible_od_max);
  limit.visible_od = visible / 1000.0;
  limit.raised = visible > grading.visible_od;
  return limit;
}

}  // namespace annulet
