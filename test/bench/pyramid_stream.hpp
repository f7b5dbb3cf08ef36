#pragma once
#include <filesystem>
#include <memory>
#include <vector>

#include "annulet/base/plane.hpp"

struct tiff;

namespace annulet::bench {

/// How a bench slide is stored.
struct SlideForm {
  int side = 40'960;  ///< px, a multiple of kTilePx
  double um_per_px = 0.25;
  int quality = 80;       ///< JPEG 1..100
  bool subsample = true;  ///< 4:2:0, else 4:4:4
};

constexpr int kTilePx = 256;

/// Writes a pyramidal BigTIFF of JPEG tiles from strips of kTilePx rows, top to bottom, as scanners and vips
/// do: levels by 2, tables once a level. Holds one strip a level; the reduced levels wait in files beside the
/// slide. The slide appears under its name by `finish` alone. Throws Error Output.
class PyramidStream {
 public:
  PyramidStream(std::filesystem::path path, const SlideForm& form);
  ~PyramidStream();
  PyramidStream(const PyramidStream&) = delete;
  PyramidStream& operator=(const PyramidStream&) = delete;

  /// The next kTilePx rows of the slide.
  void add(const RgbImage& strip);
  void finish();

 private:
  struct Level {
    std::filesystem::path path;
    tiff* file = nullptr;
    RgbImage strip;
    int filled = 0, row = 0;  ///< rows of the strip that hold pixels; rows of the level written
  };
  void write(Level& level, const RgbImage& strip, int rows);
  void reduce(const RgbImage& strip, int rows, std::size_t to);
  void append(Level& level);
  [[noreturn]] void fail(const std::filesystem::path& path) const;

  std::filesystem::path path_;
  SlideForm form_;
  std::vector<Level> levels_;
};

}  // namespace annulet::bench
