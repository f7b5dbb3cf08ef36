#include "cell/nucleus_features.hpp"

#include <algorithm>

#include "annulet/base/integer_math.hpp"
#include "annulet/base/wide.hpp"
#include "cell/edge_ranks.hpp"
#include "cell/exact_root.hpp"
#include "cell/nucleus_rays.hpp"
#include "cell/prefetch.hpp"

namespace annulet::nuclei {

namespace {

constexpr std::size_t kRayCount = kNucleusRays;

// Weighted moments of samples in 1/100 OD.
struct Moments {
  std::int64_t weight = 0, sum = 0, squares = 0;
  std::int64_t mean1000() const { return weight == 0 ? 0 : divide_round(10 * sum, weight); }
  std::int64_t deviation1000() const {
    if (weight == 0) return 0;
    const std::int64_t variance10000 = (squares * weight - sum * sum) * 10000 / (weight * weight);
    return exact_root(variance10000) / 10;
  }
};

template <class T>
T limited(std::int64_t v) {
  return static_cast<T>(std::clamp<std::int64_t>(v, 0, std::numeric_limits<T>::max()));
}

// Samples every 0.5 um along the rays, each weighted with the area it stands for: 1, 3, 5 ...
constexpr Wide look_inside = [](const AroundStar& around, const std::uint8_t* radius,
                                const std::uint8_t* haematoxylin, const std::uint8_t* dab, Moments& h,
                                Moments& d) ANNULET_KERNEL {
  std::int32_t weight = 0, h_sum = 0, h_squares = 0, d_sum = 0;  // at most 32 x 19^2 x 255^2
  for (std::size_t ray = 0; ray < kRayCount; ++ray) {
    std::int32_t index[kMostInside];
    find_inside(around, ray, index);
    const int n = samples_before(8 * radius[ray]);
    for (int i = 0; i < n; ++i) {
      const std::int32_t v = haematoxylin[index[i]], w = 2 * i + 1;
      h_sum += w * v;
      h_squares += w * v * v;
      d_sum += w * dab[index[i]];
    }
    weight += n * n;
  }
  h = {weight, h_sum, h_squares};
  d = {weight, d_sum, 0};
};

// Haematoxylin in the ring outside.
constexpr Wide look_outside = [](const AroundStar& around, const std::uint8_t* radius,
                                 const std::uint8_t* haematoxylin, Moments& h) ANNULET_KERNEL {
  constexpr std::int32_t kRing[3] = {48, 84, 120};  // 0.75, 1.3, 1.9 um outside
  for (const std::int32_t beyond : kRing) {
    std::int32_t index[kRayCount], weight = 0, sum = 0;
    std::int64_t squares = 0;
    find_beyond(around, radius, beyond, index);
    for (std::size_t ray = 0; ray < kRayCount; ++ray) {
      const std::int32_t v = haematoxylin[index[ray]], w = 8 * radius[ray] + beyond;
      weight += w;
      sum += w * v;
      squares += w * v * v;
    }
    h.weight += weight;
    h.sum += sum;
    h.squares += squares;
  }
};

void measure_stains(const StainTile& tile, const Star& star,
                    const std::array<std::uint8_t, kRayCount>& radius, Nucleus& nucleus) {
  const AroundStar around(tile.haematoxylin, star);
  Moments h, d, outside;
  look_inside(around, radius.data(), tile.haematoxylin.data(), tile.dab.data(), h, d);
  look_outside(around, radius.data(), tile.haematoxylin.data(), outside);
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
    sum += exact_root(((a - b) * (a - b) + ((a * b * kFourSinSquare) >> 20)) * 256);
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

struct EdgeSummary {
  std::int32_t sum = 0, quartile = std::numeric_limits<std::int16_t>::min(), weak = 0;
};
// The quartile is the strongest edge than which at most 8 are weaker.
constexpr Wide summarise = [](const std::int16_t* edge, int weak) ANNULET_KERNEL {
  std::int16_t weaker[kNucleusRays];
  count_weaker(edge, weaker);
  EdgeSummary summary;
  for (int i = 0; i < kNucleusRays; ++i) {
    const std::int32_t e = edge[i];
    summary.sum += e;
    summary.weak += e <= weak ? 1 : 0;
    summary.quartile = std::max(summary.quartile, weaker[i] <= kNucleusRays / 4 ? e : summary.quartile);
  }
  return summary;
};

}  // namespace

void prefetch_stains(const StainTile& tile, const Star& star) {
  const int x = star.centre.x / kMicroPerWork, y = star.centre.y / kMicroPerWork,
            reach = (star.mean_radius + kFeatureReachUm * kMicroUnits) / kMicroPerWork;
  prefetch_around(tile.haematoxylin, x, y, reach);
  prefetch_around(tile.dab, x, y, reach);
}

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

  const EdgeSummary edges = summarise(star.edge.data(), rules.least_edge * 2 * rules.units_per_od / 1000);
  const std::int64_t unit =
      std::int64_t{2} * rules.units_per_od * gain_percent;  // of an edge, at a gain of 1 %
  nucleus.edge = limited<std::uint16_t>(divide_round(std::int64_t{edges.sum} * 100'000, unit * kNucleusRays));
  nucleus.edge_quartile = limited<std::uint16_t>(divide_round(std::int64_t{edges.quartile} * 100'000, unit));
  nucleus.weak_edge_share = static_cast<std::uint8_t>(edges.weak);
  return nucleus;
}

}  // namespace annulet::nuclei
