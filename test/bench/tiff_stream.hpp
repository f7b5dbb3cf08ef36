#pragma once
#include <filesystem>
#include <vector>

#include "strip_pyramid.hpp"

struct tiff;

namespace annulet::bench {

/// Writes a pyramidal BigTIFF of JPEG tiles of 256 px, tables once a level, as scanners and vips do. The
/// levels wait in files beside the slide, which appears under its name by `finish` alone.
class TiffStream final : public StripPyramid {
 public:
  TiffStream(std::filesystem::path path, const SlideForm& form);
  ~TiffStream() override;
  void finish() override;

 private:
  struct Level {
    std::filesystem::path path;
    tiff* file = nullptr;
    int row = 0;  ///< rows written
  };
  void write(std::size_t level, const RgbImage& strip, int rows) override;
  void append(std::size_t level);

  std::filesystem::path path_;
  std::vector<Level> files_;
};

}  // namespace annulet::bench
