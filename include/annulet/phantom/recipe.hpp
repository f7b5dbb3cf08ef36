#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace annulet {

/// Everything that decides a synthetic slide. Units stand in the names; OD is the amount along a stain's unit
/// vector. Formulae and sources: docs/science/phantom.md.
struct PhantomRecipe {
  std::string preset = "default";  ///< name of the recipe, stands in the truth
  std::string chromogen = "dab";   ///< "dab", or "eosin": H&E-like, no slide score expected
  std::string architecture =
      "nests";  ///< "nests" (solid), "cords" (small groups), "files", "trabeculae", "glands"
  std::string pen_colour = "blue";  ///< "blue", "green", "black" or "red"

  double seed = 1, width_px = 2048, height_px = 2048, mpp = 0.25, jpeg_quality = 80;
  // tissue
  double glass_margin_um = 30, tumour_fraction = 0.5, nest_scale_um = 90, cell_diameter_um = 16,
         cell_diameter_spread = 0.17, anucleate_percent = 6, pale_percent = 25, lymphocytes_per_mm2 = 350,
         lymphocyte_cluster_percent = 70, spindles_per_mm2 = 900, ducts_per_mm2 = 0, lumens_per_mm2 = 4;
  // membrane
  double percent_faint = 0, percent_mi = 0, percent_moderate = 0, percent_intense = 0, percent_ring = 0,
         od_faint = 0.18, od_mi = 0.6, od_moderate = 0.42, od_intense = 0.95, od_spread = 0.12,
         coherence = 0.8;
  // other stain
  double cytoplasm_chromogen_od = 0.015, stroma_chromogen_od = 0.015, nucleus_haematoxylin_od = 0.34,
         cytoplasm_haematoxylin_od = 0.075, stroma_haematoxylin_od = 0.075;
  std::array<double, 3> haematoxylin_vector{0.650, 0.704, 0.286}, chromogen_vector{0.268, 0.570, 0.776};
  // scanner
  std::array<double, 3> white{243, 243, 244};
  double blur_um = 0.25, sharpen = 0.5, noise_grey = 2.2;
  // more of tissue, each off by default
  double fragments = 0, fragment_width_um = 130, control_um = 0, control_gap_um = 50, control_dots = 1,
         control_level = 3, basolateral_percent = 0, cleft_percent = 0, cleft_um = 4, cluster_percent = 0,
         fat_percent = 0, adipocyte_um = 60, necrosis_per_mm2 = 0, necrosis_um = 120, red_cells_per_mm2 = 0,
         membrane_grain = 0, slant = 0, granule_od = 0, vacuole_percent = 0;
  // artefacts, camera
  double folds = 0, pens = 0, pen_width_um = 80, defocus_areas = 0, defocus_um = 2, edge_stain_od = 0,
         bubbles = 0, dust = 0, chromogen_saturation = 0, contrast = 0, gamma = 1;
};

/// One numeric parameter of a recipe: its key in the TOML file, unit, allowed range and meaning.
struct RecipeParameter {
  const char* key;
  const char* unit;
  double least, most;
  const char* meaning;
  double PhantomRecipe::*field;
  bool extra = false;  ///< stands in the truth only where it differs from its default
};

/// Every numeric parameter, in the order of the documentation.
const std::vector<RecipeParameter>& recipe_parameters();

/// Reads a built-in preset by name, or a TOML file that may start from a preset (`preset = "score2"`) and
/// override any parameter. Throws Error Usage naming the file, the key and what is allowed.
PhantomRecipe load_recipe(const std::string& path_or_preset);

}  // namespace annulet
