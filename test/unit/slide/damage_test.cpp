// What a damaged, incomplete or hostile file comes to: an Error with a code, or a Problem with its area.
#include <sys/stat.h>

#include <functional>

#include "made_slides.hpp"
#include "support/catch.hpp"

using namespace annulet;
using made::Layout;

namespace {

Code code_of(const std::filesystem::path& path, std::string* message = nullptr) {
  try {
    (void)open_slide(path);
  } catch (const Error& error) {
    if (message != nullptr) *message = error.what();
    return error.code();
  }
  return Code::Internal;
}

/// 3 x 3 tiles of 256.
void write_nine_tiles(const std::filesystem::path& path, int compression = COMPRESSION_JPEG) {
  Layout layout;
  layout.compression = static_cast<std::uint16_t>(compression);
  if (compression != COMPRESSION_JPEG) layout.photometric = PHOTOMETRIC_RGB;
  made::write_tiff(path, made::picture(700, 700), layout);
}

const Rect<SlideFrame> kMiddleTile{256, 256, 512, 512};

void check_middle_lost(const std::filesystem::path& path, ProblemKind kind) {
  const auto slide = open_slide(path);
  const SlidePixels pixels = made::read_all(*slide);
  REQUIRE(pixels.problems.size() == 1);
  CHECK(pixels.problems[0].kind == kind);
  CHECK(pixels.problems[0].where == kMiddleTile);
  CHECK(!pixels.problems[0].what.empty());
  CHECK(!pixels.whole);
  bool right = true;
  for (int y = 0; y < 700; ++y) {
    for (int x = 0; x < 700; ++x) {
      const bool lost = kMiddleTile.contains({x, y});
      const std::uint8_t* rgb = pixels.rgb.row(y) + 3 * x;
      right = right && pixels.covered(x, y) == (lost ? 0 : 1);
      right = right && (!lost || (rgb[0] == 255 && rgb[1] == 255 && rgb[2] == 255));
    }
  }
  CHECK(right);
}

}  // namespace

TEST_CASE("what is no readable file is refused by its own code") {
  const made::Folder folder;
  CHECK(code_of(folder / "none.svs") == Code::NotFound);
  std::filesystem::create_directory(folder / "folder.svs");
  CHECK(code_of(folder / "folder.svs") == Code::NotAFile);
  REQUIRE(::mkfifo((folder / "pipe.svs").c_str(), 0600) == 0);
  CHECK(code_of(folder / "pipe.svs") == Code::NotAFile);
  CHECK_THROWS_AS(slide_digest(folder / "pipe.svs"), Error);
  CHECK(code_of("/dev/zero") == Code::NotAFile);
  made::write_bytes(folder / "empty.svs", "");
  CHECK(code_of(folder / "empty.svs") == Code::Empty);
  made::write_bytes(folder / "text.svs", "this is no slide\n");
  CHECK(code_of(folder / "text.svs") == Code::Unsupported);
  std::filesystem::create_symlink(folder / "loop.svs", folder / "loop.svs");
  CHECK(code_of(folder / "loop.svs") == Code::NotAFile);
  made::write_bytes(folder / "head.svs", std::string("II*\0", 4));
  CHECK(code_of(folder / "head.svs") == Code::Truncated);
}

TEST_CASE("the message names the slide") {
  const made::Folder folder;
  made::write_bytes(folder / "empty.svs", "");
  std::string message;
  code_of(folder / "empty.svs", &message);
  CHECK(message.find("empty.svs") != std::string::npos);
}

TEST_CASE("a symbolic link to a slide is the slide") {
  const made::Folder folder;
  write_nine_tiles(folder / "slide.tif");
  std::filesystem::create_symlink(folder / "slide.tif", folder / "link.tif");
  CHECK(open_slide(folder / "link.tif")->info().extent.width == 700);
  CHECK(slide_digest(folder / "link.tif") == slide_digest(folder / "slide.tif"));
}

TEST_CASE("a slide cut anywhere is refused") {
  const made::Folder folder;
  write_nine_tiles(folder / "slide.tif");
  const std::string whole = made::bytes_of(folder / "slide.tif");
  std::vector<std::size_t> cuts{1, 2, 16, 200};
  for (std::size_t part = 1; part < 40; ++part) cuts.push_back(whole.size() * part / 40);
  for (const std::size_t cut : cuts) {
    CAPTURE(cut);
    made::write_bytes(folder / "cut.tif", whole.substr(0, whole.size() - cut));
    CHECK(code_of(folder / "cut.tif") == Code::Truncated);
  }
}

