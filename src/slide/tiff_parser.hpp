#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "annulet/slide/preflight.hpp"

namespace annulet {

/// One tag of a TIFF directory: what its values are and where in the file they lie.
struct TiffEntry {
  std::uint16_t tag = 0, type = 0;
  std::uint64_t count = 0;  ///< values
  std::uint64_t at = 0;     ///< offset of the first in the file
};

struct TiffDirectory {
  std::uint64_t at = 0;  ///< offset in the file
  std::vector<TiffEntry> entries;
  /// The first with this tag, or null.
  const TiffEntry* find(std::uint16_t tag) const;
};

/// Walks the directories of a TIFF file (TIFF 6.0 sections 2, BigTIFF, and Hamamatsu's NDPI: classic TIFF
/// with 8-byte links, whose 32-bit places lie below their directory). Every offset is checked against the
/// file's end before anything is read there, every product in 64 bits. Throws Error Truncated, Corrupt,
/// OverLimit without the slide's name. Reads by position; one thread.
class TiffParser {
 public:
  /// Throws Error Truncated, Corrupt where the head is not that of a TIFF file.
  explicit TiffParser(const ByteReader& file);

  /// Calls `visit` for each directory: the chain first, then what SubIFDs name. Each is met once: a chain
  /// that comes back to a directory is Corrupt. Visiting NDPI files, SubIFDs are left alone.
  void each_directory(const std::function<void(const TiffDirectory&)>& visit);

  bool ndpi() const { return ndpi_; }
  const ByteReader& file() const { return file_; }

  /// A value of an entry of unsigned integers. Throws Corrupt for another type or where it has too few.
  std::uint64_t number(const TiffEntry& entry, std::uint64_t index) const;
  /// The first value of a rational or real number or an integer.
  double real(const TiffEntry& entry) const;
  /// At most `most` bytes of the values, as they are.
  std::string bytes(const TiffEntry& entry, std::size_t most) const;
  /// Values `first` ... `first + count - 1` of unsigned integers. Throws Corrupt where it has fewer.
  void numbers(const TiffEntry& entry, std::uint64_t first, std::uint64_t count,
               std::vector<std::uint64_t>& out) const;
  /// Where a 32-bit place of an NDPI file points; of other files it is what it says.
  std::uint64_t place(std::uint64_t directory, std::uint64_t stated) const;

 private:
  TiffDirectory read_directory(std::uint64_t at, std::uint64_t& next);
  TiffEntry read_entry(const std::uint8_t* from, std::uint64_t directory, std::uint64_t position);
  void charge(const TiffEntry& entry, std::uint64_t size);
  void detect_ndpi();
  std::uint64_t unsigned_at(const std::uint8_t* from, std::size_t bytes) const;
  void fetch(std::uint64_t at, void* to, std::uint64_t count, const char* what) const;

  const ByteReader& file_;
  bool big_ = false, big_endian_ = false, ndpi_ = false;
  std::uint64_t first_ = 0;          ///< offset of the first directory
  std::uint64_t bytes_charged_ = 0;  ///< of all tags read so far
  std::size_t directories_ = 0;
};

/// Tags that are read here (TIFF 6.0, its supplements, and Hamamatsu's).
namespace tag {
inline constexpr std::uint16_t kWidth = 256, kLength = 257, kBits = 258, kCompression = 259,
                               kPhotometric = 262, kFillOrder = 266, kDescription = 270, kMake = 271,
                               kStripOffsets = 273, kSamples = 277, kRowsPerStrip = 278, kStripSizes = 279,
                               kXResolution = 282, kYResolution = 283, kPlanar = 284, kResolutionUnit = 296,
                               kSoftware = 305, kPredictor = 317, kTileWidth = 322, kTileLength = 323,
                               kTileOffsets = 324, kTileSizes = 325, kSubDirectories = 330,
                               kExtraSamples = 338, kSampleFormat = 339, kJpegTables = 347, kXmp = 700,
                               kHamamatsuFormat = 65420;
}  // namespace tag

}  // namespace annulet
