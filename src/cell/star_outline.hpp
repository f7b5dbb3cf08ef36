#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "annulet/base/geometry.hpp"
#include "annulet/base/plane.hpp"
#include "annulet/cell/outline.hpp"

namespace annulet::nuclei {

inline constexpr int kStarRadii = 32;   ///< radii tried on a ray: 1.25, 1.5 ... 9.0 um
inline constexpr int kFirstRadius = 5;  ///< the least of them, 1/4 um
inline constexpr int kMostRadius =
    76;  ///< the largest that an outline keeps once its centre is the centroid, 1/8 um
inline constexpr int kStarShiftUm = 4;  ///< farthest that re-centring may move a centre from its seed

/// What makes an outline acceptable. OD values are of the plane, at the gain in force.
struct StarRules {
  int units_per_od;    ///< values of the plane per OD
  int edge_most;       ///< an edge counts at most so much, 1/1000 OD
  int bend_cost;       ///< price of a radius step of 0.25 um between rays, 1/1000 OD
  int least_score;     ///< 1/10000, of the score times the fourth root of (mean radius / 4 um)
  int least_edge;      ///< 1/1000 OD ...
  int rays_with_edge;  ///< ... on at least so many rays
};

/// Fits outlines on a fine plane (nucleus_plane.hpp): along 32 rays the radii with the strongest fall from
/// inside to outside that join smoothly around, by a circular dynamic programme. Holds scratch.
class StarFitter {
 public:
  /// Offsets of the samples for planes of this row length.
  void prepare(int stride);
  /// Fits around the seed, re-centres on the outline's centroid and fits again. False when the outline is
  /// refused.
  bool operator()(const Plane<std::uint8_t>& fine, Point<MicroFrame, std::int32_t> seed,
                  const StarRules& rules, Star& star);

 private:
  struct Path {
    std::array<std::int32_t, kNucleusRays> quarter{};  ///< radius, 1/4 um
    std::array<std::int16_t, kNucleusRays> edge{};
    std::int32_t score = 0;                 ///< 1/10000
    std::int32_t shift_x = 0, shift_y = 0;  ///< of the centroid from the centre, 1/64 um
  };
  void fit(const std::uint8_t* centre, const StarRules& rules, Path& path);
  void follow(const StarRules& rules, Path& path);
  static bool is_accepted(const Path& path, const StarRules& rules);
  void forbid_small();
  void sample_edges(const std::uint8_t* centre, const StarRules& rules);
  void find_path(const StarRules& rules, Path& path);

  static constexpr int kSamples = kStarRadii + 4;  // two inside the least radius, two outside the largest
  static constexpr int kTurn = 48;                 // rays walked: a turn and a half
  static constexpr int kPad = 8;
  using Lane = std::array<std::int16_t, kStarRadii + 2 * kPad>;
  int stride_ = 0;
  std::array<std::array<std::int32_t, kSamples>, kNucleusRays> offset_{};
  std::array<std::array<std::int16_t, kStarRadii>, kNucleusRays> edge_{};
  std::array<Lane, kTurn + 1> total_{};
};

/// Edges and score of an outline that no fit has drawn, at its radii to the nearest 0.25 um.
void measure_edges(const Plane<std::uint8_t>& fine, const StarRules& rules, Star& star);

/// Area of a star, 1/8 um2; of radii in 1/8 um.
std::int32_t star_area(const std::array<std::uint8_t, kNucleusRays>& radius);

/// Ray (of 32) nearest to the direction (dx, dy).
int ray_towards(std::int32_t dx, std::int32_t dy);

}  // namespace annulet::nuclei
