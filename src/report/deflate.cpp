#include "annulet/report/deflate.hpp"

#include <libdeflate.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <vector>

#include "report/huffman_code.hpp"

namespace annulet {
namespace {

static_assert(std::endian::native == std::endian::little, "the first bits of a stream are the lowest");

// RFC 1951
constexpr std::size_t kLongest = 258, kFarthest = 32768;  // of a repetition
constexpr std::size_t kEndOfBlock = 256, kFirstLength = 257, kLengthSymbols = 286, kDistanceSymbols = 30;
constexpr int kLongestWord = 15, kLongestOfHeader = 7;

constexpr std::size_t kBlock = std::size_t{1} << 16;  // bytes with a code of their own
constexpr int kLongestLiteral = 14;                   // four of them and the rest of a byte are 63 bits

constexpr std::size_t kMostOfBlock = kBlock * kLongestLiteral / 8 + 1024;  // a repetition is shorter

template <class T>
T load(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

/// How many bytes, of `most`, are the same at two places.
std::size_t same_bytes(const char* one, const char* other, std::size_t most) {
  std::size_t same = 0;
  for (; same + 8 <= most; same += 8) {
    const std::uint64_t differ = load<std::uint64_t>(one + same) ^ load<std::uint64_t>(other + same);
    if (differ != 0) return same + static_cast<std::size_t>(std::countr_zero(differ)) / 8;
  }
  while (same < most && one[same] == other[same]) ++same;
  return same;
}

/// What a length or distance is written as: a symbol, and the lowest `extra` bits of `rest`.
struct Symbol {
  std::uint16_t symbol = 0, extra = 0;
  std::uint32_t rest = 0;
};

/// Numbers share a symbol where their leading bits, `kept` after the first, are the same.
Symbol symbol_of(std::size_t number, int kept, std::size_t first_symbol) {
  const int highest = static_cast<int>(std::bit_width(number)) - 1, extra = std::max(highest - kept, 0);
  const std::size_t symbol = (static_cast<std::size_t>(extra) << kept) + (number >> extra);
  return {static_cast<std::uint16_t>(first_symbol + symbol), static_cast<std::uint16_t>(extra),
          static_cast<std::uint32_t>(number & ((std::size_t{1} << extra) - 1))};
}
Symbol length_symbol(std::size_t length) {
  if (length == kLongest) return {kLengthSymbols - 1, 0, 0};
  return symbol_of(length - 3, 2, kFirstLength);
}
Symbol distance_symbol(std::size_t distance) {
  return symbol_of(distance - 1, 1, 0);
}

/// Literals as they stand, then a repetition, if its length is not 0.
struct Step {
  std::uint32_t literals, length;
  Symbol of_length, of_distance;
};

/// Bits to where there is room for them. Small, so that a loop keeps a copy in registers.
struct BitWriter {
  char* at = nullptr;
  std::uint64_t bits = 0;
  int filled = 0;

  /// At most 57 bits from one `flush` to the next.
  void put(std::uint64_t word, int count) {
    bits |= word << filled;
    filled += count;
  }
  void flush() {
    std::memcpy(at, &bits, sizeof bits);
    at += filled / 8;
    bits >>= filled & ~7;
    filled &= 7;
  }
};

class Deflater {
 public:
  Deflater(std::string_view bytes, Repeats repeats, std::string& out)
      : bytes_(bytes), repeats_(repeats), out_(out) {}

  void run() {
    std::size_t first = 0, written = out_.size();
    do {
      const std::size_t last = std::min(first + kBlock, bytes_.size());
      steps_.clear();
      symbols_.fill(0);
      distances_.fill(0);
      if (repeats_ == Repeats::Runs)
        find_runs(first, last);
      else
        find_names(first, last);
      out_.resize(written + kMostOfBlock);
      writer_.at = out_.data() + written;
      write_block(first, last == bytes_.size());
      written = static_cast<std::size_t>(writer_.at - out_.data());
      first = last;
    } while (first < bytes_.size());
    out_.resize(written + (writer_.filled > 0 ? 1 : 0));
  }

 private:
  /// What stands from `from` to `at`, and a repetition there.
  void add(std::size_t from, std::size_t at, std::size_t length, std::size_t distance) {
    const Symbol of_length = length_symbol(length), of_distance = distance_symbol(distance);
    ++symbols_[of_length.symbol];
    ++distances_[of_distance.symbol];
    steps_.push_back(
        {static_cast<std::uint32_t>(at - from), static_cast<std::uint32_t>(length), of_length, of_distance});
  }
  void end_block(std::size_t from, std::size_t last) {
    steps_.push_back({static_cast<std::uint32_t>(last - from), 0, {}, {}});
    ++symbols_[kEndOfBlock];
  }

  void find_runs(std::size_t first, std::size_t last) {
    const char* bytes = bytes_.data();
    std::size_t from = first;
    for (std::size_t at = std::max<std::size_t>(first, 1); at + 4 <= last;) {
      if (load<std::uint32_t>(bytes + at) != load<std::uint32_t>(bytes + at - 1)) {
        ++at;
        continue;
      }
      const std::size_t length = same_bytes(bytes + at, bytes + at - 1, std::min(last - at, kLongest));
      add(from, at, length, 1);
      from = at += length;
    }
    end_block(from, last);
  }

  void find_names(std::size_t first, std::size_t last) {
    std::size_t from = first, bracket = first;
    const auto next = [&](char sought, std::size_t at, std::size_t end) {
      const void* found = std::memchr(bytes_.data() + at, sought, end - at);
      return found == nullptr ? end
                              : static_cast<std::size_t>(static_cast<const char*>(found) - bytes_.data());
    };
    for (std::size_t at = first; at < last;) {
      const std::size_t quote = next('"', at, last);
      for (at = next(']', at, quote); at < quote; at = next(']', at, quote)) {
        const std::size_t length =
            same_bytes(bytes_.data() + at, bytes_.data() + bracket, std::min(quote - at, kLongest));
        if (bracket < at && length > 4) {
          add(from, at, length, at - bracket);
          from = at + length;
        }
        bracket = at;
        at += std::max<std::size_t>(length, 1);
      }
      if (quote == last) break;
      const std::size_t length = same_as_before(quote, last);
      if (length > 0) {
        add(from, quote, length, quote - earlier_);
        from = quote + length;
      }
      at = quote + std::max<std::size_t>(length, 1);
    }
    end_block(from, last);
  }

  /// How many bytes from `at` on stood at earlier_, too; 0 where less than eight did. Names begin alike:
  /// a place where sixteen bytes are the same comes first.
  std::size_t same_as_before(std::size_t at, std::size_t last) {
    if (at + 16 > last) return 0;
    constexpr std::uint64_t kGolden = 0x9E3779B97F4A7C15;  // 2^64 over the golden ratio: Knuth 6.4
    const char* here = bytes_.data() + at;
    const auto eight = load<std::uint64_t>(here), next = load<std::uint64_t>(here + 8);
    std::uint32_t& of_eight = eights_[eight * kGolden >> (64 - kPlaceBits)];
    std::uint32_t& of_sixteen = sixteens_[(eight ^ std::rotl(next, 32)) * kGolden >> (64 - kPlaceBits)];
    const auto is_same = [&](std::size_t place, std::size_t bytes) {
      return place < at && at - place <= kFarthest && std::memcmp(bytes_.data() + place, here, bytes) == 0;
    };
    earlier_ = is_same(of_sixteen, 16) ? of_sixteen : of_eight;
    of_eight = of_sixteen = static_cast<std::uint32_t>(at);
    if (!is_same(earlier_, 8)) return 0;
    return same_bytes(here, bytes_.data() + earlier_, std::min(last - at, kLongest));
  }

  /// Of JSON, whose numbers are all alike, a part tells enough: every byte gets a word, seen or not.
  void count_literals(std::size_t first) {
    const std::size_t every = repeats_ == Repeats::Names ? 8 : 1;
    std::array<std::array<std::uint32_t, 256>, 4> literals{};  // bytes side by side may be the same
    const auto* at = reinterpret_cast<const std::uint8_t*>(bytes_.data()) + first;
    for (std::size_t k = 0; k < steps_.size(); ++k) {
      const std::uint32_t counted = k % every == 0 ? steps_[k].literals : 0;
      for (std::uint32_t i = 0; i < counted; ++i) ++literals[i % 4][at[i]];
      at += steps_[k].literals + steps_[k].length;
    }
    for (std::size_t byte = 0; byte < literals[0].size(); ++byte) {
      std::size_t count = every - 1;
      for (const auto& turn : literals) count += every * turn[byte];
      symbols_[byte] += static_cast<std::uint32_t>(count);
    }
  }

  void write_block(std::size_t first, bool is_last) {
    count_literals(first);
    const report::HuffmanCode code = report::huffman_code(symbols_, kLongestLiteral);
    const report::HuffmanCode far = report::huffman_code(distances_, kLongestWord);
    writer_.put(is_last ? 1 : 0, 1);
    writer_.put(2, 2);  // a block with codes of its own
    write_codes(code, far);
    std::array<std::uint32_t, 256> literal;  // word and length in one look
    for (std::size_t byte = 0; byte < literal.size(); ++byte)
      literal[byte] = std::uint32_t{code.word[byte]} | std::uint32_t{code.length[byte]} << 16;
    const auto* at = reinterpret_cast<const std::uint8_t*>(bytes_.data()) + first;
    for (const Step& step : steps_) {
      write_literals(at, step.literals, literal);
      at += step.literals + step.length;
      if (step.length > 0) write_repetition(step, code, far);
    }
    writer_.put(code.word[kEndOfBlock], code.length[kEndOfBlock]);
    writer_.flush();
  }

  void write_literals(const std::uint8_t* at, std::uint32_t count,
                      const std::array<std::uint32_t, 256>& literal) {
    BitWriter writer = writer_;  // in registers
    const auto put = [&](std::uint32_t word) { writer.put(word & 0xFFFF, static_cast<int>(word >> 16)); };
    for (std::uint32_t i = 0; i < count; i += 4) {
      for (std::uint32_t k = i; k < i + 4; ++k) put(k < count ? literal[at[std::min(k, count - 1)]] : 0);
      writer.flush();
    }
    writer_ = writer;
  }

  void write_repetition(const Step& step, const report::HuffmanCode& code, const report::HuffmanCode& far) {
    const Symbol &length = step.of_length, &distance = step.of_distance;
    writer_.put(code.word[length.symbol], code.length[length.symbol]);
    writer_.put(length.rest, length.extra);
    writer_.put(far.word[distance.symbol], far.length[distance.symbol]);
    writer_.put(distance.rest, distance.extra);
    writer_.flush();
  }

  /// RFC 1951 3.2.7: the lengths of both codes' words, zeros as runs, in a code of its own.
  void write_codes(const report::HuffmanCode& code, const report::HuffmanCode& far) {
    constexpr std::array<std::size_t, 19> kOrder{16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                 11, 4,  12, 3, 13, 2, 14, 1, 15};
    constexpr std::uint8_t kZeros = 18;  // 11 to 138 of them
    constexpr std::size_t kFewestZeros = 11, kMostZeros = 138;
    std::vector<std::uint8_t> lengths = code.length;
    lengths.insert(lengths.end(), far.length.begin(), far.length.end());
    std::vector<std::pair<std::uint8_t, std::size_t>> said;  // a length, or kZeros and how many
    for (std::size_t i = 0; i < lengths.size();) {
      std::size_t zeros = 0;
      while (i + zeros < lengths.size() && zeros < kMostZeros && lengths[i + zeros] == 0) ++zeros;
      const bool run = zeros >= kFewestZeros;
      said.emplace_back(run ? kZeros : lengths[i], zeros);
      i += run ? zeros : 1;
    }
    std::array<std::uint32_t, kOrder.size()> counts{};
    for (const auto& [symbol, zeros] : said) ++counts[symbol];
    const report::HuffmanCode header = report::huffman_code(counts, kLongestOfHeader);
    writer_.put(kLengthSymbols - 257, 5);
    writer_.put(kDistanceSymbols - 1, 5);
    writer_.put(kOrder.size() - 4, 4);
    writer_.flush();
    for (const std::size_t symbol : kOrder) {
      writer_.put(header.length[symbol], 3);
      writer_.flush();
    }
    for (const auto& [symbol, zeros] : said) {
      writer_.put(header.word[symbol], header.length[symbol]);
      if (symbol == kZeros) writer_.put(zeros - kFewestZeros, 7);
      writer_.flush();
    }
  }

  static constexpr int kPlaceBits = 12;
  std::string_view bytes_;
  Repeats repeats_;
  std::string& out_;
  BitWriter writer_;
  std::vector<Step> steps_;
  std::array<std::uint32_t, kLengthSymbols> symbols_{};
  std::array<std::uint32_t, kDistanceSymbols> distances_{};
  std::array<std::uint32_t, std::size_t{1} << kPlaceBits> eights_{}, sixteens_{};  // where bytes last stood
  std::size_t earlier_ = 0;
};

void append_bytes(std::string& out, std::uint32_t value, bool highest_first) {
  for (int i = 0; i < 4; ++i) out += static_cast<char>(value >> 8 * (highest_first ? 3 - i : i) & 255);
}

}  // namespace

std::string gzip_member(std::string_view bytes, Repeats repeats) {
  std::string out("\x1F\x8B\x08\0\0\0\0\0\0\xFF", 10);  // DEFLATE; no flags, no time; unknown system
  Deflater(bytes, repeats, out).run();
  append_bytes(out, libdeflate_crc32(0, bytes.data(), bytes.size()), false);
  append_bytes(out, static_cast<std::uint32_t>(bytes.size()), false);
  return out;
}

std::string zlib_stream(std::string_view bytes, Repeats repeats) {
  std::string out("\x78\x01", 2);  // DEFLATE, a window of 32 kB; the fastest level
  Deflater(bytes, repeats, out).run();
  append_bytes(out, libdeflate_adler32(1, bytes.data(), bytes.size()), true);
  return out;
}

}  // namespace annulet
