#pragma once
#include <functional>
#include <vector>

#include "annulet/model/problem.hpp"
#include "annulet/model/tissue.hpp"
#include "annulet/model/verdict.hpp"
#include "annulet/slide/slide_source.hpp"

namespace annulet {

/// Tiles that were read without a fault and yet may not show what was scanned: of a suspect place the tile
/// that fits to none of two or more neighbours, or both tiles of a border; of a group of duplicates those
/// with tissue, the first kMostNamed by name. `is_near` says of which tiles every scan of the slide reads the
/// pixels: only they count, so that the answer does not depend on the grid. Sorted by place, each once.
std::vector<Problem> doubtful_tiles(const SuspectTiles& suspects, const TissueMask& counted, double pitch_um,
                                    const std::function<bool(const Rect<SlideFrame>&)>& is_near);

/// The caveats `damaged-tiles` and `duplicate-tiles`, where there are such tiles among `doubts`.
std::vector<Remark> doubt_caveats(const std::vector<Problem>& doubts, const TissueMask& counted,
                                  double pitch_um);

inline constexpr std::size_t kMostNamed = 16;      ///< tiles of a group of duplicates
inline constexpr double kLeastTissueShare = 0.10;  ///< of a duplicate tile: glass is alike everywhere

}  // namespace annulet
