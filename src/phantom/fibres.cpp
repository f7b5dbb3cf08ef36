#include "phantom/fibres.hpp"

#include <algorithm>
#include <cmath>

namespace annulet::phantom {
namespace {

constexpr double kGrid = 0.5;        // um
constexpr double kRim = 3;           // um beyond the area: places are distorted by up to 1 um
constexpr int kHalfSteps = 9;        // samples on each side
constexpr double kFineStep = 1.1;    // um
constexpr double kCoarseStep = 3.5;  // um
constexpr int kChannelFine = 70, kChannelCoarse = 71;
constexpr float kFineGain = 3.2F,
                kCoarseGain = 2.6F;  // averaging shrinks the noise; these bring it back to about 1

float along(const Noise& noise, double x, double y, Vec direction, double step, double scale, int channel) {
  float sum = 0;
  for (int i = -kHalfSteps; i <= kHalfSteps; ++i) {
    const auto at_x = static_cast<float>((x + i * step * direction.x) / scale);
    const auto at_y = static_cast<float>((y + i * step * direction.y) / scale);
    sum += noise(at_x, at_y, channel);
  }
  return sum / (2 * kHalfSteps + 1);
}

}  // namespace

Fibres::Fibres(const Terrain& terrain, double top_um, double bottom_um) : top_um_(std::floor(top_um) - kRim) {
  const int columns = static_cast<int>((terrain.width_um() + 2 * kRim) / kGrid) + 3;
  const int rows = static_cast<int>((bottom_um + kRim - top_um_) / kGrid) + 3;
  fine_ = Plane<float>(columns, rows, 0);
  coarse_ = Plane<float>(columns, rows, 0);
  for (int row = 0; row < rows; ++row) {
    const double y = top_um_ + row * kGrid;
    for (int column = 0; column < columns; ++column) {
      const double x = column * kGrid - kRim;
      if (terrain.depth(x, y) < -kRim) continue;
      const double angle = terrain.fibre_angle(x, y);
      const Vec direction{std::cos(angle), std::sin(angle)};
      fine_(column, row) = kFineGain * along(terrain.noise(), x, y, direction, kFineStep, 0.85, kChannelFine);
      coarse_(column, row) =
          kCoarseGain * along(terrain.noise(), x, y, direction, kCoarseStep, 3.0, kChannelCoarse);
    }
  }
}

float Fibres::blend(const Plane<float>& plane, double x, double y) const {
  const double u = std::clamp((x + kRim) / kGrid, 0.0, plane.width() - 1.001);
  const double v = std::clamp((y - top_um_) / kGrid, 0.0, plane.height() - 1.001);
  const int column = static_cast<int>(u), row = static_cast<int>(v);
  const auto s = static_cast<float>(u - column), t = static_cast<float>(v - row);
  const float top = plane(column, row) + s * (plane(column + 1, row) - plane(column, row));
  const float bottom = plane(column, row + 1) + s * (plane(column + 1, row + 1) - plane(column, row + 1));
  return top + t * (bottom - top);
}

}  // namespace annulet::phantom
