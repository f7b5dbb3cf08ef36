#pragma once
#include <filesystem>
#include <string>

namespace annulet {

/// Paints a synthetic slide with exact truth from a recipe (TOML file or built-in preset name) and writes the
/// slide,
/// `<stem>.slide.json`, `<stem>.cells.csv` and `<stem>.roi.geojson` beside it. Deterministic in the recipe's
/// seed. Throws Error Usage (recipe), Output (files).
void make_phantom(const std::string& recipe_path_or_preset, const std::filesystem::path& out);

}  // namespace annulet
