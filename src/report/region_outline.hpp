#pragma once
#include <vector>

#include "annulet/base/geometry.hpp"
#include "annulet/model/result.hpp"
#include "report/canvas.hpp"

namespace annulet::report {

/// How the outline of a region looks in every picture: a solid line for what is counted, a dashed one for
/// what is not, always on white.
struct RegionStyle {
  Colour colour;
  bool dashed = false;
  const char* words;  ///< for a legend
};
const RegionStyle& region_style_of(RegionRole role);
/// The styles of the roles that occur, in the order of RegionRole.
std::vector<const RegionStyle*> region_styles_of(const SlideResult& result);

/// One ring of a region in a picture.
struct RegionOutline {
  RegionRole role = RegionRole::Include;
  std::vector<Spot> ring;
};

/// Of one picture.
struct RegionOutlines {
  std::vector<RegionOutline> drawn;
  std::size_t too_long = 0;  ///< rings for which there was no room
};

/// The rings in units of a picture of width x height whose top left lies at `top_left`, `scale` units a
/// level-0 pixel: cut a little outside of the picture, without corners nearer than `least` units, a pixel of
/// the picture, to the one before. All together are no longer than lines that would cover the picture: a file
/// of regions may draw a thousand times as much.
RegionOutlines region_outlines(const SlideResult& result, Point<SlideFrame> top_left, double scale,
                               double width, double height, double least);

/// Draws those for which there is room; `scale` px of the picture a level-0 pixel.
void draw_regions(RgbImage& picture, const SlideResult& result, Point<SlideFrame> top_left, double scale);

inline constexpr int kRegionLine = 3;  ///< px

}  // namespace annulet::report
