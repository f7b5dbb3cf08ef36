#include "report/region_outline.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace annulet::report {
namespace {

constexpr std::array<RegionStyle, 3> kStyles = {{
    {{0, 60, 200}, false, "Region counted"},
    {{170, 0, 0}, true, "Region left out"},
    {{110, 40, 170}, true, "Region of control tissue"},
}};
constexpr Colour kWhite{255, 255, 255};
constexpr int kCasing = 3;       // px that the white below is wider
constexpr double kDashStep = 4;  // px between the corners of a dashed line, of which two in four are drawn
constexpr double kMargin = 1. / 32;  // of the picture's width, where outlines are cut

/// What of a ring lies on the side of a line where `distance` is not negative (Sutherland and Hodgman 1974).
template <class Distance>
std::vector<Spot> cut(const std::vector<Spot>& ring, Distance&& distance) {
  std::vector<Spot> kept;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const Spot &a = ring[i], &b = ring[(i + 1) % ring.size()];
    const double at_a = distance(a), at_b = distance(b);
    if (at_a >= 0) kept.push_back(a);
    if ((at_a >= 0) == (at_b >= 0)) continue;
    const double t = at_a / (at_a - at_b);
    kept.push_back({a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)});
  }
  return kept;
}

std::vector<Spot> cut_to(std::vector<Spot> ring, double width, double height) {
  const double margin = width * kMargin;
  ring = cut(ring, [&](const Spot& s) { return s.x + margin; });
  ring = cut(ring, [&](const Spot& s) { return width + margin - s.x; });
  ring = cut(ring, [&](const Spot& s) { return s.y + margin; });
  return cut(ring, [&](const Spot& s) { return height + margin - s.y; });
}

std::vector<Spot> thinned(const std::vector<Spot>& ring, double least) {
  std::vector<Spot> kept;
  for (const Spot& spot : ring) {
    if (kept.empty() || std::abs(spot.x - kept.back().x) + std::abs(spot.y - kept.back().y) >= least)
      kept.push_back(spot);
  }
  return kept;
}

double length_of(const std::vector<Spot>& ring) {
  double length = 0;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const Spot &a = ring[i], &b = ring[(i + 1) % ring.size()];
    length += std::hypot(b.x - a.x, b.y - a.y);
  }
  return length;
}

/// Corners at even steps, for the dashes of Canvas::ring.
std::vector<Spot> stepped(const std::vector<Spot>& ring) {
  std::vector<Spot> out;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const Spot &a = ring[i], &b = ring[(i + 1) % ring.size()];
    const double length = std::max(std::abs(b.x - a.x), std::abs(b.y - a.y));
    const int steps = std::max(1, static_cast<int>(length / kDashStep));
    for (int k = 0; k < steps; ++k) {
      const double t = static_cast<double>(k) / steps;
      out.push_back({a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)});
    }
  }
  return out;
}

}  // namespace

const RegionStyle& region_style_of(RegionRole role) {
  return kStyles[static_cast<std::size_t>(role)];
}

std::vector<const RegionStyle*> region_styles_of(const SlideResult& result) {
  std::vector<const RegionStyle*> styles;
  for (const RegionRole role : {RegionRole::Include, RegionRole::Exclude, RegionRole::Control}) {
    if (std::any_of(result.regions.begin(), result.regions.end(),
                    [&](const RegionUse& use) { return use.region.role == role; }))
      styles.push_back(&region_style_of(role));
  }
  return styles;
}

RegionOutlines region_outlines(const SlideResult& result, Point<SlideFrame> top_left, double scale,
                               double width, double height, double least) {
  RegionOutlines outlines;
  double room = width * height / ((kRegionLine + kCasing) * least);
  for (const RegionUse& use : result.regions) {
    for (const Ring& ring : use.region.rings) {
      std::vector<Spot> spots;
      spots.reserve(ring.size());
      for (const Corner& corner : ring) {
        spots.push_back({(corner.x - static_cast<double>(top_left.x)) * scale,
                         (corner.y - static_cast<double>(top_left.y)) * scale});
      }
      spots = thinned(cut_to(thinned(spots, least), width, height), least);
      if (spots.size() < 3) continue;
      const double length = length_of(spots);
      if (length > room) {
        ++outlines.too_long;
        continue;
      }
      room -= length;
      outlines.drawn.push_back({use.region.role, std::move(spots)});
    }
  }
  return outlines;
}

void draw_regions(RgbImage& picture, const SlideResult& result, Point<SlideFrame> top_left, double scale) {
  Canvas canvas(picture);
  for (const RegionOutline& outline :
       region_outlines(result, top_left, scale, picture.width, picture.height, 1).drawn) {
    const RegionStyle& style = region_style_of(outline.role);
    canvas.ring(outline.ring, kWhite, kRegionLine + kCasing, false);
    canvas.ring(style.dashed ? stepped(outline.ring) : outline.ring, style.colour, kRegionLine, style.dashed);
  }
}

}  // namespace annulet::report
