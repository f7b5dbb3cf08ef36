#include "tile_heads.hpp"

#include <tiffio.h>

#include <algorithm>
#include <array>
#include <span>

namespace annulet {
namespace {

constexpr std::uint64_t kLooks = 64;
constexpr std::size_t kHead = 1024;  ///< bytes of a tile looked at: a JPEG's tables are shorter

std::uint32_t pair_at(std::span<const std::uint8_t> head, std::size_t at) {
  return std::uint32_t{head[at]} << 8 | head[at + 1];
}

/// Whether the frame's header, where it comes early enough, states the directory's size of a tile. A strip at
/// the image's end may be lower.
bool jpeg_fits(const TiffImage& image, std::span<const std::uint8_t> head) {
  if (pair_at(head, 0) != 0xFFD8) return false;
  for (std::size_t at = 2; at + 9 <= head.size() && head[at] == 0xFF;) {
    const std::uint8_t marker = head[at + 1];
    if (marker >= 0xC0 && marker <= 0xC2) {
      return pair_at(head, at + 7) == image.piece_width &&
             (!image.tiled || pair_at(head, at + 5) == image.piece_height);
    }
    at += 2 + std::max<std::size_t>(2, pair_at(head, at + 2));
  }
  return true;
}

/// A tile's first bytes: the markers of JPEG (ITU T.81), the head of zlib (RFC 1950, 2.2), LZW's
/// clear code in 9 bits (TIFF 6.0, section 13) in either order of bits; of raw pixels their number.
bool fits(const TiffImage& image, std::uint64_t bytes, std::span<const std::uint8_t> head) {
  const std::uint8_t first = head[0], second = head[1];
  switch (image.compression) {
    case COMPRESSION_JPEG:
      return jpeg_fits(image, head);
    case COMPRESSION_ADOBE_DEFLATE:
    case COMPRESSION_DEFLATE:
      return (first & 0x0F) == 8 && (first * 256 + second) % 31 == 0;
    case COMPRESSION_LZW:
      return (first == 0x80 && second < 0x80) || (first == 0 && (second & 1) == 1);
    default:
      // The last strip may be shorter: any other has a row at least.
      return bytes >=
             std::uint64_t{image.piece_width} * (image.tiled ? image.piece_height : 1) * image.samples;
  }
}

}  // namespace

void require_heads_of_codec(const ByteReader& file, const TiffImage& image) {
  const TiffParser parser(file);
  const std::uint64_t pieces = image.pieces(), looks = std::min(kLooks, pieces);
  bool any = false;
  for (std::uint64_t i = 0; i < looks; ++i) {
    const std::uint64_t piece = i * pieces / looks;
    const std::uint64_t bytes = parser.number(image.size_table, piece);
    if (bytes == 0) continue;
    std::array<std::uint8_t, kHead> head{};
    file.read_at(parser.number(image.offset_table, piece), head.data(),
                 std::min<std::uint64_t>(bytes, kHead));
    if (fits(image, bytes, head)) return;
    any = true;
  }
  if (!any) return;
  throw Error(Code::Corrupt,
              "none of its tiles begins as its compression (TIFF number " +
                  std::to_string(image.compression) +
                  ") demands: its directories are damaged, or its pixels are; copy it again from its source");
}

}  // namespace annulet
