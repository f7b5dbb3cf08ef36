// The yardsticks of scripts/bench: what others pay, in CPU time of this thread, for the tissue tiles of a
// slide.
//   bench_yardstick SLIDE [TILES=1600] [ROUNDS=3] [WINDOWS=6]
// Prints one JSON object: how much tissue the file holds, and CPU ns per pixel, medians over interleaved
// rounds, of
//   decode     libjpeg-turbo from memory to RGB: one decoder for all tiles, the tables read once
//   openslide  openslide_read_region of the same areas, to OpenSlide's ARGB
//   fallback   annulet's SlideSource over OpenSlide, to annulet's RGB, in areas of kFallbackPx
// and the left upper corners of WINDOWS areas of kWindowPx that are all tissue, for the scikit-image
// pipeline. A tile holds tissue where its stream is longer than kTissueBytesPerPx times its pixels: glass
// compresses to less.
#include <fmt/format.h>
#include <openslide.h>
#include <tiffio.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <string>
#include <vector>

#include <jpeglib.h>

#include "annulet/base/error.hpp"
#include "annulet/slide/slide_source.hpp"

namespace {

using namespace annulet;

constexpr double kTissueBytesPerPx = 0.06, kOverGlass = 1.6;
constexpr int kWindowPx = 1024, kFallbackPx = 1024;
// libjpeg-turbo writes rows that are aligned for AVX2 past the cache, which takes 10 % longer: rows begin off
// it.
constexpr std::size_t kVectorBytes = 32, kOffAlignment = 16;

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

/// `count` of `all`, evenly spread.
template <class T>
std::vector<T> spread(const std::vector<T>& all, std::size_t count) {
  count = std::min(count, all.size());
  std::vector<T> chosen;
  for (std::size_t i = 0; i < count; ++i) chosen.push_back(all[i * all.size() / count]);
  return chosen;
}

/// The first directory of a tiled JPEG TIFF.
struct Tiles {
  std::uint32_t width = 0, height = 0, tile_width = 0, tile_height = 0, across = 0;
  bool ycbcr = false;
  std::string tables;
  std::vector<std::uint64_t> bytes;   ///< of each tile's stream
  std::vector<std::uint32_t> tissue;  ///< numbers of the tiles that hold tissue
  double tile_px() const { return static_cast<double>(tile_width) * tile_height; }
  double tissue_bytes() const {
    double sum = 0;
    for (const std::uint32_t tile : tissue) sum += static_cast<double>(bytes[tile]);
    return sum;
  }
};

Tiles tiles_of(TIFF* file) {
  Tiles tiles;
  std::uint16_t photometric = 0;
  TIFFGetField(file, TIFFTAG_IMAGEWIDTH, &tiles.width);
  TIFFGetField(file, TIFFTAG_IMAGELENGTH, &tiles.height);
  TIFFGetField(file, TIFFTAG_PHOTOMETRIC, &photometric);
  if (TIFFGetField(file, TIFFTAG_TILEWIDTH, &tiles.tile_width) == 0 ||
      TIFFGetField(file, TIFFTAG_TILELENGTH, &tiles.tile_height) == 0)
    throw Error(Code::Unsupported, "the yardsticks need a tiled TIFF");
  tiles.across = (tiles.width + tiles.tile_width - 1) / tiles.tile_width;
  tiles.ycbcr = photometric == PHOTOMETRIC_YCBCR;
  std::uint32_t size = 0;
  void* tables = nullptr;
  if (TIFFGetField(file, TIFFTAG_JPEGTABLES, &size, &tables) == 1)
    tiles.tables.assign(static_cast<const char*>(tables), size);
  for (std::uint32_t i = 0; i < TIFFNumberOfTiles(file); ++i)
    tiles.bytes.push_back(TIFFGetStrileByteCount(file, i));
  std::vector<std::uint64_t> sorted = tiles.bytes;
  std::sort(sorted.begin(), sorted.end());
  const double cut = std::max(kTissueBytesPerPx * tiles.tile_px(),
                              kOverGlass * static_cast<double>(sorted[sorted.size() / 10]));
  for (std::uint32_t i = 0; i < tiles.bytes.size(); ++i) {
    if (static_cast<double>(tiles.bytes[i]) > cut) tiles.tissue.push_back(i);
  }
  if (tiles.tissue.empty()) throw Error(Code::Empty, "the slide holds no tissue");
  return tiles;
}

/// libjpeg's own exit on an error is what a yardstick may do.
class Decoder {
 public:
  explicit Decoder(const Tiles& tiles)
      : ycbcr_(tiles.ycbcr),
        row_bytes_(3 * std::size_t{tiles.tile_width}),
        pixels_(row_bytes_ * tiles.tile_height + kOffAlignment + 2 * kVectorBytes) {
    session_.err = jpeg_std_error(&errors_);
    jpeg_create_decompress(&session_);
    if (tiles.tables.empty()) return;
    source(tiles.tables);
    jpeg_read_header(&session_, FALSE);
  }
  ~Decoder() { jpeg_destroy_decompress(&session_); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  void decode(const std::string& stream) {
    source(stream);
    jpeg_read_header(&session_, TRUE);
    session_.jpeg_color_space = ycbcr_ ? JCS_YCbCr : JCS_RGB;
    session_.out_color_space = JCS_RGB;
    jpeg_start_decompress(&session_);
    while (session_.output_scanline < session_.output_height) {
      JSAMPROW row = first_row() + session_.output_scanline * row_bytes_;
      jpeg_read_scanlines(&session_, &row, 1);
    }
    jpeg_finish_decompress(&session_);
  }

 private:
  unsigned char* first_row() {
    const auto start = reinterpret_cast<std::uintptr_t>(pixels_.data());
    return pixels_.data() + (kVectorBytes - start % kVectorBytes) + kOffAlignment;
  }
  void source(const std::string& bytes) {
    jpeg_mem_src(&session_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  }
  jpeg_error_mgr errors_{};
  jpeg_decompress_struct session_{};
  bool ycbcr_;
  std::size_t row_bytes_;
  std::vector<unsigned char> pixels_;
};

struct Corner {
  std::int64_t x, y;
};

/// Every area of kWindowPx on a grid of its own size whose tiles all hold tissue.
std::vector<Corner> tissue_windows(const Tiles& tiles) {
  std::vector<bool> holds(tiles.bytes.size());
  for (const std::uint32_t tile : tiles.tissue) holds[tile] = true;
  std::vector<Corner> windows;
  for (std::uint32_t y = 0; y + kWindowPx <= tiles.height; y += kWindowPx) {
    for (std::uint32_t x = 0; x + kWindowPx <= tiles.width; x += kWindowPx) {
      bool all = true;
      for (std::uint32_t v = y / tiles.tile_height; v * tiles.tile_height < y + kWindowPx; ++v) {
        for (std::uint32_t u = x / tiles.tile_width; u * tiles.tile_width < x + kWindowPx; ++u)
          all = all && holds[v * tiles.across + u];
      }
      if (all) windows.push_back({x, y});
    }
  }
  return windows;
}

struct Costs {
  std::vector<double> decode, openslide, fallback;
};

Costs measure(const std::string& path, TIFF* file, const Tiles& tiles, std::size_t count, int rounds) {
  const std::vector<std::uint32_t> sample = spread(tiles.tissue, count);
  std::vector<std::string> streams;
  for (const std::uint32_t tile : sample) {
    std::string& stream = streams.emplace_back(tiles.bytes[tile], '\0');
    TIFFReadRawTile(file, tile, stream.data(), static_cast<tmsize_t>(stream.size()));
  }
  const double sample_px = static_cast<double>(sample.size()) * tiles.tile_px();
  const std::vector<Corner> areas =
      spread(tissue_windows(tiles),
             std::max<std::size_t>(1, static_cast<std::size_t>(sample_px / kFallbackPx / kFallbackPx)));
  const std::unique_ptr<SlideSource> source = open_slide(path, ReaderChoice::OpenSlide);
  openslide_t* slide = openslide_open(path.c_str());
  if (slide == nullptr || openslide_get_error(slide) != nullptr)
    throw Error(Code::Unsupported, "OpenSlide cannot read the slide");
  Decoder decoder(tiles);
  std::vector<std::uint32_t> argb(static_cast<std::size_t>(tiles.tile_px()));
  SlidePixels pixels;
  Costs costs;
  for (int round = 0; round < rounds; ++round) {
    const double start = cpu_seconds();
    for (const std::string& stream : streams) decoder.decode(stream);
    const double decoded = cpu_seconds();
    for (const std::uint32_t tile : sample) {
      openslide_read_region(slide, argb.data(), std::int64_t{tile % tiles.across} * tiles.tile_width,
                            std::int64_t{tile / tiles.across} * tiles.tile_height, 0, tiles.tile_width,
                            tiles.tile_height);
    }
    const double read = cpu_seconds();
    for (const Corner& area : areas)
      source->read(0, {area.x, area.y, area.x + kFallbackPx, area.y + kFallbackPx}, pixels);
    const double fallen_back = cpu_seconds();
    costs.decode.push_back((decoded - start) / sample_px * 1e9);
    costs.openslide.push_back((read - decoded) / sample_px * 1e9);
    if (!areas.empty())
      costs.fallback.push_back((fallen_back - read) / static_cast<double>(areas.size()) / kFallbackPx /
                               kFallbackPx * 1e9);
  }
  openslide_close(slide);
  return costs;
}

}  // namespace

int main(int count, char** words) try {
  if (count < 2) throw Error(Code::Usage, "usage: bench_yardstick SLIDE [TILES] [ROUNDS] [WINDOWS]");
  const auto number = [&](int at, int otherwise) { return count > at ? std::stoi(words[at]) : otherwise; };
  TIFF* file = TIFFOpen(words[1], "r");
  if (file == nullptr) throw Error(Code::Unsupported, "not a TIFF that can be read");
  const Tiles tiles = tiles_of(file);
  const Costs costs = measure(words[1], file, tiles, static_cast<std::size_t>(number(2, 1600)), number(3, 3));
  TIFFClose(file);
  const double tissue_px = static_cast<double>(tiles.tissue.size()) * tiles.tile_px();
  std::string windows;
  for (const Corner& corner : spread(tissue_windows(tiles), static_cast<std::size_t>(number(4, 6))))
    windows += fmt::format("{}[{}, {}]", windows.empty() ? "" : ", ", corner.x, corner.y);
  fmt::print("{{\"tiles\": {}, \"tissue_tiles\": {}, \"tissue_px\": {:.0f}, \"bytes_per_px\": {:.4f}, ",
             tiles.bytes.size(), tiles.tissue.size(), tissue_px, tiles.tissue_bytes() / tissue_px);
  fmt::print("\"decode_ns\": {:.3f}, \"openslide_ns\": {:.3f}, \"fallback_ns\": {:.3f}, ",
             median(costs.decode), median(costs.openslide), median(costs.fallback));
  fmt::print("\"window_px\": {}, \"windows\": [{}]}}\n", kWindowPx, windows);
  return 0;
} catch (const std::exception& error) {
  fmt::print(stderr, "bench_yardstick: {}: {}\n", count > 1 ? words[1] : "", error.what());
  return 1;
}
