#include "cohort/cut_grid.hpp"

#include <algorithm>

namespace annulet::cohort {
namespace {

/// What is tried of a cut-off, 1/1000: docs/science/calibrate.md, "What is tried".
struct Range {
  int low, high, step;
  double usual;  ///< a shift as large as the measurement is uncertain
};
constexpr std::array<Range, kCutOffs> kRanges{{
    {60, 150, 10, 25},    // visible: from the ridges of blank cells to where the limit of blank may raise it
    {150, 350, 20, 50},   // faint
    {420, 900, 20, 100},  // intense: error of one cell's strength
    {700, 960, 20, 75},   // complete: error of one cell's completeness
}};

std::vector<int> values_around(int base, int low, int high, int step) {
  std::vector<int> values;
  const int below = base > low ? (base - low) / step : 0;
  for (int value = base - below * step; value <= std::max(base, high); value += step) values.push_back(value);
  return values;
}

/// What load_grading accepts.
std::array<std::pair<int, int>, kCutOffs> allowed(const Grading& base) {
  return {{{1, base.visible_od_max},
           {1, base.moderate_od - 1},
           {base.moderate_od + 1, 2550},
           {base.stained_share + 1, 1000}}};
}

}  // namespace

CutGrid::CutGrid(const Grading& base, const std::array<bool, kCutOffs>& free) {
  const std::array<int, kCutOffs> start = values(cut_offs_of(base));
  const auto limits = allowed(base);
  for (std::size_t cut = 0; cut < kCutOffs; ++cut) {
    const Range& range = kRanges[cut];
    axes_[cut] = {start[cut]};
    if (free[cut])
      axes_[cut] = values_around(start[cut], std::max(range.low, limits[cut].first),
                                 std::min(range.high, limits[cut].second), range.step);
    size_ *= axes_[cut].size();
  }
  distance_.resize(size_);
  for (std::size_t index = 0; index < size_; ++index) {
    const std::array<int, kCutOffs> here = values(at(index));
    if (here == start) base_ = index;
    for (std::size_t cut = 0; cut < kCutOffs; ++cut) {
      const double shift = (here[cut] - start[cut]) / kRanges[cut].usual;
      distance_[index] += shift * shift;
    }
  }
}

CutOffs CutGrid::at(std::size_t index) const {
  std::array<int, kCutOffs> here{};
  for (std::size_t cut = kCutOffs; cut-- > 0;) {
    here[cut] = axes_[cut][index % axes_[cut].size()];
    index /= axes_[cut].size();
  }
  return {here[0], here[1], here[2], here[3]};
}

}  // namespace annulet::cohort
