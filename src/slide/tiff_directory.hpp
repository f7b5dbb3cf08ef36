#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tiff_parser.hpp"

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
  TiffEntry offset_table, size_table;  ///< where the file keeps the next two
  std::vector<std::uint64_t> offsets;  ///< bytes, one a tile or strip, row by row; empty until load_places
  std::vector<std::uint32_t> sizes;    ///< bytes; 0 for a missing one

  std::uint32_t columns() const { return (width + piece_width - 1) / piece_width; }
  std::uint32_t rows() const { return (height + piece_height - 1) / piece_height; }
  /// Tiles or strips, of all planes.
  std::uint64_t pieces() const {
    return std::uint64_t{columns()} * rows() * (planar == 2 ? std::uint64_t{samples} : 1);
  }
};

/// Reads every directory of the file, sub-directories included, once, and checks it: sizes against
/// limits.hpp, the place of every tile against the file's end (nothing is kept of the places). Throws Error
/// Truncated, Corrupt, OverLimit without the slide's name. Of a Hamamatsu NDPI file all directories are
/// checked and the first is given.
std::vector<TiffImage> read_tiff_directories(const ByteReader& file);

/// Fills in `offsets` and `sizes`, 12 bytes a tile. Throws Error Corrupt where the file changed meanwhile.
void load_places(const ByteReader& file, TiffImage& image);

/// True for the files of Hamamatsu's NDP scanners.
bool is_hamamatsu(const TiffImage& first);

}  // namespace annulet
