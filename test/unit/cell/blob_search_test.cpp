// The kernels under the nuclei, through what they give, on every path.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <tuple>
#include <vector>

#include "annulet/base/integer_math.hpp"
#include "annulet/base/random.hpp"
#include "annulet/cell/nucleus.hpp"
#include "cell/log_blobs.hpp"
#include "support/catch.hpp"
#include "support/kernel_paths.hpp"

using namespace annulet;

namespace {

// A window inside a large slide: discs of many sizes and stains, and noise.
StainTile busy_window(const Rect<WorkFrame>& work, std::uint64_t seed) {
  StainTile tile;
  tile.work = work;
  tile.pitch_um = 0.25;
  tile.native = {2 * work.x0, 2 * work.y0, 2 * work.x1, 2 * work.y1};
  tile.slide = {40000, 40000};
  const int width = static_cast<int>(work.width()), height = static_cast<int>(work.height());
  tile.haematoxylin.resize(width, height);
  tile.dab.resize(width, height);
  Random random(seed);
  const auto below = [&](int n) { return static_cast<int>(random.below(static_cast<std::uint32_t>(n))); };
  for (auto& v : tile.haematoxylin.values()) v = static_cast<std::uint8_t>(below(12));
  for (auto& v : tile.dab.values()) v = static_cast<std::uint8_t>(below(8));
  for (int i = width * height / 500; i > 0; --i) {
    const int x0 = below(width), y0 = below(height), r = 3 + below(9), blue = below(90), brown = below(120);
    for (int y = std::max(0, y0 - r); y < std::min(height, y0 + r); ++y) {
      for (int x = std::max(0, x0 - r); x < std::min(width, x0 + r); ++x) {
        const int away = (x - x0) * (x - x0) + (y - y0) * (y - y0);
        if (away > r * r) continue;
        auto& h = tile.haematoxylin(x, y);
        h = static_cast<std::uint8_t>(std::min(255, h + blue));
        auto& d = tile.dab(x, y);
        if (away > (r - 2) * (r - 2)) d = static_cast<std::uint8_t>(std::min(255, d + brown));
      }
    }
  }
  return tile;
}

using Grid = Plane<std::int32_t>;

std::int32_t near(const Grid& grid, int x, int y) {
  return grid(std::clamp(x, 0, grid.width() - 1), std::clamp(y, 0, grid.height() - 1));
}

// One direction: each product rounded down, half a unit for every tap given back.
Grid smoothed(const Grid& from, const std::vector<int>& taps, int dx, int dy) {
  Grid to(from.width(), from.height());
  for (int y = 0; y < from.height(); ++y) {
    for (int x = 0; x < from.width(); ++x) {
      std::int32_t sum = ((from(x, y) * taps[0]) >> 16) + static_cast<std::int32_t>(taps.size() / 2);
      for (int k = 1; k < static_cast<int>(taps.size()); ++k) {
        const std::int32_t pair = near(from, x - k * dx, y - k * dy) + near(from, x + k * dx, y + k * dy);
        sum += (pair * taps[static_cast<std::size_t>(k)]) >> 16;
      }
      to(x, y) = sum;
    }
  }
  return to;
}

Grid smoothed(const Grid& from, const std::vector<int>& taps) {
  return smoothed(smoothed(from, taps, 1, 0), taps, 0, 1);
}

// nucleus_contrast pixel by pixel. docs/science/nuclei.md.
std::vector<std::int32_t> contrast_by_definition(const StainTile& tile) {
  const auto bright = [&](int x, int y) {
    const int t = (5 * tile.haematoxylin(x, y) - 3 * tile.dab(x, y)) * 8;
    return std::clamp(((t * 6553) >> 16) + 20, 0, 255);
  };
  const int skip_x = static_cast<int>(tile.work.x0 & 1), skip_y = static_cast<int>(tile.work.y0 & 1);
  Grid um((tile.haematoxylin.width() - skip_x) / 2, (tile.haematoxylin.height() - skip_y) / 2);
  for (int y = 0; y < um.height(); ++y) {
    for (int x = 0; x < um.width(); ++x) {
      const int px = 2 * x + skip_x, py = 2 * y + skip_y;
      um(x, y) = 16 * (bright(px, py) + bright(px + 1, py) + bright(px, py + 1) + bright(px + 1, py + 1));
    }
  }
  const Grid sharp = smoothed(smoothed(um, {16844, 13706, 7384, 2634, 622}), {18928, 14572, 6647, 1797, 288});
  Grid log = smoothed(sharp, {14104, 12203, 7906, 3835, 1393, 379});
  for (std::size_t i = 0; i < log.size(); ++i) log.data()[i] = sharp.data()[i] - log.data()[i];
  const std::int32_t least = (10 * 400 * 64 / 1000 * 288 + 999) / 1000;
  std::vector<std::int32_t> found;
  for (int y = 1; y + 1 < um.height(); ++y) {
    for (int x = 1; x + 1 < um.width(); ++x) {
      const auto inside = [](std::int64_t at, std::int64_t length) { return at >= 64 && at < length - 64; };
      if (!inside(skip_x + 1 + 2 * x, tile.work.width()) || !inside(skip_y + 1 + 2 * y, tile.work.height()))
        continue;
      const std::int32_t v = log(x, y);
      bool most = v >= least;
      for (int j = std::max(0, y - 2); j <= std::min(um.height() - 1, y + 2); ++j) {
        for (int i = std::max(0, x - 2); i <= std::min(um.width() - 1, x + 2); ++i) {
          const bool before = j < y || (j == y && i < x);
          most = most && (before ? log(i, j) < v : log(i, j) <= v);
        }
      }
      if (most)
        found.push_back(
            static_cast<std::int32_t>(divide_round(divide_round(v * 1000, 288) * 1000, 400 * 64)));
    }
  }
  return found;
}

using nuclei::Blob;

// 1 um pixels in the units of the coarse plane.
Plane<std::int16_t> busy_plane(int width, int height, std::uint64_t seed) {
  const StainTile tile = busy_window({0, 0, width, height}, seed);
  Plane<std::int16_t> plane(width, height);
  for (std::size_t i = 0; i < plane.size(); ++i)
    plane.data()[i] = static_cast<std::int16_t>(64 * std::min<int>(tile.haematoxylin.data()[i], 255));
  return plane;
}

using Place = std::array<std::int32_t, 4>;
std::vector<Place> places(const std::vector<Blob>& blobs) {
  std::vector<Place> all;
  for (const Blob& blob : blobs) all.push_back({blob.y, blob.x, blob.scale, blob.strength});
  std::sort(all.begin(), all.end());
  return all;
}
std::vector<Place> places_in(const std::vector<Blob>& blobs, const Rect<MicroFrame, std::int32_t>& area) {
  std::vector<Blob> inside;
  for (const Blob& blob : blobs) {
    if (area.contains({blob.x, blob.y})) inside.push_back(blob);
  }
  return places(inside);
}

constexpr int kUm = kMicroUnits;

}  // namespace

