#include "annulet/phantom/pyramid_writer.hpp"

#include <tiffio.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "annulet/base/digest.hpp"
#include "annulet/base/error.hpp"
#include "annulet/base/files.hpp"
#include "annulet/phantom/phantom.hpp"
#include "annulet/phantom/phantom_slide.hpp"
#include "support/catch.hpp"

using namespace annulet;
namespace fs = std::filesystem;

namespace {

struct Folder {
  fs::path path;
  Folder() {
    std::string name = (fs::temp_directory_path() / "annulet-phantom-XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path); }
};

using TiffHandle = std::unique_ptr<TIFF, decltype(&TIFFClose)>;

TiffHandle open_tiff(const fs::path& path) {
  return {TIFFOpen(path.c_str(), "r"), TIFFClose};
}

std::uint32_t number(TIFF* tiff, std::uint32_t tag) {
  std::uint32_t value = 0;
  TIFFGetField(tiff, tag, &value);
  return value;
}

RgbImage gradient(int width, int height) {
  RgbImage image;
  image.resize(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      std::uint8_t* p = image.row(y) + 3 * x;
      p[0] = static_cast<std::uint8_t>(40 + 180 * x / width);
      p[1] = static_cast<std::uint8_t>(40 + 180 * y / height);
      p[2] = 120;
    }
  }
  return image;
}

}  // namespace

TEST_CASE("a generic pyramid has its tiles, levels, pitch and pixels") {
  const Folder folder;
  const RgbImage image = gradient(700, 500);
  write_pyramid_tiff(image, folder.path / "slide.tif", {.mpp = 0.5});
  const TiffHandle tiff = open_tiff(folder.path / "slide.tif");
  REQUIRE(tiff);
  float resolution = 0;
  TIFFGetField(tiff.get(), TIFFTAG_XRESOLUTION, &resolution);
  CHECK(resolution == Approx(20000));
  CHECK(number(tiff.get(), TIFFTAG_IMAGEWIDTH) == 700);
  CHECK(number(tiff.get(), TIFFTAG_TILEWIDTH) == 256);
  CHECK(TIFFNumberOfDirectories(tiff.get()) == 3);
  std::vector<std::uint32_t> raster(700 * 500);
  REQUIRE(TIFFReadRGBAImageOriented(tiff.get(), 700, 500, raster.data(), ORIENTATION_TOPLEFT, 1) == 1);
  for (const int at : {0, 350 + 700 * 250, 699 + 700 * 499}) {
    const std::uint8_t* p = image.data.data() + 3 * at;
    const std::uint32_t value = raster[static_cast<std::size_t>(at)];
    CHECK(std::abs(static_cast<int>(TIFFGetR(value)) - p[0]) < 6);
    CHECK(std::abs(static_cast<int>(TIFFGetG(value)) - p[1]) < 6);
    CHECK(std::abs(static_cast<int>(TIFFGetB(value)) - p[2]) < 6);
  }
  REQUIRE(TIFFSetDirectory(tiff.get(), 1) == 1);
  CHECK(number(tiff.get(), TIFFTAG_IMAGEWIDTH) == 350);
  CHECK(number(tiff.get(), TIFFTAG_SUBFILETYPE) == FILETYPE_REDUCEDIMAGE);
}

TEST_CASE("an Aperio-like slide carries its description and a stripped thumbnail") {
  const Folder folder;
  write_pyramid_tiff(gradient(1100, 1100), folder.path / "slide.svs", {.mpp = 0.25, .aperio = true});
  const TiffHandle tiff = open_tiff(folder.path / "slide.svs");
  REQUIRE(tiff);
  char* description = nullptr;
  TIFFGetField(tiff.get(), TIFFTAG_IMAGEDESCRIPTION, &description);
  const std::string text = description;
  CHECK(text.rfind("Aperio Image Library", 0) == 0);
  CHECK(text.find("|AppMag = 40|") != std::string::npos);
  CHECK(text.find("|MPP = 0.2500") != std::string::npos);
  REQUIRE(TIFFSetDirectory(tiff.get(), 1) == 1);
  CHECK_FALSE(TIFFIsTiled(tiff.get()));
  REQUIRE(TIFFSetDirectory(tiff.get(), 2) == 1);
  CHECK(TIFFIsTiled(tiff.get()));
  CHECK(number(tiff.get(), TIFFTAG_IMAGEWIDTH) == 275);
}

TEST_CASE("a slide of unknown pitch carries no pitch at all") {
  const Folder folder;
  write_pyramid_tiff(gradient(600, 300), folder.path / "slide.svs", {.aperio = true, .pitch_tags = false});
  const TiffHandle tiff = open_tiff(folder.path / "slide.svs");
  REQUIRE(tiff);
  float resolution = 0;
  CHECK(TIFFGetField(tiff.get(), TIFFTAG_XRESOLUTION, &resolution) == 0);
  CHECK(read_text(folder.path / "slide.svs").find("MPP") == std::string::npos);
}

TEST_CASE("shared tiles are stored once") {
  const Folder folder;
  const RgbImage flat(1024, 1024, 200);
  write_pyramid_tiff(flat, folder.path / "shared.tif", {.share_tiles = true});
  write_pyramid_tiff(flat, folder.path / "plain.tif");
  const TiffHandle tiff = open_tiff(folder.path / "shared.tif");
  std::uint64_t* offsets = nullptr;
  REQUIRE(TIFFGetField(tiff.get(), TIFFTAG_TILEOFFSETS, &offsets) == 1);
  CHECK(std::set<std::uint64_t>(offsets, offsets + 16).size() == 1);
  CHECK(fs::file_size(folder.path / "shared.tif") < fs::file_size(folder.path / "plain.tif"));
}

TEST_CASE("a giant slide is a few MB, mostly glass, with tissue in the middle") {
  const Folder folder;
  GiantOptions options;
  options.pyramid.aperio = true;
  write_giant_slide(gradient(1024, 1024), folder.path / "giant.svs", options);
  CHECK(fs::file_size(folder.path / "giant.svs") < 5'000'000);
  const TiffHandle tiff = open_tiff(folder.path / "giant.svs");
  REQUIRE(tiff);
  CHECK(number(tiff.get(), TIFFTAG_IMAGEWIDTH) == 100'000);
  std::uint64_t* offsets = nullptr;
  REQUIRE(TIFFGetField(tiff.get(), TIFFTAG_TILEOFFSETS, &offsets) == 1);
  const std::size_t tiles = 391UL * 391UL;
  const std::size_t tissue =
      tiles - static_cast<std::size_t>(std::count(offsets, offsets + tiles, offsets[0]));
  CHECK(tissue * 100 >= tiles);
  std::vector<std::uint32_t> raster(256 * 256);
  REQUIRE(TIFFReadRGBATile(tiff.get(), 156 * 256, 156 * 256, raster.data()) == 1);
  CHECK(TIFFGetR(raster[0]) < 240);
}

TEST_CASE("a slide and its truth are written whole, and again byte for byte") {
  const Folder folder;
  write_file_atomically(folder.path / "r.toml", "preset = \"score2\"\nwidth_px = 640\nheight_px = 512\n");
  for (const char* name : {"a.svs", "b/a.svs"}) {
    fs::create_directories((folder.path / name).parent_path());
    make_phantom((folder.path / "r.toml").string(), folder.path / name);
  }
  for (const char* name : {"a.svs", "a.slide.json", "a.cells.csv", "a.roi.geojson"}) {
    CAPTURE(name);
    CHECK(sha256_of_file(folder.path / name) == sha256_of_file(folder.path / "b" / name));
  }
  const auto truth = nlohmann::json::parse(read_text(folder.path / "a.slide.json"));
  CHECK(truth["preset"] == "score2");
  double total = 0;
  for (const auto& percent : truth["pct"]) total += percent.get<double>();
  CHECK(total == Approx(100).margin(0.01));
  std::istringstream rows(read_text(folder.path / "a.cells.csv"));
  std::string row;
  std::getline(rows, row);
  CHECK(std::count(row.begin(), row.end(), ',') == 20);
  int evaluable = 0, moderate = 0;
  while (std::getline(rows, row)) {
    std::vector<std::string> fields(1);
    for (const char c : row) c == ',' ? fields.emplace_back() : fields.back().append(1, c);
    REQUIRE(fields.size() == 21);
    if (fields[5] != "tumour" || fields[19] != "1") continue;
    ++evaluable;
    moderate += fields[10] == "2+";
  }
  CHECK(evaluable == truth["n_tumour_evaluable"].get<int>());
  CHECK(100.0 * moderate / evaluable == Approx(truth["pct"]["2+"].get<double>()).margin(0.001));
  const auto regions = nlohmann::json::parse(read_text(folder.path / "a.roi.geojson"));
  REQUIRE_FALSE(regions["features"].empty());
  const auto& ring = regions["features"][0]["geometry"]["coordinates"][0];
  CHECK(ring.size() >= 4);
  CHECK(ring.front() == ring.back());
  CHECK_THROWS_AS(make_phantom("score2", folder.path / "a.png"), Error);
}
