// What is opened by which reader, and what it says of itself.
#include <opencv2/imgcodecs.hpp>

#include <thread>

#include "made_slides.hpp"
#include "support/catch.hpp"

using namespace annulet;
using made::Layout;

namespace {

cv::Mat picture_bgr(int width, int height) {
  const RgbImage image = made::picture(width, height);
  cv::Mat out(height, width, CV_8UC3);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c) out.ptr(y)[3 * x + c] = image.row(y)[3 * x + 2 - c];
    }
  }
  return out;
}

}  // namespace

TEST_CASE("a pyramid is read with its levels, tiles and pitch") {
  const made::Folder folder;
  Layout layout;
  layout.levels = 3;
  layout.um_per_px = 0.25;
  layout.tile_width = 240;
  layout.tile_height = 320;
  made::write_tiff(folder / "slide.tif", made::picture(1001, 803), layout);
  const auto slide = open_slide(folder / "slide.tif");
  const SlideInfo& info = slide->info();
  CHECK(info.reader == "tiff");
  CHECK(info.format == "generic-tiff");
  CHECK(info.file_name == "slide.tif");
  CHECK(info.bytes == std::filesystem::file_size(folder / "slide.tif"));
  CHECK(info.extent == Size<SlideFrame>{1001, 803});
  CHECK(info.tile == Size<SlideFrame>{240, 320});
  REQUIRE(info.levels.size() == 3);
  CHECK(info.levels[1].extent == Size<LevelFrame>{500, 401});
  CHECK(info.levels[2].downsample == Approx(4).epsilon(0.01));
  CHECK(info.pitch.x == Approx(0.25));
  CHECK(!info.picture);
}

TEST_CASE("levels are found without their flag; another picture is no level") {
  const made::Folder folder;
  Layout layout;
  layout.levels = 3;
  layout.reduced_flag = false;
  made::write_tiff(folder / "slide.tif", made::picture(1000, 800), layout);
  CHECK(open_slide(folder / "slide.tif")->info().levels.size() == 3);
  layout.levels = 1;
  layout.mode = "a";
  made::write_tiff(folder / "slide.tif", made::picture(300, 800), layout);
  CHECK(open_slide(folder / "slide.tif")->info().levels.size() == 3);
}

TEST_CASE("level 0 is no macro for a word of its description, a label is no level 0") {
  const made::Folder folder;
  Layout layout;
  layout.levels = 3;
  for (const char* text :
       {"Macrometastasis", "label: case 12", "macro", "case 12\nlabel 300x300", "Macro dissection 2x3"}) {
    layout.description = text;
    made::write_tiff(folder / "slide.tif", made::picture(1000, 800), layout);
    INFO(text);
    CHECK(open_slide(folder / "slide.tif")->info().extent == Size<SlideFrame>{1000, 800});
  }
  Layout beside;
  for (const char* text : {"label", "Macro", "macro 1200x1300", "Aperio Image Library\nmacro 1200x1300"}) {
    layout.description = "";
    made::write_tiff(folder / "slide.tif", made::picture(1000, 800), layout);
    beside.description = text;
    beside.mode = "a";
    made::write_tiff(folder / "slide.tif", made::picture(1200, 1300), beside);
    INFO(text);
    CHECK(open_slide(folder / "slide.tif")->info().extent == Size<SlideFrame>{1000, 800});
  }
}

TEST_CASE("a default resolution of 72 dpi is no pitch") {
  const made::Folder folder;
  Layout layout;
  layout.um_per_px = 25400.0 / 72;
  made::write_tiff(folder / "slide.tif", made::picture(300, 300), layout);
  CHECK(!open_slide(folder / "slide.tif")->info().pitch.known());
}

TEST_CASE("the physical size of OME-XML is the pitch") {
  const made::Folder folder;
  Layout layout;
  layout.description =
      "<?xml version=\"1.0\"?><OME><Image><Pixels SizeX=\"300\" PhysicalSizeX=\"0.23\" "
      "PhysicalSizeXUnit=\"\xC2\xB5m\" "
      "PhysicalSizeY=\"230\" PhysicalSizeYUnit=\"nm\"></Pixels></Image></OME>";
  made::write_tiff(folder / "slide.tif", made::picture(300, 300), layout);
  const Pitch pitch = open_slide(folder / "slide.tif")->info().pitch;
  CHECK(pitch.x == Approx(0.23));
  CHECK(pitch.y == Approx(0.23));
}

TEST_CASE("transparent pixels are white and not covered") {
  const made::Folder folder;
  Layout layout;
  layout.compression = COMPRESSION_LZW;
  layout.photometric = PHOTOMETRIC_RGB;
  layout.alpha = true;
  for (const std::uint32_t tile : {0u, 128u}) {
    layout.tile_width = layout.tile_height = tile;
    made::write_tiff(folder / "slide.tif", made::picture(300, 200), layout);
    const SlidePixels pixels = made::read_all(*open_slide(folder / "slide.tif"));
    CHECK(pixels.problems.empty());
    CHECK(!pixels.whole);
    CHECK(pixels.covered(50, 50) == 0);
    CHECK(pixels.covered(150, 50) == 0);
    CHECK(pixels.covered(250, 50) == 1);
    CHECK(pixels.rgb.row(50)[3 * 50] == 255);
    CHECK(pixels.rgb.row(50)[3 * 250] == made::picture(300, 200).row(50)[3 * 250]);
  }
}

