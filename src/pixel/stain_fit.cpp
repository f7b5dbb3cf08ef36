#include "annulet/pixel/stain_fit.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "annulet/pixel/optical_density.hpp"
#include "annulet/pixel/unmix.hpp"

namespace annulet {
namespace {

using Eigen::Vector3d;
using Od = std::array<std::int32_t, 3>;  // 1/4096 OD

// Source of every figure: docs/science/colour.md, section "Fitting a slide".
constexpr std::int32_t kLeastOd =
    3 * kOdOne / 10;  // of the three channels' sum: paler pixels have no clear hue
constexpr std::int32_t kLargestOd = 3 * kOdOne / 2;  // of one channel: darker ones saturate and drift in hue
constexpr std::size_t kLeastPixels = 1000;
constexpr double kTail = 0.01;                 // share of pixels beyond each of the two extreme directions
constexpr int kDabSeen = 15;                   // 1/100 OD, and more than the haematoxylin: a brown pixel
constexpr double kLeastDabShare = 0.02;        // of the pixels that take part; twice the tail
constexpr double kCosinePlausible = 0.965926;  // 15 degrees, to the preset
constexpr double kCosineApart = 0.93;          // 21.6 degrees, between the two
constexpr double kDegrees = 57.29577951308232;

std::vector<Od> stained_pixels(const RgbImage& sample, const Rgb& white) {
  std::vector<Od> pixels;
  for (std::size_t i = 0; i + 2 < sample.data.size(); i += 3) {
    Od od{};
    for (std::size_t c = 0; c < 3; ++c) od[c] = od_of(sample.data[i + c], white[c]);
    const bool dark = std::max({od[0], od[1], od[2]}) > kLargestOd;
    if (!dark && od[0] + od[1] + od[2] >= kLeastOd) pixels.push_back(od);
  }
  return pixels;
}

double brown_share(const std::vector<Od>& pixels, const StainVectors& preset) {
  const auto matrix = unmixing_matrix(preset);
  std::size_t brown = 0;
  for (const Od& od : pixels) {
    double amount[2] = {0, 0};
    for (std::size_t c = 0; c < 3; ++c) {
      for (std::size_t s = 0; s < 2; ++s) amount[s] += od[c] * matrix[c][s] * 100 / kOdOne;
    }
    brown += amount[1] >= kDabSeen && amount[1] > amount[0];
  }
  return static_cast<double>(brown) / static_cast<double>(pixels.size());
}

// The two directions of largest spread about the origin, the first turned towards the pixels.
std::pair<Vector3d, Vector3d> plane_of(const std::vector<Od>& pixels) {
  std::array<std::array<std::int64_t, 3>, 3> sums{};  // exact: at most 2^28 a pixel
  for (const Od& od : pixels) {
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t j = 0; j < 3; ++j) sums[i][j] += std::int64_t{od[i]} * od[j];
    }
  }
  Eigen::Matrix3d moments;
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j)
      moments(i, j) = static_cast<double>(sums[i][j]) / static_cast<double>(pixels.size());
  }
  const Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d> solver(moments);
  Vector3d first = solver.eigenvectors().col(2), second = solver.eigenvectors().col(1);
  if (first.sum() < 0) first = -first;
  if (second(0) < 0) second = -second;
  return {first, second};
}

// Directions at the two tails of the angle within the plane; the angle grows with the ratio of the two
// coordinates.
std::pair<Vector3d, Vector3d> extremes(const std::vector<Od>& pixels, const Vector3d& first,
                                       const Vector3d& second) {
  std::vector<double> ratios;
  ratios.reserve(pixels.size());
  for (const Od& od : pixels) {
    const Vector3d v(od[0], od[1], od[2]);
    const double along = v.dot(first);
    if (along > 0) ratios.push_back(v.dot(second) / along);
  }
  const auto at = [&ratios](double share) {
    const auto nth =
        ratios.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(ratios.size() - 1));
    std::nth_element(ratios.begin(), nth, ratios.end());
    return *nth;
  };
  const double low = at(kTail), high = at(1 - kTail);
  return {(first + low * second).normalized(), (first + high * second).normalized()};
}

Vector3d unit(const std::array<double, 3>& v) {
  return Vector3d(v[0], v[1], v[2]).normalized();
}

double angle(double cosine) {
  // lint: not on the path to the score (an angle that is only compared and reported, to 0.1 degrees)
  return std::floor(std::acos(std::clamp(cosine, -1.0, 1.0)) * kDegrees * 10 + 0.5) / 10;
}

std::array<double, 3> to_four_digits(const Vector3d& v) {
  std::array<double, 3> out{};
  for (int i = 0; i < 3; ++i)
    out[static_cast<std::size_t>(i)] = std::floor(std::max(v(i), 0.0) * 1e4 + 0.5) / 1e4;
  return out;
}

}  // namespace

StainFit fit_stains(const RgbImage& sample, const Rgb& white, const StainVectors& preset) {
  StainFit fit;
  fit.vectors = preset;
  const std::vector<Od> pixels = stained_pixels(sample, white);
  fit.pixels = pixels.size();
  if (pixels.size() < kLeastPixels) {
    fit.why_not = "fewer than 1,000 stained pixels";
    return fit;
  }
  if (brown_share(pixels, preset) < kLeastDabShare) {
    fit.why_not = "too little DAB: fewer than 2 % of the stained pixels are brown";
    return fit;
  }
  const auto [first, second] = plane_of(pixels);
  auto [a, b] = extremes(pixels, first, second);
  const Vector3d h = unit(preset.haematoxylin), d = unit(preset.dab);
  if (a.dot(h) + b.dot(d) < b.dot(h) + a.dot(d)) std::swap(a, b);
  fit.vectors = {to_four_digits(a), to_four_digits(b)};
  fit.haematoxylin_angle_degrees = angle(a.dot(h));
  fit.dab_angle_degrees = angle(b.dot(d));
  if (a.dot(h) < kCosinePlausible) {
    fit.why_not = "the fitted haematoxylin lies more than 15 degrees from the preset";
  } else if (b.dot(d) < kCosinePlausible) {
    fit.why_not = "the fitted DAB lies more than 15 degrees from the preset";
  } else if (a.dot(b) > kCosineApart) {
    fit.why_not = "the two fitted stains cannot be told apart";
  }
  fit.plausible = fit.why_not.empty();
  return fit;
}

}  // namespace annulet