TEST_CASE("a tile without bytes is missing, and not black") {
  const made::Folder folder;
  for (const int compression : {COMPRESSION_JPEG, COMPRESSION_LZW}) {
    write_nine_tiles(folder / "slide.tif", compression);
    made::make_missing(folder / "slide.tif", 4);
    check_middle_lost(folder / "slide.tif", ProblemKind::Missing);
  }
}

TEST_CASE("a tile of garbage is lost alone") {
  const made::Folder folder;
  const std::function<std::string(std::size_t)> fillings[] = {
      [](std::size_t size) { return std::string(size, '\0'); },
      [](std::size_t size) { return std::string(size, '\xAA'); },
  };
  for (const int compression : {COMPRESSION_JPEG, COMPRESSION_ADOBE_DEFLATE}) {
    for (const auto& filling : fillings) {
      write_nine_tiles(folder / "slide.tif", compression);
      const made::Place place = made::place_of_tile(folder / "slide.tif", 4);
      made::overwrite(folder / "slide.tif", place.offset, filling(place.size));
      check_middle_lost(folder / "slide.tif", ProblemKind::Undecodable);
    }
  }
}

TEST_CASE("a JPEG tile whose second half is zero is lost, not invented") {
  const made::Folder folder;
  write_nine_tiles(folder / "slide.tif");
  const made::Place place = made::place_of_tile(folder / "slide.tif", 4);
  made::overwrite(folder / "slide.tif", place.offset + place.size / 2,
                  std::string(place.size - place.size / 2, '\0'));
  check_middle_lost(folder / "slide.tif", ProblemKind::Undecodable);
}

TEST_CASE("any flipped bit of a deflate tile is noticed") {
  const made::Folder folder;
  for (const std::uint16_t predictor : {std::uint16_t{1}, std::uint16_t{2}}) {
    Layout layout;
    layout.compression = COMPRESSION_ADOBE_DEFLATE;
    layout.photometric = PHOTOMETRIC_RGB;
    layout.predictor = predictor;
    made::write_tiff(folder / "slide.tif", made::picture(700, 700), layout);
    const std::string whole = made::bytes_of(folder / "slide.tif");
    const made::Place place = made::place_of_tile(folder / "slide.tif", 4);
    for (std::uint64_t part = 1; part < 40; ++part) {
      const std::uint64_t at = place.offset + place.size * part / 40;
      made::overwrite(folder / "slide.tif", at,
                      std::string(1, static_cast<char>(whole[at] ^ (1 << (part % 8)))));
      check_middle_lost(folder / "slide.tif", ProblemKind::Undecodable);
      made::overwrite(folder / "slide.tif", at, whole.substr(at, 1));
    }
  }
}

TEST_CASE("the verdict on a tile does not depend on the part that is read") {
  const made::Folder folder;
  write_nine_tiles(folder / "slide.tif");
  const made::Place place = made::place_of_tile(folder / "slide.tif", 4);
  // An end marker before the end: libjpeg would go on with grey, and say so in a warning.
  made::overwrite(folder / "slide.tif", place.offset + place.size * 3 / 4, "\xFF\xD9");
  const auto slide = open_slide(folder / "slide.tif");
  for (const Rect<LevelFrame>& rect :
       {Rect<LevelFrame>{300, 256, 340, 260}, Rect<LevelFrame>{200, 500, 700, 520}}) {
    SlidePixels pixels;
    slide->read(0, rect, pixels);
    REQUIRE(pixels.problems.size() == 1);
    CHECK(pixels.problems[0].where == kMiddleTile);
  }
}

TEST_CASE("OpenSlide's reader loses a bad tile alone and serves the others afterwards") {
  const made::Folder folder;
  write_nine_tiles(folder / "slide.tif");
  const made::Place place = made::place_of_tile(folder / "slide.tif", 4);
  made::overwrite(folder / "slide.tif", place.offset, std::string(place.size, '\0'));
  const auto slide = open_slide(folder / "slide.tif", ReaderChoice::OpenSlide);
  for (int repeat = 0; repeat < 2; ++repeat) {
    const SlidePixels pixels = made::read_all(*slide);
    REQUIRE(pixels.problems.size() == 1);
    CHECK(pixels.problems[0].where == kMiddleTile);
    CHECK(pixels.problems[0].kind == ProblemKind::Undecodable);
    CHECK(pixels.covered(300, 300) == 0);
    CHECK(pixels.covered(255, 300) == 1);
    SlidePixels good;
    slide->read(0, {0, 0, 256, 256}, good);
    CHECK(good.whole);
  }
}

