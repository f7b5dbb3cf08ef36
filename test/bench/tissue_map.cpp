#include "tissue_map.hpp"

#include <algorithm>
#include <cmath>

#include "annulet/base/random.hpp"

namespace annulet::bench {
namespace {

/// In shares of the slide's side. Sizes only matter against each other: the share of tissue is set by the
/// cut.
struct Piece {
  double x, y, across, down;
};
constexpr Piece kPieces[] = {{0.27, 0.25, 0.21, 0.17}, {0.74, 0.22, 0.15, 0.19}, {0.24, 0.72, 0.14, 0.20},
                             {0.62, 0.63, 0.19, 0.14}, {0.84, 0.86, 0.10, 0.08}, {0.52, 0.90, 0.09, 0.06}};
constexpr double kCoarsestNoise = 1.0 / 5;  // wavelength, in shares of the side
constexpr double kFinestNoiseUm = 32;       // wavelength: half a dozen nests of a ragged edge
constexpr double kRoughness = 4.5;          // amplitude of an octave in heights, per wavelength in sides

double smooth(double t) {
  return t * t * (3 - 2 * t);
}

/// Value noise in -1 .. 1: random numbers on a lattice, joined smoothly.
double noise(double x, double y, std::uint64_t salt) {
  const auto column = static_cast<std::int64_t>(x), row = static_cast<std::int64_t>(y);
  const double u = smooth(x - static_cast<double>(column)), v = smooth(y - static_cast<double>(row));
  const auto value = [&](int right, int down) {
    return static_cast<double>(scrambled(column + right, row + down, salt) >> 11) * 0x1.0p-52 - 1;
  };
  const double top = value(0, 0) + u * (value(1, 0) - value(0, 0));
  const double bottom = value(0, 1) + u * (value(1, 1) - value(0, 1));
  return top + v * (bottom - top);
}

double height(double x, double y, double finest) {
  double best = -1e9;
  for (const Piece& piece : kPieces) {
    const double across = (x - piece.x) / piece.across, down = (y - piece.y) / piece.down;
    best = std::max(best, 1 - across * across - down * down);
  }
  std::uint64_t octave = 0;
  for (double wave = kCoarsestNoise; wave >= finest; wave /= 2, ++octave)
    best += kRoughness * wave * noise(x / wave, y / wave, octave);
  return best;
}

}  // namespace

std::uint64_t scrambled(std::int64_t a, std::int64_t b, std::uint64_t salt) {
  Random first(static_cast<std::uint64_t>(a) ^ (salt << 48));
  return Random(first.next() ^ static_cast<std::uint64_t>(b)).next();
}

TissueMap::TissueMap(int side, double um_per_px, double share) : points_(side / kStep + 1) {
  heights_.resize(static_cast<std::size_t>(points_) * static_cast<std::size_t>(points_));
  const double scale = static_cast<double>(kStep) / side, finest = kFinestNoiseUm / um_per_px / side;
  for (std::size_t i = 0; i < heights_.size(); ++i) {
    const auto points = static_cast<std::size_t>(points_);
    heights_[i] = static_cast<float>(
        height(static_cast<double>(i % points) * scale, static_cast<double>(i / points) * scale, finest));
  }
  std::vector<float> sorted = heights_;
  const auto cut =
      sorted.begin() + static_cast<std::ptrdiff_t>((1 - share) * static_cast<double>(sorted.size()));
  std::nth_element(sorted.begin(), cut, sorted.end());
  for (float& value : heights_) value -= *cut;
}

TissueMap::Cover TissueMap::cover(int left, int top, int size) const {
  bool tissue = false, glass = false;
  for (int row = top / kStep; row <= (top + size) / kStep; ++row) {
    for (int column = left / kStep; column <= (left + size) / kStep; ++column)
      (point(column, row) > 0 ? tissue : glass) = true;
  }
  return tissue && glass ? Cover::Both : tissue ? Cover::Tissue : Cover::Glass;
}

bool TissueMap::tissue_at(int x, int y) const {
  const int column = x / kStep, row = y / kStep;
  const double u = static_cast<double>(x % kStep) / kStep, v = static_cast<double>(y % kStep) / kStep;
  const double top = point(column, row) + u * (point(column + 1, row) - point(column, row));
  const double bottom = point(column, row + 1) + u * (point(column + 1, row + 1) - point(column, row + 1));
  return top + v * (bottom - top) > 0;
}

}  // namespace annulet::bench
