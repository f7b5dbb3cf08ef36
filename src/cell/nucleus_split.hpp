#pragma once
#include <vector>

#include "cell/star_outline.hpp"

namespace annulet::nuclei {

/// Farthest that splitting moves a centre: half of an outline lies there.
inline constexpr int kSplitShiftUm = 7;

/// Replaces every outline that a light line crosses from side to side by its two halves: touching nuclei that
/// one outline took together. `fine` is the plane (nucleus_plane.hpp) on which `rules` hold and the stars
/// were found. Cost: about 1,000 samples an outline.
void split_touching(const Plane<std::uint8_t>& fine, const StarRules& rules, std::vector<Star>& stars);

}  // namespace annulet::nuclei
