#pragma once
#include <cmath>

namespace annulet {

inline constexpr int kAreaDecimals = 4;  ///< of mm2, in every file

/// To the decimals in which files have it: what is decided by an area is decided by this one, so that whoever
/// concludes anew from a result folder or a store comes to the same.
inline double stored_area(double mm2) {
  double parts = 1;
  for (int i = 0; i < kAreaDecimals; ++i) parts *= 10;
  return std::round(mm2 * parts) / parts;
}

}  // namespace annulet
