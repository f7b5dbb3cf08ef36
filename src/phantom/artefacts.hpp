#pragma once
#include <string>

#include "phantom/painter.hpp"

namespace annulet::phantom {

/// What goes wrong with a slide after the tissue has been stained: folds, ink, areas out of focus, stain at
/// the tissue's edge. Changes what light meets, never the truth about membranes. Places are the slide's, um.
class Artefacts {
 public:
  /// Both arguments must outlive it.
  Artefacts(const PhantomRecipe& recipe, const Terrain& terrain);
  /// Changes the stains of a blurred band and fills its ink.
  void apply(Band& band) const;
  /// Every artefact that touches a point of the outline, as "fold|pen|blur|edge".
  std::string flags(const std::vector<Vec>& outline) const;

 private:
  struct Fold {
    Vec middle, along;
    double half_length, half_width, course;
  };
  struct Stroke {
    Vec start, along;
    double length, course;
  };
  struct Area {
    Vec centre;
    double radius;
  };
  Vec place_in_tissue(Random& random, double depth_um) const;
  void draw_folds(Random& random);
  void draw_strokes(Random& random);
  void draw_areas(Random& random);
  float fold_at(double x, double y) const;  ///< 0 .. 1, share of a second layer
  float ink_at(double x, double y) const;   ///< 0 .. about 1
  float blur_at(double x, double y) const;  ///< 0 .. 1, share of the blurred picture
  float edge_at(Vec undistorted) const;     ///< OD of chromogen
  void stain_edge(Band& band) const;
  void fold(Band& band) const;
  void defocus(Band& band) const;
  void ink(Band& band) const;
  const PhantomRecipe& recipe_;
  const Terrain& terrain_;
  std::vector<Fold> folds_;
  std::vector<Stroke> strokes_;
  std::vector<Area> areas_;
};

}  // namespace annulet::phantom
