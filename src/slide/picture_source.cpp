#include "picture_source.hpp"

#include <array>
#include <cstring>

#include "jpeg_decoder.hpp"
#include "limits.hpp"
#include "memory_source.hpp"
#include "png_decoder.hpp"

namespace annulet {
namespace {

constexpr const char* kRemedy = "; copy it again from its source";

using Bytes = std::vector<std::uint8_t>;

Bytes bytes_of(const InputFile& file) {
  if (file.bytes() > limits::kPictureBytes) {
    throw file.error(Code::OverLimit, "a picture of more than 1 GiB is not read; save it as a tiled TIFF");
  }
  Bytes bytes(file.bytes());
  if (file.read_at(0, bytes.data(), bytes.size()) != bytes.size()) {
    throw file.error(Code::Truncated, std::string("cannot be read to its end") + kRemedy);
  }
  return bytes;
}

std::string too_large(const std::string& what) {
  return what + "; at most 256 Mpx of a picture are read: save it as a tiled TIFF";
}

SlidePixels read_jpeg(const InputFile& file) {
  JpegPicture picture = decode_jpeg_picture(bytes_of(file), limits::kPicturePixels);
  if (picture.too_large) throw file.error(Code::OverLimit, too_large(picture.fault));
  if (picture.unsupported) {
    throw file.error(Code::Unsupported, "this JPEG is not a colour picture: " + picture.fault);
  }
  if (!picture.fault.empty()) {
    throw file.error(picture.cut ? Code::Truncated : Code::Corrupt,
                     "the JPEG data are damaged (" + picture.fault + ")" + kRemedy);
  }
  SlidePixels pixels;
  pixels.covered = Plane<std::uint8_t>(picture.rgb.width, picture.rgb.height, 1);
  pixels.rgb = std::move(picture.rgb);
  return pixels;
}

constexpr std::array<std::uint32_t, 256> kCrcTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value & 1) != 0 ? 0xEDB88320u ^ (value >> 1) : value >> 1;
    table[i] = value;
  }
  return table;
}();

std::uint32_t crc_of(const std::uint8_t* data, std::size_t size) {
  std::uint32_t crc = 0xFFFFFFFFu;
  for (std::size_t i = 0; i < size; ++i) crc = kCrcTable[(crc ^ data[i]) & 0xFF] ^ (crc >> 8);
  return ~crc;
}

std::uint32_t big_endian(const std::uint8_t* at) {
  return std::uint32_t{at[0]} << 24 | std::uint32_t{at[1]} << 16 | std::uint32_t{at[2]} << 8 | at[3];
}

/// Walks the chunks before the decoder sees them: lengths, checksums (W3C PNG specification, section 5) and
/// the end.
void check_png(const InputFile& file, const Bytes& bytes) {
  const auto cut = [&] {
    return file.error(Code::Truncated,
                      std::string("the PNG ends too early: it is cut or was copied in part") + kRemedy);
  };
  constexpr std::size_t kSignature = 8, kFrame = 12;  // a chunk's length, type and checksum
  if (bytes.size() < kSignature + kFrame + 13) throw cut();
  if (std::memcmp(bytes.data() + 12, "IHDR", 4) != 0)
    throw file.error(Code::Corrupt, "the PNG has no header");
  const std::uint32_t width = big_endian(bytes.data() + 16), height = big_endian(bytes.data() + 20);
  const std::string size = "it is " + std::to_string(width) + " x " + std::to_string(height) + " px";
  if (std::uint64_t{width} * height > limits::kPicturePixels)
    throw file.error(Code::OverLimit, too_large(size));
  if (bytes[24] > 8) throw file.error(Code::Unsupported, "the PNG has 16 bits a sample; save it with 8");
  for (std::size_t at = kSignature;;) {
    if (bytes.size() - at < kFrame) throw cut();
    const std::size_t length = big_endian(bytes.data() + at);
    if (length > bytes.size() - at - kFrame) throw cut();
    const std::uint8_t* type = bytes.data() + at + 4;
    if (crc_of(type, length + 4) != big_endian(type + 4 + length)) {
      throw file.error(Code::Corrupt, std::string("a checksum of the PNG does not fit its data") + kRemedy);
    }
    if (std::memcmp(type, "IEND", 4) == 0) return;
    at += kFrame + length;
  }
}

SlidePixels read_png(const InputFile& file) {
  const Bytes bytes = bytes_of(file);
  check_png(file, bytes);
  PngPicture picture = decode_png_picture(bytes);
  if (picture.unsupported) {
    throw file.error(Code::Unsupported, "this PNG is not a colour picture of 8 bits a sample");
  }
  if (!picture.fault.empty())
    throw file.error(Code::Corrupt, "the PNG cannot be decoded (" + picture.fault + ")" + kRemedy);
  return std::move(picture.pixels);
}

}  // namespace

std::unique_ptr<SlideSource> open_picture(const InputFile& file, Content content) {
  SlidePixels pixels = content == Content::Jpeg ? read_jpeg(file) : read_png(file);
  SlideInfo info;
  info.file_name = file.name();
  info.format = content == Content::Jpeg ? "jpeg" : "png";
  info.reader = "picture";
  info.bytes = file.bytes();
  info.extent = {pixels.rgb.width, pixels.rgb.height};
  info.levels = {{{pixels.rgb.width, pixels.rgb.height}, 1.0}};
  info.tile = {256, 256};
  info.picture = true;
  return make_memory_source(std::move(pixels), std::move(info));
}

}  // namespace annulet
