#pragma once
#include <cstdint>
#include <span>

namespace annulet {

/// Whether a decoded tile is what its zlib stream says it should be. libtiff stops when the tile is full and
/// never looks at the Adler-32 sum that ends the stream (RFC 1950, section 2.2): most damage would pass in
/// silence. `row_samples` is the number of bytes in a row of `tile`; with `differenced` (TIFF predictor 2)
/// the stream holds the differences between neighbouring pixels of `samples` bytes. Up to 12 bytes of padding
/// after the sum are tolerated. About 1 ns a byte.
bool zlib_checksum_fits(std::span<const std::uint8_t> stream, std::span<const std::uint8_t> tile,
                        std::size_t row_samples, int samples, bool differenced);

}  // namespace annulet
