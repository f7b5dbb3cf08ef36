#include "phantom/architecture.hpp"

#include <algorithm>
#include <cmath>

#include "phantom/vec.hpp"

namespace annulet::phantom {
namespace {

constexpr int kNest = 10, kBandCourse = 130, kFileBreak = 134;
constexpr double kCourseScale = 2.4,
                 kCourseBend = 0.75;  // of the bands' spacing: length and width of their bends
constexpr double kFileShare = 0.75;   // of a file's length holds cells
constexpr float kBreakUm = 32;        // length of the files' pieces
constexpr double kStep = 1;           // um, for the slope of the course

/// um across the bands: a plane wave whose crests are bent by noise. `spacing` is the period.
double across(const Noise& noise, double spacing, double x, double y) {
  const auto fx = static_cast<float>(x / (kCourseScale * spacing)),
             fy = static_cast<float>(y / (kCourseScale * spacing));
  const double turn = 0.5 * noise(0.5F, 0.5F, kBandCourse + 2) * kTurn;  // the slide's own direction
  return x * std::cos(turn) + y * std::sin(turn) +
         kCourseBend * spacing * kCourseScale * noise.fractal(fx, fy, kBandCourse) / 2;
}

}  // namespace

double growth_value(const PhantomRecipe& recipe, const Noise& noise, double x, double y) {
  if (recipe.architecture == "trabeculae") {
    const double phase = kTurn * across(noise, recipe.nest_scale_um, x, y) / recipe.nest_scale_um;
    return std::cos(phase);
  }
  const auto fx = static_cast<float>(x / recipe.nest_scale_um),
             fy = static_cast<float>(y / recipe.nest_scale_um);
  if (recipe.architecture == "cords") return -std::abs(noise.fractal(fx, fy, kNest));
  return noise.fractal(fx, fy, kNest);
}

double file_distance(const PhantomRecipe& recipe, const Noise& noise, double x, double y) {
  const auto fx = static_cast<float>(x), fy = static_cast<float>(y);
  const double gap = noise(fx / kBreakUm, fy / kBreakUm, kFileBreak);
  if (gap > 2 * kFileShare - 1) return 1e9;
  const double spacing = kFileShare * recipe.cell_diameter_um / std::max(0.01, recipe.tumour_fraction);
  const double here = across(noise, spacing, x, y);
  const double slope =
      std::hypot(across(noise, spacing, x + kStep, y) - here, across(noise, spacing, x, y + kStep) - here) /
      kStep;
  const double off = std::abs(here / spacing - std::round(here / spacing)) * spacing;
  return off / std::max(0.2, slope);
}

}  // namespace annulet::phantom
