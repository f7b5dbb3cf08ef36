#pragma once
// Slides that the tests write themselves with libtiff, and a folder to write them to.
#include <tiffio.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "annulet/base/plane.hpp"
#include "annulet/base/random.hpp"
#include "annulet/slide/slide_source.hpp"

namespace made {

namespace fs = std::filesystem;
using annulet::RgbImage;

class Folder {
 public:
  Folder() {
    static int count = 0;
    path_ = fs::temp_directory_path() /
            ("annulet-slide-" + std::to_string(::getpid()) + "-" + std::to_string(count++));
    fs::create_directories(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  fs::path operator/(const std::string& name) const { return path_ / name; }

 private:
  fs::path path_;
};

/// A picture with edges, gradients and colours, the same for the same size.
inline RgbImage picture(int width, int height) {
  RgbImage image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      std::uint8_t* to = image.row(y) + 3 * x;
      const bool ring = ((x * x + y * y) / 700) % 3 == 0;
      to[0] = static_cast<std::uint8_t>(ring ? 120 : 60 + x % 180);
      to[1] = static_cast<std::uint8_t>(ring ? 70 : 40 + (x + y) % 190);
      to[2] = static_cast<std::uint8_t>(ring ? 30 : 90 + y % 160);
    }
  }
  return image;
}

inline RgbImage half(const RgbImage& image) {
  RgbImage out(image.width / 2, image.height / 2);
  for (int y = 0; y < out.height; ++y) {
    for (int x = 0; x < out.width; ++x) {
      for (int c = 0; c < 3; ++c) out.row(y)[3 * x + c] = image.row(2 * y)[3 * (2 * x) + c];
    }
  }
  return out;
}

struct Layout {
  std::uint16_t compression = COMPRESSION_JPEG;
  std::uint16_t photometric = PHOTOMETRIC_YCBCR;
  std::uint16_t subsampling_x = 2, subsampling_y = 2;  ///< of YCbCr JPEG
  std::uint32_t tile_width = 256, tile_height = 256;   ///< 0: strips of 64 rows
  std::uint16_t predictor = 1;
  int levels = 1;
  bool alpha = false;        ///< a fourth sample: transparent where x < 100, half so where x < 200
  bool reduced_flag = true;  ///< lower levels carry NewSubfileType 1
  std::string description;
  double um_per_px = 0;  ///< 0: no resolution tags
  const char* mode = "w";
};

inline std::vector<std::uint8_t> samples_of(const RgbImage& image, const Layout& layout, int x0, int y0,
                                            int width, int height) {
  const int count = layout.alpha ? 4 : 3;
  std::vector<std::uint8_t> out(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * count,
                                0);
  for (int y = 0; y < height && y0 + y < image.height; ++y) {
    for (int x = 0; x < width && x0 + x < image.width; ++x) {
      std::uint8_t* to = out.data() + (static_cast<std::size_t>(y) * width + x) * count;
      for (int c = 0; c < 3; ++c) to[c] = image.row(y0 + y)[3 * (x0 + x) + c];
      if (layout.alpha) to[3] = x0 + x < 100 ? 0 : x0 + x < 200 ? 128 : 255;
    }
  }
  return out;
}

inline void write_pieces(TIFF* tiff, const RgbImage& image, const Layout& layout) {
  const bool tiled = layout.tile_width > 0;
  const int width = tiled ? static_cast<int>(layout.tile_width) : image.width;
  const int height = tiled ? static_cast<int>(layout.tile_height) : 64;
  std::uint32_t number = 0;
  for (int y = 0; y < image.height; y += height) {
    const int rows = tiled ? height : std::min(height, image.height - y);
    for (int x = 0; x < image.width; x += width, ++number) {
      auto samples = samples_of(image, layout, x, y, width, rows);
      const auto size = static_cast<tmsize_t>(samples.size());
      const tmsize_t written = tiled ? TIFFWriteEncodedTile(tiff, number, samples.data(), size)
                                     : TIFFWriteEncodedStrip(tiff, number, samples.data(), size);
      if (written < 0) std::abort();
    }
  }
}

inline void write_level(TIFF* tiff, const RgbImage& image, const Layout& layout, bool lower) {
  TIFFSetField(tiff, TIFFTAG_SUBFILETYPE, lower && layout.reduced_flag ? FILETYPE_REDUCEDIMAGE : 0);
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, image.width);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, image.height);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, layout.alpha ? 4 : 3);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, layout.compression);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, layout.photometric);
  if (layout.alpha) {
    const std::uint16_t kind = EXTRASAMPLE_UNASSALPHA;
    TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, &kind);
  }
  if (layout.predictor != 1) TIFFSetField(tiff, TIFFTAG_PREDICTOR, layout.predictor);
  if (layout.compression == COMPRESSION_JPEG) {
    TIFFSetField(tiff, TIFFTAG_JPEGQUALITY, 85);
    if (layout.photometric == PHOTOMETRIC_YCBCR) {
      TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
      TIFFSetField(tiff, TIFFTAG_YCBCRSUBSAMPLING, layout.subsampling_x, layout.subsampling_y);
    }
  }
  if (layout.tile_width > 0) {
    TIFFSetField(tiff, TIFFTAG_TILEWIDTH, layout.tile_width);
    TIFFSetField(tiff, TIFFTAG_TILELENGTH, layout.tile_height);
  } else {
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 64);
  }
  if (!layout.description.empty()) TIFFSetField(tiff, TIFFTAG_IMAGEDESCRIPTION, layout.description.c_str());
  if (layout.um_per_px > 0) {
    TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, RESUNIT_CENTIMETER);
    TIFFSetField(tiff, TIFFTAG_XRESOLUTION, 10000.0 / layout.um_per_px);
    TIFFSetField(tiff, TIFFTAG_YRESOLUTION, 10000.0 / layout.um_per_px);
  }
  write_pieces(tiff, image, layout);
}

