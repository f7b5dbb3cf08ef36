#pragma once
// Windows of painted stain, and the nuclei found in them.
#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "annulet/cell/nucleus.hpp"

namespace annulet::painted {

// A window of painted stain at 0.5 um: `haematoxylin(x, y)` and `dab(x, y)` in OD at a point in um.
using Paint = std::function<double(double, double)>;

inline Plane<std::uint8_t> painted(int width, int height, const Paint& paint) {
  Plane<std::uint8_t> plane(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      double sum = 0;
      for (int s = 0; s < 16; ++s) sum += paint((x + (s % 4 + 0.5) / 4) / 2, (y + (s / 4 + 0.5) / 4) / 2);
      plane(x, y) = static_cast<std::uint8_t>(std::clamp(sum / 16 * 100 + 0.5, 0.0, 255.0));
    }
  }
  return plane;
}

// A whole slide of that size: 0.25 um pixels.
inline StainTile whole_slide(Plane<std::uint8_t> haematoxylin, Plane<std::uint8_t> dab) {
  StainTile tile;
  const int width = haematoxylin.width(), height = haematoxylin.height();
  tile.work = {0, 0, width, height};
  tile.pitch_um = 0.25;
  tile.native = {0, 0, 2 * width, 2 * height};
  tile.slide = {2 * width, 2 * height};
  tile.haematoxylin = std::move(haematoxylin);
  tile.dab = std::move(dab);
  return tile;
}

inline StainTile slide_of(
    double size_um, const Paint& haematoxylin, const Paint& dab = [](double, double) { return 0.0; }) {
  const int side = static_cast<int>(2 * size_um);
  return whole_slide(painted(side, side, haematoxylin), painted(side, side, dab));
}

// What lies beside the whole is glass.
inline StainTile window_of(const StainTile& whole, const Rect<WorkFrame>& work) {
  StainTile tile;
  tile.work = work;
  tile.pitch_um = whole.pitch_um;
  tile.slide = whole.slide;
  tile.native = {2 * work.x0, 2 * work.y0, 2 * work.x1, 2 * work.y1};
  for (auto plane : {&StainTile::haematoxylin, &StainTile::dab}) {
    tile.*plane = Plane<std::uint8_t>(static_cast<int>(work.width()), static_cast<int>(work.height()), 0);
    const Rect<WorkFrame> held = work.clipped(whole.work);
    for (std::int64_t y = held.y0; y < held.y1 && held.x0 < held.x1; ++y) {
      std::copy_n((whole.*plane).row(static_cast<int>(y - whole.work.y0)) + (held.x0 - whole.work.x0),
                  held.width(), (tile.*plane).row(static_cast<int>(y - work.y0)) + (held.x0 - work.x0));
    }
  }
  return tile;
}

inline Paint ellipse(double cx, double cy, double a, double b, double od, double background = 0.03) {
  return [=](double x, double y) {
    const double u = (x - cx) / a, v = (y - cy) / b;
    return u * u + v * v < 1 ? od : background;
  };
}

inline std::vector<Nucleus> find(const StainTile& tile, NucleusOptions options = {}) {
  return NucleusFinder()(tile, options);
}

inline double x_um(const Nucleus& n) {
  return n.centre.x / 64.0;
}
inline double y_um(const Nucleus& n) {
  return n.centre.y / 64.0;
}

}  // namespace annulet::painted
