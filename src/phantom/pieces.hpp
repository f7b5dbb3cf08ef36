#pragma once
#include <vector>

#include "annulet/phantom/recipe.hpp"
#include "phantom/noise.hpp"
#include "phantom/vec.hpp"

namespace annulet::phantom {

/// The pieces of tissue on the glass: one between two wavy edges or several fragments, and the control
/// tissue, a disc of its own. All in um of the undistorted frame.
class Pieces {
 public:
  /// `noise` must outlive the pieces.
  Pieces(const PhantomRecipe& recipe, double width_um, double height_um, const Noise& noise);
  double depth(double x, double y) const;          ///< um below the next piece's edge, negative on glass
  double control_depth(double x, double y) const;  ///< the same of the control tissue alone
  int control_dot(double x, double y) const;       ///< the dot of control tissue that is nearest

 private:
  struct Fragment {
    Vec from, to;
    double half_um;  // of its width
  };
  double sheet_depth(double x, double y) const;
  double fragment_depth(double x, double y) const;
  void place_fragments();
  bool clear_of_others(const Fragment& fragment) const;
  const PhantomRecipe& recipe_;
  double width_um_, height_um_;
  const Noise& noise_;
  std::vector<Vec> controls_;
  std::vector<Fragment> fragments_;
};

}  // namespace annulet::phantom
