#pragma once
#include <cstdint>

#include "annulet/base/geometry.hpp"
#include "annulet/base/plane.hpp"

namespace annulet {

/// Means over the squares of another grid, exact areas in fixed point (edges to 1/65536 px). Both grids have
/// the slide's top left as origin, so the value of a target pixel does not depend on which rectangle it is
/// computed in. `source` holds source pixels from (source_x0, source_y0); `scale` is source px per target px
/// (above 0, below 4096, rounded to 2^-32). `target` keeps its size and holds target pixels from (target_x0,
/// target_y0); squares that leave `source` use the part inside (0 where none).
void area_mean(const Plane<std::uint8_t>& source, std::int64_t source_x0, std::int64_t source_y0,
               double scale, std::int64_t target_x0, std::int64_t target_y0, Plane<std::uint8_t>& target);

/// Separable Gaussian of standard deviation `sigma_px` on 8-bit values in fixed point (weights of 1/256, sum
/// 256, reach ceil(3 sigma)); borders are replicated. Reach in px = gaussian_reach(sigma_px).
void gaussian(const Plane<std::uint8_t>& source, double sigma_px, Plane<std::uint8_t>& target);
/// The same of a part of `source`, which begins at (x0, y0) and is as wide as `target`: `rows` rows go to
/// `target` from `target_y0` on. Borders are those of `source`.
void gaussian(const Plane<std::uint8_t>& source, double sigma_px, int x0, int y0, Plane<std::uint8_t>& target,
              int target_y0, int rows);
int gaussian_reach(double sigma_px);

}  // namespace annulet
