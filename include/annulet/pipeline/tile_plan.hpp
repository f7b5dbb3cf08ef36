#pragma once
#include <cstddef>
#include <vector>

#include "annulet/base/geometry.hpp"
#include "annulet/model/slide_info.hpp"
#include "annulet/model/tissue.hpp"

namespace annulet {

/// One unit of the scan. A cell belongs to the tile whose half-open core holds its centre.
struct TileSpec {
  std::size_t ordinal = 0;
  Rect<WorkFrame> core;    ///< work px
  Rect<WorkFrame> window;  ///< core + halo
};

struct TilePlan {
  std::vector<TileSpec> tiles;  ///< row by row; only tiles whose core holds tissue
  int halo_um = 0;
};

/// Reach of the scan: every cell whose centre is in the core is the same for any plan.
int scan_halo_um();

/// Plans cores of `core_um` (0: about 4096 level-0 px, 128-1024 um) on a grid shifted by `offset_um`, each
/// cut down to the tissue that it holds.
TilePlan plan_tiles(const TissueMask& tissue, const Size<SlideFrame>& extent, double pitch_um, int core_um,
                    int offset_um);

}  // namespace annulet
