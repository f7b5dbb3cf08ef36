#pragma once
#include "annulet/base/plane.hpp"
#include "phantom/tissue.hpp"

namespace annulet::phantom {

/// Rows of the slide at paint pitch: amounts of stain, OD along each stain's unit vector.
struct Band {
  int first_row = 0;
  double pitch_um = 0.25;
  Plane<float> haematoxylin, chromogen, membrane;
  Plane<float> place_x, place_y;  ///< undistorted place of each pixel, um
  Plane<float> ink;               ///< of a pen, 0 .. about 1; empty where there is none

  Plane<float> shade;  ///< OD of no colour, of dust and of the rims of bubbles; empty where there is none

  int width() const { return membrane.width(); }
  int rows() const { return membrane.height(); }
};

/// Paints tissue into bands. Every value depends on its place alone, so any split into bands gives the same
/// picture.
class Painter {
 public:
  Painter(const PhantomRecipe& recipe, const Terrain& terrain, const Tissue& tissue);
  void paint(Band& band) const;

 private:
  void paint_ground(Band& band) const;
  void paint_pixel(Band& band, int x, int y, float fine, float coarse) const;
  void paint_epithelium(Band& band, int x, int y, const Epithelium& cell) const;
  void paint_stroma(Band& band, int x, int y, float fine, float coarse, double outside) const;
  float cleft_at(float x, float y, double outside) const;
  bool paint_other_ground(Band& band, int x, int y) const;
  void empty_vacuole(Band& band, const Vacuole& vacuole) const;
  float membrane_grain_at(float x, float y) const;
  double slant_at(float x, float y) const;
  /// `stain` is the plane of `band` that the nucleus's OD goes to.
  void paint_nucleus(Band& band, const Nucleus& nucleus, Plane<float>& stain) const;
  const PhantomRecipe& recipe_;
  const Terrain& terrain_;
  const Tissue& tissue_;
  PlaceIndex cells_;
  double sight_um_;      ///< beyond a cell in which its membrane or the cleft round it may show
  float cleft_cut_ = 1;  ///< noise above which a nest's edge has a cleft
};

}  // namespace annulet::phantom
