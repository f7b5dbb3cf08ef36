#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace annulet {

/// A character of a text, and the bytes it takes; no bytes where they are no UTF-8 (RFC 3629: shortest form,
/// no surrogates, at most U+10FFFF).
struct Utf8Character {
  std::uint32_t code = 0;
  std::size_t bytes = 0;
};

/// The first character of a text that is not empty.
Utf8Character first_character(std::string_view text);

/// Bytes before the first that is no UTF-8; the text's size where all of it is.
std::size_t utf8_until(std::string_view text);

/// C0, DEL and C1.
inline bool is_control(std::uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0);
}

}  // namespace annulet
