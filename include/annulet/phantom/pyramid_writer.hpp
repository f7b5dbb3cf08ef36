#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

#include "annulet/base/plane.hpp"

namespace annulet {

/// How a pyramid is written. Aperio: levels by 4, ImageDescription, a stripped thumbnail as second directory;
/// generic: levels by 2. Both: JPEG tiles in classic little-endian TIFF (4 GB at most) with resolution tags.
struct PyramidOptions {
  double mpp = 0.25;  ///< um/px of level 0
  bool aperio = false;
  bool pitch_tags = true;        ///< false: no resolution and no MPP, a slide of unknown pitch
  int tile_px = 256;             ///< multiple of 16
  int quality = 80;              ///< JPEG 1..100
  bool subsample = true;         ///< 4:2:0, else 4:4:4
  bool share_tiles = false;      ///< identical tiles are written once and shared by offset
  std::string name = "phantom";  ///< Aperio's Filename
};

/// Writes `image` and its reduced levels (2 x 2 means of bytes) whole or not at all. The bytes depend on the
/// arguments alone. Throws Error Output; Internal on broken options.
void write_pyramid_tiff(const RgbImage& image, const std::filesystem::path& path,
                        const PyramidOptions& options = {});

/// A slide of any size in a few MB: `tissue` (square, a power of two of tiles) is repeated over a rectangle
/// in the middle that covers at least `tissue_fraction` of the slide, everything else is glass of one colour;
/// level-0 tiles are shared by offset. Throws as above.
struct GiantOptions {
  PyramidOptions pyramid;
  std::int64_t width = 100'000, height = 100'000;
  double tissue_fraction = 0.01;
  std::uint8_t glass[3] = {243, 243, 244};
};
void write_giant_slide(const RgbImage& tissue, const std::filesystem::path& path,
                       const GiantOptions& options = {});

}  // namespace annulet
