#include "cell/star_path.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>
#include <utility>

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
constexpr Wide sample_plain = [](const std::uint8_t* centre, const std::int32_t* offset, int half,
                                 std::uint8_t* __restrict out) ANNULET_KERNEL {
  for (int i = 0; i < half; ++i) {
    const std::ptrdiff_t at = offset[i];
    out[i] = centre[at];
    out[half + i] = centre[-at];
  }
};

#if ANNULET_HAS_AVX2
constexpr int kAtOnce = 16;

template <int... kAt>
ANNULET_AVX2 inline void sample_sixteen(const std::uint8_t* centre, const std::int32_t* offset,
                                        std::uint8_t* out, std::uint8_t* opposite,
                                        std::integer_sequence<int, kAt...>) {
  __m128i ahead = _mm_setzero_si128(), behind = ahead;
  ((ahead = _mm_insert_epi8(ahead, centre[std::ptrdiff_t{offset[kAt]}], kAt),
    behind = _mm_insert_epi8(behind, centre[-std::ptrdiff_t{offset[kAt]}], kAt)),
   ...);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), ahead);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(opposite), behind);
}

// Stores, one a byte, are what takes longest: here they are collected in registers.
ANNULET_AVX2 void sample_avx2(const std::uint8_t* centre, const std::int32_t* offset, int half,
                              std::uint8_t* out) {
  for (int i = 0; i < half; i += kAtOnce) {
    sample_sixteen(centre, offset + i, out + i, out + half + i, std::make_integer_sequence<int, kAtOnce>{});
  }
}
#endif

void sample_rays(const std::uint8_t* centre, const std::int32_t* offset, int half, std::uint8_t* out) {
#if ANNULET_HAS_AVX2
  if (kernel_path() == KernelPath::Avx2) return sample_avx2(centre, offset, half, out);
#endif
  sample_plain(centre, offset, half, out);
}

// Edges of all rays: mean of the two samples within less mean of the two beyond, times two. Two samples are
// read as one number: its halves are those of an even and of an odd place. Bits of `flip` turn both samples
// into what they lack to 255.
constexpr Wide edges_of = [](const std::uint8_t* sample, int samples, std::int16_t least, std::int16_t most,
                             std::uint16_t flip, std::int16_t* __restrict out) ANNULET_KERNEL {
  constexpr bool kLittle = std::endian::native == std::endian::little;
  for (int ray = 0; ray < kNucleusRays; ++ray, sample += samples, out += kStarRadii) {
    for (int i = 0; i < kHalf; ++i) {
      std::uint16_t at[3];
      std::memcpy(&at[0], sample + 2 * i, 2);
      std::memcpy(&at[1], sample + 2 * i + 2, 2);
      std::memcpy(&at[2], sample + 2 * i + 4, 2);
      const auto even = [&](int j) ANNULET_KERNEL { return (at[j] ^ flip) >> (kLittle ? 0 : 8) & 0xff; };
      const auto odd = [&](int j) ANNULET_KERNEL { return (at[j] ^ flip) >> (kLittle ? 8 : 0) & 0xff; };
      const auto at_even = static_cast<std::int16_t>(even(0) + odd(0) - odd(1) - even(2));
      const auto at_odd = static_cast<std::int16_t>(odd(0) + even(1) - even(2) - odd(2));
      out[i] = std::min(std::max(at_even, least), most);  // std::clamp asserts, and would not vectorise
      out[i + kHalf] = std::min(std::max(at_odd, least), most);
    }
  }
};

// The edges of a path, the radius on the ray before that each radius is reached from, and the totals at the
// last ray.
struct Walk {
  const std::int16_t* edges;
  std::uint8_t* from;
  std::int16_t* totals;
};

// The dynamic programme along the rays: best total at every radius when the ray before ended within two steps
// of it, and the radius on that ray it came from: the least step wins ties, then the inner radius.
void walk_plain(const Walk& walk, std::int16_t cost, int turn) {
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
    for (int k = 0; k < kStarRadii; ++k)
      walk.from[t * kStarRadii + k] = static_cast<std::uint8_t>(k + step[k]);
    const std::int16_t *even = walk.edges + (t % kNucleusRays) * kStarRadii, *odd = even + kHalf;
    for (int i = 0; i < kHalf; ++i) {
      before[2 * i] = static_cast<std::int16_t>(total[2 * i] + even[i]);
      before[2 * i + 1] = static_cast<std::int16_t>(total[2 * i + 1] + odd[i]);
    }
  }
  std::copy_n(before, kStarRadii, walk.totals);
}

