#include "annulet/pixel/stain_preset.hpp"

#include <algorithm>

#include "annulet/base/error.hpp"
#include "annulet/model/toml_table.hpp"
#include "annulet/pixel/unmix.hpp"

namespace annulet {
namespace {

std::array<double, 3> absorbance(TomlTable& table, const std::string& key) {
  const std::array<double, 3> vector = table.vector3(key);
  const bool light = std::any_of(vector.begin(), vector.end(), [](double v) { return !(v >= 0 && v <= 10); });
  if (light) table.reject(key, "must hold optical densities from 0 to 10: a stain gives no light");
  return vector;
}

}  // namespace

StainModel load_stain_preset(const std::string& id_or_path) {
  const ModelFile file = load_model_file("stains", id_or_path);
  TomlTable table(file);
  StainModel model;
  model.id = table.text("id");
  model.digest = file.digest;
  table.text("version");
  table.text("source");
  table.text("licence");
  model.vectors.haematoxylin = absorbance(table, "vectors.haematoxylin");
  model.vectors.dab = absorbance(table, "vectors.dab");
  table.no_other_keys();
  try {
    unmixing_matrix(model.vectors);
  } catch (const Error& error) {
    throw error.within("stains " + file.id);
  }
  return model;
}

}  // namespace annulet
