// The kernels under the nuclei, through what they give, on every path.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

#include "annulet/base/integer_math.hpp"
#include "annulet/base/random.hpp"
#include "annulet/cell/nucleus.hpp"
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

}  // namespace

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
