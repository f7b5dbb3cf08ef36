#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "annulet/base/plane.hpp"

namespace annulet::phantom {

/// Where a tile's or strip's stream stands in the file.
struct Stream {
  std::uint32_t offset = 0, bytes = 0;
};

/// One directory: an image of JPEG tiles or of one JPEG strip.
struct Directory {
  std::uint32_t width = 0, height = 0;
  std::uint32_t tile_px = 0;  ///< 0: one strip
  bool subsample = true, reduced = false;
  double pixels_per_cm = 0;  ///< 0: no resolution tags
  std::string description, software;
  std::vector<Stream> streams;
};

/// Classic little-endian TIFF composed in memory (TIFF 6.0): streams first, then the directories. Written by
/// hand because libtiff cannot share one tile between several places.
class TiffFile {
 public:
  explicit TiffFile(bool share_streams);
  /// Adds a stream; with sharing, the same bytes are stored once. Throws Error Output beyond 4 GB.
  Stream add(std::string_view bytes);
  void add(const Directory& directory);
  std::string finish();

 private:
  struct Entry {
    std::uint16_t tag, type;
    std::vector<std::uint32_t> values;  ///< numbers; rationals as pairs
    std::string text;
  };
  static std::vector<Entry> entries_of(const Directory& directory);
  std::uint32_t write_values(const Entry& entry);
  void put(std::uint32_t value, int bytes);
  std::uint32_t position() const;
  bool share_;
  std::string bytes_;
  std::map<std::string, Stream, std::less<>> known_;
  std::size_t link_ = 4;  ///< where the offset of the next directory is to be written
};

}  // namespace annulet::phantom
