#include "cell/kind_neighbourhood.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "annulet/base/wide.hpp"

#if ANNULET_HAS_AVX2
#include <immintrin.h>
#endif

namespace annulet {

namespace {

constexpr std::int32_t kNear = 30 * kMicroUnits, kFar = 100 * kMicroUnits;
constexpr int kLargeShare = 50;  // percent of the slide's large area from which a neighbour counts as large
constexpr std::uint16_t kNoArea = 65535;  // no nucleus is larger, no value of a feature as large:
constexpr std::int32_t kNoValue = std::numeric_limits<std::int32_t>::max();
constexpr std::int32_t kVector = 16;  // 16-bit numbers of one AVX2 register

constexpr std::int32_t whole_vectors(std::int32_t n) {
  return (n + kVector - 1) / kVector * kVector;
}

// The features of a nucleus that its neighbours look at, and what their median is called.
constexpr std::array<std::pair<KindFeature, KindFeature>, 5> kMedianOf = {
    {{KindFeature::Area, KindFeature::Area30Median},
     {KindFeature::Elongation, KindFeature::Elongation30},
     {KindFeature::Contrast, KindFeature::Contrast30},
     {KindFeature::Circularity, KindFeature::Circularity30},
     {KindFeature::WeakEdges, KindFeature::Weak30}}};

constexpr std::int32_t rank_of(std::int32_t count, int percent) {
  return static_cast<std::int32_t>(std::int64_t{count - 1} * percent / 100);
}

// A condition as a mask, so that a loop has no branches.
ANNULET_KERNEL inline std::int32_t all_ones(bool condition) {
  return -static_cast<std::int32_t>(condition);
}

// The value that `rank` values lie before in order, which is in [low, high]. Counting runs on vectors where
// sorting does not, so the range is halved by counts.
template <class Value>
ANNULET_KERNEL inline std::int32_t value_of_rank(const Value* values, std::int32_t n, std::int32_t rank,
                                                 std::int32_t low, std::int32_t high) {
  constexpr std::int32_t kBlock = 32768;  // counts in as many bits as a value
  while (low < high) {
    const auto middle = static_cast<Value>(low + (high - low) / 2);
    std::int32_t below = 0;
    for (std::int32_t start = 0; start < n; start += kBlock) {
      const std::int32_t end = std::min(n, start + kBlock);
      Value count = 0;
      for (std::int32_t i = start; i < end; ++i) count = static_cast<Value>(count + (values[i] <= middle));
      below += count;
    }
    const std::int32_t up = all_ones(below <= rank);  // which way it goes, no branch could foretell
    low += (middle + 1 - low) & up;
    high += (middle - high) & ~up;
  }
  return low;
}

constexpr std::size_t kFeatures = KindNeighbourhood::kFeatures;

// Of each feature the values at two ranks.
struct Ranked {
  std::array<std::int32_t, kFeatures> middle{}, upper{};
};
struct Ranks {
  std::int32_t middle, upper;  // so many values lie before in order
};

// Of few nuclei each is compared with each, all features side by side: there is nothing to wait for, as there
// is in halving a range.
constexpr std::int32_t kFew = 32;

void rank_few_portable(const std::int32_t* features, std::int32_t count, Ranks ranks, Ranked& out) {
  const std::int32_t* end = features + static_cast<std::size_t>(count) * kFeatures;
  for (const std::int32_t* nucleus = features; nucleus != end; nucleus += kFeatures) {
    for (std::size_t f = 0; f < kFeatures; ++f) {
      std::int32_t less = 0, not_more = 0;
      for (const std::int32_t* other = features; other != end; other += kFeatures) {
        less += other[f] < nucleus[f] ? 1 : 0;
        not_more += other[f] <= nucleus[f] ? 1 : 0;
      }
      if (less <= ranks.middle && not_more > ranks.middle) out.middle[f] = nucleus[f];
      if (less <= ranks.upper && not_more > ranks.upper) out.upper[f] = nucleus[f];
    }
  }
}

#if ANNULET_HAS_AVX2
ANNULET_AVX2 inline __m256i load(const std::int32_t* at) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
}

// Where neither too many lie before nor too few up to it.
ANNULET_AVX2 inline __m256i has_rank(__m256i less, __m256i not_more, __m256i rank) {
  return _mm256_andnot_si256(_mm256_cmpgt_epi32(less, rank), _mm256_cmpgt_epi32(not_more, rank));
}

ANNULET_AVX2 void rank_few_avx2(const std::int32_t* features, std::int32_t count, Ranks ranks, Ranked& out) {
  static_assert(kFeatures == 8);
  const __m256i all = _mm256_set1_epi32(count), middle = _mm256_set1_epi32(ranks.middle),
                upper = _mm256_set1_epi32(ranks.upper);
  __m256i in_middle = _mm256_setzero_si256(), in_upper = in_middle;
  const std::int32_t* end = features + static_cast<std::size_t>(count) * kFeatures;
  for (const std::int32_t* nucleus = features; nucleus != end; nucleus += kFeatures) {
    const __m256i here = load(nucleus);
    __m256i less = _mm256_setzero_si256(), not_more = all;
    for (const std::int32_t* other = features; other != end; other += kFeatures) {
      const __m256i there = load(other);
      less = _mm256_sub_epi32(less, _mm256_cmpgt_epi32(here, there));
      not_more = _mm256_add_epi32(not_more, _mm256_cmpgt_epi32(there, here));
    }
    in_middle = _mm256_blendv_epi8(in_middle, here, has_rank(less, not_more, middle));
    in_upper = _mm256_blendv_epi8(in_upper, here, has_rank(less, not_more, upper));
  }
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(out.middle.data()), in_middle);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(out.upper.data()), in_upper);
}
#endif

