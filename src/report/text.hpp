#pragma once
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

namespace annulet::report {

inline constexpr int kScaledChars = 32;

/// Text of numbers and strings as every file of this module writes them: no locale, no exponent, never "-0".
/// Append to `out`; cost is linear in what is written.

void append_integer(std::string& out, std::int64_t value);
void append_unsigned(std::string& out, std::uint64_t value);

/// `value` counted in units of 10^-decimals: append_scaled(out, 12345, 3) writes "12.345". decimals in 0
/// .. 9.
void append_scaled(std::string& out, std::int64_t value, int decimals);

/// The same to where there is room for kScaledChars; returns where it ends. With constant decimals it divides
/// by constants.
inline char* put_scaled(char* to, std::int64_t value, int decimals) {
  std::uint64_t unit = 1;
  for (int i = 0; i < decimals; ++i) unit *= 10;
  if (value < 0) *to++ = '-';
  const auto magnitude =
      value < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  const bool below_one = magnitude < unit;  // as many digits as 1.xxx has, then the 1 becomes 0
  char* end = std::to_chars(to, to + kScaledChars, below_one ? magnitude + unit : magnitude).ptr;
  if (below_one) *to = '0';
  if (decimals == 0) return end;
  for (int i = 0; i < decimals; ++i) end[-i] = end[-i - 1];
  end[-decimals] = '.';
  return end + 1;
}

/// `value` rounded to `decimals` places, correctly for the binary value. Must be finite, else Error Internal.
void append_fixed(std::string& out, double value, int decimals);

std::string fixed(double value, int decimals);
std::string scaled(std::int64_t value, int decimals);
/// Groups of three digits set apart for the eye: "12,345".
std::string grouped(std::uint64_t value);

/// The text with every byte that is no UTF-8 replaced by U+FFFD, so that JSON and HTML stay readable.
std::string valid_utf8(std::string_view text);

/// Valid UTF-8 with the five characters that mean something to HTML replaced: safe in text and in quoted
/// attributes.
std::string escape_html(std::string_view text);

}  // namespace annulet::report
