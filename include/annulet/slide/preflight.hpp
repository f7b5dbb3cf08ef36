#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "annulet/base/error.hpp"

namespace annulet {

/// Bytes at positions: a file, or memory in tests. Reads are const and safe from many threads.
class ByteReader {
 public:
  virtual ~ByteReader() = default;
  virtual std::uint64_t bytes() const = 0;
  /// Number of bytes read at `offset`: fewer than asked for at the end or on an I/O error.
  virtual std::size_t read_at(std::uint64_t offset, void* to, std::size_t count) const = 0;
};

/// Why a file is not handed to any library that reads pictures.
struct Refusal {
  Code code;         ///< Truncated, Corrupt, OverLimit or Unsupported
  std::string what;  ///< without the slide's name: "level 0 (...) lacks 12 bytes ..."
};

/// Looks at the structure of a TIFF (classic, BigTIFF, NDPI; either byte order), JPEG, PNG or SQLite file
/// with code of our own: directories, tiles, sizes, formats, all against the file's end and against fixed
/// limits. Decodes nothing. Files of no known head are Unsupported. No more than a megabyte of memory beside
/// 64 bytes an image, and reads at most 64 MiB beside the tables of tiles. Never throws.
std::optional<Refusal> preflight(const ByteReader& file);
std::optional<Refusal> preflight(std::span<const std::uint8_t> bytes);

/// The same for a file and, of a slide of several files, for its members (each there, regular, not empty).
/// `open_slide` begins with it. Throws Error with the reasons above or NotFound, Permission, NotAFile, Empty;
/// the message names the slide.
void preflight(const std::filesystem::path& slide);

}  // namespace annulet
