#pragma once
#include "annulet/phantom/recipe.hpp"
#include "phantom/noise.hpp"

namespace annulet::phantom {

/// Where a tumour grows: the places of the highest values, as many as `tumour_fraction` asks for.
double growth_value(const PhantomRecipe& recipe, const Noise& noise, double x, double y);

/// um to the middle of the next single file of cells; far where the file is interrupted.
double file_distance(const PhantomRecipe& recipe, const Noise& noise, double x, double y);

}  // namespace annulet::phantom
