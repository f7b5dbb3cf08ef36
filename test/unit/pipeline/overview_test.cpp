#include "annulet/pipeline/overview.hpp"

#include <algorithm>

#include "support/catch.hpp"

using namespace annulet;

namespace {

/// One level of one colour; white and not covered outside, as every reader gives it.
class PlainSlide : public SlideSource {
 public:
  PlainSlide(std::int64_t width, std::int64_t height, std::uint8_t grey) : grey_(grey) {
    info_.extent = {width, height};
    info_.levels = {{{width, height}, 1.0}};
    info_.tile = {256, 256};
  }
  const SlideInfo& info() const override { return info_; }
  void read(int, Rect<LevelFrame> rect, SlidePixels& out) const override {
    out.rgb = RgbImage(static_cast<int>(rect.width()), static_cast<int>(rect.height()));
    out.covered = Plane<std::uint8_t>(out.rgb.width, out.rgb.height);
    for (int y = 0; y < out.rgb.height; ++y) {
      for (int x = 0; x < out.rgb.width; ++x) {
        if (rect.x0 + x < 0 || rect.y0 + y < 0 || rect.x0 + x >= info_.extent.width ||
            rect.y0 + y >= info_.extent.height)
          continue;
        std::fill_n(out.rgb.row(y) + 3 * x, 3, grey_);
        out.covered(x, y) = 1;
      }
    }
  }

 private:
  SlideInfo info_;
  std::uint8_t grey_;
};

}  // namespace

TEST_CASE("the border of a slide is no brighter than the slide, at any size and pitch") {
  for (const double pitch_um : {0.23, 0.25, 0.28, 0.3, 0.35, 0.5}) {
    for (const std::int64_t side : {1000, 1023, 1024, 1031}) {
      const PlainSlide slide(side, side + 7, 150);
      const Overview overview = read_overview(slide, {pitch_um, pitch_um, PitchOrigin::User}, {});
      INFO(pitch_um << " um, " << side << " px");
      CHECK(std::all_of(overview.rgb.data.begin(), overview.rgb.data.end(), [](int v) { return v == 150; }));
    }
  }
}
