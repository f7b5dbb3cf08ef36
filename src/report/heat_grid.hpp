#pragma once
#include <array>
#include <cstdint>

#include "annulet/base/plane.hpp"
#include "annulet/model/result.hpp"
#include "report/palette.hpp"

namespace annulet::report {

/// Measurable tumour cells of one square of the slide.
struct HeatSquare {
  std::uint32_t cells = 0, stained = 0;  ///< stained: any pattern but none
};

/// Squares that cover the slide from its top left.
struct HeatGrid {
  std::int64_t square_um = 0;
  Plane<HeatSquare> squares;  ///< empty where the pitch is not known
};

/// Squares of 64 um, doubled until at most 96 lie along the longer side of the slide.
HeatGrid heat_grid_of(const SlideResult& result);

/// With fewer cells a square has no colour: one cell would be worth more than 20 per cent.
inline constexpr std::uint32_t kFewestInSquare = 5;

/// A step of the colour scale: shares above `over_percent` up to the next step. 0 is a step of its own; the
/// next ends at the 10 per cent of the guidelines.
struct HeatStep {
  int over_percent;
  Colour colour;
  const char* words;
};
inline constexpr std::array<HeatStep, 6> kHeatSteps = {{
    {-1, {176, 205, 230}, "0 %"},
    {0, {255, 236, 170}, "up to 10 %"},
    {10, {252, 190, 96}, "10-30 %"},
    {30, {236, 128, 52}, "30-60 %"},
    {60, {190, 66, 46}, "60-90 %"},
    {90, {110, 22, 46}, "over 90 %"},
}};

/// Step of a square with at least one cell.
const HeatStep& step_of(const HeatSquare& square);

}  // namespace annulet::report
