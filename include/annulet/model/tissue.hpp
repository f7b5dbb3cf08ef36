#pragma once
#include <cstdint>
#include <vector>

#include "annulet/base/geometry.hpp"
#include "annulet/base/plane.hpp"

namespace annulet {

/// A separate piece of tissue.
struct TissuePiece {
  std::uint16_t id = 0;  ///< 1 ...; value of TissueMask::piece
  double area_mm2 = 0;
  Rect<SlideFrame> bounds;  ///< level-0 px
};

/// Where tissue is. Plane pixels are squares of `pitch_um`, the first at the slide's top left.
struct TissueMask {
  double pitch_um = 0;
  Plane<std::uint16_t> piece;  ///< 0 background, else TissuePiece::id
  std::vector<TissuePiece> pieces;
  double area_mm2 = 0;

  /// Piece at a point given in um from the slide's top left; 0 outside.
  std::uint16_t at_um(double x_um, double y_um) const {
    const int x = static_cast<int>(x_um / pitch_um), y = static_cast<int>(y_um / pitch_um);
    return x_um >= 0 && y_um >= 0 && piece.contains(x, y) ? piece(x, y) : std::uint16_t{0};
  }
};

}  // namespace annulet
