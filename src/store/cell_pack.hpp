#pragma once
// How cells lie in the store: as text for the view `cells`, and as bytes for concluding again.
// docs/formats/store.md.
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "annulet/store/cohort_store.hpp"

namespace annulet::store {

/// One row of cell_tiles.
struct PackedTile {
  std::int32_t x = 0, y = 0;  ///< tile, of kStoreTileUm
  std::size_t cells = 0;
  std::string text;  ///< JSON array of a text of kCellText letters a cell
};
inline constexpr std::size_t kCellText = 73;

/// The tiles of a slide, by y, then x; the cells of each in the order of the table.
std::vector<PackedTile> pack_tiles(const CellTable& cells, const ShownCells& shown);

/// One row of measurements: the cells first ... first + cells - 1 of the table.
struct PackedPart {
  std::size_t cells = 0;
  std::string kinds;                  ///< a byte a cell
  std::string touching;               ///< pairs whose lower index lies in the part
  std::span<const CellRow> measured;  ///< written as its bytes
  std::uint64_t checksum() const;
};
inline constexpr std::size_t kPartCells = 8192;

std::vector<PackedPart> pack_parts(const SlideCells& cells);

/// Sum over bytes, to tell damage; not a digest: who can write the file can write the sum.
std::uint64_t checksum_of(std::uint64_t before, const void* bytes, std::size_t count);

/// The parts of a slide put together again, in their order.
class PartReader {
 public:
  /// What `room_of` holds is forgotten, its memory used again.
  PartReader(std::uint64_t cells, SlideCells room_of);
  /// Room for the measured bytes of the next part, of `cells` cells. Throws Error Corrupt where there are
  /// more cells than the slide has.
  std::span<CellRow> room(std::uint64_t cells);
  /// The rest of the part whose measured bytes are in their room. Throws Error Corrupt.
  void add(std::span<const std::uint8_t> kinds, std::span<const std::uint8_t> touching,
           std::uint64_t checksum);
  /// After the last part. Throws Error Corrupt where cells are missing.
  SlideCells take();

 private:
  void check_rows(std::size_t first) const;
  SlideCells slide_;
  std::uint64_t expected_;
  std::size_t first_ = 0, end_ = 0;  // of the part at hand
};

}  // namespace annulet::store
