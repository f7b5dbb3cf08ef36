#include "cell/nucleus_features.hpp"

#include <algorithm>

#include "annulet/base/directions.hpp"
#include "annulet/base/integer_math.hpp"

namespace annulet::nuclei {

namespace {

constexpr std::size_t kRayCount = kNucleusRays;

// Weighted moments of samples in 1/100 OD.
struct Moments {
  std::int64_t weight = 0, sum = 0, squares = 0;
  void add(std::int64_t w, std::int64_t v) {
    weight += w;
    sum += w * v;
    squares += w * v * v;
  }
  std::int64_t mean1000() const { return weight == 0 ? 0 : divide_round(10 * sum, weight); }
  std::int64_t deviation1000() const {
    if (weight == 0) return 0;
    const std::int64_t variance10000 = (squares * weight - sum * sum) * 10000 / (weight * weight);
    return integer_sqrt(variance10000) / 10;
  }
};

template <class T>
T limited(std::int64_t v) {
  return static_cast<T>(std::clamp<std::int64_t>(v, 0, std::numeric_limits<T>::max()));
}

// Pixel of the 0.5 um plane at a distance (1/64 um) along a ray, inside the plane.
struct Sampler {
  const StainTile& tile;
  std::int32_t x, y;
  std::pair<int, int> at(int ray, std::int32_t distance) const {
    const auto& direction = kDirections64[static_cast<std::size_t>(2 * ray)];
    const std::int32_t px = (x + ((distance * direction[0]) >> 14)) >> 5,
                       py = (y + ((distance * direction[1]) >> 14)) >> 5;
    return {std::clamp(px, 0, tile.haematoxylin.width() - 1),
            std::clamp(py, 0, tile.haematoxylin.height() - 1)};
  }
};

// Samples every 0.5 um along the rays, each weighted with the area it stands for.
void measure_stains(const StainTile& tile, const Star& star,
                    const std::array<std::uint8_t, kRayCount>& radius, Nucleus& nucleus) {
  constexpr std::int32_t kStep = kMicroUnits / 2;
  constexpr std::int32_t kRing[3] = {48, 84, 120};  // 0.75, 1.3, 1.9 um outside
  const Sampler sampler{tile, star.centre.x, star.centre.y};
  Moments h, d, outside;
  for (int ray = 0; ray < kNucleusRays; ++ray) {
    const std::int32_t edge = 8 * radius[static_cast<std::size_t>(ray)];
    for (std::int32_t r = kStep / 2; r < edge; r += kStep) {
      const auto [px, py] = sampler.at(ray, r);
      h.add(r, tile.haematoxylin(px, py));
      d.add(r, tile.dab(px, py));
    }
    for (std::int32_t beyond : kRing) {
      const auto [px, py] = sampler.at(ray, edge + beyond);
      outside.add(edge + beyond, tile.haematoxylin(px, py));
    }
  }
  nucleus.haematoxylin_od = limited<std::uint16_t>(h.mean1000());
  nucleus.haematoxylin_sd = limited<std::uint16_t>(h.deviation1000());
  nucleus.haematoxylin_outside = limited<std::uint16_t>(outside.mean1000());
  nucleus.haematoxylin_outside_sd = limited<std::uint16_t>(outside.deviation1000());
  nucleus.nucleus_dab_od = limited<std::uint16_t>(d.mean1000());
}

// Perimeter in 1/64 um of radii in 1/64 um: |edge|^2 = (a - b)^2 + 4 a b sin^2(pi / 32).
std::int64_t perimeter(const std::array<std::int32_t, kRayCount>& radius) {
  constexpr std::int64_t kFourSinSquare = 40291;  // 4 sin^2(pi / 32) x 2^20
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < kRayCount; ++i) {
    const std::int64_t a = radius[i], b = radius[(i + 1) % kRayCount];
    sum += integer_sqrt(((a - b) * (a - b) + ((a * b * kFourSinSquare) >> 20)) * 256);
  }
  return sum / 16;
}

// Shape of the outline with 1-2-1 smoothed radii: the steps of 0.25 um would lengthen the perimeter.
void measure_shape(const std::array<std::uint8_t, kRayCount>& radius, Nucleus& nucleus) {
  std::array<std::int32_t, kRayCount> smooth;
  for (std::size_t i = 0; i < kRayCount; ++i) {
    smooth[i] = 2 * (radius[(i + kRayCount - 1) % kRayCount] + 2 * radius[i] + radius[(i + 1) % kRayCount]);
  }
  std::int32_t least = std::numeric_limits<std::int32_t>::max(), most = 0;
  for (std::size_t i = 0; i < kRayCount / 2; ++i) {
    const std::int32_t across = smooth[i] + smooth[i + kRayCount / 2];
    least = std::min(least, across);
    most = std::max(most, across);
  }
  nucleus.min_diameter = limited<std::uint16_t>(least / 4);
  nucleus.max_diameter = limited<std::uint16_t>(most / 4);
  std::int64_t triangles = 0;
  for (std::size_t i = 0; i < kRayCount; ++i)
    triangles += std::int64_t{smooth[i]} * smooth[(i + 1) % kRayCount];
  // 250 x 4 pi A / P^2 with A = triangles sin(2 pi / 32) / 2: 306.448 in 1/1000
  const std::int64_t around = perimeter(smooth);
  nucleus.circularity = limited<std::uint8_t>(triangles * 306448 / (1000 * around * around));
}

}  // namespace

Nucleus describe(const StainTile& tile, const Star& star, const StarRules& rules, int gain_percent,
                 int outline_percent) {
  Nucleus nucleus;
  nucleus.centre.x = static_cast<std::int32_t>(tile.work.x0 * kMicroPerWork + star.centre.x);
  nucleus.centre.y = static_cast<std::int32_t>(tile.work.y0 * kMicroPerWork + star.centre.y);
  for (std::size_t i = 0; i < kRayCount; ++i) {
    nucleus.radius[i] = static_cast<std::uint8_t>(divide_round(star.radius[i] * outline_percent, 100));
  }
  nucleus.area = limited<std::uint16_t>(star_area(nucleus.radius));
  nucleus.score = limited<std::uint16_t>(star.score);
  measure_stains(tile, star, nucleus.radius, nucleus);
  measure_shape(nucleus.radius, nucleus);

  std::array<std::int16_t, kRayCount> edge = star.edge;
  std::sort(edge.begin(), edge.end());
  std::int64_t sum = 0;
  for (std::int16_t e : edge) sum += e;
  const std::int64_t unit =
      std::int64_t{2} * rules.units_per_od * gain_percent;  // of an edge, at a gain of 1 %
  nucleus.edge = limited<std::uint16_t>(divide_round(sum * 100'000, unit * kNucleusRays));
  nucleus.edge_quartile =
      limited<std::uint16_t>(divide_round(std::int64_t{edge[kRayCount / 4]} * 100'000, unit));
  const int weak = rules.least_edge * 2 * rules.units_per_od / 1000;
  nucleus.weak_edge_share =
      static_cast<std::uint8_t>(std::count_if(edge.begin(), edge.end(), [&](int e) { return e <= weak; }));
  return nucleus;
}

}  // namespace annulet::nuclei
