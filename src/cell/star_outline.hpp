#pragma once
#include <array>
#include <cstdint>
#include <span>
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
  int units_per_od;      ///< values of the plane per OD
  int edge_most;         ///< an edge counts at most so much, 1/1000 OD
  int bend_cost;         ///< price of a radius step of 0.25 um between rays, 1/1000 OD
  int least_score;       ///< 1/10000, of the score times the fourth root of (mean radius / 4 um)
  int least_edge;        ///< 1/1000 OD ...
  int rays_with_edge;    ///< ... on at least so many rays
  bool is_dark = false;  ///< what is looked for is darker than what lies around it
};

/// Fits outlines on a fine plane (nucleus_plane.hpp): along 32 rays the radii with the strongest fall from
/// inside to outside that join smoothly around, by a circular dynamic programme. Holds scratch.
class StarFitter {
 public:
  /// Asks for the pixels around a seed that is soon fitted.
  static void prefetch(const Plane<std::uint8_t>& fine, Point<MicroFrame, std::int32_t> seed);
  /// Fits around each seed, re-centres on the outline's centroid and fits again. Adds the outlines that are
  /// not refused, in the order of the seeds.
  void operator()(const Plane<std::uint8_t>& fine, std::span<const Blob> seeds, const StarRules& rules,
                  std::vector<Star>& stars);

 private:
  struct Field;
  struct Outline : StarPath {
    std::int32_t radii = 0;                 ///< sum, 1/4 um
    std::int32_t score = 0;                 ///< 1/10000
    std::int32_t shift_x = 0, shift_y = 0;  ///< of the centroid from the centre, 1/64 um
  };
  struct Candidate {
    Point<MicroFrame, std::int32_t> seed;
    int x = 0, y = 0;  ///< the fine pixel in its centre
    bool refused = false;
    Outline outline;
  };
  void fit_all(const Field& field, const StarRules& rules);
  void judge(const StarRules& rules, std::int16_t bend, std::size_t place, Outline& outline);
  static void measure(const StarRules& rules, Outline& outline);
  static bool move(const Field& field, const StarRules& rules, Candidate& candidate);
  static bool finish(const Field& field, const StarRules& rules, const Candidate& candidate, Star& star);
  static bool is_accepted(const Outline& outline, const StarRules& rules);

  static constexpr std::size_t kAtOnce = 16;  // candidates whose pixels stay in the cache
  StarPathFinder finder_;
  std::array<Candidate, kAtOnce> candidates_;
  std::vector<Candidate*> fitted_;
};

/// Edges and score of an outline of something bright that no fit has drawn, at its radii to the nearest 0.25
/// um.
void measure_edges(const Plane<std::uint8_t>& fine, const StarRules& rules, Star& star);

/// Area of a star, 1/8 um2; of radii in 1/8 um.
std::int32_t star_area(const std::array<std::uint8_t, kNucleusRays>& radius);

/// Ray (of 32) nearest to the direction (dx, dy).
int ray_towards(std::int32_t dx, std::int32_t dy);

}  // namespace annulet::nuclei
