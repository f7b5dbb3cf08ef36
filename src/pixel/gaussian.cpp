#include <algorithm>
#include <cmath>
#include <vector>

#include "annulet/base/error.hpp"
#include "annulet/pixel/resample.hpp"

namespace annulet {
namespace {

constexpr int kWeightOne = 256;

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

// Weights at distance 0, 1, ... reach; centre + 2 x (the others) = 256.
std::vector<std::uint16_t> weights(double sigma_px) {
  const int reach = gaussian_reach(sigma_px);
  std::vector<double> exact{1};
  double total = 1;
  for (int i = 1; i <= reach; ++i) {
    exact.push_back(exp_of_minus(i * i / (2 * sigma_px * sigma_px)));
    total += 2 * exact.back();
  }
  std::vector<std::uint16_t> fixed(exact.size());
  int sides = 0;
  for (std::size_t i = 1; i < exact.size(); ++i) {
    fixed[i] = static_cast<std::uint16_t>(std::floor(kWeightOne * exact[i] / total + 0.5));
    sides += fixed[i];
  }
  fixed[0] = static_cast<std::uint16_t>(kWeightOne - 2 * sides);
  return fixed;
}

// Weighted sum of the rows about y over the columns x0 .. x1, in 1/128 of a value: two of them fit 16 bits. A
// constant stays exact.
void sum_of_rows(const Plane<std::uint8_t>& source, const std::vector<std::uint16_t>& w, int y, int x0,
                 int x1, std::uint16_t* out) {
  const int width = x1 - x0, last = source.height() - 1;
  const std::uint8_t* row = source.row(y) + x0;
  for (int x = 0; x < width; ++x) out[x] = static_cast<std::uint16_t>(w[0] * row[x]);
  for (std::size_t i = 1; i < w.size() && w[i] > 0; ++i) {
    const std::uint8_t* above = source.row(std::max(y - static_cast<int>(i), 0)) + x0;
    const std::uint8_t* below = source.row(std::min(y + static_cast<int>(i), last)) + x0;
    const std::uint16_t of = w[i];
    for (int x = 0; x < width; ++x) {
      out[x] = static_cast<std::uint16_t>(out[x] + of * static_cast<std::uint16_t>(above[x] + below[x]));
    }
  }
  for (int x = 0; x < width; ++x) out[x] = static_cast<std::uint16_t>((out[x] + 1) >> 1);
}

// Weighted sum along the row, rounded to bytes. `line` is valid as far as the weights reach to both sides.
void sum_of_columns(const std::uint16_t* line, const std::vector<std::uint16_t>& w, int width,
                    std::uint32_t* sum, std::uint8_t* out) {
  constexpr int kBits = 15;  // 1/256 of 1/128
  for (int x = 0; x < width; ++x) sum[x] = std::uint32_t{1 << (kBits - 1)} + std::uint32_t{w[0]} * line[x];
  for (std::size_t i = 1; i < w.size() && w[i] > 0; ++i) {
    const std::uint16_t *left = line - i, *right = line + i;
    const std::uint16_t of = w[i];
    for (int x = 0; x < width; ++x) {
      const auto pair = static_cast<std::uint16_t>(left[x] + right[x]);
      sum[x] += std::uint32_t{of} * pair;
    }
  }
  for (int x = 0; x < width; ++x) out[x] = static_cast<std::uint8_t>(sum[x] >> kBits);
}

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
  expects(sigma_px >= 0 && sigma_px < 40, "the width of a Gaussian lies outside 0 .. 40 px");
  expects(&source != &target, "a Gaussian cannot be made in place");
  const int width = target.width(), reach = gaussian_reach(sigma_px);
  if (width == 0 || rows <= 0) return;
  expects(x0 >= 0 && y0 >= 0 && x0 + width <= source.width() && y0 + rows <= source.height(),
          "a Gaussian was asked for beside its source");
  const std::vector<std::uint16_t> w = weights(sigma_px);
  std::vector<std::uint16_t> line(static_cast<std::size_t>(width + 2 * reach));
  std::vector<std::uint32_t> sum(static_cast<std::size_t>(width));
  const int left = std::max(x0 - reach, 0), right = std::min(x0 + width + reach, source.width());
  const auto first = line.begin() + (left - (x0 - reach)), end = first + (right - left);
  for (int y = 0; y < rows; ++y) {
    sum_of_rows(source, w, y0 + y, left, right, &*first);
    std::fill(line.begin(), first, *first);
    std::fill(end, line.end(), *(end - 1));
    sum_of_columns(line.data() + reach, w, width, sum.data(), target.row(target_y0 + y));
  }
}

}  // namespace annulet
