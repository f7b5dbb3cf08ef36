#include <algorithm>
#include <array>
#include <cmath>

#include "annulet/base/error.hpp"
#include "annulet/base/wide.hpp"
#include "annulet/pixel/resample.hpp"

#if ANNULET_HAS_AVX2
#include <immintrin.h>
#endif

namespace annulet {
namespace {

constexpr int kWeightOne = 256;
constexpr int kMostSigma = 40;  // px
constexpr int kMostReach = 3 * kMostSigma;
constexpr int kRun = 512;  // px made at once: what lies between the two passes stays in the first cache
constexpr int kBits = 15;  // of a sum of columns: 1/256 of 1/128

// exp(-x) for x >= 0 by a series of exact order and repeated squaring: plain arithmetic, the same bits
// everywhere.
double exp_of_minus(double x) {
  constexpr int kSquarings = 10, kTerms = 8;
  const double small = -x / (1 << kSquarings);
  double term = 1, sum = 1;
  for (int i = 1; i < kTerms; ++i) {
    term *= small / i;
    sum += term;
  }
  for (int i = 0; i < kSquarings; ++i) sum *= sum;
  return sum;
}

// Weights at distance 0, 1, ... sides; centre + 2 x (the others) = 256.
struct Weights {
  std::array<std::uint16_t, kMostReach + 1> at{};
  int sides = 0;  ///< those on each side that are not 0
};

Weights weights(double sigma_px) {
  const int reach = gaussian_reach(sigma_px);
  std::array<double, kMostReach + 1> exact;
  double total = 1;
  for (int i = 1; i <= reach; ++i) {
    exact[static_cast<std::size_t>(i)] = exp_of_minus(i * i / (2 * sigma_px * sigma_px));
    total += 2 * exact[static_cast<std::size_t>(i)];
  }
  Weights fixed;
  int all_sides = 0;
  for (std::size_t i = 1; i <= static_cast<std::size_t>(reach); ++i) {
    fixed.at[i] = static_cast<std::uint16_t>(std::floor(kWeightOne * exact[i] / total + 0.5));
    all_sides += fixed.at[i];
  }
  fixed.at[0] = static_cast<std::uint16_t>(kWeightOne - 2 * all_sides);
  while (fixed.sides < reach && fixed.at[static_cast<std::size_t>(fixed.sides) + 1] > 0) ++fixed.sides;
  return fixed;
}

// The rows at distance 0, 1, ... above and below one; borders are replicated.
struct RowsAbout {
  std::array<const std::uint8_t*, kMostReach + 1> above, below;
  RowsAbout(const Plane<std::uint8_t>& source, int y, int sides) {
    for (int i = 0; i <= sides; ++i) {
      above[static_cast<std::size_t>(i)] = source.row(std::max(y - i, 0));
      below[static_cast<std::size_t>(i)] = source.row(std::min(y + i, source.height() - 1));
    }
  }
};

// Weighted sum of the rows over n <= kRun columns from x on, in 1/128 of a value: two of them fit 16 bits. A
// constant stays exact.
void sum_of_rows(const RowsAbout& rows, const Weights& w, int x, int n, std::uint16_t* out) {
  const std::uint8_t* row = rows.above[0] + x;
  for (int i = 0; i < n; ++i) out[i] = static_cast<std::uint16_t>(w.at[0] * row[i]);
  for (std::size_t k = 1; k <= static_cast<std::size_t>(w.sides); ++k) {
    const std::uint8_t *above = rows.above[k] + x, *below = rows.below[k] + x;
    const std::uint16_t of = w.at[k];
    for (int i = 0; i < n; ++i) {
      out[i] = static_cast<std::uint16_t>(out[i] + of * static_cast<std::uint16_t>(above[i] + below[i]));
    }
  }
  for (int i = 0; i < n; ++i) out[i] = static_cast<std::uint16_t>((out[i] + 1) >> 1);
}

// Weighted sum along the row, rounded to bytes. `line` is valid as far as the weights reach to both sides.
void sum_of_columns(const std::uint16_t* line, const Weights& w, int n, std::uint8_t* __restrict out) {
  std::uint32_t sum[kRun];
  for (int i = 0; i < n; ++i) sum[i] = std::uint32_t{1 << (kBits - 1)} + std::uint32_t{w.at[0]} * line[i];
  for (int k = 1; k <= w.sides; ++k) {
    const std::uint16_t *left = line - k, *right = line + k;
    const std::uint16_t of = w.at[static_cast<std::size_t>(k)];
    for (int i = 0; i < n; ++i) {
      const auto pair = static_cast<std::uint16_t>(left[i] + right[i]);
      sum[i] += std::uint32_t{of} * pair;
    }
  }
  for (int i = 0; i < n; ++i) out[i] = static_cast<std::uint8_t>(sum[i] >> kBits);
}

#if ANNULET_HAS_AVX2
ANNULET_AVX2 inline __m256i load(const void* from) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(from));
}
ANNULET_AVX2 inline void store(void* to, __m256i v) {
  _mm256_storeu_si256(static_cast<__m256i*>(to), v);
}
ANNULET_AVX2 inline __m256i sixteen_bytes(const std::uint8_t* from) {
  return _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
}

