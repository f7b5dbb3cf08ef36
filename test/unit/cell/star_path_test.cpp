#include "cell/star_path.hpp"

#include <algorithm>
#include <random>
#include <vector>

#include "annulet/base/directions.hpp"
#include "annulet/base/integer_math.hpp"
#include "annulet/base/plane.hpp"
#include "support/catch.hpp"
#include "support/kernel_paths.hpp"

using namespace annulet;
using namespace annulet::nuclei;

namespace {

constexpr int kMargin = 40, kSide = 2 * kMargin + 17;
constexpr std::int16_t kLeast = -24, kMost = 240;

Plane<std::uint8_t> grain(unsigned seed, int contrast) {
  std::mt19937 random(seed);
  Plane<std::uint8_t> plane(kSide, kSide);
  for (std::uint8_t& v : plane.values())
    v = static_cast<std::uint8_t>(random() % static_cast<unsigned>(contrast + 1));
  return plane;
}

int edge_at(const Plane<std::uint8_t>& plane, int x, int y, int ray, int quarter) {
  const auto& d = kDirections64[static_cast<std::size_t>(2 * ray)];
  const auto sample = [&](int r) {
    return int{plane(x + static_cast<int>(divide_round(r * d[0], kDirectionOne)),
                     y + static_cast<int>(divide_round(r * d[1], kDirectionOne)))};
  };
  return std::clamp<int>(
      sample(quarter - 2) + sample(quarter - 1) - sample(quarter + 1) - sample(quarter + 2), kLeast, kMost);
}

// The same programme, word by word.
StarPath plain_path(const Plane<std::uint8_t>& plane, int x, int y, int cost, int forbidden_below) {
  constexpr int kTurn = 48, kStart = 8;
  std::vector<std::vector<int>> edge(kNucleusRays, std::vector<int>(kStarRadii)),
      total(kTurn + 1, std::vector<int>(kStarRadii, 0)), from = total;
  for (int ray = 0; ray < kNucleusRays; ++ray)
    for (int k = 0; k < kStarRadii; ++k)
      edge[static_cast<std::size_t>(ray)][static_cast<std::size_t>(k)] =
          k + kFirstRadius < forbidden_below ? -200 : edge_at(plane, x, y, ray, k + kFirstRadius);
  for (std::size_t t = 0; t < kTurn; ++t) {
    for (int k = 0; k < kStarRadii; ++k) {
      const auto at = static_cast<std::size_t>(k);
      int best = total[t][at], step = 0;
      for (const int s : {-1, 1, -2, 2}) {
        if (k + s < 0 || k + s >= kStarRadii) continue;
        const int other = total[t][static_cast<std::size_t>(k + s)] - cost * std::abs(s);
        if (other > best) best = other, step = s;
      }
      total[t + 1][at] = best + edge[t % kNucleusRays][at];
      from[t][at] = k + step;
    }
  }
  StarPath path;
  int k = static_cast<int>(std::max_element(total[kTurn].begin(), total[kTurn].end()) - total[kTurn].begin());
  for (int t = kTurn - 1; t >= kStart; --t) {
    const auto ray = static_cast<std::size_t>(t % kNucleusRays);
    if (t < kStart + kNucleusRays) {
      path.quarter[ray] = k + kFirstRadius;
      path.edge[ray] = static_cast<std::int16_t>(edge[ray][static_cast<std::size_t>(k)]);
    }
    k = from[static_cast<std::size_t>(t)][static_cast<std::size_t>(k)];
  }
  return path;
}

}  // namespace

