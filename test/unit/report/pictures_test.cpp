#include <libdeflate.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>

#include "annulet/base/random.hpp"
#include "annulet/report/writers.hpp"
#include "annulet/slide/slide_source.hpp"
#include "support/catch.hpp"
#include "support/sample_result.hpp"

using namespace annulet;

namespace {

int pixels_like(const RgbImage& image, Rgb colour, int tolerance) {
  int found = 0;
  for (std::size_t i = 0; i < image.data.size(); i += 3) {
    bool like = true;
    for (std::size_t c = 0; c < 3; ++c) like = like && std::abs(image.data[i + c] - colour[c]) <= tolerance;
    found += like;
  }
  return found;
}

constexpr Rgb kIntense{230, 0, 126};

/// The pixels of a PNG, read as a slide is.
RgbImage opened(const std::string& png, int width, int height) {
  const auto path =
      std::filesystem::temp_directory_path() / ("annulet-picture-" + std::to_string(::getpid()) + ".png");
  std::ofstream(path, std::ios::binary) << png;
  SlidePixels pixels;
  open_slide(path)->read(0, {0, 0, width, height}, pixels);
  std::filesystem::remove(path);
  return pixels.rgb;
}

}  // namespace

TEST_CASE("the heat map holds the thumbnail and a legend beside it, and is the same twice") {
  const SlideResult result = sample::scored();
  const RgbImage map = draw_heatmap(result);
  CHECK(map.width > result.thumbnail.width + 200);
  CHECK(map.height >= result.thumbnail.height);
  CHECK(draw_heatmap(result).data == map.data);
}

TEST_CASE("a small thumbnail is enlarged, a missing one replaced by the slide's shape") {
  SlideResult result = sample::scored();
  result.thumbnail = RgbImage(100, 70, 200);
  result.thumbnail_pitch_um = 3.1;
  CHECK(draw_heatmap(result).width > 700);
  result.thumbnail = RgbImage();
  CHECK(draw_heatmap(result).width > 900);
  CHECK(draw_heatmap(SlideResult{}).width > 0);
}