TEST_CASE("sixteen bits, grey, strange codecs and absurd sizes are refused") {
  const made::Folder folder;
  const auto write = [&](std::uint16_t bits, std::uint16_t samples, std::uint16_t photometric,
                         std::uint32_t width, std::uint32_t tile) {
    TIFF* tiff = TIFFOpen((folder / "slide.tif").c_str(), "w8");
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, width);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, width);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, bits);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, samples);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, photometric);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_LZW);
    TIFFSetField(tiff, TIFFTAG_TILEWIDTH, tile);
    TIFFSetField(tiff, TIFFTAG_TILELENGTH, tile);
    std::vector<std::uint8_t> samples_of_tile(static_cast<std::size_t>(TIFFTileSize(tiff)), 100);
    TIFFWriteEncodedTile(tiff, 0, samples_of_tile.data(), static_cast<tmsize_t>(samples_of_tile.size()));
    TIFFClose(tiff);
  };
  write(16, 3, PHOTOMETRIC_RGB, 256, 256);
  CHECK(code_of(folder / "slide.tif") == Code::Unsupported);
  write(8, 1, PHOTOMETRIC_MINISBLACK, 256, 256);
  CHECK(code_of(folder / "slide.tif") == Code::Unsupported);
  write(8, 3, PHOTOMETRIC_RGB, 1u << 22, 4096);
  CHECK(code_of(folder / "slide.tif") == Code::OverLimit);
  write(8, 3, PHOTOMETRIC_RGB, 8192, 8192);
  CHECK(code_of(folder / "slide.tif") == Code::OverLimit);
}

TEST_CASE("a cut NDPI file is called cut", "[real]") {
  const auto data = made::data_or_skip("a cut NDPI file is called cut");
  if (data.empty()) return;
  const made::Folder folder;
  const std::string whole = made::bytes_of(data / "fixtures/fluorescence-DAPI.ndpi");
  for (const std::size_t part : {1000, 100, 10}) {
    made::write_bytes(folder / "cut.ndpi", whole.substr(0, whole.size() - whole.size() / part));
    CHECK(code_of(folder / "cut.ndpi") == Code::Truncated);
  }
}

TEST_CASE("corrupt files of other projects' suites end in an error or in pixels", "[real]") {
  const auto data =
      made::data_or_skip("corrupt files of other projects' suites end in an error or in pixels");
  if (data.empty()) return;
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(data / "corrupt")) {
    ++files;
    CAPTURE(entry.path().filename().string());
    for (const ReaderChoice choice : {ReaderChoice::Automatic, ReaderChoice::Tiff}) {
      try {
        const auto slide = open_slide(entry.path(), choice);
        for (int level = 0; level < static_cast<int>(slide->info().levels.size()); ++level) {
          const auto& extent = slide->info().levels[static_cast<std::size_t>(level)].extent;
          SlidePixels pixels;
          slide->read(
              level,
              {0, 0, std::min<std::int64_t>(extent.width, 4096), std::min<std::int64_t>(extent.height, 4096)},
              pixels);
          CHECK(pixels.rgb.width > 0);
        }
      } catch (const Error& error) {
        CHECK(!is_not_evaluable(error.code()));
        CHECK(error.code() != Code::Internal);
        CHECK(std::string(error.what()).find(entry.path().filename().string()) != std::string::npos);
      }
    }
  }
  CHECK(files >= 60);
}

TEST_CASE("OpenSlide's reader loses the file's own tiles, not squares of another grid") {
  const made::Folder folder;
  Layout layout;
  layout.tile_width = layout.tile_height = 240;
  made::write_tiff(folder / "slide.tif", made::picture(1500, 1300), layout);
  const auto whole = open_slide(folder / "slide.tif", ReaderChoice::OpenSlide);
  CHECK(whole->info().tile == Size<SlideFrame>{240, 240});
  const SlidePixels intact = made::read_all(*whole);
  for (const std::uint32_t tile : {8U, 9U}) {  // second row, of 7 tiles: the second and the third
    const made::Place place = made::place_of_tile(folder / "slide.tif", tile);
    made::overwrite(folder / "slide.tif", place.offset, std::string(place.size, '\0'));
  }
  const auto slide = open_slide(folder / "slide.tif", ReaderChoice::OpenSlide);
  for (int repeat = 0; repeat < 2; ++repeat) {
    const SlidePixels pixels = made::read_all(*slide);
    REQUIRE(pixels.problems.size() == 2);
    CHECK(pixels.problems[0].where == Rect<SlideFrame>{240, 240, 480, 480});
    CHECK(pixels.problems[1].where == Rect<SlideFrame>{480, 240, 720, 480});
    for (int y = 0; y < 1300; ++y) {
      for (int x = 0; x < 1500; ++x) {
        const bool lost = x >= 240 && x < 720 && y >= 240 && y < 480;
        REQUIRE(pixels.covered(x, y) == (lost ? 0 : 1));
        if (!lost)
          REQUIRE(std::equal(pixels.rgb.row(y) + 3 * x, pixels.rgb.row(y) + 3 * x + 3,
                             intact.rgb.row(y) + 3 * x));
      }
    }
  }
}

