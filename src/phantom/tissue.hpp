#pragma once
#include <array>
#include <string>
#include <vector>

#include "annulet/base/random.hpp"
#include "annulet/phantom/phantom_slide.hpp"
#include "phantom/fat.hpp"
#include "phantom/noise.hpp"
#include "phantom/pieces.hpp"
#include "phantom/vec.hpp"

namespace annulet::phantom {

inline constexpr int kWallSamples = 128;  ///< directions in which a cell's wall is known
inline constexpr double kLayoutRim = 30;  ///< um beyond the slide in which cells are laid out too

/// Items found by place: every item is listed in each square bin that its circle touches.
class PlaceIndex {
 public:
  PlaceIndex(double width_um, double height_um, double bin_um);
  void add(int item, Vec at, double radius_um);
  const std::vector<int>& near(double x, double y) const;

 private:
  int column(double x) const;
  int row(double y) const;
  std::size_t bin(int column, int row) const;
  double bin_um_;
  int columns_, rows_;
  std::vector<std::vector<int>> bins_;
};

/// Ellipse: the lumen of a duct or gland, a small space in a nest, or an area of necrosis.
struct Lumen {
  Vec centre;
  double a = 0, b = 0, cosine = 1, sine = 0;
  bool duct = false;
  /// Distance to the ellipse's edge, negative inside; first-order, good near the edge.
  double distance(double x, double y) const;
};

/// Where tissue, nests, lumens and fibres are. All in um of the undistorted frame.
class Terrain {
 public:
  explicit Terrain(const PhantomRecipe& recipe);
  Terrain(const Terrain&) = delete;
  Terrain& operator=(const Terrain&) = delete;
  double width_um() const { return width_um_; }
  double height_um() const { return height_um_; }
  const Noise& noise() const { return noise_; }
  const std::vector<Lumen>& lumens() const { return lumens_; }
  const std::vector<Lumen>& necroses() const { return necroses_; }
  const Fat& fat() const { return fat_; }

  double depth(double x, double y) const;  ///< um below the tissue's edge, negative on glass
  bool in_nest(double x, double y) const;
  bool in_control(double x, double y) const { return pieces_.control_depth(x, y) > 0; }
  int control_dot(double x, double y) const { return pieces_.control_dot(x, y); }
  double necrosis_depth(double x, double y) const;  ///< um inside an area of necrosis, negative outside
  double lumen_distance(double x, double y) const;  ///< um to the next lumen within 20 um, negative inside
  double fibre_angle(double x, double y) const;
  /// Undistorted place of a slide point, and back: walls and nuclei get their irregular course from it.
  Vec warp(double x, double y) const;
  Vec unwarp(Vec q) const;

 private:
  bool grows_here(double x, double y) const;
  bool open_ground(double x, double y) const;  ///< of the patient's tissue: room for nests
  double duct_distance(double x, double y) const;
  /// Anywhere, turned by any angle; the long half-axis is within the two lengths.
  Lumen random_lumen(Random& random, double least_um, double most_um, double least_b_to_a) const;
  void add_lumen(const Lumen& lumen);
  void place_ducts(Random& random);
  void place_nest_lumens(Random& random);
  void place_necroses();
  void place_glands(double wanted_um2);
  bool room_for_gland(const Lumen& gland) const;
  std::vector<Vec> places_on_patient() const;
  PhantomRecipe recipe_;
  double width_um_, height_um_, nest_cut_ = 0, gland_wall_um_;
  Noise noise_;
  Pieces pieces_;
  Fat fat_;
  std::vector<Lumen> lumens_, necroses_;
  PlaceIndex lumen_index_, necrosis_index_;
};

/// Outline in polar form round its centre: an ellipse with waves.
struct Nucleus {
  bool present = false;
  Vec centre;
  double a = 0, b = 0, cosine = 1, sine = 0, wave2 = 0, wave3 = 0, phase2 = 0, phase3 = 0;
  double od = 0, rim = 0, texture = 0, grain_um = 1, edge_um = 0.3;
  struct Spot {
    Vec at;
    double radius_um, od;
  };
  std::vector<Spot> nucleoli;

  /// Radius of the outline over that of the ellipse, in the direction (ux, uy) of the unit circle.
  double wave(double ux, double uy) const;
  std::array<Vec, 48> outline() const;
  double reach() const { return 1.2 * a + 1; }
};

enum class Intent { None, Faint, Incomplete, Moderate, Intense, Ring };

/// Packed epithelial cell: an additively weighted Voronoi cell of bounded size, star-shaped about its seed.
struct Epithelium {
  PhantomCellType type = PhantomCellType::Tumour;
  bool control = false;  ///< stands in the control tissue
  bool ghost =
      false;  ///< stroma that presses on the edge of a nest: takes part in the tessellation, paints as stroma
  Vec seed;
  double weight = 0;                         ///< um; walls stand where distance minus weight is equal
  double cap = 0;                            ///< um; the cell ends where distance minus weight exceeds it
  std::array<double, kWallSamples> wall{};   ///< um from the seed
  std::array<int, kWallSamples> facing{};    ///< the cell behind the wall, -1: none
  std::array<double, kWallSamples> share{};  ///< of the perimeter
  std::array<float, kWallSamples>
      membrane{};  ///< OD that this cell paints at the middle of its line, before blur
  double area_um2 = 0, perimeter_um = 0, inner_radius_um = 0;
  Vec centroid;
  Intent intent = Intent::None;
  double line_sigma_um = 0.4, blush = 0, haematoxylin = 0;
  Nucleus nucleus;
};

struct FreeNucleus {
  PhantomCellType type = PhantomCellType::Lymphocyte;
  bool red_cell = false;  ///< a disc without a nucleus: painted, not in the truth
  Nucleus nucleus;
};

/// An empty round space in a cell.
struct Vacuole {
  Vec at;
  double radius_um = 0;
};

struct Tissue {
  std::vector<Epithelium> cells;
  std::vector<Vacuole> vacuoles;
  std::vector<FreeNucleus> loose;
};

/// Direction k of the wall samples, and the sample index (fractional) of a direction.
Vec wall_direction(int k);
double wall_position(double dx, double dy);
float membrane_towards(const Epithelium& cell, double dx, double dy);

/// Share of a line's peak that is left after the optical blur (Gaussian by Gaussian, one dimension).
double peak_left(double line_sigma_um, double blur_um);

void pack_cells(const PhantomRecipe& recipe, const Terrain& terrain, Random& random, Tissue& tissue);
void find_walls(const Terrain& terrain, Tissue& tissue);
void place_nuclei(const PhantomRecipe& recipe, const Terrain& terrain, Random& random, Tissue& tissue);
/// Says which pattern each tumour cell is meant to show.
void deal_classes(const PhantomRecipe& recipe, const Terrain& terrain, Random& random, Tissue& tissue);
void stain_membranes(const PhantomRecipe& recipe, const Terrain& terrain, Random& random, Tissue& tissue);

}  // namespace annulet::phantom
