#include <algorithm>
#include <array>
#include <cstdlib>

#include "annulet/base/wide.hpp"
#include "cell/lanes.hpp"
#include "cell/ring.hpp"

namespace annulet::ring {
namespace {

// docs/science/membrane.md, "Numbers"; costs in 1/1600 OD.
constexpr int kStepCost = kOdUnits / 100;  // 0.01 OD for each 0.25 um that the radius changes
constexpr int kRefine = 4;                 // 1 um to both sides of the path
// A turn and a half: the first and the last quarter forget the open ends, the turn between them is the path.
constexpr int kWalked = kRays * 3 / 2, kFirstRay = kRays / 4;
// What is 12.5 OD worse than a ray's best counts as lost, so that sums stay within 16 bits.
constexpr std::int16_t kLost = -20'000;
// Positions from `first` to `last` in registers, rounded up: on those too many no ray allows a wall, and
// nothing is gained by going there and back.
constexpr int kMostGroups = (kLargestStep + kLanes) / kLanes;

// A row of sums is followed by a group of positions that nothing reaches, and so is the beginning.
constexpr int stride_of(int groups) {
  return (groups + 1) * kLanes;
}

// By value, unlike std::max: so loops become vector code.
inline std::int16_t greater(std::int16_t a, std::int16_t b) {
  return a > b ? a : b;
}

// sum[turn ray][i] = the best path that ends there, less the best of the ray before; a path starts over at
// kLost. best[turn ray] is the row's greatest.
void accumulate_portable(const Samples& samples, int groups, std::int16_t* sum, std::int16_t* best) {
  const int width = groups * kLanes, stride = stride_of(groups);
  std::copy_n(samples.gain_of(0), width, sum);
  std::fill_n(sum + width, kLanes, kNowhere);
  best[0] = 0;
  for (int r = 1; r < kWalked; ++r) {
    const std::int16_t *before = sum + (r - 1) * stride,
                       *gain = samples.gain_of(static_cast<std::size_t>(r % kRays));
    std::int16_t* now = sum + r * stride;
    const std::int16_t off = best[r - 1];
    std::int16_t most = kNowhere;
    for (int i = 0; i < width; ++i) {
      const auto one = static_cast<std::int16_t>(greater(before[i - 1], before[i + 1]) - kStepCost);
      const auto two = static_cast<std::int16_t>(greater(before[i - 2], before[i + 2]) - 2 * kStepCost);
      const std::int16_t moved = greater(before[i], greater(one, two));
      now[i] = static_cast<std::int16_t>(greater(static_cast<std::int16_t>(moved - off), kLost) + gain[i]);
      most = greater(most, now[i]);
    }
    best[r] = most;
    std::fill_n(now + width, kLanes, kNowhere);
  }
}

#if ANNULET_HAS_AVX2
// A whole row stays in registers: a row that was just stored could be read only after a stall. A row's best
// is found beside the row itself: its lane is never a lost one, so it needs no limit, and no row waits for
// it.
template <int kGroups>
ANNULET_AVX2 void accumulate_avx2(const Samples& samples, std::int16_t* sum, std::int16_t* best) {
  const __m256i nowhere = _mm256_set1_epi16(kNowhere), lost = _mm256_set1_epi16(kLost);
  const __m256i one_step = _mm256_set1_epi16(kStepCost), two_steps = _mm256_set1_epi16(2 * kStepCost);
  __m256i row[kGroups + 2];  // with what lies beside it
  row[0] = row[kGroups + 1] = nowhere;
  for (int i = 0; i < kGroups; ++i) {
    row[i + 1] = lanes::load(samples.gain_of(0) + i * kLanes);
    lanes::store(sum + i * kLanes, row[i + 1]);
  }
  lanes::store(sum + kGroups * kLanes, nowhere);
  __m256i off = _mm256_setzero_si256();
  best[0] = 0;
  for (int r = 1; r < kWalked; ++r) {
    sum += stride_of(kGroups);
    const std::int16_t* gains = samples.gain_of(static_cast<std::size_t>(r % kRays));
    __m256i next[kGroups], greatest = nowhere;
    for (int i = 0; i < kGroups; ++i) {
      const __m256i before = row[i], here = row[i + 1], after = row[i + 2];
      const __m256i one = _mm256_max_epi16(lanes::back<1>(before, here), lanes::on<1>(here, after));
      const __m256i two = _mm256_max_epi16(lanes::back<2>(before, here), lanes::on<2>(here, after));
      const __m256i moved =
          _mm256_max_epi16(_mm256_sub_epi16(one, one_step), _mm256_sub_epi16(two, two_steps));
      const __m256i from = _mm256_max_epi16(here, moved), gain = lanes::load(gains + i * kLanes);
      greatest = _mm256_max_epi16(greatest, _mm256_adds_epi16(from, gain));
      next[i] = _mm256_add_epi16(_mm256_max_epi16(_mm256_sub_epi16(from, off), lost), gain);
    }
    for (int i = 0; i < kGroups; ++i) {
      row[i + 1] = next[i];
      lanes::store(sum + i * kLanes, next[i]);
    }
    lanes::store(sum + kGroups * kLanes, nowhere);
    off = _mm256_sub_epi16(lanes::greatest(greatest), off);
    best[r] = static_cast<std::int16_t>(_mm256_extract_epi16(off, 0));
  }
}

template <int kGroups = 1>
void accumulate_wide(const Samples& samples, int groups, std::int16_t* sum, std::int16_t* best) {
  if (groups == kGroups) return accumulate_avx2<kGroups>(samples, sum, best);
  if constexpr (kGroups < kMostGroups) accumulate_wide<kGroups + 1>(samples, groups, sum, best);
}
#endif

void accumulate(const Samples& samples, int groups, std::int16_t* sum, std::int16_t* best) {
#if ANNULET_HAS_AVX2
  if (kernel_path() == KernelPath::Avx2) return accumulate_wide(samples, groups, sum, best);
#endif
  accumulate_portable(samples, groups, sum, best);
}

// Steps from ray to ray in the order in which they win where all else is equal: the smallest, then the inner
// one.
constexpr std::array<int, 5> kSteps = {0, -1, 1, -2, 2};

// A value and the rank of its step in one number, so that the greatest tells the step: the low six bits are
// where it stands in kStepBytes.
constexpr int ranked(int value, int rank) {
  return value * 64 + (7 - rank) * 8;
}
constexpr std::uint64_t kStepBytes = [] {
  std::uint64_t bytes = 0;
  for (int rank = 0; rank < 5; ++rank) {
    const auto byte = static_cast<std::uint8_t>(kSteps[static_cast<std::size_t>(rank)]);
    bytes |= std::uint64_t{byte} << (7 - rank) * 8;
  }
  return bytes;
}();

// From which position of the ray before a path came to the position of `before`; what lies below `least` is
// as bad as that. A chain of 80 of these costs what each takes from end to end.
int step_back(const std::int16_t* before, int least) {
  const auto key = [before](std::size_t rank) {
    const int step = kSteps[rank];
    return ranked(before[step] - std::abs(step) * kStepCost, static_cast<int>(rank));
  };
  const int stay = std::max(key(0), ranked(least, 0));
  const int best = std::max(std::max(stay, std::max(key(1), key(2))), std::max(key(3), key(4)));
  return static_cast<std::int8_t>(kStepBytes >> (best & 63));
}

// The most prominent position within 1 um of the path; of equals the one nearest to it, then the inner one.
template <class Prominence>
int refined(int k, Prominence&& prominence) {
  int best = k;
  int most = prominence(k);
  for (int step = 1; step <= kRefine; ++step) {
    for (const int at : {k - step, k + step}) {
      const int value = prominence(at);
      best = value > most ? at : best;
      most = std::max(most, value);
    }
  }
  return best;
}

// The same where the path left the ray's range: what lies outside does not count, but for the path's own.
int refined_from_outside(const Samples& samples, std::size_t ray, int k) {
  return refined(k, [&](int i) {
    return i == k || samples.in_range(ray, i) ? samples.beside(ray, i).prominence : kNowhere;
  });
}

void refine_portable(const Samples& samples, std::array<int, kRays>& wall) {
  for (std::size_t ray = 0; ray < kRays; ++ray) {
    wall[ray] = samples.in_range(ray, wall[ray])
                    ? refined(wall[ray], [at = samples.prominence_of(ray)](int i) { return at[i]; })
                    : refined_from_outside(samples, ray, wall[ray]);
  }
}

#if ANNULET_HAS_AVX2
ANNULET_AVX2 void refine_avx2(const Samples& samples, std::array<int, kRays>& wall) {
  static_assert(kRefine == 4);
  // Eight positions in the order in which they win where all else is equal, then the ninth.
  constexpr int kOrder[] = {0, -1, 1, -2, 2, -3, 3, -4};
  const __m128i in_order = _mm_setr_epi8(8, 9, 6, 7, 10, 11, 4, 5, 12, 13, 2, 3, 14, 15, 0, 1);
  const __m128i descending = _mm_set1_epi16(INT16_MAX);  // xor makes the greatest the least without sign
  for (std::size_t ray = 0; ray < kRays; ++ray) {
    const int k = wall[ray];
    if (!samples.in_range(ray, k)) {
      wall[ray] = refined_from_outside(samples, ray, k);
      continue;
    }
    const std::int16_t* at = samples.prominence_of(ray) + k;
    const __m128i eight = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at - kRefine));
    const __m128i least = _mm_minpos_epu16(_mm_xor_si128(_mm_shuffle_epi8(eight, in_order), descending));
    const int found = _mm_cvtsi128_si32(least), most = static_cast<std::int16_t>(found ^ INT16_MAX);
    wall[ray] = k + (at[kRefine] > most ? kRefine : kOrder[found >> 16]);
  }
}
#endif

