#include "tiff_parser.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <set>

#include "limits.hpp"

namespace annulet {
namespace {

constexpr std::uint64_t kFourGiB = std::uint64_t{1} << 32;
constexpr const char* kRemedy = "; copy it again from its source";

enum : std::uint16_t {
  kByte = 1,
  kShort = 3,
  kLong = 4,
  kRational = 5,
  kFloat = 11,
  kDouble = 12,
  kIfd = 13,
  kLong8 = 16,
  kIfd8 = 18
};

/// Bytes of a value of each type; 0 for types that TIFF does not know.
std::uint64_t size_of(std::uint16_t type) {
  static constexpr std::array<std::uint8_t, 19> kSizes{0, 1, 1, 2, 4, 8, 1, 1, 2, 4,
                                                       8, 4, 8, 4, 0, 0, 8, 8, 8};
  return type < kSizes.size() ? kSizes[type] : 0;
}

bool is_unsigned(std::uint16_t type) {
  return type == kByte || type == kShort || type == kLong || type == kIfd || type == kLong8 || type == kIfd8;
}

Error cut(const std::string& what, std::uint64_t end, std::uint64_t bytes) {
  return Error(Code::Truncated, what + " ends at byte " + std::to_string(end) + ", but the file has " +
                                    std::to_string(bytes) + ": at least " + std::to_string(end - bytes) +
                                    " bytes are missing, it is cut, damaged or was copied in part" + kRemedy);
}

Error corrupt(const std::string& what) {
  return Error(Code::Corrupt, what + kRemedy);
}

std::string tag_name(const TiffEntry& entry) {
  return "TIFF tag " + std::to_string(entry.tag);
}

bool is_table_of_pieces(std::uint16_t tag) {
  return tag == tag::kStripOffsets || tag == tag::kStripSizes || tag == tag::kTileOffsets ||
         tag == tag::kTileSizes;
}

}  // namespace

const TiffEntry* TiffDirectory::find(std::uint16_t tag) const {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [tag](const TiffEntry& entry) { return entry.tag == tag; });
  return found == entries.end() ? nullptr : &*found;
}

std::uint64_t TiffParser::unsigned_at(const std::uint8_t* from, std::size_t bytes) const {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) value = value << 8 | from[big_endian_ ? i : bytes - 1 - i];
  return value;
}

/// All of the bytes, or an error: what lies behind the file's end is never read.
void TiffParser::fetch(std::uint64_t at, void* to, std::uint64_t count, const char* what) const {
  const std::uint64_t end = file_.bytes();
  if (at > end || count > end - at) {
    const std::uint64_t wanted = count > ~std::uint64_t{0} - at ? ~std::uint64_t{0} : at + count;
    throw cut(what, wanted, end);
  }
  if (file_.read_at(at, to, count) != count) {
    throw Error(Code::Corrupt, std::string(what) + " cannot be read from the disk; try again");
  }
}

TiffParser::TiffParser(const ByteReader& file) : file_(file) {
  std::array<std::uint8_t, 16> head{};
  constexpr const char* kHead = "the TIFF file's head";
  fetch(0, head.data(), 8, kHead);
  big_endian_ = head[0] == 'M';
  if (head[0] != head[1] || (head[0] != 'I' && head[0] != 'M')) throw corrupt("it has no TIFF head");
  const std::uint64_t magic = unsigned_at(head.data() + 2, 2);
  if (magic != 42 && magic != 43) throw corrupt("it has no TIFF head");
  big_ = magic == 43;
  if (big_) {
    fetch(0, head.data(), 16, kHead);
    if (unsigned_at(head.data() + 4, 2) != 8 || unsigned_at(head.data() + 6, 2) != 0)
      throw corrupt("its BigTIFF head is not as it must be");
    first_ = unsigned_at(head.data() + 8, 8);
  } else {
    first_ = unsigned_at(head.data() + 4, 4);
    detect_ndpi();
  }
  if (first_ == 0) throw corrupt("the TIFF file names no directory");
}

