#pragma once
#include <cstdint>

#include "annulet/base/plane.hpp"
#include "annulet/cell/stain_tile.hpp"

namespace annulet::nuclei {

inline constexpr int kNucleusUnits = 400;  ///< values of the nucleus plane per OD
inline constexpr int kBrownUnits = 160;    ///< values of the brown plane per OD

/// clip(gain (H - k D), -0.05, 0.59 OD) x 400 + 20: haematoxylin less the part that dark DAB lends it. k is
/// 0.6, and 0.2 from a gain of 200 on: there grey nuclei in a brownish haze would cancel out.
void nucleus_plane(const StainTile& tile, int gain_percent, Plane<std::uint8_t>& out);

/// min(D, 1.5 OD) x 160: what is filled with brown is bright, what a stained wall encloses is dark.
void brown_plane(const StainTile& tile, Plane<std::uint8_t>& out);

/// Replicated border of a FinePlane in its own pixels of 0.25 um: rays never need a bound check.
inline constexpr int kFineBorder = 48;

/// 1-2-1 smoothing in both directions (0.35 um), then linear doubling: pixels of 0.25 um with kFineBorder
/// around. `lines` is scratch.
void fine_plane(const Plane<std::uint8_t>& source, Plane<std::uint16_t>& lines, Plane<std::uint8_t>& fine);

/// Sums of 2 x 2, times 16: pixels of 1 um whose grid starts at the slide's top left; `skip_x`, `skip_y` (0
/// or 1) are the pixels of `source` before the first whole pair.
void coarse_plane(const Plane<std::uint8_t>& source, int skip_x, int skip_y, Plane<std::int16_t>& coarse);
inline constexpr int kCoarsePerFine = 64;  ///< a value v of `source` becomes 64 v

}  // namespace annulet::nuclei
