#pragma once
// Small recipes for the tests of what is painted.
#include <string>

#include "annulet/phantom/recipe.hpp"

namespace annulet::recipes {

inline PhantomRecipe small(const std::string& preset, double seed, double size_px) {
  PhantomRecipe recipe = load_recipe(preset);
  recipe.width_px = recipe.height_px = size_px;
  recipe.seed = seed;
  return recipe;
}

/// Without noise and sharpening: what a pixel shows is what was painted there.
inline PhantomRecipe still(const std::string& preset, double size_px = 900) {
  PhantomRecipe recipe = small(preset, 8, size_px);
  recipe.sharpen = recipe.noise_grey = 0;
  return recipe;
}

}  // namespace annulet::recipes
