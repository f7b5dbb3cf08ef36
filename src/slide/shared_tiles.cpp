#include "shared_tiles.hpp"

#include <algorithm>
#include <limits>

namespace annulet {

void SharedTiles::announce(std::uint32_t number) {
  const std::lock_guard lock(mutex_);
  if (reads_[number] < std::numeric_limits<std::uint16_t>::max()) ++reads_[number];
}

std::shared_ptr<SharedTiles::Tile> SharedTiles::take(std::uint32_t number) {
  const std::lock_guard lock(mutex_);
  const auto held = held_.find(number);
  if (reads_[number] > 0) --reads_[number];
  if (held == held_.end()) {
    if (reads_[number] == 0) return nullptr;
    return held_[number] = fresh();
  }
  std::shared_ptr<Tile> tile = held->second;
  if (reads_[number] == 0) {
    spare_.push_back(tile);
    held_.erase(held);
  }
  return tile;
}

// Under the lock. A spare tile that only this list still knows is nobody's.
std::shared_ptr<SharedTiles::Tile> SharedTiles::fresh() {
  const auto free = std::find_if(spare_.begin(), spare_.end(),
                                 [](const std::shared_ptr<Tile>& tile) { return tile.use_count() == 1; });
  if (free == spare_.end()) return std::make_shared<Tile>();
  std::shared_ptr<Tile> tile = std::move(*free);
  spare_.erase(free);
  tile->decoded = false;
  tile->fault.clear();
  return tile;
}

}  // namespace annulet
