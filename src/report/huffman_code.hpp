#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace annulet::report {

/// A prefix code as DEFLATE has it (RFC 1951 3.2.2): the lengths of its words tell them all.
struct HuffmanCode {
  std::vector<std::uint8_t> length;  ///< by symbol; 0 where a symbol has no word
  std::vector<std::uint16_t> word;   ///< the first bit of each is its lowest
};

/// A complete code for symbols that occur so often, of words of at most `longest` bits (up to 15, and enough
/// for all symbols): the shortest code, or close to it where that has longer words. At least two symbols get
/// a word.
HuffmanCode huffman_code(std::span<const std::uint32_t> counts, int longest);

}  // namespace annulet::report
