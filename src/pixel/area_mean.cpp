#include <algorithm>
#include <array>
#include <cmath>
#include <type_traits>

#include "annulet/base/error.hpp"
#include "annulet/base/integer_math.hpp"
#include "annulet/base/wide.hpp"
#include "annulet/pixel/resample.hpp"

namespace annulet {
namespace {

constexpr std::int64_t kOne = 65536;  // one source pixel
constexpr int kStepBits = 32;         // of a source pixel in the step: no drift over 300,000 pixels
constexpr int kRun = 128;             // target px of a row made at once: what they need stays on the stack

// Up to here the sums of a mean, and the quotient before it is rounded, are exact in doubles: see `divide`.
constexpr int kMostFastScale = 16;
constexpr int kMostFastTaps = kMostFastScale + 2;
constexpr std::size_t kMostFastPx = kRun * kMostFastScale + kMostFastTaps + 1;

std::int64_t edge(std::int64_t step, std::int64_t target) {
  return (target * step) >> (kStepBits - 16);
}

// The source pixels under one target pixel along an axis, and how much of the first and last it covers.
struct Span {
  int begin = 0, end = 0;             // within the source plane, half-open; empty where there is none
  std::uint32_t first = 0, last = 0;  // 1/65536 px; those between count in full
  std::uint32_t length = 0;           // 1/65536 px, sum of all
};

std::uint32_t weight(const Span& span, int at) {
  if (at == span.begin) return span.first;
  return at == span.end - 1 ? span.last : static_cast<std::uint32_t>(kOne);
}

// Where source and target pixels lie along an axis.
struct Axis {
  std::int64_t step, target0, source0;
  int sources;

  Span span(int target) const {
    Span span;
    const std::int64_t low = std::max(edge(step, target0 + target) - source0 * kOne, std::int64_t{0});
    const std::int64_t high = std::min(edge(step, target0 + target + 1) - source0 * kOne, sources * kOne);
    if (high <= low) return span;
    span.begin = static_cast<int>(low / kOne);
    span.end = static_cast<int>((high + kOne - 1) / kOne);
    span.first = static_cast<std::uint32_t>(std::min(high, (span.begin + 1) * kOne) - low);
    span.last = static_cast<std::uint32_t>(high - std::max(low, (span.end - 1) * kOne));
    span.length = static_cast<std::uint32_t>(high - low);
    return span;
  }

  // Whether every one of `targets` target pixels is so many whole source pixels.
  bool is_whole(std::int64_t pixels, int targets) const {
    const std::int64_t begin = pixels * target0 - source0;
    return step == pixels << kStepBits && begin >= 0 && begin + pixels * targets <= sources;
  }
};

// The common case, 0.25 to 0.5 um: every target pixel is the rounded mean of four whole ones.
constexpr Wide halve = [](const std::uint8_t* upper, const std::uint8_t* lower, int n,
                          std::uint8_t* __restrict out) ANNULET_KERNEL {
  for (int x = 0; x < n; ++x) {
    out[x] = static_cast<std::uint8_t>(
        (upper[2 * x] + upper[2 * x + 1] + lower[2 * x] + lower[2 * x + 1] + 2) >> 2);
  }
};

// Adds `weight` x the values of a row.
constexpr Wide add_row = [](const std::uint8_t* row, std::int32_t weight, int n,
                            std::int32_t* __restrict sums) ANNULET_KERNEL {
  for (int x = 0; x < n; ++x) sums[x] += weight * row[x];
};

constexpr Wide to_double = [](const std::int32_t* from, int n, double* __restrict to) ANNULET_KERNEL {
  for (int x = 0; x < n; ++x) to[x] = from[x];
};

// Sum over area, rounded to nearest, halves up: sum / area is a multiple of 1 / area, and areas stay below
// 2^40, so that a quarter of a unit in the sum is more than all rounding of the doubles and less than what
// could change the result.
constexpr Wide divide = [](const double* sums, const double* per_length, double per_row, int n,
                           std::uint8_t* __restrict out) ANNULET_KERNEL {
  for (int x = 0; x < n; ++x)
    out[x] = static_cast<std::uint8_t>(
        static_cast<std::int32_t>((sums[x] + 0.25) * (per_row * per_length[x]) + 0.5));
};

// A run of columns at a scale of at most kMostFastScale: down the rows in 32 bits, then along them in doubles
// that hold integers.
class FastColumns {
 public:
  FastColumns(const Axis& columns, int x0, int n) : n_(n), begin_(columns.sources) {
    int end = 0;
    std::array<Span, kRun> spans;
    for (int x = 0; x < n; ++x) {
      const Span& span = spans[static_cast<std::size_t>(x)] = columns.span(x0 + x);
      if (span.length == 0) continue;
      begin_ = std::min(begin_, span.begin);
      end = std::max(end, span.end);
      taps_ = std::max(taps_, span.end - span.begin);
    }
    px_ = std::max(end - begin_, 0);
    for (int x = 0; x < n; ++x) {
      const Span& span = spans[static_cast<std::size_t>(x)];
      const auto i = static_cast<std::size_t>(x);
      from_[i] = span.length == 0 ? 0 : span.begin - begin_;
      per_length_[i] = span.length == 0 ? 0.0 : 1.0 / span.length;
      for (int k = 0; k < std::max(taps_, 2); ++k)
        weights_[static_cast<std::size_t>(k)][i] =
            span.begin + k < span.end ? weight(span, span.begin + k) : 0;
    }
  }

