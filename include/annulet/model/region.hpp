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

}  // namespace annulet
