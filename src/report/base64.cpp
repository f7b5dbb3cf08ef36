#include "report/picture_bytes.hpp"

#include <algorithm>
#include <cstdint>

namespace annulet::report {

std::string base64(std::string_view bytes) {
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out((bytes.size() + 2) / 3 * 4, '=');
  char* to = out.data();
  for (std::size_t at = 0; at < bytes.size(); at += 3, to += 4) {
    const auto byte = [&](std::size_t i) {
      return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U;
    };
    const std::uint32_t three = byte(at) << 16 | byte(at + 1) << 8 | byte(at + 2);
    const std::size_t digits = std::min<std::size_t>(4, bytes.size() - at + 1);  // the rest stays padding
    for (std::size_t digit = 0; digit < digits; ++digit) to[digit] = kDigits[three >> (18 - 6 * digit) & 63];
  }
  return out;
}

}  // namespace annulet::report