void rank_few(const std::int32_t* features, std::int32_t count, Ranks ranks, Ranked& out) {
#if ANNULET_HAS_AVX2
  if (kernel_path() == KernelPath::Avx2) return rank_few_avx2(features, count, ranks, out);
#endif
  rank_few_portable(features, count, ranks, out);
}

// Of many the range of each feature is halved. `values`: room for one a nucleus, in whole vectors.
constexpr Wide rank_many = [](const std::int32_t* features, std::int32_t count, Ranks ranks,
                              std::int32_t* values, Ranked& out) ANNULET_KERNEL {
  const std::int32_t whole = whole_vectors(count);
  for (std::size_t f = 0; f < KindNeighbourhood::kMedians; ++f) {
    std::int32_t low = features[f], high = low;
    for (std::int32_t i = 0; i < count; ++i) {
      const std::int32_t value = features[static_cast<std::size_t>(i) * kFeatures + f];
      values[i] = value;
      low = std::min(low, value);
      high = std::max(high, value);
    }
    for (std::int32_t i = count; i < whole; ++i) values[i] = kNoValue;
    out.middle.data()[f] = value_of_rank(values, whole, ranks.middle, low, high);
    if (f == 0) out.upper.data()[f] = value_of_rank(values, whole, ranks.upper, low, high);
  }
};

}  // namespace

// Whole vectors are read of each stretch; what lies beyond its end counts as outside.
struct KindNeighbourhood::Kernels {
  struct Near {
    std::int32_t count, large, nearest;  // nearest: square of its distance
  };

  // `inside` and `chosen`: room for one entry a nucleus looked at; `features` for kFeatures.
  static constexpr Wide near = [](const Columns& seen, const std::vector<Stretch>& stretches, std::int32_t x,
                                  std::int32_t y, std::int32_t least_large, std::int32_t* inside,
                                  std::int32_t* chosen, std::int32_t* features) ANNULET_KERNEL {
    constexpr std::uint32_t kSquare = kNear * kNear;
    std::uint32_t nearest = kSquare - 1;  // square of the distance, less 1
    std::int32_t count = 0;
    for (const Stretch& stretch : stretches) {
      const auto n = static_cast<std::int32_t>(stretch.last - stretch.first);
      const std::int32_t *xs = &seen.x[stretch.first], *ys = &seen.y[stretch.first];
      for (std::int32_t i = 0; i < n; ++i) {
        const auto dx = static_cast<std::uint32_t>(xs[i] - x), dy = static_cast<std::uint32_t>(ys[i] - y);
        const std::uint32_t square = dx * dx + dy * dy;
        inside[i] = all_ones(square <= kSquare);
        // No two cells share a place: at no distance lies the cell itself, and 0 - 1 is the largest number.
        nearest = std::min(nearest, square - 1);
      }
      for (std::int32_t i = 0; i < n; ++i) {
        chosen[count] = static_cast<std::int32_t>(stretch.first) + i;
        count -= inside[i];
      }
    }
    std::int32_t large = 0;
    for (std::int32_t i = 0; i < count; ++i) {
      const std::int32_t* of_nucleus = &seen.features[static_cast<std::size_t>(chosen[i]) * kFeatures];
      for (std::size_t f = 0; f < kFeatures; ++f)
        features[static_cast<std::size_t>(i) * kFeatures + f] = of_nucleus[f];
      large += of_nucleus[0] >= least_large ? 1 : 0;
    }
    return Near{count, large, static_cast<std::int32_t>(nearest + 1)};
  };

  struct Far {
    std::int32_t count, upper_area;
  };

  static constexpr Wide far = [](const Columns& seen, const std::vector<Stretch>& stretches, std::int32_t x,
                                 std::int32_t y, std::int32_t largest,
                                 std::uint16_t* scratch) ANNULET_KERNEL {
    constexpr std::uint32_t kSquare = kFar * kFar;
    std::int32_t used = 0, count = 0;
    for (const Stretch& stretch : stretches) {
      const auto n = static_cast<std::int32_t>(stretch.last - stretch.first), whole = whole_vectors(n);
      const std::int32_t *xs = &seen.x[stretch.first], *ys = &seen.y[stretch.first];
      const std::uint16_t* areas = &seen.area[stretch.first];
      std::uint16_t* __restrict out = scratch + used;
      for (std::int32_t i = 0; i < whole; ++i) {
        const auto dx = static_cast<std::uint32_t>(xs[i] - x), dy = static_cast<std::uint32_t>(ys[i] - y);
        const std::int32_t in = all_ones(dx * dx + dy * dy <= kSquare) & all_ones(i < n);
        out[i] = static_cast<std::uint16_t>(areas[i] | ~in);  // kNoArea outside
        count -= in;
      }
      used += whole;
    }
    if (count == 0) return Far{0, 0};
    return Far{count, value_of_rank(scratch, used, rank_of(count, 75), 0, largest)};
  };
};

