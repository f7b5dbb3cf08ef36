// The tiff reader and OpenSlide give the same pixels, bit for bit, wherever both can read a file.
#include <openslide.h>

#include "made_slides.hpp"
#include "support/catch.hpp"

using namespace annulet;
using made::Layout;

namespace {

void check_same(const SlideSource& ours, const SlideSource& theirs, int level, const Rect<LevelFrame>& rect) {
  SlidePixels a, b;
  ours.read(level, rect, a);
  theirs.read(level, rect, b);
  REQUIRE(a.rgb.data.size() == b.rgb.data.size());
  CHECK(a.rgb.data == b.rgb.data);
  CHECK(a.covered == b.covered);
  CHECK(a.whole == b.whole);
  CHECK(a.problems.empty());
  CHECK(b.problems.empty());
}

void check_same_slide(const std::filesystem::path& path) {
  const auto ours = open_slide(path, ReaderChoice::Tiff);
  const auto theirs = open_slide(path, ReaderChoice::OpenSlide);
  REQUIRE(ours->info().reader == "tiff");
  REQUIRE(theirs->info().reader == "openslide");
  REQUIRE(ours->info().levels.size() == theirs->info().levels.size());
  for (int level = 0; level < static_cast<int>(ours->info().levels.size()); ++level) {
    const Level& a = ours->info().levels[static_cast<std::size_t>(level)];
    const Level& b = theirs->info().levels[static_cast<std::size_t>(level)];
    CHECK(a.extent == b.extent);
    CHECK(a.downsample == Approx(b.downsample));
    // A downsample that is no whole number makes OpenSlide resample: only whole ones can be compared.
    if (a.downsample != static_cast<int>(a.downsample)) continue;
    check_same(*ours, *theirs, level, {0, 0, a.extent.width, a.extent.height});
    check_same(*ours, *theirs, level, {37, 51, 411, 333});
    check_same(*ours, *theirs, level, {-60, -20, 130, 300});
    check_same(*ours, *theirs, level,
               {a.extent.width - 70, a.extent.height - 50, a.extent.width + 40, a.extent.height + 9});
  }
}

}  // namespace

TEST_CASE("JPEG tiles: the pixels are OpenSlide's") {
  const made::Folder folder;
  struct Case {
    std::uint16_t photometric, x, y;
    std::uint32_t width, height;
  };
  for (const Case& c : {Case{PHOTOMETRIC_YCBCR, 2, 2, 256, 256}, Case{PHOTOMETRIC_YCBCR, 2, 1, 256, 256},
                        Case{PHOTOMETRIC_YCBCR, 1, 1, 240, 320}, Case{PHOTOMETRIC_RGB, 1, 1, 128, 128},
                        Case{PHOTOMETRIC_YCBCR, 2, 2, 512, 16}}) {
    CAPTURE(c.photometric, c.x, c.y, c.width, c.height);
    Layout layout;
    layout.photometric = c.photometric;
    layout.subsampling_x = c.x;
    layout.subsampling_y = c.y;
    layout.tile_width = c.width;
    layout.tile_height = c.height;
    layout.levels = 3;
    made::write_tiff(folder / "slide.tif", made::picture(1000, 724), layout);
    check_same_slide(folder / "slide.tif");
  }
}

TEST_CASE("Aperio files: the pixels are OpenSlide's") {
  const made::Folder folder;
  Layout layout;
  layout.photometric = PHOTOMETRIC_RGB;
  layout.levels = 2;
  layout.reduced_flag = false;
  layout.description = "Aperio Image Library v10\r\n1000x724 |AppMag = 40|MPP = 0.2525";
  made::write_tiff(folder / "slide.svs", made::picture(1000, 724), layout);
  check_same_slide(folder / "slide.svs");
  const auto slide = open_slide(folder / "slide.svs");
  CHECK(slide->info().reader == "tiff");
  CHECK(slide->info().format == "aperio");
  CHECK(slide->info().pitch.x == 0.2525);
  CHECK(slide->info().objective_power == 40.0);
}

TEST_CASE("lossless tiles: the pixels are OpenSlide's and the picture's") {
  const made::Folder folder;
  const RgbImage picture = made::picture(700, 500);
  for (const int compression :
       {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE, COMPRESSION_DEFLATE}) {
    for (const int predictor : {1, 2}) {
      for (const char* mode : {"w", "w8", "wb"}) {
        CAPTURE(compression, predictor, mode);
        Layout layout;
        layout.compression = static_cast<std::uint16_t>(compression);
        layout.photometric = PHOTOMETRIC_RGB;
        layout.predictor = static_cast<std::uint16_t>(compression == COMPRESSION_NONE ? 1 : predictor);
        layout.mode = mode;
        made::write_tiff(folder / "slide.tif", picture, layout);
        // OpenSlide 3.4.1 does not know big-endian files.
        if (mode != std::string("wb")) check_same_slide(folder / "slide.tif");
        const SlidePixels all = made::read_all(*open_slide(folder / "slide.tif"));
        CHECK(all.rgb.data == picture.data);
        CHECK(all.whole);
      }
    }
  }
}

TEST_CASE("real slides: the pixels are OpenSlide's", "[real]") {
  const auto data = made::data_or_skip("real slides: the pixels are OpenSlide's");
  if (data.empty()) return;
  check_same_slide(data / "fixtures/CMU-1-Small-Region.svs");
  for (const char* name : {"score3-s3.svs", "score2-s3.tiff", "20x-score1-s3.svs"}) {
    CAPTURE(name);
    check_same_slide(data / "phantom/slides" / name);
  }
}
