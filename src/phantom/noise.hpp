#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "annulet/base/random.hpp"

namespace annulet::phantom {

/// Smooth random function of the plane (value noise, Perlin 1985 in its simplest form): cubic blend of a
/// periodic table of uniform numbers. Values -1 .. 1, one lattice cell per unit, period 256. Independent
/// fields by `channel`.
class Noise {
 public:
  explicit Noise(std::uint64_t seed) : table_(kSide * kSide) {
    Random random(seed);
    for (float& value : table_) value = static_cast<float>(random.uniform(-1, 1));
  }

  float operator()(float x, float y, int channel = 0) const {
    x += static_cast<float>(channel) * 37.37F + 4096.0F;
    y += static_cast<float>(channel) * 91.73F + 4096.0F;
    const auto column = static_cast<std::int32_t>(x), row = static_cast<std::int32_t>(y);
    const float u = blend(x - static_cast<float>(column)), v = blend(y - static_cast<float>(row));
    const float top = at(column, row) + u * (at(column + 1, row) - at(column, row));
    const float bottom = at(column, row + 1) + u * (at(column + 1, row + 1) - at(column, row + 1));
    return top + v * (bottom - top);
  }

  /// Three octaves, each of half the scale and half the weight, about -1 .. 1.
  float fractal(float x, float y, int channel = 0) const {
    return ((*this)(x, y, channel) + 0.5F * (*this)(2 * x, 2 * y, channel + 1) +
            0.25F * (*this)(4 * x, 4 * y, channel + 2)) /
           1.4F;
  }

 private:
  static constexpr std::int32_t kSide = 256;
  static float blend(float t) { return t * t * (3 - 2 * t); }
  float at(std::int32_t x, std::int32_t y) const {
    return table_[static_cast<std::size_t>(((y & (kSide - 1)) * kSide) | (x & (kSide - 1)))];
  }
  std::vector<float> table_;
};

}  // namespace annulet::phantom
