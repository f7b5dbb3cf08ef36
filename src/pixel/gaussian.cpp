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

}  // namespace

int gaussian_reach(double sigma_px) {
  return static_cast<int>(std::ceil(3 * sigma_px));
}

void gaussian(const Plane<std::uint8_t>& source, double sigma_px, Plane<std::uint8_t>& target) {
  expects(sigma_px >= 0 && sigma_px < 40, "the width of a Gaussian lies outside 0 .. 40 px");
  expects(&source != &target, "a Gaussian cannot be made in place");
  const int width = source.width(), height = source.height(), reach = gaussian_reach(sigma_px);
  target.resize(width, height);
  if (source.empty()) return;
  const std::vector<std::uint16_t> w = weights(sigma_px);
  std::vector<std::uint16_t> line(static_cast<std::size_t>(width + 2 * reach));  // at most 255 x 256
  for (int y = 0; y < height; ++y) {
    std::uint16_t* middle = line.data() + reach;
    const std::uint8_t* row = source.row(y);
    for (int x = 0; x < width; ++x) middle[x] = static_cast<std::uint16_t>(w[0] * row[x]);
    for (int i = 1; i <= reach; ++i) {
      const std::uint8_t* above = source.row(std::max(y - i, 0));
      const std::uint8_t* below = source.row(std::min(y + i, height - 1));
      const std::uint16_t of = w[static_cast<std::size_t>(i)];
      for (int x = 0; x < width; ++x) {
        middle[x] =
            static_cast<std::uint16_t>(middle[x] + of * static_cast<std::uint16_t>(above[x] + below[x]));
      }
    }
    std::fill(line.begin(), line.begin() + reach, middle[0]);
    std::fill(line.end() - reach, line.end(), middle[width - 1]);
    std::uint8_t* out = target.row(y);
    for (int x = 0; x < width; ++x) {
      std::uint32_t sum = kWeightOne * kWeightOne / 2 + std::uint32_t{w[0]} * middle[x];
      for (int i = 1; i <= reach; ++i) {
        sum += std::uint32_t{w[static_cast<std::size_t>(i)]} * (std::uint32_t{middle[x - i]} + middle[x + i]);
      }
      out[x] = static_cast<std::uint8_t>(sum >> 16);
    }
  }
}

}  // namespace annulet