// sum_of_rows of at least 32 columns, with the sums in registers; some of the last 32 may be made twice.
ANNULET_AVX2 void sum_of_rows_avx2(const RowsAbout& rows, const Weights& w, int x, int n,
                                   std::uint16_t* out) {
  const std::uint16_t* at = w.at.data();
  for (int begin = 0; begin < n; begin += 32) {
    const int i = std::min(begin, n - 32);
    const std::uint8_t* row = rows.above[0] + x + i;
    const __m256i middle = _mm256_set1_epi16(static_cast<std::int16_t>(at[0]));
    __m256i front = _mm256_mullo_epi16(sixteen_bytes(row), middle),
            back = _mm256_mullo_epi16(sixteen_bytes(row + 16), middle);
    for (int k = 1; k <= w.sides; ++k) {
      const std::uint8_t *above = rows.above.data()[k] + x + i, *below = rows.below.data()[k] + x + i;
      const __m256i of = _mm256_set1_epi16(static_cast<std::int16_t>(at[k]));
      const __m256i front_pair = _mm256_add_epi16(sixteen_bytes(above), sixteen_bytes(below)),
                    back_pair = _mm256_add_epi16(sixteen_bytes(above + 16), sixteen_bytes(below + 16));
      front = _mm256_add_epi16(front, _mm256_mullo_epi16(front_pair, of));
      back = _mm256_add_epi16(back, _mm256_mullo_epi16(back_pair, of));
    }
    store(out + i, _mm256_avg_epu16(front, _mm256_setzero_si256()));
    store(out + i + 16, _mm256_avg_epu16(back, _mm256_setzero_si256()));
  }
}

// The weights from left to right in pairs; an odd last one is followed by 0.
struct WeightPairs {
  std::array<std::int32_t, kMostReach + 1> of;
  int count;
  explicit WeightPairs(const Weights& w) : count(w.sides + 1) {
    for (int i = 0; i < count; ++i) {
      const auto weight = [&](int k) {
        return k > w.sides ? 0 : w.at[static_cast<std::size_t>(std::abs(k))];
      };
      of[static_cast<std::size_t>(i)] = weight(2 * i - w.sides) | (weight(2 * i + 1 - w.sides) << 16);
    }
  }
};

// The even and the odd of 16 sums of columns as 16 bytes in 16 bits each.
ANNULET_AVX2 inline __m256i sixteen_of(__m256i even, __m256i odd) {
  return _mm256_blend_epi16(_mm256_srli_epi32(even, kBits), _mm256_slli_epi32(odd, 16 - kBits), 0b10101010);
}