TEST_CASE("OpenSlide's reader gives up on a file that is bad all over") {
  const made::Folder folder;
  TIFF* tiff = TIFFOpen((folder / "slide.tif").c_str(), "w");
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, 17 * 1024);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, 16 * 1024);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 3);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_LZW);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_RGB);
  TIFFSetField(tiff, TIFFTAG_TILEWIDTH, 256);
  TIFFSetField(tiff, TIFFTAG_TILELENGTH, 256);
  std::string garbage(500, '\xAA');
  garbage[0] = '\x80';  // as LZW begins: the clear code
  garbage[1] = '\0';
  for (std::uint32_t i = 0; i < TIFFNumberOfTiles(tiff); ++i)
    TIFFWriteRawTile(tiff, i, garbage.data(), static_cast<tmsize_t>(garbage.size()));
  TIFFClose(tiff);
  const auto slide = open_slide(folder / "slide.tif", ReaderChoice::OpenSlide);
  SlidePixels pixels;
  std::size_t blocks = 0;
  const auto read_on = [&] {
    for (; blocks < 16 * 17; ++blocks) {
      const auto x = static_cast<std::int64_t>(blocks % 17) * 1024,
                 y = static_cast<std::int64_t>(blocks / 17) * 1024;
      slide->read(0, {x, y, x + 1, y + 1}, pixels);
    }
  };
  CHECK_THROWS_AS(read_on(), Error);
  CHECK(blocks == 256);
}

TEST_CASE(
    "a JPEG tile with bytes left over before its end marker is lost; filled up with zeros or ones it is "
    "not") {
  const made::Folder folder;
  for (const char filling : {'\0', '\xFF', '\x5A'}) {
    CAPTURE(static_cast<int>(filling));
    write_nine_tiles(folder / "slide.tif");
    const made::Place place = made::place_of_tile(folder / "slide.tif", 4);
    // A smaller picture in the same room, its end marker at the end: what lies between is left over.
    made::Layout small;
    made::write_tiff(folder / "plain.tif", RgbImage(256, 256, 180), small);
    const std::string plain = made::bytes_of(folder / "plain.tif");
    const made::Place of_plain = made::place_of_tile(folder / "plain.tif", 0);
    REQUIRE(of_plain.size + 20 < place.size);
    std::string tile = plain.substr(of_plain.offset, of_plain.size - 2);
    tile += std::string(place.size - tile.size() - 2, filling) + "\xFF\xD9";
    made::overwrite(folder / "slide.tif", place.offset, tile);
    const auto slide = open_slide(folder / "slide.tif");
    CHECK(made::read_all(*slide).problems.empty() == (filling != '\x5A'));
  }
}

TEST_CASE("what OpenSlide returns as transparent black is missing, and never black") {
  const made::Folder folder;
  made::Layout layout;
  layout.photometric = PHOTOMETRIC_RGB;
  layout.description = "Aperio Image Library v10\r\n700x700 |AppMag = 40|MPP = 0.25";
  made::write_tiff(folder / "slide.svs", made::picture(700, 700), layout);
  made::make_missing(folder / "slide.svs", 4);
  const auto slide = open_slide(folder / "slide.svs", ReaderChoice::OpenSlide);
  REQUIRE(slide->info().format == "aperio");
  const SlidePixels pixels = made::read_all(*slide);
  REQUIRE(pixels.problems.size() == 1);
  CHECK(pixels.problems[0].kind == ProblemKind::Missing);
  CHECK_FALSE(pixels.whole);
  std::int64_t lost = 0;
  bool white = true;
  for (int y = 0; y < 700; ++y) {
    for (int x = 0; x < 700; ++x) {
      if (pixels.covered(x, y) != 0) continue;
      ++lost;
      const std::uint8_t* rgb = pixels.rgb.row(y) + 3 * x;
      white = white && rgb[0] == 255 && rgb[1] == 255 && rgb[2] == 255;
    }
  }
  CHECK(lost == pixels.problems[0].where.area());
  CHECK(white);
}
