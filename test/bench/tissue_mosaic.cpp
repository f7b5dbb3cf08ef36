#include "tissue_mosaic.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

#include "annulet/phantom/phantom_slide.hpp"
#include "annulet/phantom/recipe.hpp"

namespace annulet::bench {
namespace {

constexpr int kTile = 256;
constexpr double kPatchUm = 768, kBlockUm = 256;
// Off the grids of tiles and of units of work, so that no seam between blocks falls on one of theirs.
constexpr double kBlockShiftUm = 71;

struct Kind {
  const char* preset;
  double tumour_fraction, lymphocytes_per_mm2;
};
// A slide that is 3+ by its share of intense cells, with weaker areas, lymphocytes and plain stroma.
constexpr Kind kKinds[] = {{"score3", 0.85, 400},          {"score2", 0.9, 400},
                           {"score3-dense", 0.8, 900},     {"score1", 0.9, 300},
                           {"lymph-rich", 0.65, 4500},     {"mi-incomplete", 0.85, 600},
                           {"score0-ultralow", 0.85, 500}, {"no-tumour", 0, 1500}};
constexpr int kKindCount = static_cast<int>(std::size(kKinds));

int in_px(double um, double um_per_px) {
  return static_cast<int>(std::lround(um / um_per_px));
}

PhantomRecipe patch_recipe(const char* preset, double um_per_px, int number) {
  PhantomRecipe recipe = load_recipe(preset);
  recipe.mpp = um_per_px;
  recipe.width_px = recipe.height_px = in_px(kPatchUm, um_per_px);
  recipe.seed = 4000 + number;
  // One slide: one scanner's white, one batch of stain.
  const PhantomRecipe usual;
  recipe.white = usual.white;
  recipe.haematoxylin_vector = usual.haematoxylin_vector;
  recipe.chromogen_vector = usual.chromogen_vector;
  return recipe;
}

/// A block of the mosaic: which patch, and how its pixel (u, v) is found there.
struct Block {
  const RgbImage* patch;
  int origin_x, origin_y, size;
  bool transposed, mirrored, upside_down;

  const std::uint8_t* pixel(int u, int v) const {
    if (mirrored) u = size - 1 - u;
    if (upside_down) v = size - 1 - v;
    if (transposed) std::swap(u, v);
    return patch->row(origin_y + v) + 3 * static_cast<std::ptrdiff_t>(origin_x + u);
  }
};

Block block_at(const Patches& patches, int column, int row, int size) {
  const RgbImage& patch = patches.tissue[static_cast<std::size_t>((column + 3 * row) % kKindCount)];
  const std::uint64_t dice = scrambled(column, row, 77);
  const auto room = static_cast<std::uint64_t>(patch.width - size);
  return {&patch,
          static_cast<int>((dice >> 8) % room),
          static_cast<int>((dice >> 32) % room),
          size,
          (dice & 1) != 0,
          (dice & 2) != 0,
          (dice & 4) != 0};
}

struct Canvas {
  const Patches& patches;
  const TissueMap& map;
  int top;
  RgbImage& strip;
};

void lay_glass(const Canvas& canvas, int left) {
  const RgbImage& glass = canvas.patches.glass;
  const std::uint64_t dice = scrambled(left, canvas.top, 99);
  const auto x = static_cast<int>(dice % static_cast<std::uint64_t>(glass.width - kTile));
  const auto y = static_cast<int>((dice >> 32) % static_cast<std::uint64_t>(glass.height - kTile));
  for (int v = 0; v < canvas.strip.height; ++v)
    std::copy_n(glass.row(y + v) + 3 * x, 3 * kTile, canvas.strip.row(v) + 3 * left);
}

/// Where `everywhere` is false, only on the map's tissue.
void lay_tissue(const Canvas& canvas, int left, bool everywhere) {
  const int size = in_px(kBlockUm, canvas.patches.um_per_px);
  const int shift = in_px(kBlockShiftUm, canvas.patches.um_per_px);
  for (int v = 0; v < canvas.strip.height; ++v) {
    const int y = canvas.top + v + shift;
    std::uint8_t* out = canvas.strip.row(v);
    for (int x = left; x < left + kTile;) {
      const int column = (x + shift) / size, end = std::min(left + kTile, (column + 1) * size - shift);
      const Block block = block_at(canvas.patches, column, y / size, size);
      for (; x < end; ++x) {
        if (everywhere || canvas.map.tissue_at(x, canvas.top + v))
          std::copy_n(block.pixel((x + shift) % size, y % size), 3, out + 3 * x);
      }
    }
  }
}

}  // namespace

Patches paint_patches(double um_per_px) {
  Patches patches{um_per_px, std::vector<RgbImage>(kKindCount), {}};
  std::atomic<int> next{0};
  const auto paint = [&] {
    for (int k; (k = next++) <= kKindCount;) {
      const bool glass = k == kKindCount;
      PhantomRecipe recipe = patch_recipe(glass ? "blank" : kKinds[k].preset, um_per_px, k);
      if (!glass) {
        recipe.glass_margin_um = 0;
        recipe.tumour_fraction = kKinds[k].tumour_fraction;
        recipe.lymphocytes_per_mm2 = kKinds[k].lymphocytes_per_mm2;
      }
      (glass ? patches.glass : patches.tissue[static_cast<std::size_t>(k)]) = paint_phantom(recipe).rgb;
    }
  };
  std::vector<std::jthread> painters;
  for (unsigned i = 1; i < std::thread::hardware_concurrency(); ++i) painters.emplace_back(paint);
  paint();
  painters.clear();
  return patches;
}

void lay_strip(const Patches& patches, const TissueMap& map, int top, RgbImage& strip) {
  const Canvas canvas{patches, map, top, strip};
  for (int left = 0; left < strip.width; left += kTile) {
    const TissueMap::Cover cover = map.cover(left, top, kTile);
    if (cover != TissueMap::Cover::Tissue) lay_glass(canvas, left);
    if (cover != TissueMap::Cover::Glass) lay_tissue(canvas, left, cover == TissueMap::Cover::Tissue);
  }
}

}  // namespace annulet::bench
