#pragma once
#include <cstdint>
#include <optional>

#include "annulet/base/plane.hpp"
#include "annulet/model/stain.hpp"
#include "annulet/model/verdict.hpp"

namespace annulet {

/// The hue of the second stain on sampled pixels: DAB absorbs blue more than green, red chromogens (AEC,
/// Vector Red) and purple ones do not. docs/science/gates.md, "Hue".
struct ChromogenHue {
  std::uint64_t dense = 0;      ///< pixels that have a colour
  std::uint64_t chromogen = 0;  ///< of them: much light is absorbed, and of red less than 3/5 of green
  std::uint64_t red = 0;        ///< of them: green more than blue
  ChromogenHue& operator+=(const ChromogenHue& other);
};

/// Looks at every fourth pixel of every fourth row. Integers.
ChromogenHue chromogen_hue(const RgbImage& rgb, const Rgb& white);

/// The caveat `chromogen-red` where most of the second stain is not brown.
std::optional<Remark> suspect_chromogen(const ChromogenHue& hue);

}  // namespace annulet
