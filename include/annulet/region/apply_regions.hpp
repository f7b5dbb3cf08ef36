#pragma once
#include <vector>

#include "annulet/model/quality.hpp"
#include "annulet/model/region.hpp"
#include "annulet/model/slide_info.hpp"
#include "annulet/model/tissue.hpp"
#include "annulet/model/verdict.hpp"

namespace annulet {

/// What is to be said of regions on this slide.
struct RegionRemarks {
  std::vector<Remark> reasons;  ///< not empty: the slide is not evaluable with these regions
  std::vector<Remark> caveats;
};

/// Puts the regions on a slide: shifts those drawn from the scanned corner, checks that they lie on the slide
/// and meet tissue, and paints `quality`. Exclusion wins over control, control over inclusion, and the user
/// over what was recognised: with regions to include everything outside all of them is QcFlag::Region (a
/// control stays one), and control tissue that was recognised inside them counts. A pixel of the mask is
/// inside when its centre is, by the even-odd rule on 1/64 of a pixel. `pitch_um` um per level-0 px along
/// both axes, as for cells. Throws Error Usage where the drawing would take more than kMostRegionSteps.
RegionRemarks apply_regions(std::vector<RegionUse>& regions, const SlideInfo& slide, double pitch_um,
                            const TissueMask& tissue, QcMap& quality);

/// 1 where the regions leave a pixel of the mask out, be it tissue or not; empty without regions. `regions`
/// as apply_regions placed them. Throws and costs the same.
Plane<std::uint8_t> left_out_by(const std::vector<RegionUse>& regions, double pitch_um,
                                const TissueMask& tissue);

/// Pixels of the mask and crossings of its rows that regions may cost; a few seconds.
inline constexpr std::int64_t kMostRegionSteps = 1'000'000'000;

/// True where at least one of them says what is to be counted.
bool any_include(const std::vector<RegionUse>& regions);

}  // namespace annulet
