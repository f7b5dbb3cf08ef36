#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "input_file.hpp"

namespace annulet {

enum class Alpha { None, Straight, Premultiplied };

/// One image of a TIFF file as its directory tells: plain values, immutable once read.
struct TiffImage {
  std::uint64_t directory = 0;  ///< offset of the directory in the file
  bool tiled = false;
  std::uint32_t width = 0, height = 0;              ///< px
  std::uint32_t piece_width = 0, piece_height = 0;  ///< px of a tile; a strip is as wide as the image
  std::uint16_t compression = 0, photometric = 0, planar = 1, bits = 1, samples = 1, sample_format = 1;
  std::uint16_t fill_order = 1, predictor = 1;
  Alpha alpha = Alpha::None;
  std::string description, make, software;
  bool ventana = false;                       ///< its XMP packet is that of a Ventana scanner
  double x_resolution = 0, y_resolution = 0;  ///< px per unit as stated; 0 where it is not
  std::uint16_t resolution_unit = 2;          ///< 1 none, 2 inch, 3 cm
  std::vector<std::uint8_t> jpeg_tables;
  std::vector<std::uint64_t> offsets;  ///< bytes, one a tile or strip, row by row
  std::vector<std::uint32_t> sizes;    ///< bytes; 0 for a missing one

  std::uint32_t columns() const { return (width + piece_width - 1) / piece_width; }
  std::uint32_t rows() const { return (height + piece_height - 1) / piece_height; }
};

/// Reads every directory of the file, sub-directories included, once, and checks it: sizes against limits,
/// the place of every tile against the file's end. Throws Error Truncated, Corrupt, OverLimit. Of a Hamamatsu
/// NDPI file only the first directory is read, without places: its offsets follow other rules.
std::vector<TiffImage> read_tiff_directories(const InputFile& file);

/// True for the files of Hamamatsu's NDP scanners.
bool is_hamamatsu(const TiffImage& first);

}  // namespace annulet
