#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "annulet/base/geometry.hpp"
#include "annulet/base/integer_math.hpp"

namespace annulet::nuclei {

/// Points sorted into square bins, to find what is near. Keeps its memory. Positions in 1/64 um.
class BinGrid {
 public:
  /// `position(i)` for i in [0, count) gives the points; borders of bins of `bin` go through (origin_x,
  /// origin_y). Cost: count + bins.
  template <class Position>
  void build(std::size_t count, std::int32_t bin, std::int32_t origin_x, std::int32_t origin_y,
             Position&& position) {
    bin_ = bin;
    per_bin_ = (std::uint64_t{1} << kBinBits) / static_cast<std::uint64_t>(bin) + 1;
    std::int32_t left = count > 0 ? position(0).x : 0, top = count > 0 ? position(0).y : 0;
    std::int32_t right = left, bottom = top;
    for (std::size_t i = 1; i < count; ++i) {
      const auto p = position(i);
      left = std::min(left, p.x);
      right = std::max(right, p.x);
      top = std::min(top, p.y);
      bottom = std::max(bottom, p.y);
    }
    x0_ = static_cast<std::int32_t>(origin_x + bin_ * divide_floor(left - origin_x, bin_));
    y0_ = static_cast<std::int32_t>(origin_y + bin_ * divide_floor(top - origin_y, bin_));
    columns_ = bins(right - x0_) + 1;
    rows_ = bins(bottom - y0_) + 1;
    start_.assign(static_cast<std::size_t>(columns_) * static_cast<std::size_t>(rows_) + 1, 0);
    items_.resize(count);
    for (std::size_t i = 0; i < count; ++i) ++start_[bin_of(position(i)) + 1];
    for (std::size_t b = 1; b < start_.size(); ++b) start_[b] += start_[b - 1];
    next_.assign(start_.begin(), start_.end() - 1);
    for (std::size_t i = 0; i < count; ++i)
      items_[next_[bin_of(position(i))]++] = static_cast<std::uint32_t>(i);
  }

  /// Indices of the points, bin after bin along the rows of bins.
  const std::vector<std::uint32_t>& order() const { return items_; }

  /// Calls visit(first, last) for stretches of `order` with the points in the bins within `reach` of (x, y):
  /// all of them and perhaps some farther ones. One stretch a row of bins.
  template <class Visit>
  void stretches(std::int32_t x, std::int32_t y, std::int32_t reach, Visit&& visit) const {
    if (x + reach < x0_ || y + reach < y0_) return;
    const int left = bins(x - reach - x0_), right = std::min(columns_ - 1, bins(x + reach - x0_));
    const int top = bins(y - reach - y0_), bottom = std::min(rows_ - 1, bins(y + reach - y0_));
    if (left > right) return;
    for (int row = top; row <= bottom; ++row) {
      const std::size_t line = static_cast<std::size_t>(row) * static_cast<std::size_t>(columns_);
      visit(start_[line + static_cast<std::size_t>(left)],
            start_[line + static_cast<std::size_t>(right) + 1]);
    }
  }

  /// Calls visit(index) for those points.
  template <class Visit>
  void near(std::int32_t x, std::int32_t y, std::int32_t reach, Visit&& visit) const {
    stretches(x, y, reach, [&](std::uint32_t first, std::uint32_t last) {
      for (std::uint32_t k = first; k < last; ++k) visit(items_[k]);
    });
  }

  /// Calls visit(begin, end) with the indices of every bin that is not empty; the callee may reorder them.
  template <class Visit>
  void each_bin(Visit&& visit) {
    for (std::size_t b = 0; b + 1 < start_.size(); ++b) {
      if (start_[b + 1] > start_[b]) visit(items_.data() + start_[b], items_.data() + start_[b + 1]);
    }
  }

 private:
  template <class P>
  std::size_t bin_of(const P& p) const {
    return static_cast<std::size_t>(bins(p.y - y0_)) * static_cast<std::size_t>(columns_) +
           static_cast<std::size_t>(bins(p.x - x0_));
  }
  // Whole bins in a distance, 0 in one below 0. A product in place of the division, whose time would be felt:
  // exact while distance x bin stays below 2^40.
  int bins(std::int32_t distance) const {
    return static_cast<int>((static_cast<std::uint64_t>(std::max(distance, 0)) * per_bin_) >> kBinBits);
  }
  static constexpr int kBinBits = 40;
  std::uint64_t per_bin_ = 0;
  std::int32_t bin_ = 1, x0_ = 0, y0_ = 0;
  int columns_ = 0, rows_ = 0;
  std::vector<std::uint32_t> start_, next_, items_;
};

}  // namespace annulet::nuclei
