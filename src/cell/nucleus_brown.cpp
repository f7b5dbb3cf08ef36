#include "cell/nucleus_brown.hpp"

#include <algorithm>

#include "annulet/base/directions.hpp"

namespace annulet::nuclei {

namespace {

// docs/science/nuclei.md says where the numbers come from.
constexpr int kMiddlePercent = 60;                 // the middle: so much of the radius
constexpr int kFilledPercent = 95;                 // ... at least as brown as so much of the rim
constexpr int kOutsidePercent = 35;                // brown around, of the brown in the middle, at most
constexpr std::int64_t kBeyond[3] = {32, 64, 96};  // 1/64 um outside the outline: 0.5, 1.0, 1.5 um

// A mean of 1/100 OD.
struct Mean {
  std::int64_t weight = 0, sum = 0;
  void add(std::int64_t w, std::int64_t v) {
    weight += w;
    sum += w * v;
  }
};

// Mean a is at least `percent` of mean b.
bool reaches(const Mean& a, std::int64_t percent, const Mean& b) {
  return 100 * a.sum * b.weight >= percent * b.sum * a.weight;
}

}  // namespace

bool is_filled_brown(const StainTile& tile, const Star& star) {
  constexpr std::int64_t kStep = kMicroUnits / 2;
  Mean middle, rim, outside;
  const auto add = [&](Mean& mean, int ray, std::int64_t r) {
    const auto& direction = kDirections64[static_cast<std::size_t>(2 * ray)];
    const auto x = static_cast<int>((star.centre.x + ((r * direction[0]) >> 14)) >> 5);
    const auto y = static_cast<int>((star.centre.y + ((r * direction[1]) >> 14)) >> 5);
    mean.add(r, tile.dab(std::clamp(x, 0, tile.dab.width() - 1), std::clamp(y, 0, tile.dab.height() - 1)));
  };
  for (int ray = 0; ray < kNucleusRays; ++ray) {
    const std::int64_t edge = 8 * star.radius[static_cast<std::size_t>(ray)];
    for (std::int64_t r = kStep / 2; r < edge; r += kStep)
      add(100 * r < kMiddlePercent * edge ? middle : rim, ray, r);
    for (std::int64_t beyond : kBeyond) add(outside, ray, edge + beyond);
  }
  if (middle.weight == 0 || rim.weight == 0) return false;
  return reaches(middle, kFilledPercent, rim) && !reaches(outside, kOutsidePercent, middle);
}

}  // namespace annulet::nuclei
