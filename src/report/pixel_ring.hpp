#pragma once
#include <array>
#include <cstdint>

#include "annulet/base/geometry.hpp"
#include "report/outline.hpp"

namespace annulet::report {

/// The grid of level 0 on which outlines are handed to other programs: whole pixels where a pixel is at most
/// 0.3 um, tenths of a pixel on coarser scans.
class PixelGrid {
 public:
  using Corner = Point<SlideFrame, std::int32_t>;  ///< in units of 10^-decimals px
  struct Ring {
    std::array<Corner, kRays> corner;
    int count = 0;
  };

  explicit PixelGrid(double um_a_px);
  int decimals() const { return decimals_; }

  /// The thinned outline of a cell with its corners at the nearest places of the grid, without the first
  /// repeated. Simple, with 4 corners at least, and turning as the rays do: star-shaped about the cell's
  /// centre, because a corner that rounding moved behind the one before is left out.
  Ring ring_of(const CellRow& row) const;

 private:
  int decimals_;
  double units_;  ///< of the grid in one um
};

}  // namespace annulet::report
