#include <algorithm>

#include "annulet/base/directions.hpp"
#include "annulet/base/integer_math.hpp"
#include "cell/ring.hpp"

namespace annulet::ring {
namespace {

constexpr std::int64_t kReach = std::int64_t{kNeighbourReachUm} * kMicroUnits;
constexpr int kMicroPerRadius = kMicroUnits / 8;  // Nucleus::radius is 1/8 um

// Root of the mean square radius of an outline, 1/64 um.
std::int64_t rms_radius(const Nucleus& nucleus) {
  std::int64_t sum = 0;
  for (const std::uint8_t r : nucleus.radius) sum += std::int64_t{r} * r;
  return integer_sqrt(sum * kMicroPerRadius * kMicroPerRadius / kNucleusRays);
}

// Outline of 32 radii at 64 rays, in steps of 0.25 um.
void interpolate_outline(const Nucleus& nucleus, std::array<int, kRays>& edge) {
  for (std::size_t i = 0; i < kRays; ++i) {
    const int a = nucleus.radius[i / 2], b = nucleus.radius[(i + 1) / 2 % kNucleusRays];
    edge[i] = std::min((a + b + 2) / 4, kLargestNucleus);  // the mean of two of 1/8 um, in 1/4 um
  }
}

// Additively weighted midline between two discs (docs/science/membrane.md, "Prior") along a ray: numerator /
// divisor.
struct Midline {
  std::int64_t dx, dy;     // to the neighbour
  std::int64_t excess;     // own radius less the neighbour's
  std::int64_t numerator;  // |d|^2 - excess^2
  int neighbour;

  // 2 (u.d - excess) in 1/16384; the midline meets the ray only where it is positive.
  std::int64_t divisor(std::size_t ray) const {
    return 2 * (kDirections64[ray][0] * dx + kDirections64[ray][1] * dy - excess * kDirectionOne);
  }
};

void collect_midlines(std::span<const Nucleus> nuclei, std::size_t index, std::vector<Midline>& out) {
  const Nucleus& own = nuclei[index];
  const std::int64_t own_radius = rms_radius(own);
  const auto consider = [&](std::size_t j) {
    const std::int64_t dx = nuclei[j].centre.x - own.centre.x, dy = nuclei[j].centre.y - own.centre.y;
    const std::int64_t square = dx * dx + dy * dy;
    if (square > kReach * kReach) return;
    const std::int64_t excess = own_radius - rms_radius(nuclei[j]);
    if (square > excess * excess)
      out.push_back({dx, dy, excess, square - excess * excess, static_cast<int>(j)});
  };
  std::size_t first = index, end = index + 1;
  while (first > 0 && own.centre.y - nuclei[first - 1].centre.y <= kReach) --first;
  while (end < nuclei.size() && nuclei[end].centre.y - own.centre.y <= kReach) ++end;
  for (std::size_t j = first; j < end; ++j) {
    if (j != index) consider(j);
  }
}

}  // namespace

Prior prior_of(std::span<const Nucleus> nuclei, std::size_t index) {
  Prior prior;
  interpolate_outline(nuclei[index], prior.nucleus);
  std::vector<Midline> midlines;
  collect_midlines(nuclei, index, midlines);
  for (std::size_t ray = 0; ray < kRays; ++ray) {
    const int cap = prior.nucleus[ray] + kCapUm * kStepsPerUm;
    std::int64_t numerator = cap * kMicroPerStep,
                 divisor = kDirectionOne;  // the least so far, scaled by 16384
    prior.facing[ray] = -1;
    for (const Midline& midline : midlines) {
      const std::int64_t by = midline.divisor(ray);
      if (by <= 0 || midline.numerator * divisor >= numerator * by) continue;
      numerator = midline.numerator;
      divisor = by;
      prior.facing[ray] = midline.neighbour;
    }
    const std::int64_t steps = numerator * kDirectionOne / (divisor * kMicroPerStep);
    prior.wall[ray] = std::clamp(static_cast<int>(steps), prior.nucleus[ray], kLargestStep - kBeyondPrior);
  }
  return prior;
}

}  // namespace annulet::ring
