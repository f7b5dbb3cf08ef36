#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "annulet/base/error.hpp"
#include "annulet/base/files.hpp"
#include "annulet/phantom/pyramid_writer.hpp"
#include "annulet/slide/jpeg_encoder.hpp"
#include "phantom/pyramid_parts.hpp"

namespace annulet {
namespace phantom {
namespace {

constexpr int kLastLevelPx = 4096;  // the pyramid ends with a level of at most this longest side

/// Tissue in level-0 px, on a grid on which every tile of every level is either tissue or glass.
struct TissueArea {
  std::int64_t left, top, right, bottom;
  bool holds(std::int64_t x, std::int64_t y) const {
    return x >= left && x < right && y >= top && y < bottom;
  }
};

TissueArea place_tissue(const GiantOptions& options, std::int64_t grid) {
  const std::int64_t columns = options.width / grid, rows = options.height / grid;
  const double cells = options.tissue_fraction * static_cast<double>(options.width) *
                       static_cast<double>(options.height) /
                       (static_cast<double>(grid) * static_cast<double>(grid));
  std::int64_t across = static_cast<std::int64_t>(std::ceil(std::sqrt(cells)));
  across = std::clamp<std::int64_t>(across, 1, columns);
  const std::int64_t down = std::clamp<std::int64_t>(
      static_cast<std::int64_t>(std::ceil(cells / static_cast<double>(across))), 1, rows);
  const std::int64_t left = (columns - across) / 2 * grid, top = (rows - down) / 2 * grid;
  return {left, top, left + across * grid, top + down * grid};
}

RgbImage glass_tile(int size, const std::uint8_t* colour) {
  RgbImage tile;
  tile.resize(size, size);
  for (std::size_t i = 0; i < tile.data.size(); ++i) tile.data[i] = colour[i % 3];
  return tile;
}

/// The tile whose left upper corner is (left, top) on the picture repeated without end.
RgbImage repeated_tile(const RgbImage& picture, std::int64_t left, std::int64_t top, int size) {
  RgbImage tile;
  tile.resize(size, size);
  for (int y = 0; y < size; ++y) {
    const std::uint8_t* from = picture.row(static_cast<int>((top + y) % picture.height));
    for (int x = 0; x < size; ++x)
      std::copy_n(from + 3 * ((left + x) % picture.width), 3, tile.row(y) + 3 * x);
  }
  return tile;
}

std::vector<Stream> giant_tiles(TiffFile& file, const GiantOptions& options, const TissueArea& area,
                                const RgbImage& picture, std::int64_t downsample) {
  const PyramidOptions& pyramid = options.pyramid;
  const int size = pyramid.tile_px;
  const Stream glass =
      file.add(encode_jpeg(glass_tile(size, options.glass), pyramid.quality, pyramid.subsample));
  std::map<std::pair<std::int64_t, std::int64_t>, Stream> made;
  std::vector<Stream> streams;
  const auto width = static_cast<std::int64_t>(level_size(options.width, downsample));
  const auto height = static_cast<std::int64_t>(level_size(options.height, downsample));
  for (std::int64_t top = 0; top < height; top += size) {
    for (std::int64_t left = 0; left < width; left += size) {
      if (!area.holds(left * downsample, top * downsample)) {
        streams.push_back(glass);
        continue;
      }
      const auto [place, fresh] = made.try_emplace({left % picture.width, top % picture.height});
      if (fresh)
        place->second = file.add(
            encode_jpeg(repeated_tile(picture, left, top, size), pyramid.quality, pyramid.subsample));
      streams.push_back(place->second);
    }
  }
  return streams;
}

RgbImage giant_thumbnail(const GiantOptions& options, const TissueArea& area, const RgbImage& picture,
                         std::int64_t downsample) {
  RgbImage small;
  small.resize(static_cast<int>(level_size(options.width, downsample)),
               static_cast<int>(level_size(options.height, downsample)));
  for (int y = 0; y < small.height; ++y) {
    for (int x = 0; x < small.width; ++x) {
      const bool tissue = area.holds(x * downsample, y * downsample);
      std::copy_n(tissue ? picture.row(y % picture.height) + 3 * (x % picture.width) : options.glass, 3,
                  small.row(y) + 3 * x);
    }
  }
  return small;
}

}  // namespace
}  // namespace phantom

void write_giant_slide(const RgbImage& tissue, const std::filesystem::path& path,
                       const GiantOptions& options) {
  const PyramidOptions& pyramid = options.pyramid;
  const int tiles = tissue.width / pyramid.tile_px;
  expects(tissue.width == tissue.height && tissue.width == tiles * pyramid.tile_px && tiles > 0 &&
              (tiles & (tiles - 1)) == 0,
          "write_giant_slide: a square picture of a power of two of tiles");
  const std::int64_t step = pyramid.aperio ? 4 : 2, longest = std::max(options.width, options.height);
  std::vector<std::int64_t> downsamples{1};
  while (longest / downsamples.back() > phantom::kLastLevelPx && downsamples.back() * step <= tissue.width) {
    downsamples.push_back(downsamples.back() * step);
  }
  const std::int64_t grid = std::max<std::int64_t>(tissue.width, pyramid.tile_px * downsamples.back());
  expects(options.width >= grid && options.height >= grid,
          "write_giant_slide: the slide is smaller than one block of tissue");
  const phantom::TissueArea area = phantom::place_tissue(options, grid);
  phantom::TiffFile file(true);
  RgbImage picture = tissue;
  for (const std::int64_t downsample : downsamples) {
    while (picture.width * downsample > tissue.width) picture = phantom::halved(picture);
    phantom::Directory directory =
        phantom::level_directory(pyramid, options.width, options.height, downsample);
    directory.streams = phantom::giant_tiles(file, options, area, picture, downsample);
    file.add(directory);
    if (pyramid.aperio && downsample == 1) {
      RgbImage coarse = tissue;
      std::int64_t factor = 1;
      for (; longest / factor > 1024 && coarse.width > 1; factor *= 2) coarse = phantom::halved(coarse);
      phantom::add_thumbnail(file, phantom::giant_thumbnail(options, area, coarse, factor), pyramid,
                             options.width, options.height);
    }
  }
  write_file_atomically(path, file.finish());
}

}  // namespace annulet
