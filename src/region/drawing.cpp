#include "region/drawing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "annulet/base/directions.hpp"
#include "annulet/base/error.hpp"
#include "annulet/region/regions.hpp"

namespace annulet::region {
namespace {

bool same(const Corner& a, const Corner& b) {
  return a.x == b.x && a.y == b.y;
}

/// Without corners that repeat the one before, also at the seam.
Ring without_repeats(const Ring& ring) {
  Ring kept;
  for (const Corner& corner : ring) {
    if (kept.empty() || !same(kept.back(), corner)) kept.push_back(corner);
  }
  while (kept.size() > 1 && same(kept.front(), kept.back())) kept.pop_back();
  return kept;
}

/// To kLongestRegionName, without half a character of UTF-8 at the end.
void shorten(std::string& name) {
  if (name.size() <= kLongestRegionName) return;
  std::size_t end = kLongestRegionName;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80) --end;
  name.resize(end);
}

struct Box {
  double x0, y0, x1, y1;
};

Box box_of(const Ring& corners) {
  Box box{corners.front().x, corners.front().y, corners.front().x, corners.front().y};
  for (const Corner& corner : corners) {
    box.x0 = std::min(box.x0, corner.x);
    box.y0 = std::min(box.y0, corner.y);
    box.x1 = std::max(box.x1, corner.x);
    box.y1 = std::max(box.y1, corner.y);
  }
  return box;
}

}  // namespace

void refuse(const std::string& file_name, const std::string& what, const std::string& hint) {
  throw Error(Code::Usage, "regions in " + file_name + ": " + what + "; " + hint);
}

std::string place_in(std::string_view text, std::size_t byte) {
  byte = std::min(byte, text.size());
  const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(byte), '\n');
  return fmt::format("line {} (byte {})", line, byte);
}

Corner Drawing::corner(double x, double y, const std::string& where) {
  if (!std::isfinite(x) || !std::isfinite(y))
    refuse(file_name_, where + ": a corner is no finite number", "export the regions again");
  if (std::abs(x) > kFarthestCorner || std::abs(y) > kFarthestCorner) {
    refuse(file_name_,
           fmt::format("{}: the corner ({:g}, {:g}) is more than {:g} px away", where, x, y, kFarthestCorner),
           "coordinates must be pixels of the full resolution, not nanometres or degrees");
  }
  if (++corners_ > kMostCorners) {
    refuse(file_name_, fmt::format("more than {} corners", kMostCorners),
           "export the annotations alone, without detections and cells, or simplify their outlines");
  }
  return {x, y};
}

void Drawing::add(Region region) {
  std::vector<Ring> rings;
  for (const Ring& ring : region.rings) {
    Ring kept = without_repeats(ring);
    if (kept.size() >= 3) rings.push_back(std::move(kept));
  }
  region.rings = std::move(rings);
  if (regions_.size() == kMostRegions) {
    refuse(file_name_, fmt::format("more than {} regions", kMostRegions),
           "export the annotations alone, without detections and cells");
  }
  shorten(region.name);
  region.rings.empty() ? skip() : regions_.push_back(std::move(region));
}

Ring rectangle_of(const Ring& corners) {
  if (corners.size() != 2) return corners;  // three and more may stand askew
  const Box box = box_of(corners);
  return {{box.x0, box.y0}, {box.x1, box.y0}, {box.x1, box.y1}, {box.x0, box.y1}};
}

Ring ellipse_of(const Ring& corners) {
  if (corners.size() < 2) return corners;
  const Box box = box_of(corners);
  const double x = (box.x0 + box.x1) / 2, y = (box.y0 + box.y1) / 2;
  const double half_width = (box.x1 - box.x0) / 2, half_height = (box.y1 - box.y0) / 2;
  Ring ring;
  for (const auto& [along_x, along_y] : kDirections64)
    ring.push_back({x + half_width * along_x / kDirectionOne, y + half_height * along_y / kDirectionOne});
  return ring;
}

bool is_inside(const Region& region, const Corner& place) {
  bool inside = false;
  for (const Ring& ring : region.rings) {
    for (std::size_t i = 0, last = ring.size() - 1; i < ring.size(); last = i++) {
      const Corner &a = ring[last], &b = ring[i];
      if ((a.y <= place.y) == (b.y <= place.y)) continue;
      if (place.x < a.x + (place.y - a.y) * (b.x - a.x) / (b.y - a.y)) inside = !inside;
    }
  }
  return inside;
}

}  // namespace annulet::region
