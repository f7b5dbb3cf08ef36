#include <unistd.h>
#include <algorithm>
#include <cmath>

#include <filesystem>

#include "annulet/base/files.hpp"
#include "annulet/phantom/phantom_slide.hpp"
#include "recipes.hpp"
#include "support/catch.hpp"

using namespace annulet;
using namespace annulet::recipes;

namespace {

double od_at(const PhantomSlide& slide, const PhantomCell& cell, std::size_t channel) {
  const int x = static_cast<int>(cell.x_um / slide.recipe.mpp),
            y = static_cast<int>(cell.y_um / slide.recipe.mpp);
  const double grey = std::max<double>(1, slide.rgb.row(y)[3 * x + static_cast<int>(channel)]);
  return -std::log10(grey / slide.recipe.white[channel]);
}

bool bears(const PhantomCell& cell, const std::string& flag) {
  return ("|" + cell.flags + "|").find("|" + flag + "|") != std::string::npos;
}

/// The same tissue without and with an artefact: the truth about membranes is the same, flagged cells are not
/// evaluable, and unflagged ones look as before.
std::pair<PhantomSlide, PhantomSlide> with_and_without(const PhantomRecipe& plain,
                                                       const PhantomRecipe& spoilt, const std::string& flag) {
  CAPTURE(flag);
  std::pair slides(paint_phantom(plain), paint_phantom(spoilt));
  const std::vector<PhantomCell>&a = slides.first.cells, &b = slides.second.cells;
  REQUIRE(a.size() == b.size());
  int flagged = 0, clear = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(a[i].x_um == b[i].x_um);
    CHECK(a[i].pattern == b[i].pattern);
    CHECK(a[i].completeness == b[i].completeness);
    CHECK(b[i].evaluable == b[i].flags.empty());
    if (bears(b[i], flag)) {
      ++flagged;
      continue;
    }
    ++clear;
    if (a[i].type == PhantomCellType::Tumour)
      CHECK(od_at(slides.first, a[i], 0) == Approx(od_at(slides.second, b[i], 0)).margin(0.02));
  }
  CHECK(flagged > 5);
  CHECK(clear > 20);
  return slides;
}

}  // namespace

TEST_CASE("a fold doubles the optical density of what it covers") {
  const PhantomRecipe plain = still("score1");
  PhantomRecipe folded = plain;
  folded.folds = 3;
  const auto [before, after] = with_and_without(plain, folded, "fold");
  int doubled = 0, same = 0, other = 0;
  for (std::size_t i = 0; i < before.rgb.data.size(); i += 3) {
    const double a = -std::log10(before.rgb.data[i] / plain.white[0]),
                 b = -std::log10(after.rgb.data[i] / plain.white[0]);
    if (a < 0.1) continue;  // a byte is too coarse there
    const double ratio = b / a;
    same += std::abs(ratio - 1) < 0.02;
    doubled += std::abs(ratio - 2) < 0.15;
    other += std::abs(ratio - 1) >= 0.02 && std::abs(ratio - 2) >= 0.15;
  }
  CHECK(doubled > 2000);
  CHECK(same > doubled);
  CHECK(other < doubled);
}

TEST_CASE("ink darkens what it covers in its own colour") {
  const PhantomRecipe plain = still("score1");
  for (const char* colour : {"green", "black"}) {
    CAPTURE(colour);
    PhantomRecipe inked = plain;
    inked.pens = 2;
    inked.pen_colour = colour;
    const auto [before, after] = with_and_without(plain, inked, "pen");
    double red = 0, green = 0, blue = 0;
    for (std::size_t i = 0; i < after.cells.size(); ++i) {
      if (!bears(after.cells[i], "pen")) continue;
      red += od_at(after, after.cells[i], 0) - od_at(before, before.cells[i], 0);
      green += od_at(after, after.cells[i], 1) - od_at(before, before.cells[i], 1);
      blue += od_at(after, after.cells[i], 2) - od_at(before, before.cells[i], 2);
    }
    const std::string darkest = colour;
    if (darkest == "green") CHECK(green < std::min(red, blue));
    if (darkest == "black") CHECK(std::min({red, green, blue}) > 0.8 * std::max({red, green, blue}));
  }
}

