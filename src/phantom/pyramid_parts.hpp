#pragma once
#include <cstdint>
#include <string>

#include "annulet/phantom/pyramid_writer.hpp"
#include "phantom/tiff_file.hpp"

namespace annulet::phantom {

/// Means of 2 x 2 bytes, halves rounded up; an odd last row or column is left out.
RgbImage halved(const RgbImage& image);

/// Size of a level: the slide's size over the downsample, at least 1.
std::uint32_t level_size(std::int64_t size, std::int64_t downsample);

/// The directory of a tiled level, without its streams. `downsample` 1 is the slide itself.
Directory level_directory(const PyramidOptions& options, std::int64_t width, std::int64_t height,
                          std::int64_t downsample);

/// Aperio's stripped thumbnail, second directory of the file.
void add_thumbnail(TiffFile& file, const RgbImage& small, const PyramidOptions& options, std::int64_t width,
                   std::int64_t height);

}  // namespace annulet::phantom
