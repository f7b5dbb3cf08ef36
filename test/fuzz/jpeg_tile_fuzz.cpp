// JPEG tiles: the first two bytes say how many of the rest are the slide's shared tables.
#include <algorithm>

#include "slide/jpeg_decoder.hpp"

using namespace annulet;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  constexpr int kSide = 256;
  static JpegTileDecoder decoder;
  static std::vector<std::uint8_t> rgb(3 * kSide * kSide), tables;
  const std::size_t split = std::min<std::size_t>(data[0] | data[1] << 8, size - 2);
  // The decoder knows tables by their address: new ones must not stand where the last stood.
  std::vector<std::uint8_t> next(data + 2, data + 2 + split);
  tables.swap(next);
  const TileWindow window{0, 0, kSide, kSide, rgb.data(), 3 * kSide};
  const JpegColour colour = (data[0] & 1) != 0 ? JpegColour::Rgb : JpegColour::YCbCr;
  (void)decoder.decode(tables, {data + 2 + split, size - 2 - split}, colour, kSide, kSide, window);
  return 0;
}
