#include "annulet/phantom/recipe.hpp"

#include <cmath>

#include "annulet/base/error.hpp"
#include "annulet/model/toml_table.hpp"

namespace annulet {
namespace {

constexpr int kMaxPresetDepth = 4;

std::array<double, 3> triple_of(TomlTable& table, const std::string& key) {
  const std::array<double, 3> triple = table.vector3(key);
  for (const double value : triple) {
    if (!(value >= 0 && value <= 255)) table.reject(key, "must be three numbers, 0 to 255");
  }
  return triple;
}

void read_vector(std::array<double, 3>& field, TomlTable& table, const std::string& key) {
  if (!table.has(key)) return;
  field = triple_of(table, key);
  const double length = std::sqrt(field[0] * field[0] + field[1] * field[1] + field[2] * field[2]);
  if (length <= 0) table.reject(key, "must not be zero");
  for (double& part : field) part /= length;
}

void read_choice(std::string& field, TomlTable& table, const std::string& key, const std::string& first,
                 const std::string& second) {
  if (!table.has(key)) return;
  field = table.text(key);
  if (field != first && field != second) table.reject(key, "must be \"" + first + "\" or \"" + second + "\"");
}

void read_keys(PhantomRecipe& recipe, TomlTable& table) {
  table.text_or_empty("about");
  read_choice(recipe.chromogen, table, "chromogen", "dab", "eosin");
  read_choice(recipe.architecture, table, "architecture", "nests", "cords");
  read_vector(recipe.haematoxylin_vector, table, "haematoxylin_vector");
  read_vector(recipe.chromogen_vector, table, "chromogen_vector");
  if (table.has("white")) recipe.white = triple_of(table, "white");
  for (const RecipeParameter& parameter : recipe_parameters()) {
    if (!table.has(parameter.key)) continue;
    recipe.*parameter.field = table.number(parameter.key, parameter.least, parameter.most, parameter.unit);
  }
  table.no_other_keys();
}

PhantomRecipe load(const std::string& path_or_preset, int depth) {
  const ModelFile file = load_model_file("phantom", path_or_preset);
  TomlTable table(file);
  PhantomRecipe recipe;
  const std::string preset = table.text_or_empty("preset");
  if (!preset.empty()) {
    if (depth == kMaxPresetDepth) table.reject("preset", "leads on and on: presets refer to each other");
    recipe = load(preset, depth + 1);
  }
  if (file.origin == "built-in") recipe.preset = file.id;
  read_keys(recipe, table);
  const double shares = recipe.percent_faint + recipe.percent_mi + recipe.percent_moderate +
                        recipe.percent_intense + recipe.percent_ring;
  if (shares > 100)
    throw Error(Code::Usage, path_or_preset + ": the intended percentages add to more than 100");
  return recipe;
}

}  // namespace

const std::vector<RecipeParameter>& recipe_parameters() {
  using R = PhantomRecipe;
  static const std::vector<RecipeParameter> parameters{
      {"seed", "", 0, 9007199254740992.0, "starts the random numbers; another seed, another slide", &R::seed},
      {"width_px", "px", 64, 16384, "width of level 0", &R::width_px},
      {"height_px", "px", 64, 16384, "height of level 0", &R::height_px},
      {"mpp", "um/px", 0.1, 1.1, "pitch; from 0.4 the slide is painted at half of it and averaged", &R::mpp},
      {"jpeg_quality", "", 30, 100, "quality of the JPEG tiles", &R::jpeg_quality},
      {"glass_margin_um", "um", 0, 1e6,
       "bare glass above and below the tissue; beyond half the height: blank", &R::glass_margin_um},
      {"tumour_fraction", "", 0, 1, "share of the tissue taken by tumour nests", &R::tumour_fraction},
      {"nest_scale_um", "um", 20, 1000, "size of the nests", &R::nest_scale_um},
      {"cell_diameter_um", "um", 10, 26, "mean diameter of a tumour cell", &R::cell_diameter_um},
      {"cell_diameter_spread", "", 0, 0.4, "relative standard deviation of the diameter",
       &R::cell_diameter_spread},
      {"anucleate_percent", "%", 0, 60, "tumour profiles cut without a nucleus", &R::anucleate_percent},
      {"pale_percent", "%", 0, 100, "tumour nuclei that are pale and vesicular", &R::pale_percent},
      {"lymphocytes_per_mm2", "1/mm2", 0, 12000, "lymphocytes, per area of slide, placed in stroma",
       &R::lymphocytes_per_mm2},
      {"lymphocyte_cluster_percent", "%", 0, 100, "lymphocytes that stand in clusters",
       &R::lymphocyte_cluster_percent},
      {"spindles_per_mm2", "1/mm2", 0, 4000, "spindle nuclei, per area of slide, placed in stroma",
       &R::spindles_per_mm2},
      {"ducts_per_mm2", "1/mm2", 0, 60, "benign ducts with a lumen and two rows of cells", &R::ducts_per_mm2},
      {"lumens_per_mm2", "1/mm2", 0, 60, "small empty spaces inside nests", &R::lumens_per_mm2},
      {"percent_faint", "%", 0, 100, "tumour cells meant to be 1+ (faint arcs)", &R::percent_faint},
      {"percent_mi", "%", 0, 100, "tumour cells meant to be moderate or intense but incomplete",
       &R::percent_mi},
      {"percent_moderate", "%", 0, 100, "tumour cells meant to be 2+", &R::percent_moderate},
      {"percent_intense", "%", 0, 100, "tumour cells meant to be 3+", &R::percent_intense},
      {"percent_ring", "%", 0, 100, "tumour cells with an even closed ring of od_moderate: for tests",
       &R::percent_ring},
      {"od_faint", "OD", 0.02, 0.24, "mean over the stained wall, 1+", &R::od_faint},
      {"od_mi", "OD", 0.25, 1.5, "mean over the stained wall, moderate or intense but incomplete", &R::od_mi},
      {"od_moderate", "OD", 0.25, 0.6, "mean over the stained wall, 2+", &R::od_moderate},
      {"od_intense", "OD", 0.6, 2, "mean over the stained wall, 3+", &R::od_intense},
      {"od_spread", "", 0, 0.5, "relative standard deviation between cells of the three above",
       &R::od_spread},
      {"coherence", "", 0, 1, "0: classes scattered; 1: classes in contiguous areas", &R::coherence},
      {"cytoplasm_chromogen_od", "OD", 0, 1, "blush of chromogen (or eosin) in the cytoplasm of epithelium",
       &R::cytoplasm_chromogen_od},
      {"stroma_chromogen_od", "OD", 0, 1, "chromogen (or eosin) on the fibres", &R::stroma_chromogen_od},
      {"nucleus_haematoxylin_od", "OD", 0.05, 1.2, "haematoxylin of a mean tumour nucleus",
       &R::nucleus_haematoxylin_od},
      {"cytoplasm_haematoxylin_od", "OD", 0, 0.4, "haematoxylin of the cytoplasm",
       &R::cytoplasm_haematoxylin_od},
      {"stroma_haematoxylin_od", "OD", 0, 0.4, "haematoxylin of the fibres", &R::stroma_haematoxylin_od},
      {"blur_um", "um", 0, 2, "standard deviation of the optical blur", &R::blur_um},
      {"sharpen", "", 0, 2, "strength of the scanner's sharpening", &R::sharpen},
      {"noise_grey", "grey levels", 0, 20, "standard deviation of the sensor noise at white", &R::noise_grey},
  };
  return parameters;
}

PhantomRecipe load_recipe(const std::string& path_or_preset) {
  try {
    return load(path_or_preset, 0);
  } catch (const Error& error) {
    throw error.within("recipe (docs/science/phantom.md lists the keys)");
  }
}

}  // namespace annulet
