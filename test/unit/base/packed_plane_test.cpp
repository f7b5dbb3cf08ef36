#include "annulet/base/packed_plane.hpp"

#include "annulet/base/random.hpp"
#include "support/catch.hpp"

using namespace annulet;

TEST_CASE("a plane that was put by comes back as it was") {
  Random random(7);
  for (const auto& [width, height] : {std::pair{0, 0}, {1, 1}, {40, 30}, {257, 3}}) {
    Plane<std::uint16_t> plane(width, height);
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x)
        plane(x, y) = static_cast<std::uint16_t>(random.below(20) == 0 ? random.below(5) : x / 16);
    }
    Plane<std::uint16_t> given = plane;
    const PackedPlane packed(std::move(given));
    CHECK(given.empty());
    const Plane<std::uint16_t> back = packed.unpack();
    CHECK(back.width() == width);
    CHECK(back.height() == height);
    CHECK(
        std::equal(back.values().begin(), back.values().end(), plane.values().begin(), plane.values().end()));
  }
}
