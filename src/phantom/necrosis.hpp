#pragma once
#include "phantom/tissue.hpp"

namespace annulet::phantom {

/// Amounts of stain at a place.
struct Amounts {
  float haematoxylin = 0, chromogen = 0;
};

/// The brown-grey smear of an area of necrosis.
Amounts necrosis_stain(const PhantomRecipe& recipe, const Terrain& terrain, float x, float y);

/// Shrunken fragments of nuclei in every area of necrosis: the truth's debris.
void place_debris(const PhantomRecipe& recipe, const Terrain& terrain, Random& random, Tissue& tissue);

}  // namespace annulet::phantom