/// NDPI is known by a tag of its first directory, whose place is an 8-byte number.
void TiffParser::detect_ndpi() {
  if (big_endian_ || file_.bytes() < 16) return;
  std::array<std::uint8_t, 8> link{};
  fetch(4, link.data(), link.size(), "the TIFF file's head");
  const std::uint64_t wide = unsigned_at(link.data(), 8);
  const std::uint64_t narrow = first_;
  for (const std::uint64_t candidate : {wide, narrow}) {
    ndpi_ = true;
    try {
      std::uint64_t next = 0;
      const bool marked = read_directory(candidate, next).find(tag::kHamamatsuFormat) != nullptr;
      first_ = candidate;
      if (marked) break;
    } catch (const Error&) {
      // What is wrong with it shows again, and is told, when the directories are walked.
    }
    ndpi_ = false;
    if (wide == narrow) break;
  }
  if (!ndpi_) first_ = narrow;
  bytes_charged_ = 0;
}

std::uint64_t TiffParser::place(std::uint64_t directory, std::uint64_t stated) const {
  if (!ndpi_) return stated;
  const std::uint64_t high = directory & ~(kFourGiB - 1);
  const std::uint64_t place = high | (stated & (kFourGiB - 1));
  return place >= directory && place >= kFourGiB ? place - kFourGiB : place;
}

void TiffParser::charge(const TiffEntry& entry, std::uint64_t size) {
  if (is_table_of_pieces(entry.tag)) {
    if (entry.count > limits::kPieces) {
      throw Error(Code::OverLimit, tag_name(entry) + " lists " + std::to_string(entry.count) +
                                       " tiles; at most " + std::to_string(limits::kPieces) +
                                       " of an image are read");
    }
    return;
  }
  bytes_charged_ += size;
  if (bytes_charged_ > limits::kDirectoryBytes) {
    throw Error(Code::OverLimit, "its TIFF directories hold more than " +
                                     std::to_string(limits::kDirectoryBytes >> 20) + " MiB");
  }
}

TiffEntry TiffParser::read_entry(const std::uint8_t* from, std::uint64_t directory, std::uint64_t position) {
  TiffEntry entry;
  entry.tag = static_cast<std::uint16_t>(unsigned_at(from, 2));
  entry.type = static_cast<std::uint16_t>(unsigned_at(from + 2, 2));
  const std::size_t word = big_ ? 8 : 4;
  entry.count = unsigned_at(from + 4, word);
  entry.at = position + 4 + word;
  const std::uint64_t width = size_of(entry.type);
  if (width == 0) return entry;  // readers skip it; `number` and its like refuse it
  if (entry.count > limits::kDirectoryBytes) {
    const bool possible = entry.count <= file_.bytes() / width;
    throw Error(possible ? Code::OverLimit : Code::Corrupt,
                tag_name(entry) + " claims " + std::to_string(entry.count) + " values" +
                    (possible ? "" : ", more than the file can hold") + kRemedy);
  }
  const std::uint64_t size = entry.count * width;
  charge(entry, size);
  if (size <= word) return entry;
  entry.at = place(directory, unsigned_at(from + 4 + word, word));
  if (entry.at > file_.bytes() || size > file_.bytes() - entry.at) {
    const std::uint64_t end = entry.at > ~std::uint64_t{0} - size ? ~std::uint64_t{0} : entry.at + size;
    throw cut(tag_name(entry), end, file_.bytes());
  }
  return entry;
}

TiffDirectory TiffParser::read_directory(std::uint64_t at, std::uint64_t& next) {
  const std::string what = "TIFF directory " + std::to_string(directories_ + 1);
  const std::size_t count_bytes = big_ ? 8 : 2, entry_bytes = big_ ? 20 : 12;
  const std::size_t link_bytes = big_ || ndpi_ ? 8 : 4;
  std::array<std::uint8_t, 8> number{};
  fetch(at, number.data(), count_bytes, what.c_str());
  const std::uint64_t count = unsigned_at(number.data(), count_bytes);
  if (count == 0) throw corrupt(what + " is empty");
  if (count > limits::kEntries) {
    throw corrupt(what + " claims " + std::to_string(count) + " tags; at most " +
                  std::to_string(limits::kEntries) + " are read");
  }
  std::vector<std::uint8_t> block(count * entry_bytes + link_bytes);
  fetch(at + count_bytes, block.data(), block.size(), what.c_str());
  bytes_charged_ += block.size();
  TiffDirectory directory{at, {}};
  directory.entries.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    directory.entries.push_back(
        read_entry(block.data() + i * entry_bytes, at, at + count_bytes + i * entry_bytes));
  }
  next = unsigned_at(block.data() + count * entry_bytes, link_bytes);
  return directory;
}

