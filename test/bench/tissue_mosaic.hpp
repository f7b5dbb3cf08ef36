#pragma once
#include <vector>

#include "annulet/base/plane.hpp"
#include "tissue_map.hpp"

namespace annulet::bench {

/// The painted pictures of which every bench slide of one pitch is laid: several kinds of tumour and stroma
/// of one slide's stain, and one of bare glass.
struct Patches {
  double um_per_px = 0.25;
  std::vector<RgbImage> tissue;
  RgbImage glass;
};

/// Paints them with annulet's painter, on every core. About 30 CPU s; 255 MB at 0.25 um/px. Throws Error
/// Usage where a preset is gone.
Patches paint_patches(double um_per_px);

/// Rows `top` .. `top + strip.height` of the slide: blocks of 256 um, each a cut of a patch at a place and in
/// one of eight directions of its own, where the map says tissue; glass elsewhere. Neighbouring blocks are of
/// different kinds, and every kind takes the same share of slides of every size. Any thread.
void lay_strip(const Patches& patches, const TissueMap& map, int top, RgbImage& strip);

}  // namespace annulet::bench
