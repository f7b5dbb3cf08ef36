#pragma once
#include <algorithm>
#include <array>
#include <cstdint>

#include "annulet/base/directions.hpp"
#include "annulet/base/plane.hpp"
#include "annulet/base/wide.hpp"
#include "annulet/cell/stain_tile.hpp"
#include "cell/star_outline.hpp"

namespace annulet::nuclei {

/// Samples on a ray inside an outline: at (i + 1/2) x 0.5 um.
inline constexpr int kRayStep = kMicroUnits / 2, kMostInside = 24;
static_assert(kMostInside * kRayStep >= 8 * kMostRadius);

/// How many of them lie nearer than this, 1/64 um.
constexpr int samples_before(int distance) {
  return (distance + kRayStep / 2 - 1) / kRayStep;
}

/// A coordinate of all of them from the centre, 1/64 um; axis 0 is x, 1 is y.
constexpr auto ray_steps(std::size_t axis) {
  std::array<std::array<std::int16_t, kMostInside>, kNucleusRays> steps{};
  for (std::size_t ray = 0; ray < steps.size(); ++ray)
    for (int i = 0; i < kMostInside; ++i)
      steps[ray][static_cast<std::size_t>(i)] =
          static_cast<std::int16_t>(((2 * i + 1) * (kRayStep / 2) * kDirections64[2 * ray][axis]) >> 14);
  return steps;
}
inline constexpr auto kRayStepsX = ray_steps(0), kRayStepsY = ray_steps(1);

/// Pixels of a 0.5 um plane around a star's centre, limited to the plane. For kernels.
struct AroundStar {
  std::int32_t x, y, last_x, last_y, stride;
  AroundStar(const Plane<std::uint8_t>& plane, const Star& star)
      : x(star.centre.x),
        y(star.centre.y),
        last_x(plane.width() - 1),
        last_y(plane.height() - 1),
        stride(plane.width()) {}
  /// Index of the pixel that lies so far (1/64 um) from the centre.
  std::int32_t index(std::int32_t dx, std::int32_t dy) const ANNULET_KERNEL {
    const std::int32_t px = std::min(std::max((x + dx) >> 5, 0), last_x),
                       py = std::min(std::max((y + dy) >> 5, 0), last_y);
    return py * stride + px;
  }
};

/// Indices of the samples inside on a ray, and of those on all rays `beyond` (1/64 um) their radii (1/8 um).
inline constexpr auto find_inside = [](const AroundStar& around, std::size_t ray,
                                       std::int32_t* __restrict index) ANNULET_KERNEL {
  const std::int16_t *dx = kRayStepsX[ray].data(), *dy = kRayStepsY[ray].data();
  for (int i = 0; i < kMostInside; ++i) index[i] = around.index(dx[i], dy[i]);
};
inline constexpr auto find_beyond = [](const AroundStar& around, const std::uint8_t* radius,
                                       std::int32_t beyond, std::int32_t* __restrict index) ANNULET_KERNEL {
  for (int ray = 0; ray < kNucleusRays; ++ray) {
    const auto& direction = kDirections64[static_cast<std::size_t>(2 * ray)];
    const std::int32_t r = 8 * radius[ray] + beyond;
    index[ray] = around.index((r * direction[0]) >> 14, (r * direction[1]) >> 14);
  }
};

}  // namespace annulet::nuclei