void TiffParser::each_directory(const std::function<void(const TiffDirectory&)>& visit) {
  std::set<std::uint64_t> seen;
  std::vector<std::uint64_t> subs;
  const auto enter = [&](std::uint64_t at, std::uint64_t& next) {
    if (!seen.insert(at).second) {
      throw corrupt("its TIFF directories lead back to themselves (byte " + std::to_string(at) + ")");
    }
    if (directories_ >= limits::kDirectories) {
      throw Error(Code::OverLimit, "holds more than " + std::to_string(limits::kDirectories) + " images");
    }
    const TiffDirectory directory = read_directory(at, next);
    ++directories_;
    visit(directory);
    const TiffEntry* entry = ndpi_ ? nullptr : directory.find(tag::kSubDirectories);
    if (entry == nullptr) return;
    if (entry->count > limits::kDirectories)
      throw Error(Code::OverLimit, "holds more than " + std::to_string(limits::kDirectories) + " images");
    for (std::uint64_t i = 0; i < entry->count; ++i) {
      if (const std::uint64_t sub = number(*entry, i); sub != 0) subs.push_back(sub);
    }
  };
  std::uint64_t next = 0;
  for (std::uint64_t at = first_; at != 0; at = next) enter(at, next);
  for (std::size_t i = 0; i < subs.size(); ++i) enter(subs[i], next);
}

std::uint64_t TiffParser::number(const TiffEntry& entry, std::uint64_t index) const {
  if (!is_unsigned(entry.type)) throw corrupt(tag_name(entry) + " holds no unsigned number");
  if (index >= entry.count) throw corrupt(tag_name(entry) + " has too few values");
  const std::uint64_t width = size_of(entry.type);
  std::array<std::uint8_t, 8> value{};
  fetch(entry.at + index * width, value.data(), width, tag_name(entry).c_str());
  return unsigned_at(value.data(), width);
}

double TiffParser::real(const TiffEntry& entry) const {
  if (is_unsigned(entry.type)) return static_cast<double>(number(entry, 0));
  if (entry.count == 0) return 0;
  std::array<std::uint8_t, 8> value{};
  const std::uint64_t width = size_of(entry.type);
  fetch(entry.at, value.data(), width, tag_name(entry).c_str());
  if (entry.type == kFloat)
    return static_cast<double>(
        std::bit_cast<float>(static_cast<std::uint32_t>(unsigned_at(value.data(), 4))));
  if (entry.type == kDouble) return std::bit_cast<double>(unsigned_at(value.data(), 8));
  if (entry.type != kRational) return 0;
  const std::uint64_t over = unsigned_at(value.data(), 4), under = unsigned_at(value.data() + 4, 4);
  if (over == 0) return 0;
  return static_cast<double>(over) / static_cast<double>(under);  // x/0 is infinite: no pitch
}

std::string TiffParser::bytes(const TiffEntry& entry, std::size_t most) const {
  const std::uint64_t width = size_of(entry.type);
  std::string text(std::min<std::uint64_t>(entry.count * width, most), '\0');
  if (!text.empty()) fetch(entry.at, text.data(), text.size(), tag_name(entry).c_str());
  return text;
}

void TiffParser::numbers(const TiffEntry& entry, std::uint64_t first, std::uint64_t count,
                         std::vector<std::uint64_t>& out) const {
  if (!is_unsigned(entry.type)) throw corrupt(tag_name(entry) + " holds no unsigned numbers");
  if (first > entry.count || count > entry.count - first) {
    throw corrupt(tag_name(entry) + " has too few values (" + std::to_string(entry.count) + ")");
  }
  const std::uint64_t width = size_of(entry.type);
  std::vector<std::uint8_t> piece(count * width);
  if (count > 0) fetch(entry.at + first * width, piece.data(), piece.size(), tag_name(entry).c_str());
  out.resize(count);
  for (std::uint64_t i = 0; i < count; ++i) out[i] = unsigned_at(piece.data() + i * width, width);
}

}  // namespace annulet