TEST_CASE("the path around a centre is that of the plain programme, ties included") {
  test::on_each_kernel_path([] {
    StarPathFinder finder;
    finder.prepare(kSide);
    for (unsigned seed = 0; seed < 60; ++seed) {
      const int contrast = std::array{0, 1, 4, 255}[seed % 4];  // ties everywhere to hardly any
      const auto cost = static_cast<std::int16_t>(1 + seed % 7);
      const Plane<std::uint8_t> plane = grain(seed, contrast);
      const int x = kMargin + static_cast<int>(seed % 17), y = kMargin + static_cast<int>(seed * 5 % 17);
      finder.sample(plane.row(y) + x, {kLeast, kMost});
      for (const int least : {kFirstRadius, 10}) {
        INFO("seed " << seed << ", least radius " << least);
        finder.forbid_below(least);
        StarPath path;
        finder.find(cost, path);
        const StarPath plain = plain_path(plane, x, y, cost, least);
        CHECK(path.quarter == plain.quarter);
        CHECK(path.edge == plain.edge);
      }
    }
  });
}

TEST_CASE("what is dark has the edges of the negative") {
  test::on_each_kernel_path([] {
    StarPathFinder finder;
    finder.prepare(kSide);
    for (unsigned seed = 0; seed < 20; ++seed) {
      const Plane<std::uint8_t> plane = grain(seed, 255);
      Plane<std::uint8_t> negative = plane;
      for (std::uint8_t& v : negative.values()) v = static_cast<std::uint8_t>(255 - v);
      StarPath dark, bright;
      finder.sample(plane.row(kMargin) + kMargin, {kLeast, kMost, true});
      finder.find(3, dark);
      finder.sample(negative.row(kMargin) + kMargin, {kLeast, kMost});
      finder.find(3, bright);
      CHECK(dark.quarter == bright.quarter);
      CHECK(dark.edge == bright.edge);
    }
  });
}

TEST_CASE("paths that are found side by side are those found alone") {
  test::on_each_kernel_path([] {
    StarPathFinder finder;
    finder.prepare(kSide);
    for (unsigned seed = 0; seed < 40; ++seed) {
      const int contrast = std::array{0, 1, 4, 255}[seed % 4];
      const auto cost = static_cast<std::int16_t>(1 + seed % 7);
      const Plane<std::uint8_t> one = grain(seed, contrast), other = grain(1000 + seed, 255 - contrast);
      const int x = kMargin + static_cast<int>(seed % 17);
      finder.sample(one.row(kMargin) + x, {kLeast, kMost}, 0);
      finder.sample(other.row(kMargin) + x, {kLeast, kMost}, 1);
      finder.forbid_below(9, 1);
      StarPath path, beside, alone;
      finder.find_both(cost, path, beside);
      finder.find(cost, alone, 1);
      INFO("seed " << seed);
      const StarPath plain = plain_path(one, x, kMargin, cost, kFirstRadius),
                     plain_beside = plain_path(other, x, kMargin, cost, 9);
      CHECK(path.quarter == plain.quarter);
      CHECK(path.edge == plain.edge);
      CHECK(beside.quarter == plain_beside.quarter);
      CHECK(beside.edge == plain_beside.edge);
      CHECK(alone.quarter == plain_beside.quarter);
    }
  });
}

TEST_CASE("a path finder carries nothing from centre to centre, and follows another row length") {
  const Plane<std::uint8_t> narrow = grain(1, 200);
  Plane<std::uint8_t> wide(kSide + 9, kSide, 0);
  for (int y = 0; y < kSide; ++y) std::copy_n(narrow.row(y), kSide, wide.row(y));
  StarPathFinder finder;
  StarPath first, again, in_wide;
  finder.prepare(kSide);
  finder.sample(narrow.row(kMargin) + kMargin, {kLeast, kMost});
  finder.find(3, first);
  finder.forbid_below(20);
  finder.find(1, again);
  finder.sample(narrow.row(kMargin) + kMargin, {kLeast, kMost});
  finder.find(3, again);
  finder.prepare(wide.width());
  finder.sample(wide.row(kMargin) + kMargin, {kLeast, kMost});
  finder.find(3, in_wide);
  CHECK(again.quarter == first.quarter);
  CHECK(in_wide.quarter == first.quarter);
}
