#include "tiff_source.hpp"

#include <tiffio.h>

#include <cmath>
#include <optional>

#include "header_pitch.hpp"
#include "jpeg_decoder.hpp"
#include "pixel_window.hpp"
#include "shared_tiles.hpp"
#include "tile_checks.hpp"
#include "tile_codec.hpp"

namespace annulet {
namespace {

/// What a call of read needs beside the slide; kept for the next call.
struct ReadState {
  std::vector<std::uint8_t> raw;    ///< compressed bytes of a tile
  std::vector<std::uint8_t> plain;  ///< samples of a tile that is not JPEG
  JpegTileDecoder jpeg;
  TileEdges edges;  ///< of the tile under way, where it is one of level 0
  std::optional<TileCodec::Loan> codec;
};

struct TilePlace {
  std::uint32_t column = 0, row = 0, number = 0;
  Rect<LevelFrame> area;  ///< cropped to the level
  Rect<LevelFrame> part;  ///< what of it is wanted
};

class TiffSource final : public SlideSource {
 public:
  TiffSource(InputFile file, std::vector<TiffImage> levels, SlideInfo info)
      : file_(std::move(file)),
        levels_(std::move(levels)),
        info_(std::move(info)),
        shared_(levels_.front().sizes.size()),
        checks_(levels_.front().columns(), levels_.front().rows()) {
    for (const TiffImage& image : levels_) codecs_.push_back(std::make_unique<TileCodec>(file_, image));
  }

  const SlideInfo& info() const override { return info_; }
  void read(int level, Rect<LevelFrame> rect, SlidePixels& out) const override;
  void announce(const Rect<SlideFrame>& rect) const override;
  void fetch_ahead(const Rect<SlideFrame>& rect) const override;
  SuspectTiles suspects() const override;

 private:
  std::unique_ptr<ReadState> take_state() const;
  void give_state(std::unique_ptr<ReadState> state) const;
  template <class Visit>
  static void each_tile(const TiffImage& image, const Rect<LevelFrame>& rect, Visit&& visit);
  std::string share_tile(const TilePlace& tile, SharedTiles::Tile& shared, ReadState& state,
                         PixelWindow& window) const;
  std::string read_tile(int level, const TilePlace& tile, ReadState& state, PixelWindow& window) const;
  std::string read_bytes(const TiffImage& image, const TilePlace& tile, ReadState& state) const;
  std::string decode_jpeg(const TiffImage& image, const TilePlace& tile, ReadState& state,
                          TileWindow to) const;
  void check_plain(const TilePlace& tile, const std::vector<std::uint8_t>& samples, ReadState& state) const;
  std::string decode_plain(int level, const TilePlace& tile, ReadState& state, PixelWindow& window) const;

