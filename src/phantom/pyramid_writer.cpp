#include "annulet/phantom/pyramid_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "annulet/base/error.hpp"
#include "annulet/base/files.hpp"
#include "annulet/slide/jpeg_encoder.hpp"
#include "phantom/pyramid_parts.hpp"

namespace annulet {
namespace phantom {
namespace {

constexpr std::int64_t kThumbnailPx = 768;   // longest side
constexpr std::int64_t kLeastLevelPx = 256;  // Aperio: no level smaller than this
constexpr double kMicronsPerCm = 1e4;
constexpr double kPowerTimesPitch = 10;  // 40x at 0.25 um/px

std::string aperio_description(const PyramidOptions& options, std::int64_t width, std::int64_t height,
                               const std::string& what) {
  std::string text = fmt::format("Aperio Image Library v12.0.15 \r\n{}x{} {}", width, height, what);
  text += fmt::format("|AppMag = {:.0f}|Filename = {}", std::max(1.0, kPowerTimesPitch / options.mpp),
                      options.name);
  if (options.pitch_tags) text += fmt::format("|MPP = {:.4f}", options.mpp);
  return text;
}

RgbImage tile_of(const RgbImage& image, int left, int top, int size) {
  RgbImage tile;
  tile.resize(size, size);
  for (int y = 0; y < size; ++y) {
    const std::uint8_t* from = image.row(std::min(top + y, image.height - 1));
    std::uint8_t* to = tile.row(y);
    for (int x = 0; x < size; ++x) {
      const int source = std::min(left + x, image.width - 1);
      std::copy_n(from + 3 * source, 3, to + 3 * x);
    }
  }
  return tile;
}

std::vector<Stream> add_tiles(TiffFile& file, const RgbImage& image, const PyramidOptions& options) {
  std::vector<Stream> streams;
  for (int top = 0; top < image.height; top += options.tile_px) {
    for (int left = 0; left < image.width; left += options.tile_px) {
      streams.push_back(file.add(
          encode_jpeg(tile_of(image, left, top, options.tile_px), options.quality, options.subsample)));
    }
  }
  return streams;
}

}  // namespace

RgbImage halved(const RgbImage& image) {
  RgbImage half;
  half.resize(std::max(1, image.width / 2), std::max(1, image.height / 2));
  for (int y = 0; y < half.height; ++y) {
    const std::uint8_t *top = image.row(2 * y), *bottom = image.row(std::min(2 * y + 1, image.height - 1));
    std::uint8_t* out = half.row(y);
    for (int x = 0; x < half.width; ++x) {
      const int left = 6 * x, right = 3 * std::min(2 * x + 1, image.width - 1);
      for (int c = 0; c < 3; ++c) {
        out[3 * x + c] = static_cast<std::uint8_t>(
            (top[left + c] + top[right + c] + bottom[left + c] + bottom[right + c] + 2) / 4);
      }
    }
  }
  return half;
}

std::uint32_t level_size(std::int64_t size, std::int64_t downsample) {
  return static_cast<std::uint32_t>(std::max<std::int64_t>(1, size / downsample));
}

Directory level_directory(const PyramidOptions& options, std::int64_t width, std::int64_t height,
                          std::int64_t downsample) {
  Directory directory;
  directory.width = level_size(width, downsample);
  directory.height = level_size(height, downsample);
  directory.tile_px = static_cast<std::uint32_t>(options.tile_px);
  directory.subsample = options.subsample;
  directory.reduced = downsample > 1 && !options.aperio;
  if (options.pitch_tags)
    directory.pixels_per_cm = kMicronsPerCm / (options.mpp * static_cast<double>(downsample));
  if (options.aperio) {
    std::string what = fmt::format("[0,0 {}x{}] ({}x{})", width, height, options.tile_px, options.tile_px);
    if (downsample > 1) what += fmt::format(" -> {}x{}", directory.width, directory.height);
    directory.description =
        aperio_description(options, width, height, what + fmt::format(" JPEG/RGB Q={}", options.quality));
  } else {
    directory.software = "annulet phantom";
  }
  return directory;
}

void add_thumbnail(TiffFile& file, const RgbImage& small, const PyramidOptions& options, std::int64_t width,
                   std::int64_t height) {
  Directory directory;
  directory.width = static_cast<std::uint32_t>(small.width);
  directory.height = static_cast<std::uint32_t>(small.height);
  directory.subsample = options.subsample;
  directory.description =
      aperio_description(options, width, height, fmt::format("-> {}x{} - ", small.width, small.height));
  directory.streams.push_back(file.add(encode_jpeg(small, options.quality, options.subsample)));
  file.add(directory);
}

}  // namespace phantom

void write_pyramid_tiff(const RgbImage& image, const std::filesystem::path& path,
                        const PyramidOptions& options) {
  expects(image.width > 0 && image.height > 0 && options.mpp > 0 && options.tile_px > 0 &&
              options.tile_px % 16 == 0,
          "write_pyramid_tiff: an image, a pitch and tiles of a multiple of 16 px");
  phantom::TiffFile file(options.share_tiles);
  RgbImage level = image;
  std::int64_t downsample = 1;
  const int step = options.aperio ? 4 : 2;
  while (true) {
    phantom::Directory directory = phantom::level_directory(options, image.width, image.height, downsample);
    directory.streams = phantom::add_tiles(file, level, options);
    file.add(directory);
    if (options.aperio && downsample == 1) {
      RgbImage small = image;
      while (std::max(small.width, small.height) > phantom::kThumbnailPx) small = phantom::halved(small);
      phantom::add_thumbnail(file, small, options, image.width, image.height);
    }
    const int longest = std::max(level.width, level.height);
    if (options.aperio ? longest / step < phantom::kLeastLevelPx : longest <= options.tile_px) break;
    downsample *= step;
    for (int reduction = step; reduction > 1; reduction /= 2) level = phantom::halved(level);
  }
  write_file_atomically(path, file.finish());
}

}  // namespace annulet
