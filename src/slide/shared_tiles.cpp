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
    return hold(number);
  }
  std::shared_ptr<Tile> tile = held->second;
  if (reads_[number] == 0) spare_.push_back(held_.extract(held));
  return tile;
}

// Under the lock. A spare tile that only this list still knows is nobody's.
std::shared_ptr<SharedTiles::Tile> SharedTiles::hold(std::uint32_t number) {
  const auto free = std::find_if(spare_.begin(), spare_.end(), [](const Held::node_type& spare) {
    return spare.mapped().use_count() == 1;
  });
  if (free == spare_.end()) return held_[number] = std::make_shared<Tile>();
  Held::node_type node = std::move(*free);
  spare_.erase(free);
  node.key() = number;
  const std::shared_ptr<Tile>& tile = node.mapped();
  tile->decoded = false;
  tile->fault.clear();
  return held_.insert(std::move(node)).position->second;
}

}  // namespace annulet
