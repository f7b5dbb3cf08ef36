#include "pyramid_stream.hpp"

#include <tiffio.h>

#include <algorithm>

#include "annulet/base/error.hpp"

namespace annulet::bench {
namespace {

constexpr double kMicronsPerCm = 1e4;

void describe(TIFF* file, const SlideForm& form, std::size_t level) {
  const int side = form.side >> level;
  const auto per_cm = static_cast<float>(kMicronsPerCm / form.um_per_px / static_cast<double>(1 << level));
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
  TIFFSetField(file, TIFFTAG_YCBCRSUBSAMPLING, form.subsample ? 2 : 1, form.subsample ? 2 : 1);
  TIFFSetField(file, TIFFTAG_RESOLUTIONUNIT, RESUNIT_CENTIMETER);
  TIFFSetField(file, TIFFTAG_XRESOLUTION, per_cm);
  TIFFSetField(file, TIFFTAG_YRESOLUTION, per_cm);
}

}  // namespace

PyramidStream::PyramidStream(std::filesystem::path path, const SlideForm& form)
    : path_(std::move(path)), form_(form) {
  expects(form.side > 0 && form.side % kTilePx == 0, "a bench slide is a whole number of tiles");
  for (std::size_t level = 0; level == 0 || form.side >> (level - 1) > kTilePx; ++level) {
    Level& added = levels_.emplace_back();
    added.path = path_.string() + ".level" + std::to_string(level);
    added.file = TIFFOpen(added.path.c_str(), "w8");
    if (added.file == nullptr) fail(added.path);
    describe(added.file, form, level);
    TIFFSetField(added.file, TIFFTAG_JPEGQUALITY, form.quality);
    TIFFSetField(added.file, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    if (level > 0) added.strip.resize(form.side >> level, kTilePx);
  }
}

PyramidStream::~PyramidStream() {
  for (Level& level : levels_) {
    if (level.file != nullptr) TIFFClose(level.file);
    std::error_code ignored;
    std::filesystem::remove(level.path, ignored);
  }
}

void PyramidStream::fail(const std::filesystem::path& path) const {
  throw Error(Code::Output, "bench slide '" + path.string() + "' cannot be written; is the disk full?");
}

void PyramidStream::add(const RgbImage& strip) {
  expects(strip.width == form_.side && strip.height == kTilePx, "a strip is as wide as the slide");
  write(levels_.front(), strip, kTilePx);
  if (levels_.size() > 1) reduce(strip, kTilePx, 1);
}

void PyramidStream::write(Level& level, const RgbImage& strip, int rows) {
  RgbImage tile(kTilePx, kTilePx);
  for (int left = 0; left < strip.width; left += kTilePx) {
    const int columns = std::min(kTilePx, strip.width - left);
    for (int v = 0; v < kTilePx; ++v) {
      const std::uint8_t* from = strip.row(std::min(v, rows - 1)) + 3 * left;
      std::uint8_t* to = std::copy_n(from, 3 * columns, tile.row(v));
      for (int u = columns; u < kTilePx; ++u) to = std::copy_n(from + 3 * (columns - 1), 3, to);
    }
    const ttile_t number = TIFFComputeTile(level.file, static_cast<std::uint32_t>(left),
                                           static_cast<std::uint32_t>(level.row), 0, 0);
    if (TIFFWriteEncodedTile(level.file, number, tile.data.data(), static_cast<tmsize_t>(tile.data.size())) <
        0)
      fail(level.path);
  }
  level.row += rows;
}

/// Means of 2 x 2 bytes into the level below; a strip that is full goes on its way.
void PyramidStream::reduce(const RgbImage& strip, int rows, std::size_t to) {
  Level& level = levels_[to];
  for (int v = 0; v + 1 < rows; v += 2) {
    const std::uint8_t *top = strip.row(v), *bottom = strip.row(v + 1);
    std::uint8_t* out = level.strip.row(level.filled++);
    for (int u = 0; u < level.strip.width; ++u) {
      for (int c = 0; c < 3; ++c, ++out) {
        const int at = 6 * u + c;
        *out = static_cast<std::uint8_t>((top[at] + top[at + 3] + bottom[at] + bottom[at + 3] + 2) / 4);
      }
    }
  }
  if (level.filled < kTilePx) return;
  write(level, level.strip, kTilePx);
  if (to + 1 < levels_.size()) reduce(level.strip, kTilePx, to + 1);
  level.filled = 0;
}

void PyramidStream::finish() {
  for (std::size_t i = 1; i < levels_.size(); ++i) {
    Level& level = levels_[i];
    const int left_over = std::min(level.filled, (form_.side >> i) - level.row);
    if (left_over <= 0) continue;
    write(level, level.strip, left_over);
    if (i + 1 < levels_.size()) reduce(level.strip, left_over, i + 1);
  }
  for (std::size_t i = 1; i < levels_.size(); ++i) append(levels_[i]);
  if (TIFFWriteDirectory(levels_.front().file) == 0) fail(path_);
  TIFFClose(levels_.front().file);
  levels_.front().file = nullptr;
  std::filesystem::rename(levels_.front().path, path_);
}

/// Copies a level's tiles, as they are, behind the slide's last directory.
void PyramidStream::append(Level& level) {
  TIFF* slide = levels_.front().file;
  TIFFClose(level.file);
  level.file = TIFFOpen(level.path.c_str(), "r");
  if (level.file == nullptr || TIFFWriteDirectory(slide) == 0) fail(level.path);
  describe(slide, form_, static_cast<std::size_t>(&level - levels_.data()));
  std::uint32_t table_bytes = 0;
  void* tables = nullptr;
  if (TIFFGetField(level.file, TIFFTAG_JPEGTABLES, &table_bytes, &tables) == 1)
    TIFFSetField(slide, TIFFTAG_JPEGTABLES, table_bytes, tables);
  std::vector<std::uint8_t> bytes;
  for (ttile_t tile = 0; tile < TIFFNumberOfTiles(level.file); ++tile) {
    bytes.resize(TIFFGetStrileByteCount(level.file, tile));
    const auto size = static_cast<tmsize_t>(bytes.size());
    if (TIFFReadRawTile(level.file, tile, bytes.data(), size) != size ||
        TIFFWriteRawTile(slide, tile, bytes.data(), size) != size)
      fail(level.path);
  }
}

}  // namespace annulet::bench
