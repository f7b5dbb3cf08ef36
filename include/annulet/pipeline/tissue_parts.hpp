#pragma once
#include <cstdint>
#include <vector>

#include "annulet/base/plane.hpp"
#include "annulet/base/sparse_plane.hpp"
#include "annulet/model/tissue.hpp"

namespace annulet {

/// A piece of tissue with glass around it but for thin bridges. Finer than a TissuePiece, whose parts may lie
/// 0.5 mm apart.
struct TissuePart {
  double area_mm2 = 0;
  double x_um = 0, y_um = 0;  ///< centre of its area
  double roundness = 0;       ///< its area over that of the smallest disc about its centre that holds it, 0-1
  double diameter_um() const;  ///< of the disc of the same area
};

/// The parts of a mask and where they lie, on squares of about kPartGridUm.
struct TissueParts {
  double grid_um = 0;
  SparsePlane<std::int32_t> label;  ///< 0 glass, else 1 + index into `parts`
  std::vector<TissuePart> parts;

  /// Label of the part at a place or close beside it; 0 where there is none.
  int at_um(double x_um, double y_um) const;
};

/// Squares of `shrink` by `shrink` pixels of the mask: 1 where at least half of one is tissue.
Plane<std::uint8_t> tissue_halves(const TissueMask& tissue, int shrink);

/// Parts hang together by more than a bridge of 16 um. Cost: some passes over the mask.
TissueParts find_parts(const TissueMask& tissue);

inline constexpr double kPartGridUm = 4;  ///< finer than the gap that closing leaves open (survey.md)

}  // namespace annulet
