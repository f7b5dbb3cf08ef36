#include <algorithm>
#include <cmath>
#include <vector>

#include "annulet/base/error.hpp"
#include "annulet/base/integer_math.hpp"
#include "annulet/pixel/resample.hpp"

namespace annulet {
namespace {

constexpr std::int64_t kOne = 65536;  // one source pixel
constexpr int kStepBits = 32;         // of a source pixel in the step: no drift over 300,000 pixels

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

std::vector<Span> spans(std::int64_t step, std::int64_t target0, int targets, std::int64_t source0,
                        int sources) {
  std::vector<Span> all(static_cast<std::size_t>(targets));
  for (int i = 0; i < targets; ++i) {
    const std::int64_t low = std::max(edge(step, target0 + i) - source0 * kOne, std::int64_t{0});
    const std::int64_t high = std::min(edge(step, target0 + i + 1) - source0 * kOne, sources * kOne);
    if (high <= low) continue;
    Span& span = all[static_cast<std::size_t>(i)];
    span.begin = static_cast<int>(low / kOne);
    span.end = static_cast<int>((high + kOne - 1) / kOne);
    span.first = static_cast<std::uint32_t>(std::min(high, (span.begin + 1) * kOne) - low);
    span.last = static_cast<std::uint32_t>(high - std::max(low, (span.end - 1) * kOne));
    span.length = static_cast<std::uint32_t>(high - low);
  }
  return all;
}

// Sum of weight x value over a span of one row; 1/65536 of a value.
std::uint64_t sum_over(const std::uint8_t* row, const Span& span) {
  std::uint64_t inner = 0;
  for (int x = span.begin + 1; x < span.end - 1; ++x) inner += row[x];
  std::uint64_t sum = inner * kOne + std::uint64_t{span.first} * row[span.begin];
  if (span.end - span.begin > 1) sum += std::uint64_t{span.last} * row[span.end - 1];
  return sum;
}

// The common case, 0.25 to 0.5 um: every target pixel is the rounded mean of four whole ones.
void halve(const Plane<std::uint8_t>& source, int x0, int y0, Plane<std::uint8_t>& target) {
  for (int y = 0; y < target.height(); ++y) {
    const std::uint8_t* upper = source.row(y0 + 2 * y) + x0;
    const std::uint8_t* lower = source.row(y0 + 2 * y + 1) + x0;
    std::uint8_t* out = target.row(y);
    for (int x = 0; x < target.width(); ++x) {
      out[x] = static_cast<std::uint8_t>(
          (upper[2 * x] + upper[2 * x + 1] + lower[2 * x] + lower[2 * x + 1] + 2) >> 2);
    }
  }
}

bool two_whole_pixels(const std::vector<Span>& all) {
  return std::all_of(all.begin(), all.end(),
                     [](const Span& s) { return s.length == 2 * kOne && s.first == kOne; });
}

}  // namespace

void area_mean(const Plane<std::uint8_t>& source, std::int64_t source_x0, std::int64_t source_y0,
               double scale, std::int64_t target_x0, std::int64_t target_y0, Plane<std::uint8_t>& target) {
  expects(scale > 0 && scale < 4096, "the scale of a mean lies outside 0 .. 4096");
  const auto step =
      static_cast<std::int64_t>(std::floor(scale * static_cast<double>(std::int64_t{1} << kStepBits) + 0.5));
  const std::vector<Span> columns = spans(step, target_x0, target.width(), source_x0, source.width());
  const std::vector<Span> rows = spans(step, target_y0, target.height(), source_y0, source.height());
  if (target.empty()) return;
  if (two_whole_pixels(columns) && two_whole_pixels(rows)) {
    return halve(source, columns[0].begin, rows[0].begin, target);
  }
  std::vector<std::uint64_t> sums(columns.size());
  for (int y = 0; y < target.height(); ++y) {
    const Span& row = rows[static_cast<std::size_t>(y)];
    std::fill(sums.begin(), sums.end(), std::uint64_t{0});
    for (int sy = row.begin; sy < row.end; ++sy) {
      const std::uint8_t* line = source.row(sy);
      const std::uint64_t of_row = weight(row, sy);
      for (std::size_t x = 0; x < columns.size(); ++x) {
        if (columns[x].length > 0) sums[x] += of_row * sum_over(line, columns[x]);
      }
    }
    for (std::size_t x = 0; x < columns.size(); ++x) {
      const std::uint64_t area = std::uint64_t{row.length} * columns[x].length;
      target(static_cast<int>(x), y) =
          area == 0 ? std::uint8_t{0} : static_cast<std::uint8_t>((sums[x] + area / 2) / area);
    }
  }
}

}  // namespace annulet
