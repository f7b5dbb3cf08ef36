#pragma once
#include <cstdint>
#include <vector>

#include "cell/bin_grid.hpp"
#include "cell/star_outline.hpp"

namespace annulet::nuclei {

inline constexpr int kOutlineUm = kMostRadius / 8 + 1;  ///< the longest outline
inline constexpr int kBesideSeen =
    2 * kMicroUnits;  ///< 1/64 um: what is hidden lies farther from what is seen
/// Farthest from a spot that the spot of an outline that holds it can lie.
inline constexpr int kSeenReachUm = kStarShiftUm + kOutlineUm + kBesideSeen / kMicroUnits;

/// Whether the place lies in the outline or at most `beside` (1/64 um) outside.
bool holds(const Star& star, Point<MicroFrame, std::int32_t> place, int beside = 0);

/// What is hidden is not looked for where a nucleus is seen. Holds scratch.
class SeenSpots {
 public:
  /// Erases the spots that lie in the circle of an outline's mean radius, or within kBesideSeen of it.
  void leave_unseen(const std::vector<Star>& seen, std::vector<Blob>& spots);
  /// Leaves the spots whose outline may hold one of the hidden ones, brown or enclosed.
  void leave_near(const std::vector<Blob>& brown, const std::vector<Blob>& enclosed,
                  std::vector<Blob>& spots);

 private:
  struct Circle {
    Point<MicroFrame, std::int32_t> centre;
    std::int32_t square;  ///< of the radius
  };

  BinGrid grid_;
  std::vector<Circle> circles_;  // of the outlines in the grid, in its order
};

}  // namespace annulet::nuclei
