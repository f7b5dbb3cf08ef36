#include <algorithm>
#include <optional>
#include <random>
#include <vector>

#include "annulet/cell/nucleus.hpp"
#include "support/catch.hpp"
#include "support/kernel_paths.hpp"

using namespace annulet;

namespace {

// Spots of haematoxylin and DAB of all sizes and depths, some touching, in grain.
StainTile spots(unsigned seed, int side) {
  std::mt19937 random(seed);
  const auto up_to = [&](int most) { return static_cast<int>(random() % static_cast<unsigned>(most + 1)); };
  StainTile tile;
  tile.work = {0, 0, side, side};
  tile.pitch_um = 0.25;
  tile.slide = {2 * side, 2 * side};
  tile.haematoxylin = Plane<std::uint8_t>(side, side, 6);
  tile.dab = Plane<std::uint8_t>(side, side, 4);
  for (int spot = 0; spot < side * side / 400; ++spot) {
    const int x0 = up_to(side - 1), y0 = up_to(side - 1), radius = 3 + up_to(13), depth = 10 + up_to(60);
    const int kind = up_to(5);  // mostly nuclei; some bodies of brown, some brown walls
    for (int y = std::max(0, y0 - radius); y <= std::min(side - 1, y0 + radius); ++y) {
      for (int x = std::max(0, x0 - radius); x <= std::min(side - 1, x0 + radius); ++x) {
        const int square = (x - x0) * (x - x0) + (y - y0) * (y - y0);
        if (square > radius * radius) continue;
        const bool wall = square > (radius - 3) * (radius - 3);
        if (kind > 1) tile.haematoxylin(x, y) = static_cast<std::uint8_t>(depth);
        if (kind == 0 || (kind < 4 && wall)) tile.dab(x, y) = static_cast<std::uint8_t>(2 * depth);
      }
    }
  }
  for (Plane<std::uint8_t>* plane : {&tile.haematoxylin, &tile.dab})
    for (std::uint8_t& v : plane->values()) v = static_cast<std::uint8_t>(v + up_to(5));
  return tile;
}

}  // namespace

TEST_CASE("nuclei are the same on every kernel path") {
  for (const unsigned seed : {1U, 2U, 3U, 4U}) {
    const StainTile tile = spots(seed, 300 + static_cast<int>(seed));
    const NucleusOptions options{100 * static_cast<int>(seed), true};
    std::optional<std::vector<Nucleus>> first;
    test::on_each_kernel_path([&] {
      NucleusFinder finder;
      const std::vector<Nucleus> found = finder(tile, options);
      CHECK(found.size() > 50);
      CHECK(std::any_of(found.begin(), found.end(), [](const Nucleus& n) { return n.interior; }));
      if (!first) first = found;
      CHECK(found == *first);
    });
  }
}
