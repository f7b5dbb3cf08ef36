#include "cell/seen_spots.hpp"

#include <algorithm>
#include <cstdlib>

namespace annulet::nuclei {

bool holds(const Star& star, Point<MicroFrame, std::int32_t> place, int beside) {
  const std::int32_t dx = place.x - star.centre.x, dy = place.y - star.centre.y;
  const std::int64_t radius = 8 * star.radius[static_cast<std::size_t>(ray_towards(dx, dy))] + beside;
  return std::int64_t{dx} * dx + std::int64_t{dy} * dy <= radius * radius;
}

void SeenSpots::leave_unseen(const std::vector<Star>& seen, std::vector<Blob>& spots) {
  constexpr std::int32_t kBin = 8 * kMicroUnits, kReach = kMostRadius * 8 + kBesideSeen;
  grid_.build(seen.size(), kBin, 0, 0, [&](std::size_t i) { return seen[i].centre; });
  circles_.clear();
  for (const std::uint32_t i : grid_.order()) {
    const std::int32_t radius = seen[i].mean_radius + kBesideSeen;
    circles_.push_back({seen[i].centre, radius * radius});
  }
  std::erase_if(spots, [&](const Blob& spot) {
    bool is_held = false;
    grid_.stretches(spot.x, spot.y, kReach, [&](std::uint32_t first, std::uint32_t last) {
      for (std::uint32_t k = first; k < last; ++k) {
        const std::int32_t dx = spot.x - circles_[k].centre.x, dy = spot.y - circles_[k].centre.y;
        is_held |= dx * dx + dy * dy <= circles_[k].square;
      }
    });
    return is_held;
  });
}

void SeenSpots::leave_near(const std::vector<Blob>& brown, const std::vector<Blob>& enclosed,
                           std::vector<Blob>& spots) {
  constexpr std::int32_t kReach = kSeenReachUm * kMicroUnits;
  const auto hidden = [&](std::size_t i) {
    const Blob& blob = i < brown.size() ? brown[i] : enclosed[i - brown.size()];
    return Point<MicroFrame, std::int32_t>{blob.x, blob.y};
  };
  grid_.build(brown.size() + enclosed.size(), kReach, 0, 0, hidden);
  std::erase_if(spots, [&](const Blob& spot) {
    bool is_near = false;
    grid_.near(spot.x, spot.y, kReach, [&](std::uint32_t i) {
      const auto place = hidden(i);
      is_near |= std::max(std::abs(place.x - spot.x), std::abs(place.y - spot.y)) <= kReach;
    });
    return !is_near;
  });
}

}  // namespace annulet::nuclei
