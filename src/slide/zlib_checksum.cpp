#include "zlib_checksum.hpp"

#include <algorithm>
#include <vector>

namespace annulet {
namespace {

constexpr std::uint32_t kModulus = 65521;    ///< RFC 1950, section 8.2
constexpr std::size_t kBytesPerStep = 5552;  ///< the most that cannot overflow 32 bits between two reductions
constexpr std::size_t kMostPadding = 12;

class Adler32 {
 public:
  void add(const std::uint8_t* data, std::size_t size) {
    while (size > 0) {
      const std::size_t step = std::min(size, kBytesPerStep);
      for (std::size_t i = 0; i < step; ++i) {
        low_ += data[i];
        high_ += low_;
      }
      low_ %= kModulus;
      high_ %= kModulus;
      data += step;
      size -= step;
    }
  }
  std::uint32_t value() const { return high_ << 16 | low_; }

 private:
  std::uint32_t low_ = 1, high_ = 0;
};

std::uint32_t sum_of_differences(std::span<const std::uint8_t> tile, std::size_t row_samples,
                                 std::size_t samples) {
  Adler32 sum;
  std::vector<std::uint8_t> row(row_samples);
  for (std::size_t at = 0; at + row_samples <= tile.size(); at += row_samples) {
    const std::uint8_t* from = tile.data() + at;
    for (std::size_t i = 0; i < row_samples; ++i) {
      row[i] = static_cast<std::uint8_t>(i < samples ? from[i] : from[i] - from[i - samples]);
    }
    sum.add(row.data(), row.size());
  }
  return sum.value();
}

}  // namespace

bool zlib_checksum_fits(std::span<const std::uint8_t> stream, std::span<const std::uint8_t> tile,
                        std::size_t row_samples, int samples, bool differenced) {
  std::uint32_t sum = 0;
  if (differenced) {
    sum = sum_of_differences(tile, row_samples, static_cast<std::size_t>(samples));
  } else {
    Adler32 plain;
    plain.add(tile.data(), tile.size());
    sum = plain.value();
  }
  for (std::size_t padding = 0; padding <= kMostPadding && padding + 4 <= stream.size(); ++padding) {
    const std::uint8_t* at = stream.data() + (stream.size() - padding - 4);
    const std::uint32_t told =
        std::uint32_t{at[0]} << 24 | std::uint32_t{at[1]} << 16 | std::uint32_t{at[2]} << 8 | at[3];
    if (told == sum) return true;
  }
  return false;
}

}  // namespace annulet
