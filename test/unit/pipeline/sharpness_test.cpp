#include "annulet/pipeline/sharpness.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <utility>

#include "annulet/base/random.hpp"
#include "annulet/phantom/phantom_slide.hpp"
#include "annulet/phantom/pyramid_writer.hpp"
#include "annulet/pipeline/scan.hpp"
#include "annulet/pipeline/score_slide.hpp"
#include "support/catch.hpp"
#include "support/kernel_paths.hpp"

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

/// A window of grain of which a part is far darker.
StainTile grain(const Size<WorkFrame>& slide) {
  StainTile window;
  window.work = {0, 0, slide.width, slide.height};
  Random random(31);
  for (Plane<std::uint8_t>* plane : {&window.haematoxylin, &window.dab}) {
    plane->resize(static_cast<int>(slide.width), static_cast<int>(slide.height));
    for (int y = 0; y < plane->height(); ++y) {
      for (int x = 0; x < plane->width(); ++x)
        (*plane)(x, y) = static_cast<std::uint8_t>(random.below(x < 80 ? 256 : 12));
    }
  }
  return window;
}

/// Sum of 2 x 2 px of 0.5 um of one stain or both, and of 2 x 2 of those.
int pixel(const StainTile& window, bool haematoxylin, bool dab, int x, int y) {
  int sum = 0;
  for (const auto& [column, row] : {std::pair{0, 0}, {1, 0}, {0, 1}, {1, 1}}) {
    sum += haematoxylin ? window.haematoxylin(2 * x + column, 2 * y + row) : 0;
    sum += dab ? window.dab(2 * x + column, 2 * y + row) : 0;
  }
  return sum;
}
int place(const StainTile& window, bool haematoxylin, bool dab, int x, int y) {
  const auto at = [&](int dx, int dy) { return pixel(window, haematoxylin, dab, x + dx, y + dy); };
  return at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1);
}

SharpnessMap::Detail plain_detail(const StainTile& window, int left, int top) {
  int fine = 0, coarse = 0, sum = 0, least = 1 << 15, most = 0, least_dab = 1 << 15;
  for (int y = top; y < top + 8; ++y) {
    for (int x = left; x < left + 8; ++x) {
      const auto both = [&](int dx, int dy) { return pixel(window, true, true, x + dx, y + dy); };
      fine += std::abs(4 * both(0, 0) - both(-1, 0) - both(1, 0) - both(0, -1) - both(0, 1));
      coarse += std::abs(both(-4, 0) - both(4, 0)) + std::abs(both(0, -4) - both(0, 4));
      sum += pixel(window, true, false, x, y);
      least = std::min(least, place(window, true, false, x, y));
      most = std::max(most, place(window, true, false, x, y));
      least_dab = std::min(least_dab, place(window, false, true, x, y));
    }
  }
  const auto byte = [](int value) { return static_cast<std::uint8_t>(std::min(value, 255)); };
  return {byte(fine / 64), byte(coarse / 128), byte(least / 8),
          byte(sum / 128), byte(most / 8),     byte(least_dab / 2)};
}

SharpnessMap::Layer plain_layer(const StainTile& window, int left, int top) {
  int sum = 0, dab = 0, least = 1 << 15, most = 0;
  for (int y = top; y < top + 4; y += 2) {
    for (int x = left; x < left + 4; x += 2) {
      const int here = place(window, true, false, x, y);
      sum += here;
      dab += place(window, false, true, x, y);
      least = std::min(least, here);
      most = std::max(most, here);
    }
  }
  const auto byte = [](int value) { return static_cast<std::uint8_t>(std::min(value, 255)); };
  return {byte(least / 16), byte(sum / 64), byte(most / 16), byte(dab / 64)};
}

/// Tissue in mask pixels of 16 um.
TissueMask mask(int width, int height, int tissue_from) {
  TissueMask tissue;
  tissue.pitch_um = 16;
  tissue.piece = Plane<std::uint16_t>(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = tissue_from; x < width; ++x) tissue.piece(x, y) = 1;
  }
  return tissue;
}

PhantomRecipe recipe_of(const char* preset, double seed) {
  PhantomRecipe recipe = load_recipe(preset);
  recipe.seed = seed;
  return recipe;
}

}  // namespace

TEST_CASE("every kernel path finds in a square what a plain programme does") {
  const Size<WorkFrame> slide{150, 90};
  const StainTile window = grain(slide);
  test::on_each_kernel_path([&] {
    SharpnessMap map(slide, mask(5, 3, 0));
    SharpnessMap::Scratch scratch;
    map.measure(window, {16, 16, 128, 64}, scratch);
    for (int y = 1; y < 4; ++y) {
      for (int x = 1; x < 8; ++x) {
        CHECK(map.squares()(x, y).detail == plain_detail(window, 8 * x, 8 * y));
        for (const auto& [right, down] : {std::pair{0, 0}, {1, 0}, {0, 1}, {1, 1}})
          CHECK(map.squares()(x, y).layer(2 * x + right, 2 * y + down) ==
                plain_layer(window, 8 * x + 4 * right, 8 * y + 4 * down));
      }
    }
  });
}

TEST_CASE("a map of sharpness takes memory for the tissue, not for the slide") {
  constexpr std::int64_t kSquarePx = SharpnessMap::kSquareUm * 2;
  const int squares = 400;  // in a row of the slide; tissue holds the last tenth of them
  const SharpnessMap map({squares * kSquarePx, squares * kSquarePx},
                         mask(squares / 2, squares / 2, squares / 2 * 9 / 10));
  int held = 0;
  for (int y = 0; y < squares; ++y) {
    for (int x = 0; x < squares; ++x) held += map.squares().holds(x, y) ? 1 : 0;
  }
  CHECK(held >= squares * squares / 10);
  CHECK(held <= squares * (squares / 10 + SparsePlane<SharpnessMap::Square>::kSide));
}

TEST_CASE("what the window shows of glass is not kept") {
  const Size<WorkFrame> slide{520, 90};
  SharpnessMap map(slide, mask(17, 3, 12));
  SharpnessMap::Scratch scratch;
  map.measure(grain(slide), {16, 16, 496, 64}, scratch);
  CHECK(map.squares()(1, 1) == SharpnessMap::Square{});
  CHECK(map.squares()(30, 1).detail == plain_detail(grain(slide), 240, 8));
}

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
