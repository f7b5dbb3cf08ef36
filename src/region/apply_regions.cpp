#include "annulet/region/apply_regions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "annulet/base/error.hpp"
#include "annulet/base/integer_math.hpp"

namespace annulet {
namespace {

constexpr std::int64_t kUnits = 64;  // of a pixel of the mask: 0.03 um at 2 um a pixel
constexpr double kOvershootPx = 1;   // a border drawn along the edge of the slide is not outside
constexpr std::uint8_t kIncluded = 1, kExcluded = 2, kIsControl = 4;

std::uint8_t bit_of(RegionRole role) {
  return role == RegionRole::Include ? kIncluded : role == RegionRole::Exclude ? kExcluded : kIsControl;
}

struct Bounds {
  double x0 = kNone, y0 = kNone, x1 = -kNone, y1 = -kNone;
  static constexpr double kNone = 1e300;
};

Bounds bounds_of(const Region& region) {
  Bounds bounds;
  for (const Ring& ring : region.rings) {
    for (const Corner& corner : ring) {
      bounds = {std::min(bounds.x0, corner.x), std::min(bounds.y0, corner.y), std::max(bounds.x1, corner.x),
                std::max(bounds.y1, corner.y)};
    }
  }
  return bounds;
}

/// One region on the pixels of a mask: `inside` covers its bounds alone.
class RegionMask {
 public:
  RegionMask(const Region& region, double mask_px_per_px, int width, int height, std::int64_t& steps_left)
      : scale_(mask_px_per_px * static_cast<double>(kUnits)) {
    const Bounds bounds = bounds_of(region);
    const auto pixel = [&](double px, int most) {
      return static_cast<int>(std::clamp<std::int64_t>(divide_floor(units(px), kUnits), 0, most));
    };
    area_ = {pixel(bounds.x0, width), pixel(bounds.y0, height), std::min(pixel(bounds.x1, width) + 1, width),
             std::min(pixel(bounds.y1, height) + 1, height)};
    if (area_.empty()) return;
    spend(area_.area() + crossings(region), steps_left);
    inside_ = Plane<std::uint8_t>(static_cast<int>(area_.width()), static_cast<int>(area_.height()));
    for (const Ring& ring : region.rings) {
      for (std::size_t i = 0, last = ring.size() - 1; i < ring.size(); last = i++)
        add_edge(ring[last], ring[i]);
    }
    for (int y = 0; y < inside_.height(); ++y) {
      std::uint8_t* row = inside_.row(y);
      for (int x = 1; x < inside_.width(); ++x) row[x] = static_cast<std::uint8_t>(row[x] ^ row[x - 1]);
    }
  }

  /// Calls visit(x, y) for each pixel inside.
  template <class Visit>
  void each(Visit&& visit) const {
    for (int y = 0; y < inside_.height(); ++y) {
      for (int x = 0; x < inside_.width(); ++x) {
        if (inside_(x, y) != 0) visit(static_cast<int>(area_.x0) + x, static_cast<int>(area_.y0) + y);
      }
    }
  }

 private:
  struct MaskFrame;

  std::int64_t units(double px) const { return std::llround(px * scale_); }

  /// The first pixel whose centre is not before `at`.
  static std::int64_t first_centre(std::int64_t at) { return -divide_floor(-(at - kUnits / 2), kUnits); }

  /// Of the rows of the mask by the region's edges.
  std::int64_t crossings(const Region& region) const {
    std::int64_t rows = 0;
    const auto row = [&](const Corner& corner) {
      return std::clamp(first_centre(units(corner.y)), area_.y0, area_.y1);
    };
    for (const Ring& ring : region.rings) {
      for (std::size_t i = 0, last = ring.size() - 1; i < ring.size(); last = i++)
        rows += std::abs(row(ring[last]) - row(ring[i]));
    }
    return rows;
  }

  static void spend(std::int64_t steps, std::int64_t& left) {
    left -= steps;
    if (left >= 0) return;
    throw Error(
        Code::Usage,
        "the regions are drawn too finely: they cross the slide too many times; simplify their outlines");
  }

