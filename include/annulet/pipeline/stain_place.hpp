#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "annulet/cell/grade.hpp"
#include "annulet/cell/stain_tile.hpp"
#include "annulet/model/cell_row.hpp"
#include "annulet/model/verdict.hpp"

namespace annulet {

/// Brown places of the size of a nucleus on sampled squares, and how many of them stand alone as a filled
/// disc with pale surroundings: stained nuclei do, walls and cytoplasm do not.
struct BrownPlaces {
  std::uint64_t all = 0, discs = 0;
  double area_mm2 = 0;  ///< that was looked at
  BrownPlaces& operator+=(const BrownPlaces& other);
};

/// Counts on the planes of 0.5 um of one square. Integers.
BrownPlaces brown_places(const StainTile& tile);

/// The caveat `nuclear-dab` where most brown places are discs: Ki67, ER, PR and the like.
std::optional<Remark> suspect_nuclei(const BrownPlaces& places);

/// One sentence where the cytoplasm of many tumour cells is browner than their wall stands out from it.
std::optional<std::string> suspect_cytoplasm(const CellTable& cells, const GradedTable& graded);

}  // namespace annulet
