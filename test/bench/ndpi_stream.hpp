#pragma once
#include <filesystem>
#include <memory>
#include <vector>

#include "strip_pyramid.hpp"

namespace annulet::bench {

/// Writes a slide in the layout of Hamamatsu's NDPI, which OpenSlide alone reads: each level one JPEG with
/// restart markers, whose places stand in a private tag. At most 65,500 px square, 4 GB; 4:2:2 or 4:4:4,
/// since the strips between markers are decoded one by one, and 4:2:0 would need the rows of the next. Source
/// of the tags: OpenSlide's documentation of the Hamamatsu format.
class NdpiStream final : public StripPyramid {
 public:
  NdpiStream(std::filesystem::path path, const SlideForm& form);
  ~NdpiStream() override;
  void finish() override;

 private:
  class Level;
  void write(std::size_t level, const RgbImage& strip, int rows) override;

  std::filesystem::path path_;
  std::vector<std::unique_ptr<Level>> levels_;
};

}  // namespace annulet::bench