#if ANNULET_HAS_AVX2
// The values one place further in, and one further out.
ANNULET_AVX2 inline __m256i from_within(__m256i v) {
  return _mm256_alignr_epi8(v, _mm256_permute2x128_si256(v, v, 0x08), 14);
}
ANNULET_AVX2 inline __m256i from_beyond(__m256i v) {
  return _mm256_alignr_epi8(_mm256_permute2x128_si256(v, v, 0x81), v, 2);
}
// The radii so many steps off all of them.
ANNULET_AVX2 inline __m256i radii_off(int steps) {
  alignas(32) static constexpr auto kRadius = [] {
    std::array<std::int8_t, kStarRadii> radius{};
    for (std::size_t k = 0; k < radius.size(); ++k) radius[k] = static_cast<std::int8_t>(k);
    return radius;
  }();
  return _mm256_add_epi8(_mm256_load_si256(reinterpret_cast<const __m256i*>(kRadius.data())),
                         _mm256_set1_epi8(static_cast<char>(steps)));
}
// Bytes in the order of the radii, of the low bytes of the even and the high ones of the odd.
ANNULET_AVX2 inline __m256i join(__m256i even, __m256i odd) {
  return _mm256_blendv_epi8(even, odd, _mm256_set1_epi16(-256));
}

// Where to take: by the mask, of the low bytes of the even and the high ones of the odd.
ANNULET_AVX2 inline __m256i choose(__m256i no, __m256i yes, __m256i even, __m256i odd) {
  return _mm256_blendv_epi8(no, yes, join(even, odd));
}

// Totals of one path at the radii of either parity.
struct Front {
  __m256i even, odd;
};

// One ray on; where its radii come from is stored. In an order that keeps few values at a time: both paths
// then stay in registers.
ANNULET_AVX2 inline Front step_on(Front f, __m256i cost, const std::int16_t* edges, std::uint8_t* from) {
  const __m256i even_in = from_within(f.even), even_out = from_beyond(f.even), odd_in = from_within(f.odd),
                odd_out = from_beyond(f.odd);
  const __m256i by_one = choose(radii_off(-1), radii_off(1), _mm256_cmpgt_epi16(f.odd, odd_in),
                                _mm256_cmpgt_epi16(even_out, f.even));
  const __m256i even_one = _mm256_sub_epi16(_mm256_max_epi16(odd_in, f.odd), cost),
                odd_one = _mm256_sub_epi16(_mm256_max_epi16(f.even, even_out), cost);
  const __m256i by_near =
      choose(radii_off(0), by_one, _mm256_cmpgt_epi16(even_one, f.even), _mm256_cmpgt_epi16(odd_one, f.odd));
  f.even = _mm256_max_epi16(f.even, even_one);
  f.odd = _mm256_max_epi16(f.odd, odd_one);
  const __m256i by_two = choose(radii_off(-2), radii_off(2), _mm256_cmpgt_epi16(even_out, even_in),
                                _mm256_cmpgt_epi16(odd_out, odd_in));
  const __m256i twice = _mm256_add_epi16(cost, cost);
  const __m256i even_two = _mm256_sub_epi16(_mm256_max_epi16(even_in, even_out), twice),
                odd_two = _mm256_sub_epi16(_mm256_max_epi16(odd_in, odd_out), twice);
  _mm256_store_si256(
      reinterpret_cast<__m256i*>(from),
      choose(by_near, by_two, _mm256_cmpgt_epi16(even_two, f.even), _mm256_cmpgt_epi16(odd_two, f.odd)));
  const auto* edge = reinterpret_cast<const __m256i*>(edges);
  return {_mm256_add_epi16(_mm256_max_epi16(f.even, even_two), _mm256_load_si256(edge)),
          _mm256_add_epi16(_mm256_max_epi16(f.odd, odd_two), _mm256_load_si256(edge + 1))};
}

