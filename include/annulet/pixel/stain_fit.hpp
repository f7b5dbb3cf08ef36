#pragma once
#include <cstdint>
#include <string>

#include "annulet/base/plane.hpp"
#include "annulet/model/stain.hpp"

namespace annulet {

/// What this slide's own pixels say of its stain vectors.
struct StainFit {
  bool plausible = false;
  std::string why_not;   ///< empty when plausible
  StainVectors vectors;  ///< the fitted ones, to 1e-4; the preset's where none could be fitted
  double haematoxylin_angle_degrees = 0;  ///< to the preset, to 0.1; 0 where none could be fitted
  double dab_angle_degrees = 0;
  std::uint64_t pixels = 0;  ///< stained pixels that took part
};

/// Fits both vectors to sampled tissue pixels (Macenko 2009), guarded: enough tissue, enough DAB, both within
/// 15 degrees of the preset and apart from each other; otherwise `plausible` is false and says why. A slide
/// without DAB cannot be fitted: its second direction is noise. Sums are integer, so the order of the pixels
/// does not matter. Not on the way to a score unless the user asks for `--stain fit`. docs/science/colour.md.
StainFit fit_stains(const RgbImage& sample, const Rgb& white, const StainVectors& preset);

}  // namespace annulet
