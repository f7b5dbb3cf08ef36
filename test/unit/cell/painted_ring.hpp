#pragma once
// Synthetic cells for the tests of the membrane: walls painted straight into the DAB plane, in um.
#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "annulet/cell/membrane.hpp"
#include "annulet/pixel/resample.hpp"

namespace annulet::painted {

using DabAt = std::function<double(double x_um, double y_um)>;  ///< OD at a place of the slide

/// The window of `slide_um` x `slide_um` from (x0, y0) px on, with `dab` painted and smoothed as a scan does.
inline StainTile tile_of(const DabAt& dab, double pitch, double slide_um, int x0 = 0, int y0 = 0,
                         int size = 0) {
  StainTile tile;
  const int whole = static_cast<int>(slide_um / pitch);
  if (size == 0) size = whole;
  tile.pitch_um = pitch;
  tile.slide = {whole, whole};
  tile.native = {x0, y0, x0 + size, y0 + size};
  Plane<std::uint8_t> painted(size, size);
  constexpr int kSub = 4;
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      double sum = 0;
      for (int i = 0; i < kSub * kSub; ++i) {
        sum += dab((x0 + x + (i % kSub + 0.5) / kSub) * pitch, (y0 + y + (i / kSub + 0.5) / kSub) * pitch);
      }
      painted(x, y) = static_cast<std::uint8_t>(std::clamp(sum / (kSub * kSub) * 100 + 0.5, 0.0, 255.0));
    }
  }
  gaussian(painted, 0.3 / pitch, tile.dab_native);
  return tile;
}

inline Nucleus nucleus_at(double x_um, double y_um, double radius_um) {
  Nucleus nucleus;
  nucleus.centre = {static_cast<std::int32_t>(std::lround(x_um * kMicroUnits)),
                    static_cast<std::int32_t>(std::lround(y_um * kMicroUnits))};
  nucleus.radius.fill(static_cast<std::uint8_t>(std::lround(radius_um * 8)));
  nucleus.area = static_cast<std::uint16_t>(std::lround(3.14159265 * radius_um * radius_um * 8));
  return nucleus;
}

/// A wall of `thickness` um at `radius` um around (x, y), of `od`; `from` .. `to` degrees are stained, the
/// first towards +x, turning towards +y.
inline DabAt ring(double x, double y, double radius, double od, double from = 0, double to = 360,
                  double thickness = 1.2) {
  return [=](double px, double py) {
    const double dx = px - x, dy = py - y, r = std::sqrt(dx * dx + dy * dy);
    double angle = std::atan2(dy, dx) * 57.29577951;
    if (angle < 0) angle += 360;
    return std::abs(r - radius) <= thickness / 2 && angle >= from && angle < to ? od : 0.0;
  };
}

inline CellRow measured(const StainTile& tile, std::vector<Nucleus> nuclei, std::size_t index = 0) {
  MembraneMeter meter;
  return meter(tile, nuclei, index);
}

}  // namespace annulet::painted