// In the order of the radii.
ANNULET_AVX2 inline void put_totals(const Front& f, std::int16_t* totals) {
  const __m256i outer_of_lanes = _mm256_unpackhi_epi16(f.even, f.odd),
                inner_of_lanes = _mm256_unpacklo_epi16(f.even, f.odd);
  auto* out = reinterpret_cast<__m256i*>(totals);
  _mm256_store_si256(out, _mm256_permute2x128_si256(inner_of_lanes, outer_of_lanes, 0x20));
  _mm256_store_si256(out + 1, _mm256_permute2x128_si256(inner_of_lanes, outer_of_lanes, 0x31));
}

// One path or two side by side, each with its totals in two registers: a ray waits for the one before, and
// two paths wait together.
template <std::size_t kPaths>
ANNULET_AVX2 void walk_avx2(const std::array<Walk, kPaths>& walks, std::int16_t cost, int turn) {
  const Walk &one = walks.front(), &other = walks.back();
  const __m256i costs = _mm256_set1_epi16(cost), start = _mm256_set1_epi16(kStart);
  Front a{start, start}, b{start, start};
  for (int t = 0; t < turn; ++t) {
    const int ray = (t % kNucleusRays) * kStarRadii;
    a = step_on(a, costs, one.edges + ray, one.from + t * kStarRadii);
    if (kPaths > 1) b = step_on(b, costs, other.edges + ray, other.from + t * kStarRadii);
  }
  put_totals(a, one.totals);
  if (kPaths > 1) put_totals(b, other.totals);
}
#endif

template <std::size_t kPaths>
void walk(const std::array<Walk, kPaths>& walks, std::int16_t cost, int turn) {
#if ANNULET_HAS_AVX2
  if (kernel_path() == KernelPath::Avx2) return walk_avx2(walks, cost, turn);
#endif
  for (const Walk& one : walks) walk_plain(one, cost, turn);
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
      offset_[static_cast<std::size_t>(ray)][static_cast<std::size_t>(i)] =
          static_cast<std::int32_t>(y * stride + x);
    }
  }
}

void StarPathFinder::sample(const std::uint8_t* centre, const EdgeRange& range, std::size_t place) {
  constexpr std::uint16_t kBoth = 0xffff;
  Place& of = places_[place];
  sample_rays(centre, offset_.front().data(), kSamples * kNucleusRays / 2, of.sample.front().data());
  edges_of(of.sample.front().data(), kSamples, range.least, range.most,
           range.is_dark ? kBoth : std::uint16_t{0}, of.edge.front().data());
}

void StarPathFinder::forbid_below(int quarter, std::size_t place) {
  for (auto& edges : places_[place].edge) {
    for (int k = 0; k < quarter - kFirstRadius; ++k)
      edges[static_cast<std::size_t>(star_place(k))] = kForbidden;
  }
}

void StarPathFinder::find(std::int16_t cost, StarPath& path, std::size_t place) {
  find<1>(cost, {&places_[place]}, {&path});
}

void StarPathFinder::find_both(std::int16_t cost, StarPath& first, StarPath& second) {
  find<2>(cost, {&places_[0], &places_[1]}, {&first, &second});
}

template <std::size_t kPaths>
void StarPathFinder::find(std::int16_t cost, const std::array<Place*, kPaths>& places,
                          const std::array<StarPath*, kPaths>& paths) {
  std::array<Walk, kPaths> walks;
  std::array<std::size_t, kPaths> radius;
  for (std::size_t i = 0; i < kPaths; ++i)
    walks[i] = {places[i]->edge.front().data(), places[i]->from.front().data(), places[i]->total.data()};
  walk(walks, cost, kTurn);
  for (std::size_t i = 0; i < kPaths; ++i)
    radius[i] = static_cast<std::size_t>(best_of(places[i]->total.data()));
  for (int t = kTurn - 1; t >= kBestTurnStart; --t) {
    for (std::size_t i = 0; i < kPaths; ++i) {
      if (t < kBestTurnStart + kNucleusRays) {
        const auto ray = static_cast<std::size_t>(t % kNucleusRays);
        const int k = static_cast<int>(radius[i]);
        paths[i]->quarter[ray] = k + kFirstRadius;
        paths[i]->edge[ray] = places[i]->edge[ray][static_cast<std::size_t>(star_place(k))];
      }
      radius[i] = places[i]->from[static_cast<std::size_t>(t)][radius[i]];
    }
  }
}

}  // namespace annulet::nuclei
