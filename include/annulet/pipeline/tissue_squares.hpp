#pragma once
#include <cstdint>

#include "annulet/base/geometry.hpp"
#include "annulet/base/plane.hpp"
#include "annulet/model/tissue.hpp"

namespace annulet {

/// A mask of the slide in squares of 16 um, whose grid starts at the slide's top left: coarse enough to be
/// asked for every step of every block.
class TissueSquares {
 public:
  static constexpr std::int64_t kSquare = 32;  ///< work px

  TissueSquares() = default;
  /// The squares that tissue touches; `slide` is its extent.
  TissueSquares(const TissueMask& tissue, const Size<WorkFrame>& slide);

  /// These squares and `squares` more in every direction.
  TissueSquares grown(int squares) const;
  /// The squares that meet `area`, in one rectangle cut to the area; empty where there is none.
  Rect<WorkFrame> around(const Rect<WorkFrame>& area) const;
  bool meets(const Rect<WorkFrame>& area) const { return !around(area).empty(); }
  /// Of a place beside the slide: that of the nearest place on it.
  bool holds(Point<WorkFrame> place) const;

 private:
  void mark(double x, double last, double y, double side);
  Plane<std::uint8_t> held_;
};

}  // namespace annulet
