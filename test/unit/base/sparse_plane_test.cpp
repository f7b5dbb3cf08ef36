#include "annulet/base/sparse_plane.hpp"

#include <thread>

#include "annulet/base/plane.hpp"
#include "annulet/base/random.hpp"
#include "support/catch.hpp"

using namespace annulet;

TEST_CASE("a sparse plane has what was written and nothing elsewhere") {
  Random random(11);
  for (const auto& [width, height] : {std::pair{1, 1}, {8, 8}, {9, 17}, {300, 40}}) {
    Plane<int> plain(width, height);
    SparsePlane<int> sparse(width, height);
    for (int i = 0; i < 30; ++i) {
      const int x = static_cast<int>(random.below(static_cast<std::uint32_t>(width))),
                y = static_cast<int>(random.below(static_cast<std::uint32_t>(height)));
      plain(x, y) = sparse.hold(x, y) = i + 1;
      CHECK(sparse.holds(x, y));
    }
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) CHECK(std::as_const(sparse)(x, y) == plain(x, y));
    }
    int met = 0;
    sparse.each([&](int x, int y, int value) {
      ++met;
      CHECK(value == plain(x, y));
    });
    CHECK(met <= width * height);
    CHECK_FALSE(sparse.contains(width, 0));
    CHECK_FALSE(sparse.contains(0, -1));
  }
  CHECK(SparsePlane<int>().empty());
}

TEST_CASE("only what lies near a held place is held") {
  constexpr int kSide = SparsePlane<int>::kSide;
  SparsePlane<int> sparse(10 * kSide, 10 * kSide);
  sparse.hold(5 * kSide, 5 * kSide) = 1;
  int held = 0;
  for (int y = 0; y < sparse.height(); ++y) {
    for (int x = 0; x < sparse.width(); ++x) held += sparse.holds(x, y) ? 1 : 0;
  }
  CHECK(held == kSide * kSide);
  int met = 0;
  sparse.each([&](int, int, int) { ++met; });
  CHECK(met == held);
}

TEST_CASE("threads write neighbouring places that are held") {
  SparsePlane<int> sparse(64, 64);
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 64; ++x) sparse.hold(x, y);
  }
  const auto write = [&](int first) {
    for (int y = 0; y < 64; ++y) {
      for (int x = first; x < 64; x += 2) sparse.hold(x, y) = x + y;
    }
  };
  std::thread even(write, 0), odd(write, 1);
  even.join();
  odd.join();
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 64; ++x) CHECK(sparse(x, y) == x + y);
  }
}
