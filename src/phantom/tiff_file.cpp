#include "phantom/tiff_file.hpp"

#include <cmath>
#include <limits>

#include "annulet/base/digest.hpp"
#include "annulet/base/error.hpp"

namespace annulet::phantom {
namespace {

// TIFF 6.0: field types and tags.
enum Type : std::uint16_t { kAscii = 2, kShort = 3, kLong = 4, kRational = 5 };
constexpr int kTypeBytes[] = {0, 1, 1, 2, 4, 8};
constexpr std::uint32_t kJpegCompression = 7, kYCbCr = 6, kPerCentimetre = 3;

}  // namespace

TiffFile::TiffFile(bool share_streams) : share_(share_streams), bytes_("II*\0\0\0\0\0", 8) {}

std::uint32_t TiffFile::position() const {
  if (bytes_.size() > std::numeric_limits<std::uint32_t>::max() - 4096) {
    throw Error(Code::Output, "the slide would be larger than the 4 GB of a classic TIFF; make it smaller");
  }
  return static_cast<std::uint32_t>(bytes_.size());
}

void TiffFile::put(std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) bytes_.push_back(static_cast<char>((value >> (8 * i)) & 0xff));
}

Stream TiffFile::add(std::string_view bytes) {
  const std::string key = share_ ? sha256_of(bytes) : std::string();
  if (const auto found = known_.find(key); share_ && found != known_.end()) return found->second;
  const Stream stream{position(), static_cast<std::uint32_t>(bytes.size())};
  bytes_.append(bytes);
  if (bytes_.size() % 2 != 0) bytes_.push_back('\0');
  if (share_) known_.emplace(key, stream);
  return stream;
}

std::vector<TiffFile::Entry> TiffFile::entries_of(const Directory& d) {
  std::vector<std::uint32_t> offsets, counts;
  for (const Stream& stream : d.streams) {
    offsets.push_back(stream.offset);
    counts.push_back(stream.bytes);
  }
  const std::uint32_t sampling = d.subsample ? 2 : 1;
  std::vector<Entry> entries{{254, kLong, {d.reduced ? 1U : 0U}, ""},
                             {256, kLong, {d.width}, ""},
                             {257, kLong, {d.height}, ""},
                             {258, kShort, {8, 8, 8}, ""},
                             {259, kShort, {kJpegCompression}, ""},
                             {262, kShort, {kYCbCr}, ""}};
  if (!d.description.empty()) entries.push_back({270, kAscii, {}, d.description});
  if (d.tile_px == 0) entries.push_back({273, kLong, offsets, ""});
  entries.push_back({277, kShort, {3}, ""});
  if (d.tile_px == 0)
    entries.push_back({278, kLong, {d.height}, ""}), entries.push_back({279, kLong, counts, ""});
  const auto resolution = static_cast<std::uint32_t>(std::lround(d.pixels_per_cm * 1000));
  if (d.pixels_per_cm > 0) {
    entries.push_back({282, kRational, {resolution, 1000}, ""});
    entries.push_back({283, kRational, {resolution, 1000}, ""});
  }
  entries.push_back({284, kShort, {1}, ""});
  if (d.pixels_per_cm > 0) entries.push_back({296, kShort, {kPerCentimetre}, ""});
  if (!d.software.empty()) entries.push_back({305, kAscii, {}, d.software});
  if (d.tile_px > 0) {
    entries.push_back({322, kLong, {d.tile_px}, ""});
    entries.push_back({323, kLong, {d.tile_px}, ""});
    entries.push_back({324, kLong, offsets, ""});
    entries.push_back({325, kLong, counts, ""});
  }
  entries.push_back({530, kShort, {sampling, sampling}, ""});
  return entries;
}

/// Writes an entry's values behind the streams where they do not fit into the entry itself; their offset, or
/// 0.
std::uint32_t TiffFile::write_values(const Entry& entry) {
  const std::size_t size =
      entry.type == kAscii
          ? entry.text.size() + 1
          : entry.values.size() *
                (entry.type == kRational ? 4 : static_cast<std::size_t>(kTypeBytes[entry.type]));
  if (size <= 4) return 0;
  const std::uint32_t at = position();
  if (entry.type == kAscii) bytes_.append(entry.text).push_back('\0');
  for (const std::uint32_t value : entry.values) put(value, entry.type == kShort ? 2 : 4);
  if (bytes_.size() % 2 != 0) bytes_.push_back('\0');
  return at;
}

void TiffFile::add(const Directory& directory) {
  const std::vector<Entry> entries = entries_of(directory);
  std::vector<std::uint32_t> places;
  for (const Entry& entry : entries) places.push_back(write_values(entry));
  const std::uint32_t at = position();
  for (std::size_t i = 0; i < 4; ++i) bytes_[link_ + i] = static_cast<char>((at >> (8 * i)) & 0xff);
  put(static_cast<std::uint32_t>(entries.size()), 2);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Entry& entry = entries[i];
    const std::size_t count = entry.type == kAscii ? entry.text.size() + 1
                                                   : entry.values.size() / (entry.type == kRational ? 2 : 1);
    put(entry.tag, 2);
    put(entry.type, 2);
    put(static_cast<std::uint32_t>(count), 4);
    if (places[i] != 0) {
      put(places[i], 4);
      continue;
    }
    const std::size_t end = bytes_.size() + 4;
    for (const std::uint32_t value : entry.values) put(value, kTypeBytes[entry.type]);
    if (entry.type == kAscii) bytes_.append(entry.text);
    bytes_.resize(end, '\0');
  }
  link_ = bytes_.size();
  put(0, 4);
}

std::string TiffFile::finish() {
  return std::move(bytes_);
}

}  // namespace annulet::phantom
