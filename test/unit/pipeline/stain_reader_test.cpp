#include "annulet/pipeline/stain_reader.hpp"

#include <algorithm>

#include "annulet/base/random.hpp"
#include "annulet/cell/membrane.hpp"
#include "annulet/pixel/resample.hpp"
#include "annulet/pixel/stain_preset.hpp"
#include "support/catch.hpp"

using namespace annulet;

namespace {

// A slide of coloured noise in tiles of 64 px; one of its tiles is missing.
class NoiseSlide final : public SlideSource {
 public:
  NoiseSlide(int width, int height) : picture_(width, height) {
    Random random(7);
    for (std::uint8_t& value : picture_.data) value = static_cast<std::uint8_t>(80 + random.below(170));
    info_.extent = {width, height};
    info_.tile = {64, 64};
    info_.levels = {{{width, height}, 1.0}};
  }
  const SlideInfo& info() const override { return info_; }
  void read(int, Rect<LevelFrame> rect, SlidePixels& out) const override {
    out.rgb = RgbImage(static_cast<int>(rect.width()), static_cast<int>(rect.height()));
    out.covered = Plane<std::uint8_t>(out.rgb.width, out.rgb.height, 0);
    out.whole = true;
    out.problems.clear();
    for (std::int64_t y = rect.y0; y < rect.y1; ++y) {
      for (std::int64_t x = rect.x0; x < rect.x1; ++x) {
        if (!has(x, y)) {
          out.whole = false;
          continue;
        }
        const int column = static_cast<int>(x - rect.x0), row = static_cast<int>(y - rect.y0);
        std::copy_n(picture_.row(static_cast<int>(y)) + 3 * x, 3, out.rgb.row(row) + 3 * column);
        out.covered(column, row) = 1;
      }
    }
  }

 private:
  bool has(std::int64_t x, std::int64_t y) const {
    const bool missing = x / 64 == 5 && y / 64 == 4;
    return x >= 0 && y >= 0 && x < picture_.width && y < picture_.height && !missing;
  }
  RgbImage picture_;
  SlideInfo info_;
};

bool lost_at(const StainTile& tile, int column, int row) {
  return !tile.covered_native.empty() && tile.covered_native(column, row) == 0;
}

}  // namespace

TEST_CASE("planes read in bands are those of the whole window") {
  const NoiseSlide slide(1000, 900);
  const StainModel stain = load_stain_preset("hdab-ruifrok");
  for (const double pitch_um : {0.25, 0.2527, 0.3}) {
    const auto work = [&](int px) { return static_cast<std::int64_t>(px * pitch_um / kWorkPitch); };
    const Rect<WorkFrame> all{0, 0, work(1000), work(900)};
    for (const Rect<WorkFrame>& window : {all, Rect<WorkFrame>{work(133), work(70), work(801), work(717)}}) {
      const Rect<WorkFrame> core = window.grown(-window.width() / 3);
      StainReader reader(slide, stain, pitch_um);
      StageSeconds seconds;
      StainTile tile;
      reader.read(window, core, tile, seconds);

      SlidePixels pixels;
      const Rect<SlideFrame> native = reader.native_rect(window);
      slide.read(0, {native.x0, native.y0, native.x1, native.y1}, pixels);
      const StainTile whole = reader.unmix(window, native, pixels);
      CHECK(tile.haematoxylin == whole.haematoxylin);
      CHECK(tile.dab == whole.dab);
      const Rect<SlideFrame> less = reader.work_rect(window);
      slide.read(0, {less.x0, less.y0, less.x1, less.y1}, pixels);
      CHECK(reader.unmix(window, less, pixels).haematoxylin == tile.haematoxylin);

      slide.read(0, {native.x0, native.y0, native.x1, native.y1}, pixels);
      Plane<std::uint8_t> haematoxylin, dab;
      Unmixer{stain}(pixels.rgb, &pixels.covered, haematoxylin, dab);
      bool same = true, covered = true;
      for (std::int64_t y = tile.native.y0; y < tile.native.y1; ++y) {
        for (std::int64_t x = tile.native.x0; x < tile.native.x1; ++x) {
          const int column = static_cast<int>(x - tile.native.x0), row = static_cast<int>(y - tile.native.y0);
          const int of_x = static_cast<int>(x - native.x0), of_y = static_cast<int>(y - native.y0);
          same = same && tile.dab_native(column, row) == dab(of_x, of_y);
          if (x >= 0 && y >= 0 && x < 1000 && y < 900)
            covered = covered && lost_at(tile, column, row) == (pixels.covered(of_x, of_y) == 0);
        }
      }
      CHECK(same);
      CHECK(covered);
    }
  }
}

TEST_CASE("the membrane plane of a coarse slide is sharpened by the luma, that of a fine one is not") {
  const NoiseSlide slide(400, 300);
  StainModel stain = load_stain_preset("hdab-ruifrok");
  stain.lost_detail_percent = 20;
  for (const double pitch_um : {0.39, 0.5}) {
    const auto work = [&](int px) { return static_cast<std::int64_t>(px * pitch_um / kWorkPitch); };
    const Rect<WorkFrame> window{work(40), work(40), work(250), work(200)};
    StainReader reader(slide, stain, pitch_um);
    StageSeconds seconds;
    StainTile tile;
    reader.read(window, window, tile, seconds);
    CHECK(tile.coarse == (pitch_um >= 0.4));
    CHECK(tile.lost_detail_percent == (pitch_um >= 0.4 ? 20 : 0));
    SlidePixels pixels;
    slide.read(0, {tile.native.x0, tile.native.y0, tile.native.x1, tile.native.y1}, pixels);
    Plane<std::uint8_t> haematoxylin, dab, smooth, expected;
    Unmixer{stain}(pixels.rgb, &pixels.covered, haematoxylin, dab);
    int differ = 0;
    for (int y = 10; y < dab.height() - 10; ++y) {
      for (int x = 10; x < dab.width() - 10; ++x) differ += dab(x, y) != tile.dab_native(x, y);
    }
    CHECK((differ > dab.width() * dab.height() / 4) == tile.coarse);
    if (!tile.coarse) CHECK(differ == 0);
    // What rings are measured on is smoothed with 0.3 um.
    const int reach = reader.smoothing_reach_px();
    smooth.resize(dab.width() - 2 * reach, dab.height() - 2 * reach);
    reader.smooth(dab, smooth, 0);
    gaussian(dab, 0.3 / pitch_um, expected);
    CHECK(smooth(5, 7) == expected(5 + reach, 7 + reach));
    CHECK(smooth(smooth.width() - 1, 0) == expected(dab.width() - 1 - reach, reach));
  }
}
