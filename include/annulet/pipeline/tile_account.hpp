#pragma once
#include <vector>

#include "annulet/model/result.hpp"

namespace annulet {

/// Puts each of the file's own level-0 tiles into exactly one account: background (no tissue in it),
/// analysed, excluded (tissue, but none of it `counted`), missing or undecodable. `problems` (of the scan)
/// cost the tiles with tissue that they touch. `unseen` (of the overview) is what no level shows: an
/// undecodable tile is lost, since nobody knows what was on it; a missing one is lost when at least
/// kTissueAround of what surrounds it is tissue, and background otherwise, since scanners leave empty tiles
/// out.
TileAccount account_tiles(const SlideInfo& info, double pitch_um, const TissueMask& tissue,
                          const TissueMask& counted, const std::vector<Problem>& problems,
                          const std::vector<Problem>& unseen);

inline constexpr double kTissueAround = 0.25;  ///< share of the known border of a missing tile

}  // namespace annulet