TEST_CASE("more stain on the cells is another colour of the heat map") {
  SlideResult result = sample::scored();
  const Rgb over_90{110, 22, 46};
  for (GradedCell& cell : result.graded) cell.pattern = Pattern::None;
  const int before = pixels_like(draw_heatmap(result), over_90, 2);
  result.thumbnail.data.assign(result.thumbnail.data.size(), 0);
  for (GradedCell& cell : result.graded) cell.pattern = Pattern::FaintIncomplete;
  const int legend = before;
  CHECK(pixels_like(draw_heatmap(result), over_90, 60) > legend + 10'000);
}

TEST_CASE("the overlay shows every field side by side with captions and a legend") {
  const SlideResult result = sample::scored();
  const RgbImage overlay = draw_overlay(result);
  int wide = 0;
  for (const FieldPicture& field : result.fields) wide += field.image.width;
  CHECK(overlay.width > wide);
  CHECK(overlay.height > result.fields[0].image.height + 60);
  CHECK(overlay.data.size() ==
        static_cast<std::size_t>(overlay.width) * static_cast<std::size_t>(overlay.height) * 3);
  CHECK(draw_overlay(result).data == overlay.data);
}

TEST_CASE("a caption with characters that the font lacks is still drawn, the micro sign as u") {
  SlideResult result = sample::scored();
  result.fields[0].caption = "5 um ? wide";
  const RgbImage plain = draw_overlay(result);
  result.fields[0].caption = "5 \xC2\xB5m \xE2\x86\x94 wide";
  CHECK(draw_overlay(result).data == plain.data);
}

TEST_CASE("a field keeps its size and shows the rings of its cells in the colour of their pattern") {
  SlideResult result = sample::scored();
  const FieldPicture& field = result.fields[0];
  for (GradedCell& cell : result.graded) cell = {.kind = CellKind::Tumour, .pattern = Pattern::None};
  const RgbImage pale = draw_field(result, field);
  CHECK(pale.width == field.image.width);
  CHECK(pale.height == field.image.height);
  CHECK(pixels_like(pale, kIntense, 10) == 0);
  for (GradedCell& cell : result.graded) cell.pattern = Pattern::IntenseComplete;
  CHECK(pixels_like(draw_field(result, field), kIntense, 10) > 5'000);
}

TEST_CASE("cells outside a field leave it alone") {
  SlideResult result = sample::scored();
  FieldPicture field = result.fields[0];
  field.where = {100'000, 100'000, 100'400, 100'400};
  const RgbImage drawn = draw_field(result, field);
  result.cells.clear();
  result.graded.clear();
  CHECK(drawn.data == draw_field(result, field).data);
}

TEST_CASE("regions are outlined where they are seen, however far they reach") {
  SlideResult result = sample::scored();
  constexpr Rgb kCounted{0, 60, 200};
  SlideResult without = result;
  without.regions.clear();
  CHECK(pixels_like(draw_heatmap(without), kCounted, 20) == 0);
  CHECK(pixels_like(draw_heatmap(result), kCounted, 20) > 1000);
  CHECK(pixels_like(draw_field(result, result.fields[0]), kCounted, 20) == 0);
  result.regions[0].region.rings = {{{-1e7, -1e7}, {260, -1e7}, {260, 1e7}, {-1e7, 1e7}}};
  CHECK(pixels_like(draw_field(result, result.fields[0]), kCounted, 20) > 400);
}

TEST_CASE("a PNG starts as one and has no time in it") {
  const RgbImage image(20, 10, 77);
  const std::string png = encode_png(image);
  CHECK(png.substr(1, 3) == "PNG");
  CHECK(png.find("tIME") == std::string::npos);
  CHECK(encode_png(image) == png);
}

TEST_CASE("a PNG holds its pixels") {
  RgbImage image(37, 23);
  Random random(3);
  for (std::uint8_t& value : image.data) value = static_cast<std::uint8_t>(random.below(256));
  const std::string png = encode_png(image);
  const auto number = [&](std::size_t at) {
    std::size_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(png[at + i]);
    return value;
  };
  constexpr std::size_t kData = 8 + 25 + 8;  // behind the signature, the header and the chunk's own
  REQUIRE(png.substr(kData - 4, 4) == "IDAT");
  CHECK(number(16) == 37);
  CHECK(number(20) == 23);
  CHECK(number(8 + 21) == libdeflate_crc32(0, png.data() + 12, 17));
  const std::size_t size = number(kData - 8);
  CHECK(number(kData + size) == libdeflate_crc32(0, png.data() + kData - 4, size + 4));
  std::vector<std::uint8_t> rows((3 * 37 + 1) * 23);
  const std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)> decompressor(
      libdeflate_alloc_decompressor(), &libdeflate_free_decompressor);
  REQUIRE(libdeflate_zlib_decompress(decompressor.get(), png.data() + kData, size, rows.data(), rows.size(),
                                     nullptr) == LIBDEFLATE_SUCCESS);
  bool same = true;
  for (std::size_t y = 0; y < 23; ++y) {
    const std::uint8_t* row = rows.data() + y * (3 * 37 + 1);
    same = same && *row++ == 1;
    for (std::size_t i = 0; i < 3 * 37; ++i) {  // filter 1: the difference to the pixel before
      const int before = i < 3 ? 0 : image.row(static_cast<int>(y))[i - 3];
      same = same && static_cast<std::uint8_t>(row[i] + before) == image.row(static_cast<int>(y))[i];
    }
  }
  CHECK(same);
}

TEST_CASE("a PNG of up to 16 colours is indexed and opens as the same picture, one of 17 is not") {
  const auto drawn = [](int colours) {
    RgbImage image(37, 23);
    for (std::size_t i = 0; i < image.data.size(); i += 3) {
      const auto colour = static_cast<std::uint8_t>(i / 3 * 7 % static_cast<std::size_t>(colours));
      image.data[i] = colour;
      image.data[i + 1] = 200;
      image.data[i + 2] = static_cast<std::uint8_t>(255 - colour);
    }
    return image;
  };
  constexpr std::size_t kColourType = 25;
  for (const int colours : {1, 2, 16, 17}) {
    const RgbImage image = drawn(colours);
    const std::string png = encode_png(image);
    CHECK(png[kColourType] == (colours <= 16 ? 3 : 2));
    CHECK(opened(png, image.width, image.height).data == image.data);
  }
}

TEST_CASE("pictures map cells by the scan's one pitch, whatever two pitches the file states") {
  SlideResult two = sample::scored(), one = sample::scored();
  two.pitch = {0.26, 0.24, PitchOrigin::Header};
  one.pitch = {two.pitch.mean(), two.pitch.mean(), PitchOrigin::Header};
  CHECK(draw_heatmap(two).data == draw_heatmap(one).data);
  CHECK(draw_overlay(two).data == draw_overlay(one).data);
  two.thumbnail = one.thumbnail = RgbImage();
  CHECK(draw_heatmap(two).data == draw_heatmap(one).data);
}

TEST_CASE("what is not counted is hatched in the map and in the fields, and named in the legend") {
  SlideResult result = sample::scored();
  const RgbImage map_without = draw_heatmap(result);
  result.quality.pitch_um = 2;
  result.quality.flag =
      Plane<std::uint8_t>(static_cast<int>(result.thumbnail.width * result.thumbnail_pitch_um / 2) + 1,
                          static_cast<int>(result.thumbnail.height * result.thumbnail_pitch_um / 2) + 1,
                          static_cast<std::uint8_t>(QcFlag::Pen));
  result.excluded_mm2 = {{"pen", 0.01}};
  constexpr Rgb kPen{0, 150, 60};
  const RgbImage map = draw_heatmap(result);
  CHECK(map.data != map_without.data);
  CHECK(pixels_like(map, kPen, 60) > pixels_like(map_without, kPen, 60) + 1000);
  result.excluded_mm2.clear();
  CHECK(draw_heatmap(result).data != map.data);
}
