#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>

#include "annulet/base/geometry.hpp"
#include "annulet/slide/slide_source.hpp"

namespace annulet {

/// The pixels of a read under way: `out` seen through the coordinates of the level. All count as covered;
/// every pixel is set once: its colours are written to `at`, or it is lost.
class PixelWindow {
 public:
  PixelWindow(Rect<LevelFrame> rect, SlidePixels& out) : rect_(rect), out_(out) {
    const int width = static_cast<int>(std::max<std::int64_t>(rect.width(), 0));
    const int height = static_cast<int>(std::max<std::int64_t>(rect.height(), 0));
    out.rgb.resize(width, height);
    const bool all_covered =
        out.whole && out.covered.width() == width && out.covered.height() == height &&
        out.covered.size() == static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    if (!all_covered) {
      out.covered.resize(width, height);
      out.covered.fill(1);
    }
    out.whole = true;
    out.problems.clear();
  }

  std::uint8_t* at(std::int64_t x, std::int64_t y) const {
    return out_.rgb.row(static_cast<int>(y - rect_.y0)) + 3 * (x - rect_.x0);
  }
  std::uint8_t* coverage_at(std::int64_t x, std::int64_t y) const {
    return out_.covered.row(static_cast<int>(y - rect_.y0)) + (x - rect_.x0);
  }
  std::size_t stride() const { return static_cast<std::size_t>(out_.rgb.width) * 3; }

  /// White and not covered.
  void lost(const Rect<LevelFrame>& part) {
    if (part.empty()) return;
    out_.whole = false;
    for (std::int64_t y = part.y0; y < part.y1; ++y) {
      std::memset(at(part.x0, y), 255, static_cast<std::size_t>(part.width()) * 3);
      std::memset(coverage_at(part.x0, y), 0, static_cast<std::size_t>(part.width()));
    }
  }
  void lost_pixel(std::int64_t x, std::int64_t y) {
    std::memset(at(x, y), 255, 3);
    *coverage_at(x, y) = 0;
    out_.whole = false;
  }

  /// Everything of the rectangle that lies outside `inside`, which may be empty.
  void lose_outside(Rect<LevelFrame> inside) {
    if (inside.empty()) {
      lost(rect_);
      return;
    }
    lost({rect_.x0, rect_.y0, rect_.x1, inside.y0});
    lost({rect_.x0, inside.y1, rect_.x1, rect_.y1});
    lost({rect_.x0, inside.y0, inside.x0, inside.y1});
    lost({inside.x1, inside.y0, rect_.x1, inside.y1});
  }

 private:
  Rect<LevelFrame> rect_;
  SlidePixels& out_;
};

/// The level-0 area of a part of a level, at least what it covers, within the slide.
inline Rect<SlideFrame> slide_area(const SlideInfo& info, int level, const Rect<LevelFrame>& part) {
  const Level& of = info.levels[static_cast<std::size_t>(level)];
  const auto scaled = [](std::int64_t v, std::int64_t full, std::int64_t reduced, bool up) {
    return (v * full + (up ? reduced - 1 : 0)) / reduced;
  };
  const std::int64_t w = info.extent.width, h = info.extent.height;
  return Rect<SlideFrame>{
      scaled(part.x0, w, of.extent.width, false), scaled(part.y0, h, of.extent.height, false),
      scaled(part.x1, w, of.extent.width, true), scaled(part.y1, h, of.extent.height, true)}
      .clipped({0, 0, w, h});
}

inline Rect<LevelFrame> whole_level(const Level& level) {
  return {0, 0, level.extent.width, level.extent.height};
}

}  // namespace annulet
