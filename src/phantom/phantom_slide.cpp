#include "annulet/phantom/phantom_slide.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "annulet/base/error.hpp"
#include "phantom/artefacts.hpp"
#include "phantom/measure.hpp"
#include "phantom/optics.hpp"
#include "phantom/painter.hpp"
#include "phantom/tissue.hpp"

namespace annulet {
namespace {

constexpr double kFineEnough = 0.4;    // um/px: coarser slides are painted at half their pitch and averaged
constexpr double kHaloUm = 24;         // a cell's radius and the blur's reach
constexpr double kMostPixels = 300e6;  // to paint
constexpr int kLeastBandRows = 64;

phantom::Tissue lay_out(const PhantomRecipe& recipe, const phantom::Terrain& terrain) {
  phantom::Tissue tissue;
  Random random(static_cast<std::uint64_t>(recipe.seed) * 0x9e3779b97f4a7c15ULL + 1);
  phantom::pack_cells(recipe, terrain, random, tissue);
  phantom::find_walls(terrain, tissue);
  phantom::place_nuclei(recipe, terrain, random, tissue);
  phantom::stain_membranes(recipe, terrain, random, tissue);
  return tissue;
}

phantom::Band make_band(int width, int first_row, int rows, double pitch_um) {
  phantom::Band band;
  band.first_row = first_row;
  band.pitch_um = pitch_um;
  for (Plane<float>* plane :
       {&band.haematoxylin, &band.chromogen, &band.membrane, &band.place_x, &band.place_y}) {
    plane->resize(width, rows);
  }
  return band;
}

}  // namespace

PhantomSlide paint_phantom(const PhantomRecipe& recipe, double band_pixels) {
  const int averaging = recipe.mpp >= kFineEnough ? 2 : 1;
  const int width = static_cast<int>(recipe.width_px), height = static_cast<int>(recipe.height_px);
  if (static_cast<double>(width) * height * averaging * averaging > kMostPixels) {
    throw Error(Code::Usage, "recipe '" + recipe.preset + "': " + std::to_string(width) + " x " +
                                 std::to_string(height) +
                                 " px is too large to paint; use width_px and height_px up to 16384 x 16384");
  }
  const double pitch = recipe.mpp / averaging;
  const phantom::Terrain terrain(recipe);
  const phantom::Tissue tissue = lay_out(recipe, terrain);
  const phantom::Painter painter(recipe, terrain, tissue);
  const phantom::Artefacts artefacts(recipe, terrain);
  PhantomSlide slide;
  slide.recipe = recipe;
  slide.rgb.resize(width, height);
  const int halo = static_cast<int>(std::ceil(kHaloUm / pitch));
  const int step = std::max(
      kLeastBandRows, static_cast<int>(band_pixels / (static_cast<double>(width) * averaging * averaging)));
  Plane<float> scratch;
  for (int first = 0; first < height; first += step) {
    const int last = std::min(height, first + step);
    const int top = std::max(0, first * averaging - halo),
              bottom = std::min(height * averaging, last * averaging + halo);
    phantom::Band band = make_band(width * averaging, top, bottom - top, pitch);
    painter.paint(band);
    for (Plane<float>* plane : {&band.haematoxylin, &band.chromogen, &band.membrane}) {
      phantom::blur(*plane, recipe.blur_um / pitch, scratch);
    }
    phantom::measure_cells(recipe, terrain, tissue, artefacts, band, first * recipe.mpp, last * recipe.mpp,
                           slide.cells);
    artefacts.apply(band);
    phantom::expose(recipe, band, averaging, first, last, slide.rgb);
  }
  std::sort(slide.cells.begin(), slide.cells.end(), [](const PhantomCell& a, const PhantomCell& b) {
    return std::pair(a.y_um, a.x_um) < std::pair(b.y_um, b.x_um);
  });
  slide.tumour = phantom::tumour_regions(recipe, terrain, tissue);
  slide.artefacts = artefacts.map();
  slide.tissue_fraction = phantom::tissue_fraction(terrain);
  return slide;
}

}  // namespace annulet
