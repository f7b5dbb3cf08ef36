#include "report/picture_bytes.hpp"

#include <cstdint>

namespace annulet::report {

std::string base64(std::string_view bytes) {
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const auto byte = [&](std::size_t i) {
      return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U;
    };
    const std::uint32_t three = byte(at) << 16 | byte(at + 1) << 8 | byte(at + 2);
    for (int digit = 0; digit < 4; ++digit) {
      const bool padding = at + static_cast<std::size_t>(digit) > bytes.size();
      out += padding ? '=' : kDigits[three >> (18 - 6 * digit) & 63];
    }
  }
  return out;
}

}  // namespace annulet::report
