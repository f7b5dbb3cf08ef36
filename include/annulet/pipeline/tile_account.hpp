#pragma once
#include <vector>

#include "annulet/model/result.hpp"

namespace annulet {

/// Puts each of the file's own level-0 tiles into exactly one account: background (no tissue in it),
/// analysed, and, of those with tissue, missing or undecodable where reading met a problem.
TileAccount account_tiles(const SlideInfo& info, double pitch_um, const TissueMask& tissue,
                          const std::vector<Problem>& problems);

}  // namespace annulet
