// Damage that decoders do not tell of: neighbours that do not fit together, and tiles of the same bytes.
#include <algorithm>

#include "made_slides.hpp"
#include "support/catch.hpp"

using namespace annulet;
using made::Layout;

namespace {

constexpr int kSide = 700;  // 3 x 3 tiles of 256, the last ones cut

/// Smooth clouds with noise: no straight edges.
RgbImage clouds() {
  RgbImage image(kSide, kSide);
  Random random(3);
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const int wave = (x * x / 9 + y * 37) % 200, level = 90 + std::abs(wave - 100) / 2;
      for (int c = 0; c < 3; ++c)
        image.row(y)[3 * x + c] =
            static_cast<std::uint8_t>(level + 10 * c + static_cast<int>(random.below(24)));
    }
  }
  return image;
}

Rect<SlideFrame> tile(std::int64_t column, std::int64_t row) {
  return Rect<SlideFrame>{column * 256, row * 256, column * 256 + 256, row * 256 + 256}.clipped(
      {0, 0, kSide, kSide});
}

Layout plain() {
  Layout layout;
  layout.compression = COMPRESSION_NONE;
  layout.photometric = PHOTOMETRIC_RGB;
  return layout;
}

/// All pixels of a tile lighter, as a wrong DC value makes those of a JPEG.
void shift(const std::filesystem::path& slide, std::uint32_t number, int levels, std::uint64_t from_row = 0) {
  const made::Place place = made::place_of_tile(slide, number);
  std::string bytes = made::bytes_of(slide).substr(place.offset, place.size);
  for (std::size_t i = from_row * 256 * 3; i < bytes.size(); ++i)
    bytes[i] = static_cast<char>(std::min(255, static_cast<std::uint8_t>(bytes[i]) + levels));
  made::overwrite(slide, place.offset, bytes);
}

SuspectTiles suspects_of(const std::filesystem::path& path) {
  const auto slide = open_slide(path);
  (void)made::read_all(*slide);
  return slide->suspects();
}

}  // namespace

TEST_CASE("the tiles of a whole slide fit together") {
  const made::Folder folder;
  for (const int compression : {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_JPEG}) {
    Layout layout = plain();
    layout.compression = static_cast<std::uint16_t>(compression);
    if (compression == COMPRESSION_JPEG) layout.photometric = PHOTOMETRIC_YCBCR;
    made::write_tiff(folder / "slide.tif", clouds(), layout);
    CHECK(suspects_of(folder / "slide.tif").seams.empty());
    CHECK(suspects_of(folder / "slide.tif").twins.empty());
  }
}

TEST_CASE("a shifted tile fits to none of its neighbours, half of one to some") {
  const made::Folder folder;
  made::write_tiff(folder / "slide.tif", clouds(), plain());
  shift(folder / "slide.tif", 4, 30);
  const SuspectTiles whole = suspects_of(folder / "slide.tif");
  REQUIRE(whole.seams.size() == 4);
  for (const auto& [a, b] : whole.seams) CHECK((a == tile(1, 1) || b == tile(1, 1)));
  made::write_tiff(folder / "slide.tif", clouds(), plain());
  shift(folder / "slide.tif", 4, 30, 128);
  const SuspectTiles half = suspects_of(folder / "slide.tif");
  REQUIRE(half.seams.size() == 3);  // left, right and below
  CHECK(half.seams[2] == std::pair(tile(1, 1), tile(1, 2)));
  made::write_tiff(folder / "slide.tif", clouds(), plain());
  shift(folder / "slide.tif", 4, 3);
  CHECK(suspects_of(folder / "slide.tif").seams.empty());  // less than the eye sees
}

TEST_CASE("what is found does not depend on how tiles are read") {
  const made::Folder folder;
  for (const bool jpeg : {false, true}) {
    Layout layout = plain();
    made::write_tiff(folder / "slide.tif", clouds(), layout);
    if (jpeg) {
      RgbImage image = clouds();
      for (int y = 256; y < 512; ++y) {
        for (int x = 3 * 256; x < 3 * 512; ++x)
          image.row(y)[x] = static_cast<std::uint8_t>(image.row(y)[x] + 40);
      }
      layout.compression = COMPRESSION_JPEG;
      layout.photometric = PHOTOMETRIC_YCBCR;
      made::write_tiff(folder / "slide.tif", image, layout);
    } else {
      shift(folder / "slide.tif", 4, 40);
    }
    const auto expected = suspects_of(folder / "slide.tif").seams;
    REQUIRE(expected.size() == 4);
    const auto slide = open_slide(folder / "slide.tif");
    SlidePixels pixels;
    const std::vector<Rect<SlideFrame>> parts{{600, 600, 610, 610}, {250, 0, 300, 700}, {0, 500, 700, 520},
                                              {0, 0, 700, 300},     {0, 0, 10, 700},    {600, 0, 700, 700},
                                              {0, 0, 700, 700}};
    for (const auto& part : parts) slide->announce(part);
    for (const auto& part : parts) slide->read(0, {part.x0, part.y0, part.x1, part.y1}, pixels);
    CHECK(slide->suspects().seams == expected);
  }
}

TEST_CASE("tiles of the same bytes are told") {
  const made::Folder folder;
  made::write_tiff(folder / "slide.tif", clouds(), {});
  const made::Place place = made::place_of_tile(folder / "slide.tif", 1);
  const std::string bytes = made::bytes_of(folder / "slide.tif").substr(place.offset, place.size);
  for (const std::uint32_t other : {3U, 4U}) made::replace_tile(folder / "slide.tif", other, bytes);
  const SuspectTiles found = suspects_of(folder / "slide.tif");
  REQUIRE(found.twins.size() == 1);
  CHECK(found.twins[0] == std::vector<Rect<SlideFrame>>{tile(1, 0), tile(0, 1), tile(1, 1)});
}

TEST_CASE("glass is alike everywhere") {
  const made::Folder folder;
  made::write_tiff(folder / "slide.tif", RgbImage(kSide, kSide, 240), {});
  CHECK(suspects_of(folder / "slide.tif").twins.empty());
}