TEST_CASE("an area out of focus loses its detail") {
  const PhantomRecipe plain = still("score3");
  PhantomRecipe soft = plain;
  soft.defocus_areas = 2;
  const auto [before, after] = with_and_without(plain, soft, "blur");
  const auto detail = [](const PhantomSlide& slide, const PhantomCell& cell) {
    double sum = 0;
    const int x = static_cast<int>(cell.x_um / slide.recipe.mpp),
              y = static_cast<int>(cell.y_um / slide.recipe.mpp);
    for (int dx = -20; dx < 20; ++dx) {
      if (x + dx < 0 || x + dx + 1 >= slide.rgb.width) continue;
      sum += std::abs(slide.rgb.row(y)[3 * (x + dx)] - slide.rgb.row(y)[3 * (x + dx + 1)]);
    }
    return sum;
  };
  double sharp = 0, blurred = 0;
  for (std::size_t i = 0; i < after.cells.size(); ++i) {
    if (!bears(after.cells[i], "blur")) continue;
    sharp += detail(before, before.cells[i]);
    blurred += detail(after, after.cells[i]);
  }
  CHECK(blurred < 0.6 * sharp);
}

TEST_CASE("edge stain is brown, at the edge, and gone within 50 um") {
  const PhantomRecipe plain = still("score0-null");
  PhantomRecipe stained = plain;
  stained.edge_stain_od = 0.4;
  const auto [before, after] = with_and_without(plain, stained, "edge");
  const double height_um = plain.height_px * plain.mpp, edge = plain.glass_margin_um;
  for (const PhantomCell& cell : after.cells) {
    const double from_border = std::min(cell.y_um, height_um - cell.y_um);
    if (from_border < edge + 5) CHECK(bears(cell, "edge"));
    if (from_border > edge + 85)
      CHECK_FALSE(bears(cell, "edge"));  // the edge waves by 15 um, a cell has its radius
  }
  for (std::size_t i = 0; i < after.cells.size(); ++i) {
    const double from_border = std::min(after.cells[i].y_um, height_um - after.cells[i].y_um);
    const double red = od_at(after, after.cells[i], 0) - od_at(before, before.cells[i], 0),
                 blue = od_at(after, after.cells[i], 2) - od_at(before, before.cells[i], 2);
    if (from_border < edge + 5) CHECK(blue > red);
    if (from_border > edge + 85) CHECK(blue == Approx(0).margin(1e-9));
  }
}

TEST_CASE("cells that are not evaluable do not touch the expected score") {
  PhantomSlide slide;
  for (int i = 0; i < 300; ++i) {
    PhantomCell cell;
    cell.pattern = i < 100 ? "1+" : "3+";
    cell.evaluable = i < 100;
    cell.flags = i < 100 ? "" : i < 200 ? "fold|edge" : "pen";
    slide.cells.push_back(cell);
  }
  const PhantomTruth truth = conclude_phantom(slide);
  CHECK(truth.expected_score == "1+");
  CHECK(truth.tumour_evaluable == 100);
  CHECK(truth.tumour == 300);
  CHECK(truth.evaluable.intense == 0);
}

TEST_CASE("a bubble has a dark rim and hides its inside, dust is dark and without colour") {
  const PhantomRecipe plain = still("score2");
  PhantomRecipe spoilt = plain;
  spoilt.bubbles = 1;
  const auto [before, after] = with_and_without(plain, spoilt, "bubble");
  CHECK(before.artefacts.empty());
  int rim = 0;
  for (std::size_t i = 0; i < after.rgb.data.size(); i += 3)
    rim += after.rgb.data[i] < 40 && after.rgb.data[i + 1] < 40 && after.rgb.data[i + 2] < 40;
  CHECK(rim > 100);
  PhantomRecipe dusty = plain;
  dusty.dust = 40;
  const PhantomSlide dust = paint_phantom(dusty);
  int dark = 0;
  for (int y = 0; y < dust.artefacts.height(); ++y) {
    for (int x = 0; x < dust.artefacts.width(); ++x) dark += (dust.artefacts(x, y) & kPaintedDust) != 0;
  }
  CHECK(dark > 20);
}

TEST_CASE("the size of the bands changes nothing below artefacts either") {
  PhantomRecipe recipe = still("artefact-3", 640);
  recipe.fat_percent = 10;
  recipe.cleft_percent = 50;
  const PhantomSlide whole = paint_phantom(recipe), banded = paint_phantom(recipe, 1);
  CHECK(whole.rgb.data == banded.rgb.data);
}

TEST_CASE("the truth of a plain recipe does not speak of what is off") {
  std::string name = (std::filesystem::temp_directory_path() / "annulet-plain-XXXXXX").string();
  const std::filesystem::path folder = mkdtemp(name.data());
  PhantomRecipe recipe = still("score1", 200);
  const auto truth = [&] {
    write_phantom_truth(paint_phantom(recipe), (folder / "a.tif").string());
    return read_text(folder / "a.slide.json");
  };
  CHECK(truth().find("\"folds\"") == std::string::npos);
  recipe.folds = 1;
  CHECK(truth().find("\"folds\": 1") != std::string::npos);
  std::filesystem::remove_all(folder);
}
