#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "annulet/base/geometry.hpp"
#include "annulet/base/plane.hpp"
#include "annulet/cell/outline.hpp"
#include "cell/star_path.hpp"

namespace annulet::nuclei {

/// The largest radius that an outline keeps once its centre is the centroid, 1/8 um.
inline constexpr int kMostRadius = 76;
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
  /// Asks for the pixels around a seed that is soon fitted.
  static void prefetch(const Plane<std::uint8_t>& fine, Point<MicroFrame, std::int32_t> seed);
  /// Fits around the seed, re-centres on the outline's centroid and fits again. False when the outline is
  /// refused.
  bool operator()(const Plane<std::uint8_t>& fine, Point<MicroFrame, std::int32_t> seed,
                  const StarRules& rules, Star& star);

 private:
  struct Outline : StarPath {
    std::int32_t radii = 0;                 ///< sum, 1/4 um
    std::int32_t score = 0;                 ///< 1/10000
    std::int32_t shift_x = 0, shift_y = 0;  ///< of the centroid from the centre, 1/64 um
  };
  void fit(const std::uint8_t* centre, const StarRules& rules, Outline& outline);
  void follow(const StarRules& rules, Outline& outline);
  static bool is_accepted(const Outline& outline, const StarRules& rules);
  StarPathFinder finder_;
};

/// Edges and score of an outline that no fit has drawn, at its radii to the nearest 0.25 um.
void measure_edges(const Plane<std::uint8_t>& fine, const StarRules& rules, Star& star);

/// Area of a star, 1/8 um2; of radii in 1/8 um.
std::int32_t star_area(const std::array<std::uint8_t, kNucleusRays>& radius);

/// Ray (of 32) nearest to the direction (dx, dy).
int ray_towards(std::int32_t dx, std::int32_t dy);

}  // namespace annulet::nuclei
