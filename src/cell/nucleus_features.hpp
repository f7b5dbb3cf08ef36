#pragma once
#include "annulet/cell/nucleus.hpp"
#include "annulet/cell/stain_tile.hpp"
#include "cell/star_outline.hpp"

namespace annulet::nuclei {

/// How far the ring outside an outline is looked at, um.
inline constexpr int kFeatureReachUm = 2;

/// Asks for the pixels of an outline that is soon described.
void prefetch_stains(const StainTile& tile, const Star& star);

/// The nucleus of an accepted outline: its shape, and its haematoxylin and DAB inside and in the ring 0.75-2
/// um outside, from the planes of `tile` as they are (gain of 1). Edges are brought back to a gain of 1 as
/// well; a ray is weak when its edge is at most `rules.least_edge` at the gain in force. `outline_percent`
/// shrinks the outline first.
Nucleus describe(const StainTile& tile, const Star& star, const StarRules& rules, int gain_percent,
                 int outline_percent);

}  // namespace annulet::nuclei