TEST_CASE("what is found in a part of a window does not depend on the part") {
  const Plane<std::int16_t> plane = busy_plane(211, 173, 5);
  test::on_each_kernel_path([&] {
    nuclei::BlobFinder finder;
    std::vector<Blob> all, some;
    finder(plane, {kUm / 2, kUm / 2, {0, 0, 211 * kUm, 173 * kUm}}, 0, 3, {100}, all);
    REQUIRE(all.size() > 300);
    for (const Rect<MicroFrame, std::int32_t>& part : {Rect<MicroFrame, std::int32_t>{0, 0, 90, 70},
                                                       {60, 40, 101, 140},
                                                       {150, 100, 211, 173},
                                                       {7, 80, 200, 83}}) {
      const Rect<MicroFrame, std::int32_t> wanted{part.x0 * kUm, part.y0 * kUm, part.x1 * kUm, part.y1 * kUm};
      finder(plane, {kUm / 2, kUm / 2, wanted}, 0, 3, {100}, some);
      // The vertex of a parabola may lie half a pixel outside.
      CHECK(places_in(some, wanted.grown(-kUm / 2)) == places_in(all, wanted.grown(-kUm / 2)));
      CHECK(places_in(some, wanted.grown(kUm / 2 + 1)).size() == some.size());
    }
  });
}

TEST_CASE("spots that are left out or lie farther off have no say in which are tried") {
  const Plane<std::int16_t> plane = busy_plane(240, 200, 8);
  constexpr int kTried = 300;
  nuclei::BlobFinder finder;
  std::vector<Blob> all, strong;
  const nuclei::BlobWindow window{kUm / 2, kUm / 2, {0, 0, 240 * kUm, 200 * kUm}};
  finder(plane, window, 0, 3, {100}, all);
  finder(plane, window, 0, 3, {100, kTried}, strong);
  CHECK(strong.size() < all.size());
  const Rect<MicroFrame, std::int32_t> area{70 * kUm, 61 * kUm, 131 * kUm, 120 * kUm};
  std::vector<Blob> near;
  for (const Blob& blob : strong) {
    if (area.grown(nuclei::kThinReachUm * kUm).contains({blob.x, blob.y})) near.push_back(blob);
  }
  for (std::vector<Blob>* blobs : {&all, &strong, &near}) {
    finder.thin(*blobs);
    std::erase_if(*blobs, [](const Blob& blob) { return blob.response < kTried; });
  }
  REQUIRE(places_in(all, area).size() > 10);
  CHECK(places(strong) == places(all));
  CHECK(places_in(near, area) == places_in(all, area));
}

