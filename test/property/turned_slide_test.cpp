// A slide turned by 90 degrees or mirrored is the same tissue: its tally may move only by what another JPEG
// coding, another pixel grid and ties in other directions move.
#include <unistd.h>

#include <cmath>
#include <filesystem>

#include "annulet/phantom/pyramid_writer.hpp"
#include "annulet/pipeline/score_slide.hpp"
#include "annulet/slide/slide_source.hpp"
#include "support/catch.hpp"

using namespace annulet;
namespace fs = std::filesystem;

namespace {

constexpr double kCountTolerance = 0.03;   // share of the measurable tumour cells
constexpr double kPercentTolerance = 3.0;  // percentage points of each pattern

RgbImage whole_level0(const fs::path& slide) {
  const auto source = open_slide(slide);
  SlidePixels pixels;
  source->read(0, {0, 0, source->info().extent.width, source->info().extent.height}, pixels);
  return pixels.rgb;
}

enum class Move { None, Turn90, Mirror };

RgbImage moved(const RgbImage& from, Move move) {
  RgbImage to(move == Move::Turn90 ? from.height : from.width,
              move == Move::Turn90 ? from.width : from.height);
  for (int y = 0; y < from.height; ++y) {
    for (int x = 0; x < from.width; ++x) {
      const int tx = move == Move::Turn90   ? from.height - 1 - y
                     : move == Move::Mirror ? from.width - 1 - x
                                            : x;
      const int ty = move == Move::Turn90 ? x : y;
      for (int c = 0; c < 3; ++c) to.row(ty)[3 * tx + c] = from.row(y)[3 * x + c];
    }
  }
  return to;
}

struct Shares {
  double measurable = 0;
  double percent[kPatterns] = {};
};

Shares shares_of(const RgbImage& image, const char* name) {
  const fs::path path =
      fs::temp_directory_path() / ("annulet-turned-" + std::to_string(::getpid()) + "-" + name + ".tif");
  PyramidOptions options;
  options.quality = 95;
  write_pyramid_tiff(image, path, options);
  RunRecord run;
  const SlideResult result = score_slide(path, {}, {}, run);
  fs::remove(path);
  Shares shares;
  for (int p = static_cast<int>(Pattern::None); p < kPatterns; ++p)
    shares.measurable += static_cast<double>(result.tally.of(CellKind::Tumour, static_cast<Pattern>(p)));
  REQUIRE(shares.measurable > 100);
  for (int p = static_cast<int>(Pattern::None); p < kPatterns; ++p) {
    shares.percent[p] = 100 *
                        static_cast<double>(result.tally.of(CellKind::Tumour, static_cast<Pattern>(p))) /
                        shares.measurable;
  }
  return shares;
}

}  // namespace

TEST_CASE("a turned or mirrored slide keeps its tally") {
  for (const char* name : {"her2-1plus.tif", "her2-2plus.tif", "her2-3plus.tif"}) {
    const RgbImage image = whole_level0(fs::path(ANNULET_SOURCE_DIR) / "samples/slides" / name);
    const Shares upright = shares_of(image, "upright");
    for (const Move move : {Move::Turn90, Move::Mirror}) {
      const Shares other = shares_of(moved(image, move), "moved");
      INFO(name << (move == Move::Turn90 ? " turned" : " mirrored"));
      CHECK(std::abs(other.measurable - upright.measurable) <= kCountTolerance * upright.measurable);
      for (int p = static_cast<int>(Pattern::None); p < kPatterns; ++p) {
        INFO(annulet::name(static_cast<Pattern>(p))
             << " " << upright.percent[p] << " against " << other.percent[p]);
        CHECK(std::abs(other.percent[p] - upright.percent[p]) <= kPercentTolerance);
      }
    }
  }
}
