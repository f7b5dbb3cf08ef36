#pragma once
#include <array>
#include <cstdint>

#include "annulet/cell/nucleus.hpp"

namespace annulet::nuclei {

inline constexpr int kStarRadii = 32;   ///< radii tried on a ray: 1.25, 1.5 ... 9.0 um
inline constexpr int kFirstRadius = 5;  ///< the least of them, 1/4 um

/// Every second value of a ray stands together, the even ones first: a step along the ray is then a step from
/// one half to the other, and vector code finds all four neighbours of 16 values with two shifts.
constexpr int star_place(int k) {
  return (k & 1) * (kStarRadii / 2) + k / 2;
}

/// A radius on every ray, and the edge there.
struct StarPath {
  std::array<std::int32_t, kNucleusRays> quarter{};  ///< radius, 1/4 um
  std::array<std::int16_t, kNucleusRays> edge{};     ///< twice the step, in values of the plane
};

/// Which edges count, in twice the plane's units.
struct EdgeRange {
  std::int16_t least, most;  ///< limits
  bool is_dark = false;      ///< inside is darker than outside
};

/// The radii with the strongest fall from inside to outside that join smoothly around a centre, by a circular
/// dynamic programme over 32 rays x 32 radii. It has two places for centres: their paths are found side by
/// side in little more time than one. Integer kernels, the same on every path. Holds scratch.
class StarPathFinder {
 public:
  /// Offsets of the samples for planes of this row length.
  void prepare(int stride);
  /// Edges on all rays around `centre`, which lies at least 9.5 um inside the plane.
  void sample(const std::uint8_t* centre, const EdgeRange& range, std::size_t place = 0);
  /// Makes radii below `quarter` (1/4 um) worse than any other.
  void forbid_below(int quarter, std::size_t place = 0);
  /// The path whose edges, less `cost` for every 0.25 um between neighbours, are the most; within two steps a
  /// ray. Ties: the least step, then the inner radius.
  void find(std::int16_t cost, StarPath& path, std::size_t place = 0);
  /// Those of both places.
  void find_both(std::int16_t cost, StarPath& first, StarPath& second);

 private:
  static constexpr int kSamples = kStarRadii + 4;  // two inside the least radius, two outside the largest
  static constexpr int kTurn = 48;                 // rays walked: a turn and a half
  struct Place {
    alignas(64) std::array<std::array<std::uint8_t, kSamples>, kNucleusRays> sample{};
    alignas(64) std::array<std::array<std::int16_t, kStarRadii>, kNucleusRays> edge{};
    alignas(64) std::array<std::array<std::uint8_t, kStarRadii>, kTurn> from{};  // radius on the ray before
    alignas(64) std::array<std::int16_t, kStarRadii> total{};                    // at the last ray
  };
  template <std::size_t kPaths>
  static void find(std::int16_t cost, const std::array<Place*, kPaths>& places,
                   const std::array<StarPath*, kPaths>& paths);
  int stride_ = 0;
  std::array<std::array<std::int32_t, kSamples>, kNucleusRays / 2> offset_{};  // opposite: negated
  std::array<Place, 2> places_;
};

}  // namespace annulet::nuclei
