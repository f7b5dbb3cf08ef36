#pragma once
#include "phantom/tissue.hpp"

namespace annulet::phantom {

/// Fibre texture of stroma: noise averaged along the local direction of the fibres (line integral
/// convolution, Cabral and Leedom 1993, with straight lines), on a grid of 0.5 um, blended in between.
class Fibres {
 public:
  /// Covers the slide's width and rows top .. bottom, um.
  Fibres(const Terrain& terrain, double top_um, double bottom_um);
  float fine(double x, double y) const { return blend(fine_, x, y); }      ///< single fibres, about -1 .. 1
  float coarse(double x, double y) const { return blend(coarse_, x, y); }  ///< bundles, about -1 .. 1

 private:
  float blend(const Plane<float>& plane, double x, double y) const;
  double top_um_;
  Plane<float> fine_, coarse_;
};

}  // namespace annulet::phantom
