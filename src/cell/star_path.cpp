#include "cell/star_path.hpp"

#include <algorithm>

#include "annulet/base/directions.hpp"
#include "annulet/base/integer_math.hpp"
#include "annulet/base/wide.hpp"

#if ANNULET_HAS_AVX2
#include <immintrin.h>
#endif

namespace annulet::nuclei {

namespace {

constexpr int kHalf = kStarRadii / 2;
constexpr int kBestTurnStart = 8;        // rays before and after the turn that is taken let both ends settle
constexpr std::int16_t kStart = 16'000;  // totals start here: 48 rays stay within 16 bits ...
constexpr std::int16_t kNever = 0;       // ... and above what lies beyond the radii
constexpr std::int16_t kForbidden = -200;  // an edge worse than any

// Samples of all rays; those of the second half lie opposite those of the first.
constexpr Wide sample_rays = [](const std::uint8_t* centre, const std::int32_t* offset, int samples,
                                std::uint8_t* __restrict out) ANNULET_KERNEL {
  constexpr int kAtOnce = 6;  // a fixed inner loop is unrolled: a twelfth of a whole fit
  const int half = kNucleusRays / 2 * samples;
  for (int i = 0; i < half; i += kAtOnce) {
    for (int j = i; j < i + kAtOnce; ++j) {
      const std::ptrdiff_t at = offset[j];
      out[j] = centre[at];
      out[half + j] = centre[-at];
    }
  }
};

// Edges of all rays: mean of the two samples within less mean of the two beyond, times two.
constexpr Wide edges_of = [](const std::uint8_t* sample, int samples, std::int16_t least, std::int16_t most,
                             std::int16_t* __restrict out) ANNULET_KERNEL {
  for (int ray = 0; ray < kNucleusRays; ++ray, sample += samples, out += kStarRadii) {
    const std::uint8_t *even = sample, *odd = sample + samples / 2;
    for (int i = 0; i < kHalf; ++i) {
      const auto at_even = static_cast<std::int16_t>(even[i] + odd[i] - odd[i + 1] - even[i + 2]);
      const auto at_odd = static_cast<std::int16_t>(odd[i] + even[i + 1] - even[i + 2] - odd[i + 2]);
      out[i] = std::min(std::max(at_even, least), most);  // std::clamp asserts, and would not vectorise
      out[i + kHalf] = std::min(std::max(at_odd, least), most);
    }
  }
};

// The dynamic programme along the rays: best total at every radius when the ray before ended within two steps
// of it, and the radius on that ray it came from: the least step wins ties, then the inner radius.
void walk_plain(const std::int16_t* edges, std::int16_t cost, int turn, std::uint8_t* __restrict from,
                std::int16_t* __restrict totals) {
  std::int16_t held[kStarRadii + 4], total[kStarRadii], step[kStarRadii];
  std::fill_n(held, kStarRadii + 4, kNever);
  std::int16_t* before = held + 2;
  std::fill_n(before, kStarRadii, kStart);
  for (int t = 0; t < turn; ++t) {
    for (int k = 0; k < kStarRadii; ++k) {
      const std::int16_t stay = before[k], in1 = before[k - 1], out1 = before[k + 1], in2 = before[k - 2],
                         out2 = before[k + 2];
      const auto one = static_cast<std::int16_t>(std::max(in1, out1) - cost);
      const auto two = static_cast<std::int16_t>(std::max(in2, out2) - 2 * cost);
      const std::int16_t near = std::max(stay, one);
      const std::int16_t by_one = out1 > in1 ? 1 : -1, by_two = out2 > in2 ? 2 : -2;
      const std::int16_t by_near = one > stay ? by_one : std::int16_t{0};
      step[k] = two > near ? by_two : by_near;
      total[k] = std::max(near, two);
    }
    for (int k = 0; k < kStarRadii; ++k) from[t * kStarRadii + k] = static_cast<std::uint8_t>(k + step[k]);
    const std::int16_t *even = edges + (t % kNucleusRays) * kStarRadii, *odd = even + kHalf;
    for (int i = 0; i < kHalf; ++i) {
      before[2 * i] = static_cast<std::int16_t>(total[2 * i] + even[i]);
      before[2 * i + 1] = static_cast<std::int16_t>(total[2 * i + 1] + odd[i]);
    }
  }
  std::copy_n(before, kStarRadii, totals);
}

#if ANNULET_HAS_AVX2
// The values one place further in, and one further out.
ANNULET_AVX2 inline __m256i from_within(__m256i v) {
  return _mm256_alignr_epi8(v, _mm256_permute2x128_si256(v, v, 0x08), 14);
}
ANNULET_AVX2 inline __m256i from_beyond(__m256i v) {
  return _mm256_alignr_epi8(_mm256_permute2x128_si256(v, v, 0x81), v, 2);
}
// Bytes in the order of the radii, of the low bytes of the even and the high ones of the odd.
ANNULET_AVX2 inline __m256i join(__m256i even, __m256i odd) {
  return _mm256_blendv_epi8(even, odd, _mm256_set1_epi16(-256));
}

// How 16 radii of one parity are best reached.
struct Reached {
  __m256i total, one_out, one, two_out, two;
};
ANNULET_AVX2 inline Reached reach(__m256i stay, __m256i in1, __m256i out1, __m256i in2, __m256i out2,
                                  __m256i cost) {
  Reached r;
  const __m256i one = _mm256_sub_epi16(_mm256_max_epi16(in1, out1), cost);
  const __m256i two = _mm256_sub_epi16(_mm256_max_epi16(in2, out2), _mm256_add_epi16(cost, cost));
  const __m256i near = _mm256_max_epi16(stay, one);
  r.one_out = _mm256_cmpgt_epi16(out1, in1);
  r.two_out = _mm256_cmpgt_epi16(out2, in2);
  r.one = _mm256_cmpgt_epi16(one, stay);
  r.two = _mm256_cmpgt_epi16(two, near);
  r.total = _mm256_max_epi16(near, two);
  return r;
}

// The same with the totals in two registers.
ANNULET_AVX2 void walk_avx2(const std::int16_t* edges, std::int16_t cost, int turn, std::uint8_t* from,
                            std::int16_t* totals) {
  alignas(32) static constexpr auto kRadius = [] {
    std::array<std::int8_t, kStarRadii> radius{};
    for (std::size_t k = 0; k < radius.size(); ++k) radius[k] = static_cast<std::int8_t>(k);
    return radius;
  }();
  const __m256i stay = _mm256_load_si256(reinterpret_cast<const __m256i*>(kRadius.data()));
  const __m256i in1 = _mm256_sub_epi8(stay, _mm256_set1_epi8(1)),
                in2 = _mm256_sub_epi8(stay, _mm256_set1_epi8(2)),
                out1 = _mm256_add_epi8(stay, _mm256_set1_epi8(1)),
                out2 = _mm256_add_epi8(stay, _mm256_set1_epi8(2));
  const __m256i costs = _mm256_set1_epi16(cost);
  __m256i even = _mm256_set1_epi16(kStart), odd = even;
  for (int t = 0; t < turn; ++t) {
    const auto* edge = reinterpret_cast<const __m256i*>(edges + (t % kNucleusRays) * kStarRadii);
    const __m256i even_in = from_within(even), even_out = from_beyond(even), odd_in = from_within(odd),
                  odd_out = from_beyond(odd);
    const Reached e = reach(even, odd_in, odd, even_in, even_out, costs);
    const Reached o = reach(odd, even, even_out, odd_in, odd_out, costs);
    even = _mm256_add_epi16(e.total, _mm256_load_si256(edge));
    odd = _mm256_add_epi16(o.total, _mm256_load_si256(edge + 1));
    if (t < kBestTurnStart) continue;  // the way back ends here
    const __m256i by_one = _mm256_blendv_epi8(in1, out1, join(e.one_out, o.one_out));
    const __m256i by_two = _mm256_blendv_epi8(in2, out2, join(e.two_out, o.two_out));
    const __m256i by_near = _mm256_blendv_epi8(stay, by_one, join(e.one, o.one));
    _mm256_store_si256(reinterpret_cast<__m256i*>(from + t * kStarRadii),
                       _mm256_blendv_epi8(by_near, by_two, join(e.two, o.two)));
  }
  const __m256i outer_of_lanes = _mm256_unpackhi_epi16(even, odd),
                inner_of_lanes = _mm256_unpacklo_epi16(even, odd);
  auto* out = reinterpret_cast<__m256i*>(totals);
  _mm256_store_si256(out, _mm256_permute2x128_si256(inner_of_lanes, outer_of_lanes, 0x20));
  _mm256_store_si256(out + 1, _mm256_permute2x128_si256(inner_of_lanes, outer_of_lanes, 0x31));
}
#endif

void walk(const std::int16_t* edges, std::int16_t cost, int turn, std::uint8_t* from, std::int16_t* totals) {
#if ANNULET_HAS_AVX2
  if (kernel_path() == KernelPath::Avx2) return walk_avx2(edges, cost, turn, from, totals);
#endif
  walk_plain(edges, cost, turn, from, totals);
}

// Of the largest totals the innermost.
constexpr Wide best_of = [](const std::int16_t* totals) ANNULET_KERNEL {
  std::int32_t best = 0;
  for (int k = 0; k < kStarRadii; ++k) best = std::max(best, totals[k] * kStarRadii + kStarRadii - 1 - k);
  return kStarRadii - 1 - best % kStarRadii;
};

}  // namespace

void StarPathFinder::prepare(int stride) {
  if (stride == stride_) return;
  stride_ = stride;
  for (int ray = 0; ray < kNucleusRays / 2; ++ray) {
    const auto& direction = kDirections64[static_cast<std::size_t>(2 * ray)];
    for (int i = 0; i < kSamples; ++i) {
      const int quarter = kFirstRadius - 2 + i;
      const auto x = divide_round(quarter * direction[0], kDirectionOne);
      const auto y = divide_round(quarter * direction[1], kDirectionOne);
      offset_[static_cast<std::size_t>(ray)][static_cast<std::size_t>((i & 1) * (kSamples / 2) + i / 2)] =
          static_cast<std::int32_t>(y * stride + x);
    }
  }
}

void StarPathFinder::sample(const std::uint8_t* centre, std::int16_t least, std::int16_t most) {
  sample_rays(centre, offset_.front().data(), kSamples, sample_.front().data());
  edges_of(sample_.front().data(), kSamples, least, most, edge_.front().data());
}

void StarPathFinder::forbid_below(int quarter) {
  for (auto& edges : edge_) {
    for (int k = 0; k < quarter - kFirstRadius; ++k)
      edges[static_cast<std::size_t>(star_place(k))] = kForbidden;
  }
}

void StarPathFinder::find(std::int16_t cost, StarPath& path) {
  walk(edge_.front().data(), cost, kTurn, from_.front().data(), total_.data());
  auto k = static_cast<std::size_t>(best_of(total_.data()));
  for (int t = kTurn - 1; t >= kBestTurnStart; --t) {
    if (t < kBestTurnStart + kNucleusRays) {
      const auto ray = static_cast<std::size_t>(t % kNucleusRays);
      path.quarter[ray] = static_cast<int>(k) + kFirstRadius;
      path.edge[ray] = edge_[ray][static_cast<std::size_t>(star_place(static_cast<int>(k)))];
    }
    k = from_[static_cast<std::size_t>(t)][k];
  }
}

}  // namespace annulet::nuclei
