#pragma once
#include <array>
#include <cstdint>

#include "annulet/base/geometry.hpp"
#include "annulet/model/cell_row.hpp"

namespace annulet::report {

/// Units of an outline in one um: fine enough that rounding to them moves no vertex by a hundredth of a
/// pixel's tenth.
inline constexpr int kOutlineUnits = 1024;

/// Vertices of a cell's outline as offsets from (x, y), 1/1024 um, in the order of the rays; without the
/// first repeated.
struct Outline {
  std::array<Point<MicroFrame, std::int32_t>, kRays> vertex{};
  int count = 0;
};

/// The whole outline: one vertex a ray. Radii below 0.5 um are drawn as 0.5 um, so that the polygon stays
/// star-shaped about (x, y), and thus simple, when its vertices are rounded. `inset_um` moves every vertex
/// towards the centre, for drawing two neighbours beside their common wall (down to the same 0.5 um).
Outline outline_of(const CellRow& row, double inset_um = 0);

/// The outline without the vertices that a chord passes within 1/4 um, the step in which the wall is sought
/// (docs/science/membrane.md): half of them remain. At most kMostSkipped rays lie between two vertices, so it
/// stays star-shaped and has at least 8 vertices.
Outline thinned(const Outline& outline);
inline constexpr int kMostSkipped = 8;

}  // namespace annulet::report
