#pragma once
#include <cstdint>

#include "annulet/base/geometry.hpp"
#include "annulet/base/plane.hpp"

namespace annulet {

/// Stain planes of one window of the slide, all in 1/100 OD, 8 bit. What nuclei and membranes are measured
/// on.
struct StainTile {
  Rect<WorkFrame> work;                   ///< window on the 0.5 um grid
  Plane<std::uint8_t> haematoxylin, dab;  ///< at 0.5 um/px, size of `work`
  Rect<SlideFrame> native;                ///< in level-0 px: where rings are measured; empty where none are
  Plane<std::uint8_t> dab_native;      ///< at the slide's own pitch, smoothed with 0.3 um, size of `native`
  Plane<std::uint8_t> covered_native;  ///< 0 where a pixel of the slide is lost, else 1; empty where none is
  double pitch_um = 0;                 ///< um per level-0 px
  bool coarse = false;                 ///< `dab_native` was sharpened by the luma (pixel/coarse_dab.hpp)
  int lost_detail_percent = 0;         ///< of what a wall stands out, blurred away: added to its height
  Size<SlideFrame> slide;              ///< extent of level 0: rings are cut by its border
};

}  // namespace annulet
