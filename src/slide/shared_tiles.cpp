#include "shared_tiles.hpp"

#include <algorithm>
#include <limits>

namespace annulet {

void SharedTiles::announce(std::uint32_t number) {
  const std::lock_guard lock(mutex_);
  if (reads_[number] < std::numeric_limits<std::uint16_t>::max()) ++reads_[number];
}

SharedTiles::Loan SharedTiles::take(std::uint32_t number) {
  const std::lock_guard lock(mutex_);
  const auto held = held_.find(number);
  if (reads_[number] > 0) --reads_[number];
  if (held == held_.end() && reads_[number] == 0) return {};
  Tile& tile = held == held_.end() ? hold(number) : *held->second;
  ++tile.readers;
  if (reads_[number] == 0) spare_.push_back(held_.extract(held));
  return {*this, tile};
}

// Under the lock.
SharedTiles::Tile& SharedTiles::hold(std::uint32_t number) {
  const auto free = std::find_if(spare_.begin(), spare_.end(),
                                 [](const Held::node_type& spare) { return spare.mapped()->readers == 0; });
  if (free == spare_.end()) return *(held_[number] = std::make_unique<Tile>());
  Held::node_type node = std::move(*free);
  spare_.erase(free);
  node.key() = number;
  node.mapped()->decoded = false;
  node.mapped()->fault.clear();
  return *held_.insert(std::move(node)).position->second;
}

void SharedTiles::give_back(Tile& tile) {
  const std::lock_guard lock(mutex_);
  --tile.readers;
}

}  // namespace annulet
