#include <algorithm>
#include <cmath>

#include "annulet/phantom/phantom_slide.hpp"
#include "recipes.hpp"
#include "support/catch.hpp"

using namespace annulet;
using namespace annulet::recipes;

namespace {

PhantomRecipe even_rings() {
  PhantomRecipe recipe = still("score2", 500);
  recipe.percent_faint = recipe.percent_moderate = 0;
  recipe.percent_ring = 100;
  return recipe;
}

double blue_od_sum(const PhantomSlide& slide) {
  double sum = 0;
  for (std::size_t i = 2; i < slide.rgb.data.size(); i += 3)
    sum -= std::log10(std::max<double>(1, slide.rgb.data[i]) / slide.recipe.white[2]);
  return sum;
}

/// Mean of a value over the evaluable tumour cells.
template <class Value>
double mean(const PhantomSlide& slide, Value value) {
  double sum = 0, count = 0;
  for (const PhantomCell& cell : slide.cells) {
    if (cell.type != PhantomCellType::Tumour || !cell.evaluable) continue;
    sum += value(cell);
    ++count;
  }
  return sum / count;
}

}  // namespace

TEST_CASE("granular membranes show gaps, with about the same stain") {
  PhantomRecipe recipe = even_rings();
  const PhantomSlide even = paint_phantom(recipe);
  recipe.membrane_grain = 1.5;
  const PhantomSlide dots = paint_phantom(recipe);
  const auto share_25 = [](const PhantomCell& cell) { return cell.share_25; };
  CHECK(mean(even, share_25) > 0.9);
  CHECK(mean(dots, share_25) < 0.9);
  CHECK(blue_od_sum(dots) == Approx(blue_od_sum(even)).epsilon(0.1));
}

TEST_CASE("leaning walls are paler and hold as much stain") {
  PhantomRecipe recipe = even_rings();
  const PhantomSlide upright = paint_phantom(recipe);
  recipe.slant = 2;
  const PhantomSlide leaning = paint_phantom(recipe);
  const auto od = [](const PhantomCell& cell) { return cell.dab_od_all; };
  CHECK(mean(leaning, od) < 0.9 * mean(upright, od));
  CHECK(blue_od_sum(leaning) == Approx(blue_od_sum(upright)).epsilon(0.05));
}

TEST_CASE("granules and vacuoles change the cytoplasm and no truth") {
  PhantomRecipe recipe = still("score1", 500);
  const PhantomSlide plain = paint_phantom(recipe);
  const auto bright = [](const PhantomSlide& slide) {
    return std::count_if(slide.rgb.data.begin(), slide.rgb.data.end(), [](int grey) { return grey > 238; });
  };
  recipe.vacuole_percent = 100;
  const PhantomSlide holes = paint_phantom(recipe);
  CHECK(bright(holes) > bright(plain) + 500);
  recipe.vacuole_percent = 0;
  recipe.granule_od = 0.3;
  const PhantomSlide granules = paint_phantom(recipe);
  CHECK(blue_od_sum(granules) > 1.03 * blue_od_sum(plain));
  const auto completeness = [](const PhantomCell& cell) { return cell.completeness; };
  CHECK(mean(granules, completeness) == mean(plain, completeness));
}

TEST_CASE("dark chromogen stays behind Beer-Lambert, faint chromogen hardly does") {
  PhantomRecipe recipe = still("score3", 500);
  recipe.blur_um = 0;
  const PhantomSlide plain = paint_phantom(recipe);
  recipe.chromogen_saturation = 0.6;
  const PhantomSlide scattering = paint_phantom(recipe);
  CHECK(plain.cells.front().dab_od == scattering.cells.front().dab_od);
  int dark = 0, dark_lower = 0, faint = 0, faint_same = 0, raised = 0;
  for (std::size_t i = 2; i < plain.rgb.data.size(); i += 3) {
    const double a = -std::log10(plain.rgb.data[i] / recipe.white[2]),
                 b = -std::log10(scattering.rgb.data[i] / recipe.white[2]);
    raised += b > a + 0.02;
    const bool is_dark = a > 0.8 && a < 1, is_faint = a < 0.1;
    dark += is_dark;
    dark_lower += is_dark && b < 0.9 * a;
    faint += is_faint;
    faint_same += is_faint && std::abs(b - a) < 0.012;
  }
  CHECK(raised == 0);
  CHECK(dark > 100);
  CHECK(dark_lower == dark);
  CHECK(faint_same == faint);
}

TEST_CASE("a camera stretches about the middle grey and clips") {
  PhantomRecipe recipe = still("score1", 400);
  const PhantomSlide plain = paint_phantom(recipe);
  recipe.contrast = 0.3;
  const PhantomSlide stretched = paint_phantom(recipe);
  recipe.contrast = 0;
  recipe.gamma = 1.5;
  const PhantomSlide curved = paint_phantom(recipe);
  for (std::size_t i = 0; i < plain.rgb.data.size(); ++i) {
    const double grey = plain.rgb.data[i], wanted = std::clamp(128 + 1.3 * (grey - 128), 0.0, 255.0);
    if (std::abs(stretched.rgb.data[i] - wanted) > 1.5)
      FAIL("grey " << grey << " became " << int(stretched.rgb.data[i]));
    if (std::abs(curved.rgb.data[i] - 255 * std::pow(grey / 255, 1.5)) > 1.6) FAIL("gamma at " << grey);
  }
  CHECK(std::count(stretched.rgb.data.begin(), stretched.rgb.data.end(), 255) > 1000);
}
