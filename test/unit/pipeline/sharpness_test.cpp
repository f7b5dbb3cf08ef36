#include "annulet/pipeline/sharpness.hpp"

#include <unistd.h>
#include <filesystem>

#include "annulet/phantom/phantom_slide.hpp"
#include "annulet/phantom/pyramid_writer.hpp"
#include "annulet/pipeline/scan.hpp"
#include "annulet/pipeline/score_slide.hpp"
#include "support/catch.hpp"

using namespace annulet;

namespace {

struct Folder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("annulet-sharpness-" + std::to_string(::getpid()));
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};

/// Slide with truth, scored.
struct Scored {
  PhantomSlide slide;
  SlideResult result;

  explicit Scored(const PhantomRecipe& recipe, const ScoreOptions& options = {})
      : slide(paint_phantom(recipe)) {
    const Folder folder;
    PyramidOptions pyramid;
    pyramid.mpp = recipe.mpp;
    write_pyramid_tiff(slide.rgb, folder.path / "slide.tif", pyramid);
    RunRecord run;
    result = score_slide(folder.path / "slide.tif", options, {}, run);
  }
  /// Per cent of what bears `bit` (and of tissue that bears none, for 0) that is not counted.
  double masked(int bit) const {
    int all = 0, out = 0;
    for (int y = 0; y < slide.artefacts.height(); ++y) {
      for (int x = 0; x < slide.artefacts.width(); ++x) {
        const int bits = slide.artefacts(x, y);
        if ((bits & kPaintedTissue) == 0 || (bit == 0 ? bits != kPaintedTissue : (bits & bit) == 0)) continue;
        if (!result.quality.flag.contains(x, y) || result.tissue.piece(x, y) == 0) continue;
        ++all;
        out += result.quality.flag(x, y) != 0;
      }
    }
    return 100.0 * out / std::max(all, 1);
  }
};

PhantomRecipe recipe_of(const char* preset, double seed) {
  PhantomRecipe recipe = load_recipe(preset);
  recipe.seed = seed;
  return recipe;
}

}  // namespace

TEST_CASE("areas out of focus are masked, and sharp tissue is not") {
  PhantomRecipe recipe = recipe_of("score2", 71);
  recipe.defocus_areas = 2;
  const Scored scored(recipe);
  CHECK(scored.masked(kPaintedBlur) > 88);
  CHECK(scored.masked(0) < 5);
  for (const CellRow& cell : scored.result.cells) {
    const auto px = [](std::int32_t at) { return static_cast<int>(at / (kMicroUnits * 2)); };
    REQUIRE(scored.result.quality.flag(px(cell.x), px(cell.y)) == 0);
  }
  CHECK(scored.result.excluded_mm2.at("blur") > 0.01);
}

TEST_CASE("a slide that is out of focus all over is refused") {
  PhantomRecipe recipe = recipe_of("score2", 72);
  recipe.blur_um = 2;
  recipe.width_px = recipe.height_px = 1536;
  const Scored scored(recipe);
  REQUIRE(scored.result.status == Status::NotEvaluable);
  CHECK(scored.result.verdict.reasons.front().code == "out-of-focus");
}

TEST_CASE("fat, necrosis and stroma without texture are not out of focus") {
  const Scored scored(recipe_of("necrosis-fat", 73));
  CHECK(scored.result.excluded_mm2.count("blur") == 0);
}

TEST_CASE("what is masked depends neither on the blocks nor on the threads") {
  PhantomRecipe recipe = recipe_of("score1", 74);
  recipe.defocus_areas = 2;
  recipe.folds = 2;
  const Scored plain(recipe);
  ScoreOptions options;
  options.block_um = 80;
  options.offset_um = 37;
  options.threads = 2;
  const Scored tiled(recipe, options);
  CHECK(tiled.result.quality.flag == plain.result.quality.flag);
  CHECK(tiled.result.cells == plain.result.cells);
  CHECK(tiled.result.verdict.score == plain.result.verdict.score);
}

TEST_CASE("most of a fold is masked") {
  PhantomRecipe recipe = recipe_of("20x-score2", 75);
  recipe.folds = 2;
  const Scored scored(recipe);
  CHECK(scored.masked(kPaintedFold) > 50);
  CHECK(scored.masked(0) < 6);
}

TEST_CASE("blurred areas are masked up to their border at 20x too") {
  PhantomRecipe recipe = recipe_of("20x-score2", 76);
  recipe.defocus_areas = 2;
  const Scored scored(recipe);
  CHECK(scored.masked(kPaintedBlur) > 85);
  CHECK(scored.masked(0) < 3);
}

TEST_CASE("strands of tumour, crowded nuclei and ducts are no folds") {
  for (const char* preset : {"score2-lobular", "lymph-rich", "benign-duct"}) {
    const Scored scored(recipe_of(preset, 77));
    INFO(preset);
    const auto fold = scored.result.excluded_mm2.find("fold");
    const double lost = fold == scored.result.excluded_mm2.end() ? 0 : fold->second;
    CHECK(lost < 0.03 * scored.result.tissue.area_mm2);
  }
}