  /// Turns the rest of each row whose centre the edge crosses; the edge's upper end belongs to it.
  void add_edge(const Corner& from, const Corner& to) {
    std::int64_t x0 = units(from.x), y0 = units(from.y), x1 = units(to.x), y1 = units(to.y);
    if (y0 > y1) {
      std::swap(x0, x1);
      std::swap(y0, y1);
    }
    const std::int64_t top = std::max(first_centre(y0), area_.y0),
                       bottom = std::min(first_centre(y1), area_.y1);
    for (std::int64_t y = top; y < bottom; ++y) {
      const std::int64_t x = x0 + divide_floor((y * kUnits + kUnits / 2 - y0) * (x1 - x0), y1 - y0);
      const std::int64_t column = std::max(first_centre(x), area_.x0);
      if (column < area_.x1)
        inside_(static_cast<int>(column - area_.x0), static_cast<int>(y - area_.y0)) ^= 1;
    }
  }

  double scale_;
  Rect<MaskFrame> area_;
  Plane<std::uint8_t> inside_;
};

std::string called(const RegionUse& use, std::size_t index) {
  return use.region.name.empty() ? fmt::format("region {}", index + 1)
                                 : fmt::format("region {} ({})", index + 1, use.region.name);
}

/// Regions that QuPath counts from the corner of the part it shows.
void shift_to_slide(std::vector<RegionUse>& regions, const SlideInfo& slide, RegionRemarks& remarks) {
  if (!slide.scanned) return;
  const Rect<SlideFrame>& scanned = *slide.scanned;
  bool any = false;
  for (RegionUse& use : regions) {
    if (!use.from_scanned_corner) continue;
    any = true;
    for (Ring& ring : use.region.rings) {
      for (Corner& corner : ring) {
        corner.x += static_cast<double>(scanned.x0);
        corner.y += static_cast<double>(scanned.y0);
      }
    }
  }
  if (any) {
    remarks.caveats.push_back(
        {"region-origin",
         fmt::format(
             "this slide states a scanned part that begins at ({}, {}) px; the regions were taken to be "
             "drawn from there, as QuPath does: look at their outlines in the report",
             scanned.x0, scanned.y0)});
  }
}

void check_places(std::vector<RegionUse>& regions, const SlideInfo& slide, RegionRemarks& remarks) {
  const auto width = static_cast<double>(slide.extent.width),
             height = static_cast<double>(slide.extent.height);
  std::string outside, clipped;
  for (std::size_t i = 0; i < regions.size(); ++i) {
    const Bounds b = bounds_of(regions[i].region);
    if (b.x1 <= 0 || b.y1 <= 0 || b.x0 >= width || b.y0 >= height) {
      outside += (outside.empty() ? "" : ", ") + called(regions[i], i);
    } else if (b.x0 < -kOvershootPx || b.y0 < -kOvershootPx || b.x1 > width + kOvershootPx ||
               b.y1 > height + kOvershootPx) {
      regions[i].clipped = true;
      clipped += (clipped.empty() ? "" : ", ") + called(regions[i], i);
    }
  }
  if (!outside.empty()) {
    remarks.reasons.push_back(
        {std::string(name(Code::RegionOutside)),
         fmt::format("{} outside this slide of {} x {} px: were the regions drawn on another slide or level?",
                     outside.substr(0, 200), slide.extent.width, slide.extent.height)});
  }
  if (!clipped.empty()) {
    remarks.caveats.push_back(
        {"region-clipped", "parts outside the slide were cut off: " + clipped.substr(0, 200)});
  }
}

/// The bits of all roles on the mask; `tissue_px`: what of the tissue each region holds.
Plane<std::uint8_t> draw(const std::vector<RegionUse>& regions, double pitch_um, const TissueMask& tissue,
                         std::vector<std::uint64_t>& tissue_px) {
  Plane<std::uint8_t> roles(tissue.piece.width(), tissue.piece.height());
  std::int64_t steps_left = kMostRegionSteps;
  for (const RegionUse& use : regions) {
    const std::uint8_t bit = bit_of(use.region.role);
    std::uint64_t& pixels = tissue_px.emplace_back(0);
    RegionMask(use.region, pitch_um / tissue.pitch_um, roles.width(), roles.height(), steps_left)
        .each([&](int x, int y) {
          roles(x, y) = static_cast<std::uint8_t>(roles(x, y) | bit);
          pixels += tissue.piece(x, y) != 0;
        });
  }
  return roles;
}

QcFlag flag_of(std::uint8_t roles, bool only_included, QcFlag before) {
  if ((roles & kExcluded) != 0) return QcFlag::Region;
  if ((roles & kIsControl) != 0) return QcFlag::Control;
  if (!only_included) return before;
  if ((roles & kIncluded) == 0) return before == QcFlag::Control ? before : QcFlag::Region;
  return before == QcFlag::Control ? QcFlag::None : before;
}

bool is_left_out(QcFlag flag) {
  return flag == QcFlag::Region || flag == QcFlag::Control;
}

/// Areas that hold nothing to count are told, never scored as nothing found.
void check_tissue(const std::vector<RegionUse>& regions, std::uint64_t left_px, std::uint64_t of_px,
                  RegionRemarks& remarks) {
  std::string empty;
  bool any = false;
  for (std::size_t i = 0; i < regions.size(); ++i) {
    if (regions[i].region.role != RegionRole::Include) continue;
    any = any || regions[i].tissue_mm2 > 0;
    if (regions[i].tissue_mm2 == 0) empty += (empty.empty() ? "" : ", ") + called(regions[i], i);
  }
  if (any_include(regions) && !any) {
    remarks.reasons.push_back(
        {std::string(name(Code::NoTissue)),
         "there is no tissue in the regions to be counted: were they drawn on this slide?"});
  } else if (left_px == 0 && of_px > 0) {
    remarks.reasons.push_back({std::string(name(Code::NoTissue)),
                               "the regions leave no tissue to count: everything is excluded or a control"});
  } else if (!empty.empty()) {
    remarks.caveats.push_back({"region-empty", "no tissue in " + empty.substr(0, 200)});
  }
}

}  // namespace

bool any_include(const std::vector<RegionUse>& regions) {
  return std::any_of(regions.begin(), regions.end(),
                     [](const RegionUse& use) { return use.region.role == RegionRole::Include; });
}

RegionRemarks apply_regions(std::vector<RegionUse>& regions, const SlideInfo& slide, double pitch_um,
                            const TissueMask& tissue, QcMap& quality) {
  RegionRemarks remarks;
  if (regions.empty()) return remarks;
  shift_to_slide(regions, slide, remarks);
  check_places(regions, slide, remarks);
  if (!remarks.reasons.empty()) return remarks;
  std::vector<std::uint64_t> tissue_px;
  const Plane<std::uint8_t> roles = draw(regions, pitch_um, tissue, tissue_px);
  for (std::size_t i = 0; i < regions.size(); ++i)
    regions[i].tissue_mm2 = static_cast<double>(tissue_px[i]) * tissue.pitch_um * tissue.pitch_um * 1e-6;
  const bool only_included = any_include(regions);
  std::uint64_t of_px = 0, left_px = 0;
  for (int y = 0; y < roles.height(); ++y) {
    for (int x = 0; x < roles.width(); ++x) {
      if (tissue.piece(x, y) == 0) continue;
      std::uint8_t& flag = quality.flag(x, y);
      const QcFlag before = static_cast<QcFlag>(flag);
      const QcFlag after = flag_of(roles(x, y), only_included, before);
      flag = static_cast<std::uint8_t>(after);
      ++of_px;
      left_px += !is_left_out(after);
    }
  }
  if (of_px > 0) check_tissue(regions, left_px, of_px, remarks);
  return remarks;
}

Plane<std::uint8_t> left_out_by(const std::vector<RegionUse>& regions, double pitch_um,
                                const TissueMask& tissue) {
  if (regions.empty()) return {};
  std::vector<std::uint64_t> tissue_px;
  Plane<std::uint8_t> left_out = draw(regions, pitch_um, tissue, tissue_px);
  const bool only_included = any_include(regions);
  for (std::uint8_t& square : left_out.values())
    square = is_left_out(flag_of(square, only_included, QcFlag::None)) ? 1 : 0;
  return left_out;
}

}  // namespace annulet
