#pragma once
// What the steps of the search for nuclei hand on: bright spots, where an outline is tried, and outlines.
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "annulet/base/geometry.hpp"

namespace annulet {

inline constexpr int kNucleusRays = 32;  ///< the first towards +x, turning towards +y

namespace nuclei {

/// A bright round spot of about a nucleus' size: where an outline is tried.
struct Blob {
  std::int32_t x = 0, y = 0;  ///< 1/64 um
  std::int32_t strength = 0;  ///< response x sigma^2: what thinning and the cap prefer
  std::int32_t response = 0;  ///< of -sigma^2 LoG, in 1/64 of the plane's units
  std::int32_t scale = 0;     ///< index into the scales
};

/// A closed outline around a bright spot.
struct Star {
  Point<MicroFrame, std::int32_t> centre;           ///< centroid of the outline
  std::array<std::uint8_t, kNucleusRays> radius{};  ///< 1/8 um
  std::array<std::int16_t, kNucleusRays> edge{};    ///< 1/(2 units_per_od) OD
  std::int32_t score = 0;                           ///< 1/10000
  std::int32_t mean_radius = 0;                     ///< 1/64 um
};

/// What is looked for, each on a plane of its own (docs/science/nuclei.md): blue nuclei, bodies filled with
/// brown, interiors that a stained wall encloses.
inline constexpr std::size_t kBlue = 0, kBrown = 1, kEnclosed = 2, kSought = 3;

}  // namespace nuclei

/// Spots of a part of the slide, positions from the slide's top left.
using NucleusSpots = std::array<std::vector<nuclei::Blob>, nuclei::kSought>;
/// Accepted outlines, several of which may claim the same nucleus; positions from the slide's top left.
using NucleusOutlines = std::array<std::vector<nuclei::Star>, nuclei::kSought>;

}  // namespace annulet