  void mean(const Plane<std::uint8_t>& source, const Span& row, std::uint8_t* out) {
    if (row.length == 0 || px_ == 0) {
      std::fill_n(out, n_, std::uint8_t{0});
      return;
    }
    std::fill_n(down_.data(), px_, 0);
    for (int y = row.begin; y < row.end; ++y)
      add_row(source.row(y) + begin_, static_cast<std::int32_t>(weight(row, y)), px_, down_.data());
    to_double(down_.data(), px_, exact_.data());
    std::fill_n(exact_.data() + px_, std::max(taps_, 2), 0.0);
    if (taps_ <= 2)
      along(std::integral_constant<int, 2>{});
    else if (taps_ == 3)
      along(std::integral_constant<int, 3>{});
    else
      along(taps_);
    divide(sums_.data(), per_length_.data(), 1.0 / row.length, n_, out);
  }

 private:
  // `taps` is a number or, where it pays, a constant that unrolls the loop.
  template <class Taps>
  void along(Taps taps) {
    for (int x = 0; x < n_; ++x) {
      const double* from = exact_.data() + from_.data()[x];
      double sum = 0;
      for (int k = 0; k < taps; ++k) sum += weights_.data()[k].data()[x] * from[k];
      sums_.data()[x] = sum;
    }
  }

  int n_, begin_, px_ = 0, taps_ = 0;
  std::array<int, kRun> from_;
  std::array<double, kRun> per_length_, sums_;
  std::array<std::array<double, kRun>, kMostFastTaps> weights_;
  std::array<std::int32_t, kMostFastPx> down_;
  std::array<double, kMostFastPx + kMostFastTaps> exact_;
};

// Sum of weight x value over a span of one row; 1/65536 of a value.
std::uint64_t sum_over(const std::uint8_t* row, const Span& span) {
  std::uint64_t inner = 0;
  for (int x = span.begin + 1; x < span.end - 1; ++x) inner += row[x];
  std::uint64_t sum = inner * kOne + std::uint64_t{span.first} * row[span.begin];
  if (span.end - span.begin > 1) sum += std::uint64_t{span.last} * row[span.end - 1];
  return sum;
}

std::uint8_t mean_of(const Plane<std::uint8_t>& source, const Span& column, const Span& row) {
  const std::uint64_t area = std::uint64_t{row.length} * column.length;
  if (area == 0) return 0;
  std::uint64_t sum = 0;
  for (int y = row.begin; y < row.end; ++y) sum += weight(row, y) * sum_over(source.row(y), column);
  return static_cast<std::uint8_t>((sum + area / 2) / area);
}

}  // namespace

void area_mean(const Plane<std::uint8_t>& source, std::int64_t source_x0, std::int64_t source_y0,
               double scale, std::int64_t target_x0, std::int64_t target_y0, Plane<std::uint8_t>& target) {
  expects(scale > 0 && scale < 4096, "the scale of a mean lies outside 0 .. 4096");
  const auto step =
      static_cast<std::int64_t>(std::floor(scale * static_cast<double>(std::int64_t{1} << kStepBits) + 0.5));
  const Axis columns{step, target_x0, source_x0, source.width()},
      rows{step, target_y0, source_y0, source.height()};
  const int width = target.width(), height = target.height();
  if (columns.is_whole(1, width) && rows.is_whole(1, height)) {  // 0.5 um as it was scanned
    const auto x = static_cast<int>(target_x0 - source_x0), y0 = static_cast<int>(target_y0 - source_y0);
    for (int y = 0; y < height; ++y) std::copy_n(source.row(y0 + y) + x, width, target.row(y));
    return;
  }
  if (columns.is_whole(2, width) && rows.is_whole(2, height)) {
    const auto x = static_cast<int>(2 * target_x0 - source_x0),
               y0 = static_cast<int>(2 * target_y0 - source_y0);
    for (int y = 0; y < height; ++y)
      halve(source.row(y0 + 2 * y) + x, source.row(y0 + 2 * y + 1) + x, width, target.row(y));
    return;
  }
  for (int x = 0; x < width; x += kRun) {
    const int n = std::min(kRun, width - x);
    if (scale > kMostFastScale) {
      for (int i = x; i < x + n; ++i) {
        const Span column = columns.span(i);
        for (int y = 0; y < height; ++y) target(i, y) = mean_of(source, column, rows.span(y));
      }
      continue;
    }
    FastColumns run(columns, x, n);
    for (int y = 0; y < height; ++y) run.mean(source, rows.span(y), target.row(y) + x);
  }
}

}  // namespace annulet
