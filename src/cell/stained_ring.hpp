#pragma once
// What is stained of one ring at a visible cut: the shares and levels from which a pattern follows. Integers
// only.
#include <array>
#include <cstdint>

#include "annulet/model/cell_row.hpp"

namespace annulet {

inline constexpr int kOdPerRidge = 10;  ///< CellRow::ridge is 1/100 OD, levels and cuts are 1/1000 OD

/// 1/1000 OD: cytoplasm from here on is brown. Fixed, where the visible cut may rise.
inline constexpr int kBrownCytoplasmOd = 100;

inline bool is_stained(int ridge, int visible_od) {
  return ridge * kOdPerRidge >= visible_od;
}

/// 1 or 0 a ray.
using RayFlags = std::array<std::uint8_t, kRays>;

struct StainedRing {
  int share = 0;        ///< stained share of the perimeter, 1/1000
  int longest_arc = 0;  ///< longest unbroken stained part, 1/1000 of the perimeter
  int mean_od = 0;      ///< mean ridge over the stained rays by length, 1/1000 OD
};

/// A ray stands for a length of the perimeter as its radius is long, at least 1/8 um. Rays where `counted` is
/// 0 are taken as not stained but keep their length.
StainedRing stained_ring(const CellRow& row, const RayFlags& counted, int visible_od, int bridged_rays);

/// Median ridge over the stained rays, 1/1000 OD; 0 where none is.
int median_od(const CellRow& row, int visible_od);

}  // namespace annulet
