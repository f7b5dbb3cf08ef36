// The decompressor and the shared tables stay from tile to tile; what a tile brings along does not.
#include <opencv2/imgcodecs.hpp>

#include "made_slides.hpp"
#include "support/catch.hpp"

using namespace annulet;

namespace {

constexpr int kTile = 256, kTiles = 4;

/// A whole JPEG of a tile's size with tables of its own: other quantization, Huffman codes made for it.
std::string jpeg_with_tables(int quality) {
  cv::Mat picture(kTile, kTile, CV_8UC3);
  for (int y = 0; y < kTile; ++y) {
    for (int x = 0; x < kTile; ++x)
      picture.at<cv::Vec3b>(y, x) = cv::Vec3b(static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(y),
                                              static_cast<std::uint8_t>(x * y / 256 + (x * 7 + y * 3) % 32));
  }
  std::vector<std::uint8_t> bytes;
  cv::imencode(".jpg", picture, bytes, {cv::IMWRITE_JPEG_QUALITY, quality, cv::IMWRITE_JPEG_OPTIMIZE, 1});
  return {bytes.begin(), bytes.end()};
}

/// The same without its quantization tables: only the Huffman codes are its own.
std::string without_quantization(std::string jpeg) {
  for (std::size_t at = 2; at + 4 <= jpeg.size() && jpeg[at] == '\xFF' && jpeg[at + 1] != '\xDA';) {
    const auto byte = [&](std::size_t i) {
      return static_cast<std::size_t>(static_cast<std::uint8_t>(jpeg[i]));
    };
    const std::size_t size = 2 + (byte(at + 2) << 8 | byte(at + 3));
    if (jpeg[at + 1] == '\xDB') {
      jpeg.erase(at, size);
    } else {
      at += size;
    }
  }
  return jpeg;
}

RgbImage tile_of(const SlideSource& slide, int number) {
  SlidePixels pixels;
  slide.read(0, {number * kTile, 0, (number + 1) * kTile, kTile}, pixels);
  return pixels.rgb;
}

}  // namespace

TEST_CASE("a tile that brings its own JPEG tables leaves the others to the shared ones") {
  const made::Folder folder;
  made::write_tiff(folder / "slide.tif", made::picture(kTiles * kTile, kTile), {});
  std::vector<RgbImage> expected;
  {
    const auto plain = open_slide(folder / "slide.tif");
    for (int i = 0; i < kTiles; ++i) expected.push_back(tile_of(*plain, i));
  }
  const std::string own = jpeg_with_tables(20);
  made::write_bytes(folder / "own.jpg", own);
  expected[1] = made::read_all(*open_slide(folder / "own.jpg")).rgb;
  REQUIRE(expected[1].data != expected[0].data);
  made::replace_tile(folder / "slide.tif", 1, own);
  const auto slide = open_slide(folder / "slide.tif");
  // One thread reads with one decompressor.
  for (const int i : {0, 1, 2, 3, 1, 0, 1, 1, 2}) {
    INFO("tile " << i);
    CHECK(tile_of(*slide, i).data == expected[static_cast<std::size_t>(i)].data);
  }
  const RgbImage all = made::read_all(*slide).rgb;
  for (int i = 0; i < kTiles; ++i) {
    bool same = true;
    for (int y = 0; y < kTile; ++y)
      same = same && std::equal(all.row(y) + 3 * i * kTile, all.row(y) + 3 * (i + 1) * kTile,
                                expected[static_cast<std::size_t>(i)].row(y));
    CHECK(same);
  }
}

TEST_CASE("a tile with Huffman codes of its own leaves the next one to the shared codes") {
  const made::Folder folder;
  made::write_tiff(folder / "slide.tif", made::picture(kTiles * kTile, kTile), {});
  const RgbImage expected = tile_of(*open_slide(folder / "slide.tif"), 2);
  made::replace_tile(folder / "slide.tif", 1, without_quantization(jpeg_with_tables(85)));
  const auto slide = open_slide(folder / "slide.tif");
  const SlidePixels pixels = made::read_all(*slide);
  CHECK(pixels.problems.empty());
  CHECK(pixels.whole);
  tile_of(*slide, 1);
  CHECK(tile_of(*slide, 2).data == expected.data);
}

TEST_CASE("a damaged JPEG tile is lost alone, wherever it breaks off") {
  const made::Folder folder;
  made::write_tiff(folder / "slide.tif", made::picture(kTiles * kTile, kTile), {});
  const made::Place place = made::place_of_tile(folder / "slide.tif", 1);
  const std::string abbreviated = made::bytes_of(folder / "slide.tif").substr(place.offset, place.size);
  std::vector<RgbImage> expected;
  {
    const auto plain = open_slide(folder / "slide.tif");
    for (int i = 0; i < kTiles; ++i) expected.push_back(tile_of(*plain, i));
  }
  for (const std::string& whole : {jpeg_with_tables(20), abbreviated}) {
    for (const std::size_t kept : {std::size_t{3}, whole.size() / 50, whole.size() / 2, whole.size() - 3}) {
      INFO(kept << " of " << whole.size() << " bytes");
      made::replace_tile(folder / "slide.tif", 1, whole.substr(0, kept));
      const auto slide = open_slide(folder / "slide.tif");
      const SlidePixels pixels = made::read_all(*slide);
      REQUIRE(pixels.problems.size() == 1);
      CHECK(pixels.problems[0].where == Rect<SlideFrame>{kTile, 0, 2 * kTile, kTile});
      for (const int i : {0, 2, 3}) {
        tile_of(*slide, 1);
        CHECK(tile_of(*slide, i).data == expected[static_cast<std::size_t>(i)].data);
      }
    }
  }
}
