#pragma once
// The parts of MembraneMeter: prior, samples along rays, path of the wall, contrast of the wall.
// Units: positions 1/64 um; radii as indices of kRingStepUm = 0.25 um; OD 1/1600 (16 levels in one of the
// 8-bit plane).
#include <algorithm>
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
inline constexpr int kEdgeBlur = 2;  ///< 0.5 um outside the outline nothing of the nucleus is left
inline constexpr int kLargestNucleus = 14 * kStepsPerUm;  ///< radii of nuclei are cut here, 14 um
inline constexpr int kLargestStep =
    kLargestNucleus + kCapUm * kStepsPerUm + kBeyondPrior;  ///< farthest wall, 23 um

/// Vector code works on 16 positions at once; rows have room for as many before and after what is read.
inline constexpr int kLanes = 16;

/// What rings need of all nuclei of a window, in their order (y, x).
struct NucleusTable {
  std::vector<std::int32_t> x, y, radius;  ///< 1/64 um; root of the mean square of the outline's radii
  std::vector<std::uint32_t> begin, end;   ///< those within kNeighbourReachUm in y
  std::vector<std::uint8_t> near;          ///< scratch: who is near in x
  std::vector<std::uint32_t> found;        ///< scratch: who is near
};
void fill_table(std::span<const Nucleus> nuclei, NucleusTable& table);

/// Additively weighted midline between two discs (docs/science/membrane.md, "Prior").
struct Midline {
  std::int32_t dx, dy;     // to the neighbour
  std::int32_t excess;     // own radius less the neighbour's
  std::int32_t numerator;  // |d|^2 - excess^2
};

/// Where the wall is expected along each ray.
struct Prior {
  std::array<std::int32_t, kRays> nucleus{};  ///< edge of the nucleus
  std::array<std::int32_t, kRays> wall{};     ///< midline to the nearest neighbour, or the cap
  std::array<std::int32_t, kRays> facing{};   ///< which of `midlines` limits the ray, or -1
  std::vector<Midline> midlines;              ///< to the neighbours that may limit a ray, in their order
};
void find_prior(const Nucleus& own, std::size_t index, NucleusTable& table, Prior& prior);

/// DAB at a position of a ray and what it stands over.
struct Beside {
  std::int16_t dab, inside, lower, prominence;
};

/// DAB along the rays, and what a wall at each position would gain.
struct Samples {
  static constexpr int kLength = kLargestStep + kBaselineFar + 1;
  static constexpr int kBefore =
      2 * kLanes;  ///< positions before the centre, where the centre's value stands
  static constexpr int kRow = kBefore + (kLength + kLanes - 1) / kLanes * kLanes + 2 * kLanes;
  bool coarse = false;  ///< of the plane, as StainTile tells it
  int lost_detail_percent = 0;
  int first = 0, last = 0;               ///< positions (inclusive) where a wall may be, common to all rays
  std::array<int, kRays> low{}, high{};  ///< the same (inclusive) of each ray
  std::array<int, kRays> clear{};        ///< from here on a ray has left the nucleus and its blur
  bool whole = true;                     ///< no ray meets the slide's border or a lost pixel
  int rays_off_slide_from[kRays];        ///< first position outside the slide, or kLength
  int rays_uncovered_from[kRays];        ///< first position that no pixel of the slide covers, or kLength
  alignas(32) std::int16_t dab[kRays][kRow] = {};
  alignas(32) std::int16_t prominence[kRays][kRow] = {};  ///< kNowhere beside low .. high
  alignas(32) std::int16_t inside[kRays][kRow] = {};      ///< baseline towards the centre; from low to high
  alignas(32) std::int16_t lower[kRays][kRow] = {};  ///< the lesser of the baselines of both sides; likewise
  alignas(32) std::int16_t gain[kRays][kRow] = {};   ///< from `first` on, for the path

  /// Values by position: defined from `first` - kBaselineFar to `high` + kBaselineFar.
  const std::int16_t* dab_of(std::size_t ray) const { return dab[ray] + kBefore; }
  /// Defined from `low` - kLanes to `high` + kLanes; the other two from `low` to `high`.
  const std::int16_t* prominence_of(std::size_t ray) const { return prominence[ray] + kBefore; }
  const std::int16_t* inside_of(std::size_t ray) const { return inside[ray] + kBefore; }
  const std::int16_t* lower_of(std::size_t ray) const { return lower[ray] + kBefore; }
  /// Defined for whole groups of kLanes from 0 on, 0 standing for `first`.
  const std::int16_t* gain_of(std::size_t ray) const { return gain[ray] + kLanes; }

  bool in_range(std::size_t ray, int k) const { return k >= low[ray] && k <= high[ray]; }
  Beside beside(std::size_t ray, int k) const {
    if (!in_range(ray, k)) return measured_beside(ray, k);
    return {dab_of(ray)[k], inside_of(ray)[k], lower_of(ray)[k], prominence_of(ray)[k]};
  }
  /// The same from DAB itself. A path that cannot follow outlines that leap from ray to ray leaves their
  /// range: beyond it a ray's last values go on. `k` from `first` to `last`.
  Beside measured_beside(std::size_t ray, int k) const;
};
inline constexpr std::int16_t kNowhere = -30'000;             ///< less than anything a path can sum up
inline constexpr std::int16_t kNoProminence = -4 * kOdUnits;  ///< where the ray allows no wall

/// The 64 steps of 0.25 um on a tile, 1/65536 px.
struct Steps {
  std::array<std::int32_t, kRays> x, y;
};
Steps steps_of(const StainTile& tile);
/// Fills all of `out` but prominence and gain.
void sample(const StainTile& tile, const Steps& steps, Point<MicroFrame, std::int32_t> centre,
            const Prior& prior, Samples& out);

/// Fills prominence and gain.
void find_prominence(const Prior& prior, Samples& samples);

/// Position of the wall on each ray: the circular path of greatest gain, then the most prominent beside it.
struct PathScratch {
  std::vector<std::int16_t> sum;
  std::vector<std::int16_t> best;
};
std::array<int, kRays> wall_path(const Samples& samples, PathScratch& scratch);

/// Fills the membrane fields of `row`: ridge, radius, contrast, cytoplasm, width, areas and flags.
void measure_wall(const Samples& samples, const std::array<int, kRays>& wall, CellRow& row);

}  // namespace annulet::ring
