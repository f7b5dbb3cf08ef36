#pragma once
#include "annulet/model/stain.hpp"
#include "annulet/model/tissue.hpp"
#include "annulet/pipeline/overview.hpp"

namespace annulet {

/// What light that met no tissue looks like on this scan.
struct WhitePoint {
  Rgb rgb{255, 255, 255};
  bool certain = true;  ///< false where the picture shows no glass to measure it on
};

/// Per-channel median of the brightest 2 % of the pixels. Pixels of exactly (255, 255, 255) are filler, not
/// glass, as long as enough others are left.
WhitePoint find_white(const Overview& overview);

/// Tissue by mean optical density (not by saturation, which follows the strength of the stain), black
/// surroundings left out, small specks dropped, small gaps closed; pieces are components further apart than
/// 0.5 mm. docs/science/survey.md.
TissueMask find_tissue(const Overview& overview, const Rgb& white, double pitch_um_x,
                       const Size<SlideFrame>& extent);

}  // namespace annulet
