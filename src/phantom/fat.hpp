#pragma once
#include <array>
#include <vector>

#include "annulet/phantom/recipe.hpp"
#include "phantom/noise.hpp"
#include "phantom/vec.hpp"

namespace annulet::phantom {

/// Fat: whole empty cells with thin septa, the Voronoi cells of jittered places, in patches of the tissue.
class Fat {
 public:
  /// Takes `share` of the area given by the sample places. `noise` must outlive it.
  Fat(const PhantomRecipe& recipe, double width_um, double height_um, const Noise& noise,
      const std::vector<Vec>& samples);
  bool any() const { return !places_.empty(); }
  /// um to the patch's edge, negative inside; good near the edge.
  double distance(double x, double y) const;
  /// Stain of the septa at a place inside, 0 .. about 1.
  float septum(double x, double y) const;

 private:
  struct Place {
    Vec at;
    bool fat = false;
  };
  struct Around;
  Around around(double x, double y) const;
  double patch(Vec at) const;
  double side_um_;  // of the grid that is jittered
  const Noise& noise_;
  int columns_ = 0, rows_ = 0;
  std::vector<Place> places_;
};

}  // namespace annulet::phantom
