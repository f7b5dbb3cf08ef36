#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>

#include "cell/ring.hpp"

namespace annulet::ring {
namespace {

// docs/science/membrane.md, "Numbers"; gains and costs in 1/1600 OD.
constexpr std::int16_t kProminenceLimit = kOdUnits / 2;  // a darker wall draws no more than 0.5 OD
constexpr int kPull = kOdUnits * 2 / 100 / kStepsPerUm;  // 0.02 OD for each um off the prior
constexpr int kStepCost = kOdUnits / 100;                // 0.01 OD for each 0.25 um that the radius changes
constexpr int kLargestJump = 2;                          // steps from ray to ray
constexpr std::int16_t kOutOfRange = -5 * kOdUnits;      // where the ray itself allows no wall
constexpr int kRefine = 4;                               // 1 um to both sides of the path
// A turn and a half: the first and the last quarter forget the open ends, the turn between them is the path.
constexpr int kWalked = kRays * 3 / 2, kFirstRay = kRays / 4;
constexpr int kPad = kLargestJump;  // unreachable positions beside the window
// Sums are kept below 0 by taking off the best of each ray; 12.5 OD worse than the best counts as lost.
constexpr std::int16_t kLost = -20'000;

struct Range {
  int low, high;
};

Range range_of(const Samples& samples, const Prior& prior, std::size_t ray) {
  return {std::max(prior.nucleus[ray] - 1, samples.first),
          std::min(prior.wall[ray] + kBeyondPrior, samples.last)};
}

// pull[kCentre + i] = what a position i steps off the prior costs.
using Ramp = std::array<std::int16_t, 2 * kLargestStep + 1>;

constexpr Ramp ramp_of(int cost) {
  Ramp ramp{};
  for (int i = 0; i <= kLargestStep; ++i) {
    ramp[static_cast<std::size_t>(kLargestStep + i)] = static_cast<std::int16_t>(cost * i);
    ramp[static_cast<std::size_t>(kLargestStep - i)] = static_cast<std::int16_t>(cost * i);
  }
  return ramp;
}
constexpr Ramp kFacingPull = ramp_of(kPull), kFreePull = ramp_of(kPull / 2);

void fill_scores(const Samples& samples, const Prior& prior, int width, std::vector<std::int16_t>& score) {
  score.assign(static_cast<std::size_t>(width) * kRays, kOutOfRange);
  for (std::size_t ray = 0; ray < kRays; ++ray) {
    const Range range = range_of(samples, prior, ray);
    const std::int16_t* prominence = samples.prominence[ray].data() + range.low;
    const Ramp& ramp = prior.facing[ray] < 0 ? kFreePull : kFacingPull;
    const std::int16_t* pull = ramp.data() + kLargestStep + range.low - prior.wall[ray];
    std::int16_t* out = score.data() + ray * static_cast<std::size_t>(width) + range.low - samples.first;
    for (int i = 0; i <= range.high - range.low; ++i) {
      out[i] = static_cast<std::int16_t>(std::min(prominence[i], kProminenceLimit) - pull[i]);
    }
  }
}

// sum[turn ray][i] = the best path that ends there.
void accumulate(const std::vector<std::int16_t>& score, int width, std::vector<std::int16_t>& sum) {
  const int stride = width + 2 * kPad;
  sum.assign(static_cast<std::size_t>(stride) * kWalked, kLost);
  std::copy_n(score.begin(), width, sum.begin() + kPad);
  for (int r = 1; r < kWalked; ++r) {
    const std::int16_t* before = sum.data() + (r - 1) * stride + kPad;
    const std::int16_t* gain = score.data() + (r % kRays) * width;
    std::int16_t* now = sum.data() + r * stride + kPad;
    std::int16_t best = std::numeric_limits<std::int16_t>::min();
    for (int i = 0; i < width; ++i) {
      const auto one = static_cast<std::int16_t>(std::max(before[i - 1], before[i + 1]) - kStepCost);
      const auto two = static_cast<std::int16_t>(std::max(before[i - 2], before[i + 2]) - 2 * kStepCost);
      const std::int16_t from = std::max(before[i], std::max(one, two));
      now[i] = static_cast<std::int16_t>(std::max(from, kLost) + gain[i]);
      best = std::max(best, now[i]);
    }
    for (int i = 0; i < width; ++i) now[i] = std::max(static_cast<std::int16_t>(now[i] - best), kLost);
  }
}

// Of equal predecessors the one with the smallest step wins, then the inner one.
int predecessor(const std::int16_t* before, int i) {
  constexpr int kOrder[] = {0, -1, 1, -2, 2};
  int best = 0;
  int value = std::numeric_limits<int>::min();
  for (const int step : kOrder) {
    const int v = before[i + step] - std::abs(step) * kStepCost;
    if (v > value) {
      value = v;
      best = step;
    }
  }
  return i + best;
}

// The most prominent position within 1 um of the path; of equals the one nearest to it, then the inner one.
int refined(const Samples& samples, std::size_t ray, Range range, int k) {
  int best = k;
  for (int step = 1; step <= kRefine; ++step) {
    for (const int at : {k - step, k + step}) {
      if (at < range.low || at > range.high) continue;
      if (samples.prominence[ray][at] > samples.prominence[ray][best]) best = at;
    }
  }
  return best;
}

}  // namespace

std::array<int, kRays> wall_path(const Samples& samples, const Prior& prior, PathScratch& scratch) {
  const int width = samples.last - samples.first + 1, stride = width + 2 * kPad;
  fill_scores(samples, prior, width, scratch.score);
  accumulate(scratch.score, width, scratch.sum);
  const std::int16_t* last = scratch.sum.data() + (kWalked - 1) * stride + kPad;
  int i = static_cast<int>(std::max_element(last, last + width) - last);
  std::array<int, kRays> wall{};
  for (int r = kWalked - 1; r >= kFirstRay; --r) {
    const auto ray = static_cast<std::size_t>(r % kRays);
    if (r < kFirstRay + kRays) wall[ray] = samples.first + i;
    i = predecessor(scratch.sum.data() + (r - 1) * stride + kPad, i);
  }
  for (std::size_t ray = 0; ray < kRays; ++ray) {
    wall[ray] = refined(samples, ray, range_of(samples, prior, ray), wall[ray]);
  }
  return wall;
}

}  // namespace annulet::ring
