#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace annulet {

/// Decoded tiles that more than one announced read touches: the first read decodes a tile, the last lets go
/// of it. Safe from many threads at once; who needs a tile that another thread is decoding waits for it.
class SharedTiles {
 public:
  struct Tile {
    std::mutex mutex;  ///< held while the tile is decoded
    bool decoded = false;
    std::string fault;              ///< why it could not be
    std::vector<std::uint8_t> rgb;  ///< 3 bytes a pixel
  };

  explicit SharedTiles(std::size_t tiles) : reads_(tiles) {}

  /// One more read will touch the tile.
  void announce(std::uint32_t number);
  /// The tile, for one of the reads that were announced; nullptr where no other read will need it.
  std::shared_ptr<Tile> take(std::uint32_t number);

 private:
  using Held = std::unordered_map<std::uint32_t, std::shared_ptr<Tile>>;
  std::shared_ptr<Tile> hold(std::uint32_t number);
  std::mutex mutex_;
  std::vector<std::uint16_t> reads_;  ///< announced and still to come, by tile
  Held held_;
  std::vector<Held::node_type> spare_;  ///< let go of; reused once no read looks at it any more
};

}  // namespace annulet
