#pragma once

namespace annulet::phantom {

inline constexpr double kTurn = 6.283185307179586;

/// A place or a direction, um.
struct Vec {
  double x = 0, y = 0;
};

}  // namespace annulet::phantom
