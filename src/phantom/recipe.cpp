#include "annulet/phantom/recipe.hpp"

#include <toml++/toml.h>
#include <cmath>

#include "annulet/base/error.hpp"
#include "annulet/model/model_file.hpp"

namespace annulet {
namespace {

constexpr int kMaxPresetDepth = 4;

[[noreturn]] void refuse(const std::string& origin, const std::string& why) {
  throw Error(Code::Usage,
              "recipe '" + origin + "': " + why + " (the keys are listed in docs/science/phantom.md)");
}

std::array<double, 3> read_triple(const toml::node& node, const std::string& origin, const std::string& key) {
  std::array<double, 3> triple{};
  const toml::array* array = node.as_array();
  if (array == nullptr || array->size() != 3) refuse(origin, key + " must be three numbers");
  for (std::size_t i = 0; i < 3; ++i) {
    const auto value = (*array)[i].value<double>();
    if (!value || !std::isfinite(*value) || *value < 0 || *value > 255)
      refuse(origin, key + " must be three numbers, 0 to 255");
    triple[i] = *value;
  }
  return triple;
}

std::array<double, 3> unit_vector(std::array<double, 3> v, const std::string& origin,
                                  const std::string& key) {
  const double length = std::sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
  if (length <= 0) refuse(origin, key + " must not be zero");
  for (double& part : v) part /= length;
  return v;
}

bool read_number(PhantomRecipe& recipe, const std::string& key, const toml::node& node,
                 const std::string& origin) {
  for (const RecipeParameter& parameter : recipe_parameters()) {
    if (key != parameter.key) continue;
    const auto value = node.value<double>();
    if (!value || !(*value >= parameter.least && *value <= parameter.most)) {
      refuse(origin, key + " must be a number from " + std::to_string(parameter.least) + " to " +
                         std::to_string(parameter.most) + " " + parameter.unit);
    }
    recipe.*parameter.field = *value;
    return true;
  }
  return false;
}

bool read_choice(std::string& field, const toml::node& node, const std::string& origin,
                 const std::string& key, const char* first, const char* second) {
  const auto value = node.value<std::string>();
  if (!value || (*value != first && *value != second)) {
    refuse(origin, key + " must be \"" + first + "\" or \"" + second + "\"");
  }
  field = *value;
  return true;
}

bool read_text_key(PhantomRecipe& recipe, const std::string& key, const toml::node& node,
                   const std::string& origin) {
  if (key == "chromogen") return read_choice(recipe.chromogen, node, origin, key, "dab", "eosin");
  if (key == "architecture") return read_choice(recipe.architecture, node, origin, key, "nests", "cords");
  if (key == "haematoxylin_vector" || key == "chromogen_vector") {
    auto& field = key[0] == 'h' ? recipe.haematoxylin_vector : recipe.chromogen_vector;
    field = unit_vector(read_triple(node, origin, key), origin, key);
    return true;
  }
  if (key != "white") return false;
  recipe.white = read_triple(node, origin, key);
  return true;
}

PhantomRecipe load(const std::string& path_or_preset, int depth) {
  const ModelFile file = load_model_file("phantom", path_or_preset);
  const std::string& origin = path_or_preset;
  if (depth > kMaxPresetDepth) refuse(origin, "presets refer to each other");
  toml::table table;
  try {
    table = toml::parse(file.text);
  } catch (const toml::parse_error& error) {
    refuse(origin,
           "line " + std::to_string(error.source().begin.line) + ": " + std::string(error.description()));
  }
  PhantomRecipe recipe;
  if (const auto preset = table["preset"].value<std::string>()) recipe = load(*preset, depth + 1);
  if (file.origin == "built-in") recipe.preset = file.id;
  for (const auto& [name, node] : table) {
    const std::string key(name.str());
    if (key == "preset" || key == "about") continue;
    if (!read_text_key(recipe, key, node, origin) && !read_number(recipe, key, node, origin)) {
      refuse(origin, "unknown key '" + key + "'");
    }
  }
  const double shares = recipe.percent_faint + recipe.percent_mi + recipe.percent_moderate +
                        recipe.percent_intense + recipe.percent_ring;
  if (shares > 100) refuse(origin, "the intended percentages add to more than 100");
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
  return load(path_or_preset, 0);
}

}  // namespace annulet
