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
    columns_ = (right - x0_) / bin_ + 1;
    rows_ = (bottom - y0_) / bin_ + 1;
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
    const int left = std::max(0, (x - reach - x0_) / bin_),
              right = std::min(columns_ - 1, (x + reach - x0_) / bin_);
    const int top = std::max(0, (y - reach - y0_) / bin_),
              bottom = std::min(rows_ - 1, (y + reach - y0_) / bin_);
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
    return static_cast<std::size_t>((p.y - y0_) / bin_) * static_cast<std::size_t>(columns_) +
           static_cast<std::size_t>((p.x - x0_) / bin_);
  }
  std::int32_t bin_ = 1, x0_ = 0, y0_ = 0;
  int columns_ = 0, rows_ = 0;
  std::vector<std::uint32_t> start_, next_, items_;
};

}  // namespace annulet::nuclei
