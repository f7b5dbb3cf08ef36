#include "report/huffman_code.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace annulet::report {
namespace {

constexpr std::size_t kMostBits = 32;  // of a word before it is limited: counts add up to less than 2^32

/// Symbols that get a word, the rarest first.
std::vector<std::uint32_t> rarest_first(std::span<const std::uint32_t> counts) {
  std::vector<std::uint32_t> symbols;
  for (std::uint32_t symbol = 0; symbol < counts.size(); ++symbol) {
    if (counts[symbol] > 0) symbols.push_back(symbol);
  }
  for (std::uint32_t symbol = 0; symbols.size() < 2; ++symbol) {
    if (counts[symbol] == 0) symbols.push_back(symbol);
  }
  std::stable_sort(symbols.begin(), symbols.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return counts[a] < counts[b]; });
  return symbols;
}

/// How many words of each length the shortest code has (Huffman 1952): the two lightest trees are joined
/// until one is left. Joined ones come in the order of their weights, so each list has its lightest in front.
std::array<std::uint32_t, kMostBits + 1> words_by_length(std::span<const std::uint32_t> counts,
                                                         const std::vector<std::uint32_t>& symbols) {
  const std::size_t leaves = symbols.size(), trees = 2 * leaves - 1;
  std::vector<std::uint64_t> weight;
  for (const std::uint32_t symbol : symbols) weight.push_back(counts[symbol]);
  std::vector<std::size_t> parent(trees, 0);
  std::size_t leaf = 0, joined = leaves;
  const auto take_lightest = [&] {
    const bool is_leaf = leaf < leaves && (joined == weight.size() || weight[leaf] <= weight[joined]);
    const std::size_t tree = is_leaf ? leaf++ : joined++;
    parent[tree] = weight.size();
    return weight[tree];
  };
  while (weight.size() < trees) {
    const std::uint64_t one = take_lightest();
    weight.push_back(one + take_lightest());
  }
  std::array<std::uint32_t, kMostBits + 1> words{};
  std::vector<std::size_t> depth(trees, 0);
  for (std::size_t tree = trees - 1; tree-- > 0;) {
    depth[tree] = depth[parent[tree]] + 1;
    if (tree < leaves) ++words[std::min(depth[tree], kMostBits)];
  }
  return words;
}

/// Shortens the words beyond `longest` and makes room for them: each step takes one word of the longest from
/// where there are too many and hangs it beside the longest of the shorter ones.
void limit(std::array<std::uint32_t, kMostBits + 1>& words, std::size_t longest) {
  for (std::size_t bits = longest + 1; bits < words.size(); ++bits) {
    words[longest] += words[bits];
    words[bits] = 0;
  }
  std::uint64_t taken = 0;  // of 2^longest words
  for (std::size_t bits = 1; bits <= longest; ++bits) taken += std::uint64_t{words[bits]} << (longest - bits);
  for (; taken > std::uint64_t{1} << longest; --taken) {
    std::size_t bits = longest - 1;
    while (words[bits] == 0) --bits;
    --words[longest];
    --words[bits];
    words[bits + 1] += 2;
  }
}

std::uint16_t reversed(std::uint32_t word, int bits) {
  std::uint32_t turned = 0;
  for (int i = 0; i < bits; ++i) turned |= (word >> i & 1) << (bits - 1 - i);
  return static_cast<std::uint16_t>(turned);
}

}  // namespace

HuffmanCode huffman_code(std::span<const std::uint32_t> counts, int longest) {
  const std::vector<std::uint32_t> symbols = rarest_first(counts);
  std::array<std::uint32_t, kMostBits + 1> words = words_by_length(counts, symbols);
  limit(words, static_cast<std::size_t>(longest));
  HuffmanCode code{std::vector<std::uint8_t>(counts.size()), std::vector<std::uint16_t>(counts.size())};
  std::size_t next = 0;
  for (int bits = longest; bits > 0; --bits) {
    for (std::uint32_t i = 0; i < words[static_cast<std::size_t>(bits)]; ++i)
      code.length[symbols[next++]] = static_cast<std::uint8_t>(bits);
  }
  std::uint32_t word = 0;
  for (int bits = 1; bits <= longest; ++bits, word <<= 1) {
    for (std::size_t symbol = 0; symbol < counts.size(); ++symbol) {
      if (code.length[symbol] == bits) code.word[symbol] = reversed(word++, bits);
    }
  }
  return code;
}

}  // namespace annulet::report