TEST_CASE("a spot yields to stronger ones near it and to those of a larger nucleus around it") {
  nuclei::BlobFinder finder;
  std::vector<Blob> all, left;
  finder(busy_plane(240, 200, 8), {kUm / 2, kUm / 2, {0, 0, 240 * kUm, 200 * kUm}}, 0, 3, {100}, all);
  left = all;
  finder.thin(left);
  const auto stronger = [](const Blob& a, const Blob& b) {
    return std::tie(b.strength, a.y, a.x, a.scale) < std::tie(a.strength, b.y, b.x, b.scale);
  };
  std::vector<Blob> expected = all;
  std::erase_if(expected, [&](const Blob& blob) {
    return std::any_of(all.begin(), all.end(), [&](const Blob& other) {
      const double away = std::hypot(other.x - blob.x, other.y - blob.y) / kUm;
      const bool around = other.scale > blob.scale && other.response >= blob.response;
      return stronger(other, blob) && (away < 1.5 || (around && away < 3.5));
    });
  });
  CHECK(places(left) == places(expected));
  CHECK(2 * left.size() < all.size());
}

TEST_CASE("a dark disc is found like a bright one") {
  Plane<std::int16_t> plane(80, 60);
  plane.fill(8000);
  const auto paint = [&](int x0, int y0, int value) {
    for (int y = y0 - 4; y <= y0 + 4; ++y) {
      for (int x = x0 - 4; x <= x0 + 4; ++x) {
        if ((x - x0) * (x - x0) + (y - y0) * (y - y0) <= 16) plane(x, y) = static_cast<std::int16_t>(value);
      }
    }
  };
  paint(20, 30, 12000);
  paint(60, 30, 4000);
  const nuclei::BlobWindow window{kUm / 2, kUm / 2, {0, 0, 80 * kUm, 60 * kUm}};
  test::on_each_kernel_path([&] {
    nuclei::BlobFinder finder;
    std::vector<Blob> alone, bright, dark;
    finder(plane, window, 1, 3, {600}, alone);
    finder(plane, window, 1, 3, {600}, bright, {600}, dark);
    CHECK(places(bright) == places(alone));
    finder.thin(bright);
    finder.thin(dark);
    const auto strongest = [](const std::vector<Blob>& blobs) {
      return *std::max_element(blobs.begin(), blobs.end(),
                               [](const Blob& a, const Blob& b) { return a.strength < b.strength; });
    };
    REQUIRE(!bright.empty());
    REQUIRE(!dark.empty());
    const Blob one = strongest(bright), other = strongest(dark);
    CHECK(std::abs(one.x - 20 * kUm - kUm / 2) < 4);
    CHECK(std::abs(other.x - 60 * kUm - kUm / 2) < 4);
    CHECK(std::abs(other.y - one.y) < 4);
    CHECK(other.scale == one.scale);
    CHECK(std::abs(other.response - one.response) < one.response / 100);
  });
}

TEST_CASE("blobs are the maxima of the plane's Laplacian on every kernel path") {
  for (const Rect<WorkFrame>& work :
       {Rect<WorkFrame>{1000, 1000, 1330, 1260}, {1001, 777, 1336, 1000}, {555, 2000, 700, 2301}}) {
    const StainTile tile = busy_window(work, static_cast<std::uint64_t>(work.x0));
    const auto expected = contrast_by_definition(tile);
    REQUIRE(expected.size() > 3);
    test::on_each_kernel_path([&] { CHECK(nucleus_contrast(tile) == expected); });
  }
}

TEST_CASE("nuclei, brown bodies and interiors are the same on every kernel path") {
  const StainTile tile = busy_window({1001, 1000, 1478, 1391}, 3);
  std::vector<Nucleus> first;
  NucleusFinder finder;
  test::on_each_kernel_path([&] {
    const auto found = finder(tile, {150, true});
    REQUIRE(found.size() > 50);
    if (first.empty()) first = found;
    CHECK(found == first);
  });
}
