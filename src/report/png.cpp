// PNG (ISO 15948), compressed by libdeflate in one piece, which takes a quarter of libpng's time. Pictures of
// few colours are indexed; of others each pixel is written as the difference to the one before.
#include <libdeflate.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "annulet/base/error.hpp"
#include "annulet/report/writers.hpp"

namespace annulet {
namespace {

using Bytes = std::vector<std::uint8_t, Unspecified<std::uint8_t>>;

constexpr int kLevel = 1;  // of libdeflate: photographs gain little from more
constexpr char kSignature[] = "\x89PNG\r\n\x1a\n";
// depth, colour type, deflate, filters, not interlaced
constexpr char kEightBitRgb[] = "\x08\x02\x00\x00\x00", kFourBitIndexed[] = "\x04\x03\x00\x00\x00";
constexpr std::uint8_t kNoFilter = 0, kSubFilter = 1;
constexpr std::size_t kChannels = 3;
constexpr std::size_t kMostColours = 16;  // of four bits

void append_big_endian(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 255);
}

void append_chunk(std::string& out, const char* type, std::string_view data) {
  append_big_endian(out, static_cast<std::uint32_t>(data.size()));
  const std::size_t start = out.size();
  out.append(type, 4);
  out += data;
  append_big_endian(out, libdeflate_crc32(0, out.data() + start, out.size() - start));
}

/// Each row as the differences of its pixels, after the number of the filter.
Bytes filtered(const RgbImage& image) {
  const std::size_t line = static_cast<std::size_t>(image.width) * kChannels;
  Bytes out((line + 1) * static_cast<std::size_t>(image.height));
  std::uint8_t* to = out.data();
  for (int y = 0; y < image.height; ++y, to += line) {
    const std::uint8_t* from = image.row(y);
    *to++ = kSubFilter;
    for (std::size_t i = 0; i < kChannels; ++i) to[i] = from[i];
    for (std::size_t i = kChannels; i < line; ++i)
      to[i] = static_cast<std::uint8_t>(from[i] - from[i - kChannels]);
  }
  return out;
}

/// A picture of few colours, as rows of their numbers.
struct Indexed {
  std::vector<std::uint32_t> colours;
  Bytes rows;
};

std::uint32_t colour_of(const std::uint8_t* pixel) {
  return std::uint32_t{pixel[0]} << 16 | std::uint32_t{pixel[1]} << 8 | pixel[2];
}

std::optional<Indexed> indexed(const RgbImage& image) {
  const std::size_t width = static_cast<std::size_t>(image.width), line = (width + 1) / 2;
  Indexed out;
  out.rows.resize((line + 1) * static_cast<std::size_t>(image.height));
  std::fill(out.rows.begin(), out.rows.end(), kNoFilter);
  std::uint8_t* to = out.rows.data() + 1;
  out.colours.push_back(colour_of(image.data.data()));
  std::size_t number = 0;
  for (int y = 0; y < image.height; ++y, to += line + 1) {
    const std::uint8_t* pixel = image.row(y);
    for (std::size_t x = 0; x < width; ++x, pixel += kChannels) {
      const std::uint32_t colour = colour_of(pixel);
      if (out.colours[number] != colour) {
        const auto known = std::find(out.colours.begin(), out.colours.end(), colour);
        number = static_cast<std::size_t>(known - out.colours.begin());
        if (number == kMostColours) return std::nullopt;
        if (known == out.colours.end()) out.colours.push_back(colour);
      }
      to[x / 2] |= static_cast<std::uint8_t>(number << (x % 2 == 0 ? 4 : 0));
    }
  }
  return out;
}

std::string palette_of(const std::vector<std::uint32_t>& colours) {
  std::string bytes;
  for (const std::uint32_t colour : colours) {
    for (int shift = 16; shift >= 0; shift -= 8) bytes += static_cast<char>(colour >> shift & 255);
  }
  return bytes;
}

Bytes zlib_stream(const Bytes& bytes) {
  const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor(
      libdeflate_alloc_compressor(kLevel), &libdeflate_free_compressor);
  expects(compressor != nullptr, "there is memory to compress with");
  Bytes out(libdeflate_zlib_compress_bound(compressor.get(), bytes.size()));
  out.resize(libdeflate_zlib_compress(compressor.get(), bytes.data(), bytes.size(), out.data(), out.size()));
  expects(!out.empty(), "libdeflate compresses into a buffer of its own bound");
  return out;
}

}  // namespace

std::string encode_png(const RgbImage& image) {
  expects(image.width > 0 && image.height > 0, "a picture to encode has pixels");
  const std::optional<Indexed> few = indexed(image);
  std::string header;
  append_big_endian(header, static_cast<std::uint32_t>(image.width));
  append_big_endian(header, static_cast<std::uint32_t>(image.height));
  header.append(few ? kFourBitIndexed : kEightBitRgb, 5);
  const Bytes data = zlib_stream(few ? few->rows : filtered(image));
  std::string out(kSignature, 8);
  append_chunk(out, "IHDR", header);
  if (few) append_chunk(out, "PLTE", palette_of(few->colours));
  append_chunk(out, "IDAT", {reinterpret_cast<const char*>(data.data()), data.size()});
  append_chunk(out, "IEND", {});
  return out;
}

}  // namespace annulet
