#pragma once
#include <string>

#include "annulet/phantom/phantom_slide.hpp"
#include "phantom/painter.hpp"

namespace annulet::phantom {

/// What goes wrong with a slide after the tissue has been stained: folds, ink, areas out of focus, stain at
/// the tissue's edge, air bubbles below the cover glass, dust on it. Changes what light meets, never the
/// truth about membranes. Places are the slide's, um.
class Artefacts {
 public:
  /// Both arguments must outlive it.
  Artefacts(const PhantomRecipe& recipe, const Terrain& terrain);
  /// Changes the stains of a blurred band and fills its ink.
  void apply(Band& band) const;
  /// Every artefact that touches a point of the outline, as "fold|pen|blur|edge|bubble|dust".
  std::string flags(const std::vector<Vec>& outline) const;
  /// What covers the slide, in squares of kArtefactPitchUm: bits of PhantomArtefact. Empty where nothing can.
  Plane<std::uint8_t> map() const;

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
  struct Speck {
    Vec centre, along;
    double half_length, half_width;
  };
  Vec place_in_tissue(Random& random, double depth_um) const;
  void draw_folds(Random& random);
  void draw_strokes(Random& random);
  void draw_areas(Random& random);
  void draw_bubbles(Random& random);
  void draw_dust(Random& random);
  float fold_at(double x, double y) const;       ///< 0 .. 1, share of a second layer
  float ink_at(double x, double y) const;        ///< 0 .. about 1
  float blur_at(double x, double y) const;       ///< 0 .. 1, share of the blurred picture
  float edge_at(Vec undistorted) const;          ///< OD of chromogen
  double into_bubble(double x, double y) const;  ///< um inside the rim of a bubble, negative outside
  float rim_at(double x, double y) const;        ///< OD of no colour
  float air_at(double x, double y) const;        ///< 0 .. 1, inside a bubble
  float dust_at(double x, double y) const;       ///< OD of no colour
  void stain_edge(Band& band) const;
  void fold(Band& band) const;
  void defocus(Band& band, double blur_um, double thinned,
               float (Artefacts::*share_at)(double, double) const) const;
  void ink(Band& band) const;
  void shade(Band& band) const;
  const PhantomRecipe& recipe_;
  const Terrain& terrain_;
  std::vector<Fold> folds_;
  std::vector<Stroke> strokes_;
  std::vector<Area> areas_, bubbles_;
  std::vector<Speck> dust_;
};

}  // namespace annulet::phantom
