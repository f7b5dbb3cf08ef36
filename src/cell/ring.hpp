#pragma once
// The parts of MembraneMeter: prior, samples along rays, path of the wall, contrast of the wall.
// Units: positions 1/64 um; radii as indices of kRingStepUm = 0.25 um; OD 1/1600 (16 levels in one of the
// 8-bit plane).
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "annulet/cell/nucleus.hpp"
#include "annulet/model/cell_row.hpp"

namespace annulet::ring {

inline constexpr int kStepsPerUm = 4;  ///< radii are multiples of 0.25 um
inline constexpr int kMicroPerStep = kMicroUnits / kStepsPerUm;
inline constexpr int kOdUnits = 1600;  ///< of one OD
/// Constants of docs/science/membrane.md, "Numbers".
inline constexpr int kNeighbourReachUm = 30;
inline constexpr int kCapUm = 6;  ///< wall at most so far outside a nucleus without a neighbour
inline constexpr int kBeyondPrior = 3 * kStepsPerUm;        ///< the wall is sought so far outside the prior
inline constexpr int kBaselineNear = 3, kBaselineFar = 12;  ///< baseline: 0.75 .. 3.0 um beside the wall
inline constexpr int kLargestNucleus = 14 * kStepsPerUm;    ///< radii of nuclei are cut here, 14 um
inline constexpr int kLargestStep =
    kLargestNucleus + kCapUm * kStepsPerUm + kBeyondPrior;  ///< farthest wall, 23 um

/// Where the wall is expected along each ray.
struct Prior {
  std::array<int, kRays> nucleus{};  ///< edge of the nucleus
  std::array<int, kRays> wall{};     ///< midline to the nearest neighbour, or the cap
  std::array<int, kRays> facing{};   ///< index into the nuclei of the neighbour that limits the ray, or -1
};
Prior prior_of(std::span<const Nucleus> nuclei, std::size_t index);

/// DAB along the rays, and the prominence of every position over its baseline.
struct Samples {
  static constexpr int kLength = kLargestStep + kBaselineFar + 1;
  bool coarse = false;  ///< of the plane, as StainTile tells it
  int lost_detail_percent = 0;
  int first = 0, last = 0;         ///< positions (inclusive) where a wall may be, common to all rays
  int rays_off_slide_from[kRays];  ///< first position outside the slide, or kLength
  int rays_uncovered_from[kRays];  ///< first position that no pixel of the slide covers, or kLength
  std::array<std::array<std::int16_t, kLength>, kRays> dab;
  std::array<std::array<std::int16_t, kLength>, kRays> inside;  ///< baseline towards the centre
  std::array<std::array<std::int16_t, kLength>, kRays> lower;   ///< the lesser of the baselines of both sides
  std::array<std::array<std::int16_t, kLength>, kRays>
      prominence;  ///< far below 0 where the ray allows no wall
};
void sample(const StainTile& tile, Point<MicroFrame, std::int32_t> centre, const Prior& prior, Samples& out);

/// Position of the wall on each ray: the circular path of greatest prominence near the prior.
struct PathScratch {
  std::vector<std::int16_t> score, sum;
};
std::array<int, kRays> wall_path(const Samples& samples, const Prior& prior, PathScratch& scratch);

/// Fills the membrane fields of `row`: ridge, radius, contrast, cytoplasm, width, areas and flags.
void measure_wall(const Samples& samples, const std::array<int, kRays>& wall, CellRow& row);

}  // namespace annulet::ring
