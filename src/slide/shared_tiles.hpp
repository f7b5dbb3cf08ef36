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
    int readers = 0;                ///< under the lock of the list
  };

  /// A tile for as long as a read looks at it; false where there is none.
  class Loan {
   public:
    Loan() = default;
    Loan(SharedTiles& from, Tile& tile) : from_(&from), tile_(&tile) {}
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    ~Loan() {
      if (tile_ != nullptr) from_->give_back(*tile_);
    }
    explicit operator bool() const { return tile_ != nullptr; }
    Tile& operator*() const { return *tile_; }

   private:
    SharedTiles* from_ = nullptr;
    Tile* tile_ = nullptr;
  };

  explicit SharedTiles(std::size_t tiles) : reads_(tiles) {}

  /// One more read will touch the tile.
  void announce(std::uint32_t number);
  /// The tile, for one of the reads that were announced; none where no other read will need it.
  Loan take(std::uint32_t number);

 private:
  using Held = std::unordered_map<std::uint32_t, std::unique_ptr<Tile>>;
  Tile& hold(std::uint32_t number);
  void give_back(Tile& tile);
  std::mutex mutex_;
  std::vector<std::uint16_t> reads_;  ///< announced and still to come, by tile
  Held held_;
  std::vector<Held::node_type> spare_;  ///< let go of; reused once no read looks at it any more
};

}  // namespace annulet