void refine(const Samples& samples, std::array<int, kRays>& wall) {
#if ANNULET_HAS_AVX2
  if (kernel_path() == KernelPath::Avx2) return refine_avx2(samples, wall);
#endif
  refine_portable(samples, wall);
}

}  // namespace

std::array<int, kRays> wall_path(const Samples& samples, PathScratch& scratch) {
  const int groups = (samples.last - samples.first) / kLanes + 1, stride = stride_of(groups);
  scratch.sum.resize(static_cast<std::size_t>(kWalked * stride_of(kMostGroups) + kLanes));
  scratch.best.resize(kWalked);
  std::fill_n(scratch.sum.begin(), kLanes, kNowhere);
  std::int16_t* sum = scratch.sum.data() + kLanes;
  accumulate(samples, groups, sum, scratch.best.data());
  const std::int16_t* last = sum + (kWalked - 1) * stride;
  int i = static_cast<int>(std::find(last, last + stride, scratch.best[kWalked - 1]) - last);
  std::array<int, kRays> wall{};
  for (int r = kWalked - 1; r >= kFirstRay; --r) {
    if (r < kFirstRay + kRays) wall[static_cast<std::size_t>(r % kRays)] = samples.first + i;
    i += step_back(sum + (r - 1) * stride + i, scratch.best[static_cast<std::size_t>(r - 1)] + kLost);
  }
  refine(samples, wall);
  return wall;
}

}  // namespace annulet::ring
