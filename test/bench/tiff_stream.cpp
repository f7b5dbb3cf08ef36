#include "tiff_stream.hpp"

#include <tiffio.h>

#include <algorithm>

#include "annulet/base/error.hpp"

namespace annulet::bench {
namespace {

constexpr int kTilePx = kStripRows;
constexpr double kMicronsPerCm = 1e4;

void describe(TIFF* file, const SlideForm& form, std::size_t level) {
  const int side = form.side >> level;
  const double per_cm = kMicronsPerCm / form.um_per_px / static_cast<double>(1 << level);
  TIFFSetField(file, TIFFTAG_SUBFILETYPE, level > 0 ? FILETYPE_REDUCEDIMAGE : 0);
  TIFFSetField(file, TIFFTAG_IMAGEWIDTH, side);
  TIFFSetField(file, TIFFTAG_IMAGELENGTH, side);
  TIFFSetField(file, TIFFTAG_TILEWIDTH, kTilePx);
  TIFFSetField(file, TIFFTAG_TILELENGTH, kTilePx);
  TIFFSetField(file, TIFFTAG_BITSPERSAMPLE, 8);
  TIFFSetField(file, TIFFTAG_SAMPLESPERPIXEL, 3);
  TIFFSetField(file, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  TIFFSetField(file, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
  TIFFSetField(file, TIFFTAG_COMPRESSION, COMPRESSION_JPEG);
  TIFFSetField(file, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_YCBCR);
  TIFFSetField(file, TIFFTAG_YCBCRSUBSAMPLING, form.across, form.down);
  TIFFSetField(file, TIFFTAG_RESOLUTIONUNIT, RESUNIT_CENTIMETER);
  TIFFSetField(file, TIFFTAG_XRESOLUTION, per_cm);
  TIFFSetField(file, TIFFTAG_YRESOLUTION, per_cm);
}

[[noreturn]] void fail(const std::filesystem::path& path) {
  throw Error(Code::Output, "bench slide '" + path.string() + "' cannot be written; is the disk full?");
}

}  // namespace

TiffStream::TiffStream(std::filesystem::path path, const SlideForm& form)
    : StripPyramid(form), path_(std::move(path)) {
  for (std::size_t number = 0; number < level_count(); ++number) {
    Level& level = files_.emplace_back();
    level.path = path_.string() + ".level" + std::to_string(number);
    level.file = TIFFOpen(level.path.c_str(), "w8");
    if (level.file == nullptr) fail(level.path);
    describe(level.file, form, number);
    TIFFSetField(level.file, TIFFTAG_JPEGQUALITY, form.quality);
    TIFFSetField(level.file, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
  }
}

TiffStream::~TiffStream() {
  for (Level& level : files_) {
    if (level.file != nullptr) TIFFClose(level.file);
    std::error_code ignored;
    std::filesystem::remove(level.path, ignored);
  }
}

void TiffStream::write(std::size_t number, const RgbImage& strip, int rows) {
  Level& level = files_[number];
  RgbImage tile(kTilePx, kTilePx);
  for (int left = 0; left < strip.width; left += kTilePx) {
    const int columns = std::min(kTilePx, strip.width - left);
    for (int v = 0; v < kTilePx; ++v) {
      // Beyond the slide's border its last pixels go on, so that no edge costs bytes.
      const std::uint8_t* from = strip.row(std::min(v, rows - 1)) + 3 * left;
      std::uint8_t* to = std::copy_n(from, 3 * columns, tile.row(v));
      for (int u = columns; u < kTilePx; ++u) to = std::copy_n(from + 3 * (columns - 1), 3, to);
    }
    const std::uint32_t index = TIFFComputeTile(level.file, static_cast<std::uint32_t>(left),
                                                static_cast<std::uint32_t>(level.row), 0, 0);
    const auto size = static_cast<tmsize_t>(tile.data.size());
    if (TIFFWriteEncodedTile(level.file, index, tile.data.data(), size) != size) fail(level.path);
  }
  level.row += rows;
}

void TiffStream::finish() {
  drain();
  for (std::size_t level = 1; level < level_count(); ++level) append(level);
  Level& slide = files_.front();
  if (TIFFWriteDirectory(slide.file) == 0) fail(path_);
  TIFFClose(slide.file);
  slide.file = nullptr;
  std::filesystem::rename(slide.path, path_);
}

/// Copies a level's tiles, as they are, behind the slide's last directory.
void TiffStream::append(std::size_t number) {
  TIFF* slide = files_.front().file;
  Level& level = files_[number];
  TIFFClose(level.file);
  level.file = TIFFOpen(level.path.c_str(), "r");
  if (level.file == nullptr || TIFFWriteDirectory(slide) == 0) fail(level.path);
  describe(slide, form_, number);
  std::uint32_t table_bytes = 0;
  void* tables = nullptr;
  if (TIFFGetField(level.file, TIFFTAG_JPEGTABLES, &table_bytes, &tables) == 1)
    TIFFSetField(slide, TIFFTAG_JPEGTABLES, table_bytes, tables);
  std::vector<std::uint8_t> bytes;
  for (std::uint32_t tile = 0; tile < TIFFNumberOfTiles(level.file); ++tile) {
    bytes.resize(TIFFGetStrileByteCount(level.file, tile));
    const auto size = static_cast<tmsize_t>(bytes.size());
    if (TIFFReadRawTile(level.file, tile, bytes.data(), size) != size ||
        TIFFWriteRawTile(slide, tile, bytes.data(), size) != size)
      fail(level.path);
  }
}

}  // namespace annulet::bench