void KindNeighbourhood::Columns::resize(std::size_t n) {
  n += kVector;
  x.resize(n);
  y.resize(n);
  area.resize(n);
  features.resize(n * kFeatures);
}

KindNeighbourhood::KindNeighbourhood(const CellTable& cells, std::int32_t strong, std::int32_t large)
    : large_(large) {
  static_assert(kMedianOf.size() == kMedians);
  // Once through the rows for where nuclei lie, and once for the rest, which goes where the grid's order puts
  // it: what is kept of them never lies in memory twice.
  std::vector<Point<MicroFrame, std::int32_t>> places;
  places.reserve(cells.size());
  std::int32_t left = 0, top = 0;
  for (const CellRow& row : cells) {
    left = std::min(left, row.x);
    top = std::min(top, row.y);
    if (is_seen(row)) places.push_back({row.x, row.y});
  }
  grid_.build(places.size(), kNear, left, top, [&](std::size_t i) { return places[i]; });
  std::vector<std::uint32_t> position(places.size());
  for (std::uint32_t k = 0; k < position.size(); ++k) position[grid_.order()[k]] = k;
  places = {};
  seen_.resize(position.size());
  auto next = position.begin();
  for (const CellRow& row : cells) {
    if (!is_seen(row)) continue;
    const std::size_t k = *next++;
    const KindFeatures own = own_features(row, strong, large);
    seen_.x[k] = row.x;
    seen_.y[k] = row.y;
    seen_.area[k] = row.nucleus_area;
    largest_ = std::max<std::int32_t>(largest_, row.nucleus_area);
    for (std::size_t m = 0; m < kMedians; ++m)
      seen_.features[k * kFeatures + m] = own[static_cast<std::size_t>(kMedianOf[m].first)];
  }
}

void KindNeighbourhood::add_to(const CellRow& row, KindScratch& scratch, KindFeatures& features) const {
  add_near(row, scratch, features);
  add_far(row, scratch, features);
}

std::size_t KindNeighbourhood::look_around(const CellRow& row, std::int32_t reach,
                                           KindScratch& scratch) const {
  scratch.stretches.clear();
  std::size_t room = 0;
  grid_.stretches(row.x, row.y, reach, [&](std::uint32_t first, std::uint32_t last) {
    if (first == last) return;
    scratch.stretches.push_back({first, last});
    room += static_cast<std::size_t>(whole_vectors(static_cast<std::int32_t>(last - first)));
  });
  return room;
}

void KindNeighbourhood::add_near(const CellRow& row, KindScratch& scratch, KindFeatures& features) const {
  const std::size_t room = look_around(row, kNear, scratch);
  scratch.near.resize(std::max(scratch.near.size(), (2 + kFeatures) * room));
  std::int32_t *entries = scratch.near.data(), *of_nuclei = entries + 2 * room;
  const Kernels::Near near =
      Kernels::near(seen_, scratch.stretches, row.x, row.y, (kLargeShare * large_ + 99) / 100, entries,
                    entries + room, of_nuclei);
  Ranked ranked;
  const Ranks ranks{rank_of(near.count, 50), rank_of(near.count, 75)};
  if (near.count <= kFew) {
    rank_few(of_nuclei, near.count, ranks, ranked);
  } else {
    rank_many(of_nuclei, near.count, ranks, entries, ranked);
  }
  at(features, KindFeature::Nearest) = static_cast<std::int32_t>(integer_sqrt(near.nearest) / 4);
  at(features, KindFeature::Count30) = near.count;
  for (std::size_t m = 0; m < kMedians; ++m) at(features, kMedianOf[m].second) = ranked.middle[m];
  at(features, KindFeature::Area30Upper) = ranked.upper[0];
  at(features, KindFeature::Large30) = share(near.large, near.count);
  at(features, KindFeature::Area30Relative) = share(ranked.upper[0], large_);
}

void KindNeighbourhood::add_far(const CellRow& row, KindScratch& scratch, KindFeatures& features) const {
  const std::size_t room = look_around(row, kFar, scratch);
  scratch.far.resize(std::max(scratch.far.size(), room));
  const Kernels::Far far = Kernels::far(seen_, scratch.stretches, row.x, row.y, largest_, scratch.far.data());
  at(features, KindFeature::Count100) = far.count;
  at(features, KindFeature::Area100Upper) = far.upper_area;
}

}  // namespace annulet
