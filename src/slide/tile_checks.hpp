#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>
#include <vector>

#include "tile_edges.hpp"

namespace annulet {

/// Signs of damage that no decoder tells of: neighbours among the decoded tiles that do not fit together, and
/// tiles of the same bytes. What is found of two tiles depends on their bytes alone, not on when or how often
/// they are decoded. Holds the edges of a tile until its neighbours are decoded, about 3 KB; besides 9 bytes
/// a tile of the file. Safe from many threads at once.
class TileChecks {
 public:
  TileChecks(std::uint32_t columns, std::uint32_t rows) : columns_(columns), rows_(rows) {}

  /// A tile that was decoded, and the bytes it was decoded from.
  void take(std::uint32_t number, const TileEdges& edges, std::span<const std::uint8_t> payload);
  /// The number of the first tile of each broken border, and whether the second lies below it or to its
  /// right.
  struct Seam {
    std::uint32_t number = 0;
    bool below = false;
  };
  std::vector<Seam> seams() const;  ///< in the order of the tiles
  /// Tiles of the same bytes, at least two each.
  std::vector<std::vector<std::uint32_t>> twins() const;

 private:
  using Held = std::unordered_map<std::uint32_t, std::unique_ptr<TileEdges>>;
  void hold(std::uint32_t number, const TileEdges& edges);
  void let_go(Held::iterator held);
  bool is_done(std::uint32_t number) const;
  void judge(std::uint32_t first, const TileEdges& one, const TileEdges& other, bool below);

  std::uint32_t columns_, rows_;
  mutable std::mutex mutex_;
  std::vector<std::uint8_t> state_;     ///< by tile: kTaken, kBrokenRight, kBrokenBelow
  std::vector<std::uint64_t> payload_;  ///< by tile: digest of its bytes; 0 where they are few
  Held held_;
  std::vector<Held::node_type> spare_;  ///< let go of, for other tiles
};

/// 64 bits of all bytes; equal for equal bytes on every machine. Not for secrets.
std::uint64_t quick_digest(std::span<const std::uint8_t> bytes);

}  // namespace annulet
