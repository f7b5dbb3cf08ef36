#pragma once
#include "phantom/artefacts.hpp"
#include "phantom/painter.hpp"

namespace annulet::phantom {

/// Truth of every cell whose point lies in slide rows top .. bottom (um), read from the blurred membrane
/// plane.
void measure_cells(const PhantomRecipe& recipe, const Terrain& terrain, const Tissue& tissue,
                   const Artefacts& artefacts, const Band& band, double top_um, double bottom_um,
                   std::vector<PhantomCell>& out);

/// Outlines of the areas covered by tumour cells, and the share of the slide that is tissue.
std::vector<PhantomRegion> tumour_regions(const PhantomRecipe& recipe, const Terrain& terrain,
                                          const Tissue& tissue);
double tissue_fraction(const Terrain& terrain);

}  // namespace annulet::phantom
