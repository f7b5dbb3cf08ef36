#pragma once
#include <cstddef>
#include <cstdint>

namespace annulet::limits {

// What a file may ask of us before anything is allocated for it; docs/formats/slides.md lists them for the
// user. Real slides stay a factor of 4 or more below each. Every product of such numbers fits 64 bits.

inline constexpr std::uint64_t kSide = std::uint64_t{1} << 21;      ///< px of an image
inline constexpr std::uint64_t kTileSide = 8192;                    ///< px of a tile
inline constexpr std::uint64_t kDecoded = std::uint64_t{64} << 20;  ///< bytes of a decoded tile or strip
inline constexpr std::uint64_t kStored = std::uint64_t{128} << 20;  ///< bytes of a tile or strip in the file
inline constexpr std::uint64_t kPieces = std::uint64_t{1} << 22;    ///< tiles or strips of an image
inline constexpr std::uint64_t kPiecesOfAll = std::uint64_t{1} << 23;      ///< of all images together
inline constexpr std::size_t kDirectories = 1000;                          ///< images in a file
inline constexpr std::uint64_t kEntries = 4096;                            ///< tags of an image
inline constexpr std::uint64_t kDirectoryBytes = std::uint64_t{64} << 20;  ///< of all tags, without tables
                                                                           ///< of tiles
inline constexpr std::uint64_t kLevels = 64;                               ///< of a pyramid
inline constexpr std::size_t kText = std::size_t{1} << 20;  ///< of a description: the rest is cut
inline constexpr std::uint64_t kStrippedPixels = std::uint64_t{64} << 20;  ///< of an image without tiles
inline constexpr std::uint64_t kPicturePixels = std::uint64_t{256} << 20;  ///< of a JPEG or PNG
inline constexpr std::uint64_t kPictureBytes = std::uint64_t{1} << 30;     ///< of its file
/// Decoded bytes for one stored, where a picture decodes to more than kDecoded. Photographs stay below 100,
/// glass below 200; a bomb of deflate reaches 1030.
inline constexpr std::uint64_t kPictureExpansion = 400;

}  // namespace annulet::limits