TEST_CASE("a small TIFF of strips is read whole") {
  const made::Folder folder;
  const RgbImage picture = made::picture(500, 333);
  Layout layout;
  layout.tile_width = 0;
  layout.compression = COMPRESSION_ADOBE_DEFLATE;
  layout.photometric = PHOTOMETRIC_RGB;
  layout.um_per_px = 0.5;
  made::write_tiff(folder / "slide.tif", picture, layout);
  const auto slide = open_slide(folder / "slide.tif");
  CHECK(slide->info().reader == "tiff");
  CHECK(slide->info().tile == Size<SlideFrame>{256, 256});
  CHECK(slide->info().pitch.known());
  CHECK(made::read_all(*slide).rgb.data == picture.data);
  layout.compression = COMPRESSION_JPEG;
  layout.photometric = PHOTOMETRIC_YCBCR;
  made::write_tiff(folder / "slide.tif", picture, layout);
  CHECK(made::read_all(*open_slide(folder / "slide.tif")).whole);
}

TEST_CASE("pictures are recognised by their content, whatever the name") {
  const made::Folder folder;
  const cv::Mat bgr = picture_bgr(321, 123);
  cv::imwrite(folder / "a.jpg", bgr);
  cv::imwrite(folder / "b.png", bgr);
  std::filesystem::rename(folder / "a.jpg", folder / "a.png");
  std::filesystem::rename(folder / "b.png", folder / "b.tif");
  const auto jpeg = open_slide(folder / "a.png"), png = open_slide(folder / "b.tif");
  CHECK(jpeg->info().format == "jpeg");
  CHECK(png->info().format == "png");
  for (const auto* slide : {jpeg.get(), png.get()}) {
    CHECK(slide->info().picture);
    CHECK(slide->info().reader == "picture");
    CHECK(slide->info().extent == Size<SlideFrame>{321, 123});
    CHECK(!slide->info().pitch.known());
  }
  CHECK(made::read_all(*png).rgb.data == made::picture(321, 123).data);
  // libjpeg-turbo through OpenCV decodes to the same colours.
  const cv::Mat again = cv::imread(folder / "a.png", cv::IMREAD_COLOR);
  const SlidePixels pixels = made::read_all(*jpeg);
  bool same = true;
  for (int y = 0; y < 123; ++y) {
    for (int x = 0; x < 321; ++x) {
      for (int c = 0; c < 3; ++c) same = same && again.ptr(y)[3 * x + c] == pixels.rgb.row(y)[3 * x + 2 - c];
    }
  }
  CHECK(same);
}

TEST_CASE("damaged pictures are refused") {
  const made::Folder folder;
  cv::imwrite(folder / "a.jpg", picture_bgr(300, 300));
  cv::imwrite(folder / "b.png", picture_bgr(300, 300));
  for (const char* name : {"a.jpg", "b.png"}) {
    const std::string whole = made::bytes_of(folder / name);
    made::write_bytes(folder / name, whole.substr(0, whole.size() / 2));
    try {
      (void)open_slide(folder / name);
      FAIL("must throw");
    } catch (const Error& error) {
      CHECK(error.code() == Code::Truncated);
    }
  }
  cv::imwrite(folder / "b.png", picture_bgr(300, 300));
  made::overwrite(folder / "b.png", 3000, "XXXX");
  CHECK_THROWS_AS(open_slide(folder / "b.png"), Error);
  cv::imwrite(folder / "grey.png", cv::Mat(20, 20, CV_8UC1, cv::Scalar(9)));
  CHECK_THROWS_AS(open_slide(folder / "grey.png"), Error);
}

TEST_CASE("an alpha channel of a PNG is coverage, never colour") {
  const made::Folder folder;
  cv::Mat bgra(10, 10, CV_8UC4, cv::Scalar(1, 2, 3, 255));
  bgra.at<cv::Vec4b>(4, 5)[3] = 254;
  cv::imwrite(folder / "a.png", bgra);
  const SlidePixels pixels = made::read_all(*open_slide(folder / "a.png"));
  CHECK(pixels.covered(5, 4) == 0);
  CHECK(pixels.rgb.row(4)[15] == 255);
  CHECK(pixels.covered(4, 4) == 1);
  CHECK(pixels.rgb.row(4)[12] == 3);
  CHECK(!pixels.whole);
}

TEST_CASE("a rectangle outside the slide is white and not covered") {
  const made::Folder folder;
  made::write_tiff(folder / "slide.tif", made::picture(300, 300), Layout{});
  const auto slide = open_slide(folder / "slide.tif");
  SlidePixels pixels;
  slide->read(0, {1000, -500, 1100, -400}, pixels);
  CHECK(pixels.rgb.data == std::vector<std::uint8_t>(100 * 100 * 3, 255));
  CHECK(pixels.covered == Plane<std::uint8_t>(100, 100, 0));
  CHECK(!pixels.whole);
  CHECK(pixels.problems.empty());
}

