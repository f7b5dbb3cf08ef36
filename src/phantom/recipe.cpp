#include "annulet/phantom/recipe.hpp"

#include <algorithm>
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

void read_choice(std::string& field, TomlTable& table, const std::string& key,
                 const std::vector<std::string>& choices) {
  if (!table.has(key)) return;
  field = table.text(key);
  if (std::find(choices.begin(), choices.end(), field) != choices.end()) return;
  std::string allowed;
  for (const std::string& choice : choices) {
    const char* joint = allowed.empty() ? "" : choice == choices.back() ? " or " : ", ";
    allowed += joint + ("\"" + choice + "\"");
  }
  table.reject(key, "must be " + allowed);
}

void read_keys(PhantomRecipe& recipe, TomlTable& table) {
  table.text_or_empty("about");
  read_choice(recipe.chromogen, table, "chromogen", {"dab", "eosin"});
  read_choice(recipe.architecture, table, "architecture",
              {"nests", "cords", "files", "trabeculae", "glands"});
  read_choice(recipe.pen_colour, table, "pen_colour", {"blue", "green", "black", "red"});
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

PhantomRecipe load_recipe(const std::string& path_or_preset) {
  try {
    return load(path_or_preset, 0);
  } catch (const Error& error) {
    throw error.within("recipe (docs/science/phantom.md lists the keys)");
  }
}

}  // namespace annulet
