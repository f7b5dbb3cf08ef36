#include "cell/nucleus_brown.hpp"

#include <algorithm>

#include "annulet/base/wide.hpp"
#include "cell/nucleus_rays.hpp"

namespace annulet::nuclei {

namespace {

// docs/science/nuclei.md says where the numbers come from.
constexpr int kMiddlePercent = 60;                 // the middle: so much of the radius
constexpr int kFilledPercent = 95;                 // ... at least as brown as so much of the rim
constexpr int kOutsidePercent = 35;                // brown around, of the brown in the middle, at most
constexpr std::int32_t kBeyond[3] = {32, 64, 96};  // 1/64 um outside the outline: 0.5, 1.0, 1.5 um

// Weighted sums of DAB in 1/100 OD.
struct Mean {
  std::int64_t weight = 0, sum = 0;
};

// Mean a is at least `percent` of mean b.
bool reaches(const Mean& a, std::int64_t percent, const Mean& b) {
  return 100 * a.sum * b.weight >= percent * b.sum * a.weight;
}

struct Brown {
  Mean middle, rim, outside;
};

// Samples weighted with the area they stand for: 1, 3, 5 ... inside.
constexpr Wide look = [](const AroundStar& around, const std::uint8_t* radius, const std::uint8_t* dab)
                          ANNULET_KERNEL {
                            Brown brown;
                            for (std::size_t ray = 0; ray < kNucleusRays; ++ray) {
                              std::int32_t index[kMostInside], middle_sum = 0, rim_sum = 0;
                              find_inside(around, ray, index);
                              const int edge = 8 * radius[ray], n = samples_before(edge),
                                        middle = samples_before((kMiddlePercent * edge + 99) / 100);
                              for (int i = 0; i < middle; ++i) middle_sum += (2 * i + 1) * dab[index[i]];
                              for (int i = middle; i < n; ++i) rim_sum += (2 * i + 1) * dab[index[i]];
                              brown.middle.weight += middle * middle;
                              brown.middle.sum += middle_sum;
                              brown.rim.weight += n * n - middle * middle;
                              brown.rim.sum += rim_sum;
                            }
                            for (const std::int32_t beyond : kBeyond) {
                              std::int32_t index[kNucleusRays];
                              find_beyond(around, radius, beyond, index);
                              for (int ray = 0; ray < kNucleusRays; ++ray) {
                                const std::int32_t w = 8 * radius[ray] + beyond;
                                brown.outside.weight += w;
                                brown.outside.sum += w * dab[index[ray]];
                              }
                            }
                            return brown;
                          };

}  // namespace

bool is_filled_brown(const StainTile& tile, const Star& star) {
  const Brown brown = look(AroundStar(tile.dab, star), star.radius.data(), tile.dab.data());
  if (brown.middle.weight == 0 || brown.rim.weight == 0) return false;
  return reaches(brown.middle, kFilledPercent, brown.rim) &&
         !reaches(brown.outside, kOutsidePercent, brown.middle);
}

}  // namespace annulet::nuclei
