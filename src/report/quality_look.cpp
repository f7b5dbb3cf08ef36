#include "report/quality_look.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "report/text.hpp"

namespace annulet::report {
namespace {

constexpr int kTint = 70, kStripe = 200;      // of 256
constexpr int kPeriod = 10, kStripeWide = 3;  // px along a row

constexpr std::array<FlagStyle, kQcFlags> kStyles{{
    {{0, 0, 0}, "Counted"},
    {{0, 125, 200}, "Out of focus"},
    {{0, 150, 60}, "Pen"},
    {{150, 60, 190}, "Fold"},
    {{0, 170, 170}, "Air bubble"},
    {{60, 60, 60}, "Dust"},
    {{190, 120, 0}, "Crushed"},
    {{130, 90, 60}, "Necrosis"},
    {{90, 110, 20}, "Control tissue"},
    {{120, 130, 145}, "Left out by a region"},
}};

/// Regions have outlines of their own.
bool is_drawn(QcFlag flag) {
  return flag != QcFlag::None && flag != QcFlag::Region;
}

void hatch_pixel(std::uint8_t* pixel, Colour colour, int x, int y) {
  const int opacity = (x + y) % kPeriod < kStripeWide ? kStripe : kTint;
  const std::array<int, 3> over{colour.red, colour.green, colour.blue};
  for (std::size_t c = 0; c < 3; ++c)
    pixel[c] = static_cast<std::uint8_t>((pixel[c] * (256 - opacity) + over[c] * opacity + 128) / 256);
}

}  // namespace

const FlagStyle& style_of(QcFlag flag) {
  return kStyles[static_cast<std::size_t>(flag)];
}

std::vector<QcFlag> flags_of(const SlideResult& result) {
  std::vector<QcFlag> flags;
  for (std::size_t i = 1; i < kQcFlags; ++i) {
    const auto flag = static_cast<QcFlag>(i);
    if (is_drawn(flag) && result.excluded_mm2.contains(name(flag))) flags.push_back(flag);
  }
  return flags;
}

std::string flag_words(const SlideResult& result, QcFlag flag) {
  const auto area = result.excluded_mm2.find(name(flag));
  const double percent = area == result.excluded_mm2.end() || result.tissue_mm2 <= 0
                             ? 0
                             : 100 * area->second / result.tissue_mm2;
  return std::string(style_of(flag).words) + ", " +
         (percent < 0.1 ? "under 0.1" : fixed(percent, percent < 10 ? 1 : 0)) + " % of tissue";
}

void hatch_excluded(RgbImage& picture, const SlideResult& result, double x_um, double y_um, double um_a_px) {
  const QcMap& quality = result.quality;
  if (quality.flag.empty() || quality.pitch_um <= 0) return;
  const auto square = [&](double origin_um, int px) {
    return static_cast<int>((origin_um + (px + 0.5) * um_a_px) / quality.pitch_um);
  };
  std::vector<int> columns;  // of the flags, by column of the picture
  for (int x = 0; x < picture.width; ++x) columns.push_back(square(x_um, x));
  for (int y = 0; y < picture.height; ++y) {
    const int row = square(y_um, y);
    if (row < 0 || row >= quality.flag.height()) continue;
    const std::uint8_t* flags = quality.flag.row(row);
    if (std::all_of(flags, flags + quality.flag.width(), [](std::uint8_t flag) { return flag == 0; }))
      continue;
    for (int x = 0; x < picture.width; ++x) {
      const int column = columns[static_cast<std::size_t>(x)];
      if (column < 0 || column >= quality.flag.width()) continue;
      const auto flag = static_cast<QcFlag>(flags[column]);
      if (is_drawn(flag)) hatch_pixel(picture.row(y) + 3 * x, style_of(flag).colour, x, y);
    }
  }
}

void hatch_box(RgbImage& picture, const Box& box, QcFlag flag) {
  const Box inside = box.clipped({0, 0, picture.width, picture.height});
  for (int y = inside.y0; y < inside.y1; ++y) {
    for (int x = inside.x0; x < inside.x1; ++x)
      hatch_pixel(picture.row(y) + 3 * x, style_of(flag).colour, x, y);
  }
}

}  // namespace annulet::report