  InputFile file_;
  std::vector<TiffImage> levels_;
  SlideInfo info_;
  std::vector<std::unique_ptr<TileCodec>> codecs_;  ///< one a level
  mutable SharedTiles shared_;                      ///< of level 0
  mutable TileChecks checks_;                       ///< of level 0
  mutable std::mutex states_mutex_;
  mutable std::vector<std::unique_ptr<ReadState>> states_;  ///< of no call
};

TilePlace place_of(const TiffImage& image, std::uint32_t column, std::uint32_t row,
                   const Rect<LevelFrame>& wanted) {
  TilePlace tile{column, row, row * image.columns() + column, {}, {}};
  const std::int64_t x = std::int64_t{column} * image.piece_width, y = std::int64_t{row} * image.piece_height;
  tile.area = Rect<LevelFrame>{x, y, x + image.piece_width, y + image.piece_height}.clipped(
      {0, 0, image.width, image.height});
  tile.part = tile.area.clipped(wanted);
  return tile;
}

std::string tile_name(int level, const TilePlace& tile) {
  return "tile in column " + std::to_string(tile.column) + ", row " + std::to_string(tile.row) +
         " of level " + std::to_string(level);
}

/// Calls visit(place) for every tile that `rect`, cut to the level, touches.
template <class Visit>
void TiffSource::each_tile(const TiffImage& image, const Rect<LevelFrame>& rect, Visit&& visit) {
  const Rect<LevelFrame> inside = rect.clipped({0, 0, image.width, image.height});
  if (inside.empty()) return;
  const auto index = [](std::int64_t px, std::uint32_t side) {
    return static_cast<std::uint32_t>(px / side);
  };
  for (auto row = index(inside.y0, image.piece_height); row <= index(inside.y1 - 1, image.piece_height);
       ++row) {
    for (auto column = index(inside.x0, image.piece_width); column <= index(inside.x1 - 1, image.piece_width);
         ++column) {
      visit(place_of(image, column, row, inside));
    }
  }
}

void TiffSource::announce(const Rect<SlideFrame>& rect) const {
  const TiffImage& image = levels_.front();
  if (image.compression != COMPRESSION_JPEG) return;
  each_tile(image, {rect.x0, rect.y0, rect.x1, rect.y1},
            [&](const TilePlace& tile) { shared_.announce(tile.number); });
}

void TiffSource::fetch_ahead(const Rect<SlideFrame>& rect) const {
  const TiffImage& image = levels_.front();
  each_tile(image, {rect.x0, rect.y0, rect.x1, rect.y1}, [&](const TilePlace& tile) {
    file_.fetch_ahead(image.offsets[tile.number], image.sizes[tile.number]);
  });
}

void TiffSource::read(int level, Rect<LevelFrame> rect, SlidePixels& out) const {
  expects(level >= 0 && level < static_cast<int>(levels_.size()), "the level exists");
  const TiffImage& image = levels_[static_cast<std::size_t>(level)];
  PixelWindow window(rect, out);
  window.lose_outside(rect.clipped({0, 0, image.width, image.height}));
  std::unique_ptr<ReadState> kept = take_state();
  ReadState& state = *kept;
  each_tile(image, rect, [&](const TilePlace& tile) {
    const bool missing = image.sizes[tile.number] == 0;
    const bool jpeg = image.compression == COMPRESSION_JPEG;
    const SharedTiles::Loan shared =
        level == 0 && jpeg && !missing ? shared_.take(tile.number) : SharedTiles::Loan();
    const std::string fault = missing  ? "has no data"
                              : shared ? share_tile(tile, *shared, state, window)
                                       : read_tile(level, tile, state, window);
    if (fault.empty()) return;
    window.lost(tile.part);
    out.problems.push_back({missing ? ProblemKind::Missing : ProblemKind::Undecodable,
                            tile_name(level, tile) + ": " + fault, slide_area(info_, level, tile.area)});
  });
  give_state(std::move(kept));
}

std::unique_ptr<ReadState> TiffSource::take_state() const {
  const std::lock_guard lock(states_mutex_);
  if (states_.empty()) return std::make_unique<ReadState>();
  std::unique_ptr<ReadState> state = std::move(states_.back());
  states_.pop_back();
  return state;
}

void TiffSource::give_state(std::unique_ptr<ReadState> state) const {
  state->codec.reset();
  const std::lock_guard lock(states_mutex_);
  states_.push_back(std::move(state));
}

/// A tile of level 0 that other reads need as well.
std::string TiffSource::share_tile(const TilePlace& tile, SharedTiles::Tile& shared, ReadState& state,
                                   PixelWindow& window) const {
  const TiffImage& image = levels_.front();
  const std::size_t stride = std::size_t{image.piece_width} * 3;
  {
    const std::lock_guard lock(shared.mutex);
    if (!shared.decoded) {
      shared.rgb.resize(stride * image.piece_height);
      shared.fault = read_bytes(image, tile, state);
      const TileWindow whole{0,
                             0,
                             static_cast<int>(image.piece_width),
                             static_cast<int>(image.piece_height),
                             shared.rgb.data(),
                             stride};
      if (shared.fault.empty()) shared.fault = decode_jpeg(image, tile, state, whole);
      shared.decoded = true;
    }
  }
  if (!shared.fault.empty()) return shared.fault;
  const Rect<LevelFrame>& part = tile.part;
  for (std::int64_t y = part.y0; y < part.y1; ++y) {
    const std::uint8_t* from = shared.rgb.data() + static_cast<std::size_t>(y - tile.area.y0) * stride +
                               static_cast<std::size_t>(part.x0 - tile.area.x0) * 3;
    std::memcpy(window.at(part.x0, y), from, static_cast<std::size_t>(part.width()) * 3);
  }
  return {};
}

std::string TiffSource::read_bytes(const TiffImage& image, const TilePlace& tile, ReadState& state) const {
  state.raw.resize(image.sizes[tile.number]);
  count_tiles(1);
  if (file_.read_at(image.offsets[tile.number], state.raw.data(), state.raw.size()) != state.raw.size()) {
    return "cannot be read from the disk";
  }
  return {};
}

std::string TiffSource::read_tile(int level, const TilePlace& tile, ReadState& state,
                                  PixelWindow& window) const {
  const TiffImage& image = levels_[static_cast<std::size_t>(level)];
  if (std::string fault = read_bytes(image, tile, state); !fault.empty()) return fault;
  if (image.compression != COMPRESSION_JPEG) return decode_plain(level, tile, state, window);
  const Rect<LevelFrame>&part = tile.part, &area = tile.area;
  const TileWindow wanted{static_cast<int>(part.x0 - area.x0), static_cast<int>(part.y0 - area.y0),
                          static_cast<int>(part.x1 - area.x0), static_cast<int>(part.y1 - area.y0),
                          window.at(part.x0, part.y0),         window.stride()};
  return decode_jpeg(image, tile, state, wanted);
}

/// What a look at the bytes tells of a JPEG tile that was holed or never written.
std::string payload_fault(std::span<const std::uint8_t> payload) {
  constexpr std::uint8_t kMarker = 0xFF, kStart = 0xD8;
  if (payload.size() >= 2 && payload[0] == kMarker && payload[1] == kStart) return {};
  const bool blank = std::all_of(payload.begin(), payload.end(), [](std::uint8_t byte) { return byte == 0; });
  return blank ? "holds nothing but zeros" : "does not begin like a JPEG";
}

std::string TiffSource::decode_jpeg(const TiffImage& image, const TilePlace& tile, ReadState& state,
                                    TileWindow to) const {
  if (std::string fault = payload_fault(state.raw); !fault.empty()) return fault;
  const JpegColour colour = image.photometric == PHOTOMETRIC_YCBCR ? JpegColour::YCbCr : JpegColour::Rgb;
  const bool check = &image == &levels_.front();
  if (check) {
    state.edges.begin(static_cast<int>(tile.area.width()), static_cast<int>(tile.area.height()));
    to.edges = &state.edges;
  }
  std::string fault =
      state.jpeg.decode(image.jpeg_tables, state.raw, colour, static_cast<int>(image.piece_width),
                        static_cast<int>(image.piece_height), to);
  if (check && fault.empty()) {
    state.edges.finish();
    checks_.take(tile.number, state.edges, state.raw);
  }
  return fault;
}

/// A tile that is not JPEG, of RGB.
void TiffSource::check_plain(const TilePlace& tile, const std::vector<std::uint8_t>& samples,
                             ReadState& state) const {
  const TiffImage& image = levels_.front();
  if (image.samples != 3) return;
  state.edges.begin(static_cast<int>(tile.area.width()), static_cast<int>(tile.area.height()));
  for (std::uint32_t row = 0; row < image.piece_height; ++row)
    state.edges.add_row(samples.data() + std::size_t{row} * image.piece_width * 3);
  state.edges.finish();
  checks_.take(tile.number, state.edges, state.raw);
}

SuspectTiles TiffSource::suspects() const {
  const TiffImage& image = levels_.front();
  const auto area = [&](std::uint32_t number) {
    const Rect<LevelFrame> whole{0, 0, image.width, image.height};
    return slide_area(info_, 0,
                      place_of(image, number % image.columns(), number / image.columns(), whole).area);
  };
  SuspectTiles found;
  for (const TileChecks::Seam& seam : checks_.seams()) {
    const std::uint32_t other = seam.number + (seam.below ? image.columns() : 1);
    found.seams.emplace_back(area(seam.number), area(other));
  }
  for (const std::vector<std::uint32_t>& group : checks_.twins()) {
    std::vector<Rect<SlideFrame>>& tiles = found.twins.emplace_back();
    for (const std::uint32_t number : group) tiles.push_back(area(number));
  }
  return found;
}

/// Copies the wanted part of a tile of RGB or RGB and alpha; only fully opaque pixels count.
void copy_part(const TiffImage& image, const TilePlace& tile, const std::vector<std::uint8_t>& samples,
               PixelWindow& window) {
  const Rect<LevelFrame>& part = tile.part;
  for (std::int64_t y = part.y0; y < part.y1; ++y) {
    const auto first = (y - tile.area.y0) * image.piece_width + (part.x0 - tile.area.x0);
    const std::uint8_t* from = samples.data() + first * image.samples;
    std::uint8_t* to = window.at(part.x0, y);
    if (image.samples == 3) {
      std::memcpy(to, from, static_cast<std::size_t>(part.width()) * 3);
      continue;
    }
    for (std::int64_t x = part.x0; x < part.x1; ++x, from += 4, to += 3) {
      if (from[3] == 255) {
        std::memcpy(to, from, 3);
      } else {
        window.lost_pixel(x, y);
      }
    }
  }
}

std::string TiffSource::decode_plain(int level, const TilePlace& tile, ReadState& state,
                                     PixelWindow& window) const {
  const TiffImage& image = levels_[static_cast<std::size_t>(level)];
  const std::size_t bytes = std::size_t{image.piece_width} * image.piece_height * image.samples;
  if (image.compression == COMPRESSION_NONE) {
    if (state.raw.size() < bytes) return "has fewer bytes than pixels";
    copy_part(image, tile, state.raw, window);
    if (level == 0) check_plain(tile, state.raw, state);
    return {};
  }
  if (!state.codec) state.codec.emplace(*codecs_[static_cast<std::size_t>(level)]);
  state.plain.resize(bytes);
  std::string fault = state.codec->decode(tile.number, state.raw, state.plain);
  if (!fault.empty()) return fault;
  copy_part(image, tile, state.plain, window);
  if (level == 0) check_plain(tile, state.plain, state);
  return {};
}

}  // namespace

std::unique_ptr<SlideSource> make_tiff_source(InputFile file, std::vector<TiffImage> levels, SlideInfo info) {
  return std::make_unique<TiffSource>(std::move(file), std::move(levels), std::move(info));
}

SlideInfo describe_tiff(const InputFile& file, const std::vector<TiffImage>& levels, std::string vendor) {
  const TiffImage& base = levels.front();
  SlideInfo info;
  info.file_name = file.name();
  info.format = std::move(vendor);
  info.reader = "tiff";
  info.bytes = file.bytes();
  info.extent = {base.width, base.height};
  for (const TiffImage& image : levels) {
    const double x = static_cast<double>(base.width) / image.width;
    const double y = static_cast<double>(base.height) / image.height;
    info.levels.push_back({{image.width, image.height}, (x + y) / 2});
  }
  info.tile = base.tiled ? Size<SlideFrame>{base.piece_width, base.piece_height} : Size<SlideFrame>{256, 256};
  info.pitch = pitch_of_tiff(base);
  if (info.format == "aperio") info.objective_power = aperio_number(base.description, "AppMag");
  return info;
}

}  // namespace annulet