TEST_CASE("many threads read the same pixels, and each tile counts once a read") {
  const made::Folder folder;
  for (const int compression : {COMPRESSION_JPEG, COMPRESSION_LZW}) {
    Layout layout;
    layout.compression = static_cast<std::uint16_t>(compression);
    if (compression != COMPRESSION_JPEG) layout.photometric = PHOTOMETRIC_RGB;
    made::write_tiff(folder / "slide.tif", made::picture(900, 900), layout);
    const auto slide = open_slide(folder / "slide.tif");
    const SlidePixels once = made::read_all(*slide);
    CHECK(slide->tiles_decoded() == 16);
    std::vector<SlidePixels> read(4);
    std::vector<std::thread> threads;
    for (SlidePixels& to : read) threads.emplace_back([&] { to = made::read_all(*slide); });
    for (std::thread& thread : threads) thread.join();
    for (const SlidePixels& pixels : read) CHECK(pixels.rgb.data == once.rgb.data);
    CHECK(slide->tiles_decoded() == 16 * 5);
  }
}

TEST_CASE("a tile that several announced reads touch is decoded once, for many threads and with its fault") {
  const made::Folder folder;
  made::write_tiff(folder / "slide.tif", made::picture(900, 900), {});
  const auto plain = open_slide(folder / "slide.tif"), shared = open_slide(folder / "slide.tif");
  // Parts that meet amid tiles, each with a border that reaches into the next.
  std::vector<Rect<SlideFrame>> parts;
  for (std::int64_t y = 0; y < 900; y += 300) {
    for (std::int64_t x = 0; x < 900; x += 300) parts.push_back({x - 5, y - 5, x + 305, y + 305});
  }
  for (const Rect<SlideFrame>& part : parts) {
    shared->announce(part);
    shared->fetch_ahead(part);
  }
  std::vector<SlidePixels> read(parts.size());
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = t; i < parts.size(); i += 3)
        shared->read(0, {parts[i].x0, parts[i].y0, parts[i].x1, parts[i].y1}, read[i]);
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(shared->tiles_decoded() == 16);
  SlidePixels pixels;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    plain->read(0, {parts[i].x0, parts[i].y0, parts[i].x1, parts[i].y1}, pixels);
    CHECK(read[i].rgb.data == pixels.rgb.data);
    CHECK(read[i].covered == pixels.covered);
    CHECK(read[i].whole == pixels.whole);
  }
  CHECK(plain->tiles_decoded() > 2 * 16);
  shared->read(0, {0, 0, 10, 10}, pixels);  // nothing is kept for reads that nobody announced
  CHECK(shared->tiles_decoded() == 17);
}

TEST_CASE("a shared tile that cannot be decoded is a problem of every read that needs it") {
  const made::Folder folder;
  made::write_tiff(folder / "slide.tif", made::picture(900, 900), {});
  const made::Place place = made::place_of_tile(folder / "slide.tif", 5);
  made::overwrite(folder / "slide.tif", place.offset, std::string(place.size, 'x'));
  const auto slide = open_slide(folder / "slide.tif");
  const Rect<SlideFrame> left{250, 250, 400, 400}, right{400, 250, 520, 400};
  slide->announce(left);
  slide->announce(right);
  SlidePixels pixels;
  for (const auto& part : {left, right}) {
    slide->read(0, {part.x0, part.y0, part.x1, part.y1}, pixels);
    REQUIRE(pixels.problems.size() == 1);
    CHECK(pixels.problems[0].where == Rect<SlideFrame>{256, 256, 512, 512});
    CHECK(!pixels.whole);
  }
}

TEST_CASE("real files are opened by the reader they need", "[real]") {
  const auto data = made::data_or_skip("real files are opened by the reader they need");
  if (data.empty()) return;
  const auto svs = open_slide(data / "fixtures/CMU-1-Small-Region.svs");
  CHECK(svs->info().reader == "tiff");
  CHECK(svs->info().format == "aperio");
  CHECK(svs->info().pitch.x == Approx(0.499));
  CHECK(svs->info().levels.size() == 1);
  const auto ndpi = open_slide(data / "fixtures/fluorescence-DAPI.ndpi");
  CHECK(ndpi->info().reader == "openslide");
  CHECK(ndpi->info().fluorescence);
  CHECK(ndpi->info().pitch.x == Approx(0.2282).epsilon(0.001));
  CHECK(made::read_all(*ndpi, 3).problems.empty());
  for (const auto& entry : std::filesystem::directory_iterator(data / "phantom/slides")) {
    CAPTURE(entry.path().filename().string());
    const auto slide = open_slide(entry.path());
    CHECK(slide->info().reader == "tiff");
    CHECK(slide->info().pitch.known());
    CHECK(!slide->info().fluorescence);
    CHECK(made::read_all(*slide).whole);
  }
  for (const auto& entry : std::filesystem::directory_iterator(data / "real/bci-tiles")) {
    CHECK(open_slide(entry.path())->info().format == "jpeg");
  }
}
