#pragma once
#include <string>
#include <vector>

#include "annulet/base/geometry.hpp"

namespace annulet {

enum class RegionRole { Include, Exclude, Control };
const char* name(RegionRole role);  ///< "include", "exclude", "control"

/// A corner of a polygon, level-0 px.
struct Corner {
  double x = 0, y = 0;
};
using Ring = std::vector<Corner>;  ///< closed by an edge from the last corner to the first

/// A part of the slide that a user drew. A place is inside by the even-odd rule over all rings.
struct Region {
  std::string name;
  RegionRole role = RegionRole::Include;
  std::vector<Ring> rings;
};

/// A region as it was used on a slide.
struct RegionUse {
  Region region;             ///< level-0 px from the slide's top left, as drawn: may reach outside the slide
  std::string file, digest;  ///< name without folder and SHA-256 of the file it came in
  bool from_scanned_corner = false;  ///< drawn from the top left of SlideInfo::scanned, as QuPath does
  bool clipped = false;              ///< a part of it lies outside the slide
  double tissue_mm2 = 0;             ///< tissue inside
};

}  // namespace annulet
