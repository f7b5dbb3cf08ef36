#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "annulet/base/plane.hpp"
#include "tile_edges.hpp"

namespace annulet {

/// Where the part of a tile that is wanted goes. Coordinates are pixels of the tile, half-open.
struct TileWindow {
  int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  std::uint8_t* to = nullptr;  ///< RGB of pixel (x0, y0)
  std::size_t stride = 0;      ///< bytes from one row to the next in `to`
  TileEdges* edges = nullptr;  ///< is shown every row of the tile
};

/// How the samples of a TIFF's JPEG tiles are to be read: the photometric tag counts, not the JPEG's own
/// markers.
enum class JpegColour { YCbCr, Rgb };

/// One JPEG tile of a TIFF, decoded with libjpeg-turbo: integer DCT (ISLOW) and fancy upsampling, the
/// settings of OpenSlide, hence its pixels. The whole tile is always decoded, so that the verdict on it does
/// not depend on the part that is wanted. The decompressor and the slide's shared tables are kept from tile
/// to tile, but never what a tile brought along itself. One thread.
class JpegTileDecoder {
 public:
  JpegTileDecoder();
  ~JpegTileDecoder();
  JpegTileDecoder(JpegTileDecoder&&) noexcept;
  /// Empty when the tile was decoded, else what is wrong with it (then `window` holds anything).
  std::string decode(std::span<const std::uint8_t> tables, std::span<const std::uint8_t> tile,
                     JpegColour colour, int tile_width, int tile_height, const TileWindow& window);

 private:
  struct Decompressor;
  bool prepare(std::span<const std::uint8_t> tables);
  std::unique_ptr<Decompressor> decompressor_;
  const std::uint8_t* tables_ = nullptr;  ///< that it holds
  std::vector<std::uint8_t> scratch_;
};

/// A whole JPEG picture.
struct JpegPicture {
  RgbImage rgb;
  std::string fault;         ///< empty when it was decoded
  bool cut = false;          ///< the fault is that the data end too early
  bool unsupported = false;  ///< the fault is a kind of JPEG that is not read
  bool too_large = false;    ///< the fault is that it has more than `most_pixels`
};
JpegPicture decode_jpeg_picture(std::span<const std::uint8_t> data, std::uint64_t most_pixels);

}  // namespace annulet