// sum_of_columns of at least 32 px: products of pairs from an even place on add up to the even sums. Reads
// two values more than the weights reach, for a weight of 0.
ANNULET_AVX2 void sum_of_columns_avx2(const std::uint16_t* line, const WeightPairs& w, int sides, int n,
                                      std::uint8_t* out) {
  for (int begin = 0; begin < n; begin += 32) {
    const int i = std::min(begin, n - 32);
    __m256i even0 = _mm256_set1_epi32(1 << (kBits - 1)), odd0 = even0, even1 = even0, odd1 = even0;
    for (int k = 0; k < w.count; ++k) {
      const std::uint16_t* pairs = line + i + 2 * k - sides;
      const __m256i of = _mm256_set1_epi32(w.of.data()[k]);
      even0 = _mm256_add_epi32(even0, _mm256_madd_epi16(load(pairs), of));
      odd0 = _mm256_add_epi32(odd0, _mm256_madd_epi16(load(pairs + 1), of));
      even1 = _mm256_add_epi32(even1, _mm256_madd_epi16(load(pairs + 16), of));
      odd1 = _mm256_add_epi32(odd1, _mm256_madd_epi16(load(pairs + 17), of));
    }
    const __m256i bytes = _mm256_packus_epi16(sixteen_of(even0, odd0), sixteen_of(even1, odd1));
    store(out + i, _mm256_permute4x64_epi64(bytes, 0b11'01'10'00));
  }
}
#endif

// Both passes over runs of rows.
class Smoother {
 public:
  Smoother(int source_width, double sigma_px) : source_width_(source_width), weights_(weights(sigma_px)) {}
  int sides() const { return weights_.sides; }

  // n <= kRun px from x on.
  void operator()(const RowsAbout& rows, int x, int n, std::uint8_t* out) {
    const int sides = weights_.sides;
    const int left = std::max(x - sides, 0), right = std::min(x + n + sides, source_width_);
    std::uint16_t* const begin = line_.data() + (left - (x - sides));
    std::uint16_t* const end = begin + (right - left);
    wide::last_taken = kernel_path();
#if ANNULET_HAS_AVX2
    const bool avx2 = kernel_path() == KernelPath::Avx2 && n >= 32;
    (avx2 ? sum_of_rows_avx2 : sum_of_rows)(rows, weights_, left, right - left, begin);
#else
    sum_of_rows(rows, weights_, left, right - left, begin);
#endif
    std::fill(line_.data(), begin, *begin);
    std::fill(end, line_.data() + n + 2 * sides, *(end - 1));
#if ANNULET_HAS_AVX2
    if (avx2) return sum_of_columns_avx2(line_.data() + sides, pairs_, sides, n, out);
#endif
    sum_of_columns(line_.data() + sides, weights_, n, out);
  }

 private:
  int source_width_;
  Weights weights_;
#if ANNULET_HAS_AVX2
  WeightPairs pairs_{weights_};
#endif
  std::array<std::uint16_t, kRun + 2 * kMostReach + 2> line_{};
};

}  // namespace

int gaussian_reach(double sigma_px) {
  return static_cast<int>(std::ceil(3 * sigma_px));
}

void gaussian(const Plane<std::uint8_t>& source, double sigma_px, Plane<std::uint8_t>& target) {
  target.resize(source.width(), source.height());
  gaussian(source, sigma_px, 0, 0, target, 0, target.height());
}

void gaussian(const Plane<std::uint8_t>& source, double sigma_px, int x0, int y0, Plane<std::uint8_t>& target,
              int target_y0, int rows) {
  expects(sigma_px >= 0 && sigma_px < kMostSigma, "the width of a Gaussian lies outside 0 .. 40 px");
  expects(&source != &target, "a Gaussian cannot be made in place");
  const int width = target.width();
  if (width == 0 || rows <= 0) return;
  expects(x0 >= 0 && y0 >= 0 && x0 + width <= source.width() && y0 + rows <= source.height(),
          "a Gaussian was asked for beside its source");
  Smoother smooth(source.width(), sigma_px);
  for (int y = 0; y < rows; ++y) {
    const RowsAbout about(source, y0 + y, smooth.sides());
    for (int x = 0; x < width; x += kRun)
      smooth(about, x0 + x, std::min(kRun, width - x), target.row(target_y0 + y) + x);
  }
}

}  // namespace annulet