/// Writes the image and its halves.
inline void write_tiff(const fs::path& path, RgbImage image, const Layout& layout) {
  TIFF* tiff = TIFFOpen(path.c_str(), layout.mode);
  if (tiff == nullptr) std::abort();
  for (int level = 0; level < layout.levels; ++level) {
    write_level(tiff, image, layout, level > 0);
    TIFFWriteDirectory(tiff);
    image = half(image);
  }
  TIFFClose(tiff);
}

struct Place {
  std::uint64_t offset = 0, size = 0;
};

/// Where a tile of the first image lies.
inline Place place_of_tile(const fs::path& path, std::uint32_t number) {
  TIFF* tiff = TIFFOpen(path.c_str(), "r");
  const Place place{TIFFGetStrileOffset(tiff, number), TIFFGetStrileByteCount(tiff, number)};
  TIFFClose(tiff);
  return place;
}

/// Gives a tile of the first image the size of zero bytes, as Aperio's scanners do with a tile they skip.
inline void make_missing(const fs::path& path, std::uint32_t number) {
  TIFF* tiff = TIFFOpen(path.c_str(), "r+");
  std::uint64_t* sizes = nullptr;
  TIFFGetField(tiff, TIFFTAG_TILEBYTECOUNTS, &sizes);
  sizes[number] = 0;
  TIFFSetField(tiff, TIFFTAG_TILEBYTECOUNTS, sizes);
  TIFFRewriteDirectory(tiff);
  TIFFClose(tiff);
}

/// Gives a tile of the first image other bytes, at the file's end.
inline void replace_tile(const fs::path& path, std::uint32_t number, const std::string& bytes) {
  const std::uint64_t end = fs::file_size(path);
  std::ofstream(path, std::ios::binary | std::ios::app) << bytes;
  TIFF* tiff = TIFFOpen(path.c_str(), "r+");
  std::uint64_t *offsets = nullptr, *sizes = nullptr;
  TIFFGetField(tiff, TIFFTAG_TILEOFFSETS, &offsets);
  TIFFGetField(tiff, TIFFTAG_TILEBYTECOUNTS, &sizes);
  offsets[number] = end;
  sizes[number] = bytes.size();
  TIFFSetField(tiff, TIFFTAG_TILEOFFSETS, offsets);
  TIFFSetField(tiff, TIFFTAG_TILEBYTECOUNTS, sizes);
  TIFFRewriteDirectory(tiff);
  TIFFClose(tiff);
}

inline std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_bytes(const fs::path& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary);
  file << bytes;
  file.close();
  if (!file) std::abort();
}

/// Overwrites bytes in place.
inline void overwrite(const fs::path& path, std::uint64_t offset, const std::string& bytes) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(offset));
  file << bytes;
}

inline annulet::SlidePixels read_all(const annulet::SlideSource& slide, int level = 0) {
  annulet::SlidePixels pixels;
  const auto& extent = slide.info().levels[static_cast<std::size_t>(level)].extent;
  slide.read(level, {0, 0, extent.width, extent.height}, pixels);
  return pixels;
}

/// The folder of test data, or empty: then the test says that it is skipped.
inline fs::path data_or_skip(const char* name) {
  const char* folder = std::getenv("ANNULET_TEST_DATA");
  if (folder != nullptr && *folder != '\0') return folder;
  std::cout << "skipped: " << name << ": ANNULET_TEST_DATA is not set\n";
  return {};
}

}  // namespace made
