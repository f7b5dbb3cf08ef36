#include <algorithm>
#include <cmath>
#include <numeric>

#include "annulet/base/error.hpp"
#include "annulet/base/random.hpp"
#include "annulet/pixel/resample.hpp"
#include "support/catch.hpp"
#include "support/kernel_paths.hpp"

using namespace annulet;

namespace {

Plane<std::uint8_t> noise(int width, int height, std::uint64_t seed) {
  Plane<std::uint8_t> plane(width, height);
  Random random(seed);
  for (auto& v : plane.values()) v = static_cast<std::uint8_t>(random.below(256));
  return plane;
}

Plane<std::uint8_t> part(const Plane<std::uint8_t>& whole, int x0, int y0, int width, int height) {
  Plane<std::uint8_t> out(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) out(x, y) = whole(x0 + x, y0 + y);
  }
  return out;
}

// The same in whole numbers, square by square: 1/65536 px, rounded to nearest, halves up.
std::uint8_t exact_mean(const Plane<std::uint8_t>& source, std::int64_t x0, std::int64_t y0, double scale,
                        std::int64_t tx, std::int64_t ty) {
  const auto step = static_cast<std::int64_t>(std::floor(scale * 4294967296.0 + 0.5));
  const auto covered = [&](std::int64_t target, std::int64_t px) {
    const std::int64_t low = std::max((target * step) >> 16, px * 65536),
                       high = std::min(((target + 1) * step) >> 16, (px + 1) * 65536);
    return static_cast<std::uint64_t>(std::max<std::int64_t>(high - low, 0));
  };
  std::uint64_t sum = 0, area = 0;
  for (int y = 0; y < source.height(); ++y) {
    const std::uint64_t rows = covered(ty, y0 + y);
    for (int x = 0; rows > 0 && x < source.width(); ++x) {
      const std::uint64_t weight = rows * covered(tx, x0 + x);
      sum += weight * source(x, y);
      area += weight;
    }
  }
  return static_cast<std::uint8_t>(area == 0 ? 0 : (sum + area / 2) / area);
}

double mean(const Plane<std::uint8_t>& plane) {
  return std::accumulate(plane.values().begin(), plane.values().end(), 0.0) /
         static_cast<double>(plane.size());
}

// 0.5 um over pitches 0.1, 0.22, 0.25, 0.32, 0.46, 0.5, 0.55
const double kScales[] = {5.0, 0.5 / 0.22, 2.0, 0.5 / 0.32, 0.5 / 0.46, 1.0, 0.5 / 0.55};

}  // namespace

TEST_CASE("area_mean is the mean over the target's square") {
  const Plane<std::uint8_t> source = noise(60, 50, 1);
  for (const double scale : kScales) {
    Plane<std::uint8_t> target(static_cast<int>(60 / scale) - 1, static_cast<int>(50 / scale) - 1);
    area_mean(source, 0, 0, scale, 0, 0, target);
    for (int ty = 0; ty < target.height(); ++ty) {
      for (int tx = 0; tx < target.width(); ++tx) {
        double sum = 0;
        for (int y = 0; y < 50; ++y) {
          for (int x = 0; x < 60; ++x) {
            const double w = std::min(x + 1.0, (tx + 1) * scale) - std::max<double>(x, tx * scale);
            const double h = std::min(y + 1.0, (ty + 1) * scale) - std::max<double>(y, ty * scale);
            if (w > 0 && h > 0) sum += w * h * source(x, y);
          }
        }
        if (std::abs(sum / (scale * scale) - target(tx, ty)) > 0.51)
          FAIL("scale " << scale << " at " << tx << " " << ty);
      }
    }
  }
}

TEST_CASE("area_mean does not depend on the rectangle it is computed in") {
  const Plane<std::uint8_t> source = noise(97, 91, 2);
  for (const double scale : kScales) {
    const int width = static_cast<int>(97 / scale), height = static_cast<int>(91 / scale);
    Plane<std::uint8_t> whole(width, height);
    area_mean(source, 1000, 2000, scale, 1000, 2000, whole);  // far from the origin, so that fractions differ
    Plane<std::uint8_t> reference(20, 10), tile(20, 10);
    const auto tx = static_cast<std::int64_t>(1010 / scale) + 3,
               ty = static_cast<std::int64_t>(2010 / scale) + 2;
    area_mean(source, 1000, 2000, scale, tx, ty, reference);
    for (const int shift : {0, 1, 2, 3}) {
      const Plane<std::uint8_t> cut = part(source, 5 + shift, 4 + shift, 85, 80);
      area_mean(cut, 1005 + shift, 2004 + shift, scale, tx, ty, tile);
      if (static_cast<double>(tx + 20) * scale > 1000 + 90) continue;  // leaves the cut
      CHECK(tile == reference);
    }
  }
}

TEST_CASE("area_mean keeps constants and the mean") {
  const Plane<std::uint8_t> source = noise(400, 400, 3);
  for (const double scale : kScales) {
    Plane<std::uint8_t> target(static_cast<int>(400 / scale), static_cast<int>(400 / scale));
    area_mean(source, 0, 0, scale, 0, 0, target);
    CHECK(mean(target) == Approx(mean(source)).margin(1.0));
    for (const std::uint8_t value : std::initializer_list<std::uint8_t>{0, 1, 137, 255}) {
      area_mean(Plane<std::uint8_t>(400, 400, value), 0, 0, scale, 0, 0, target);
      CHECK(target == Plane<std::uint8_t>(target.width(), target.height(), value));
    }
  }
}

TEST_CASE("squares that leave the source use the part inside") {
  const Plane<std::uint8_t> source(4, 4, 80);
  Plane<std::uint8_t> target(4, 4, 9);
  area_mean(source, 0, 0, 1.5, -1, -1, target);
  CHECK(target(0, 0) == 0);
  CHECK(target(1, 1) == 80);
  CHECK(target(3, 3) == 80);
  area_mean(source, 0, 0, 1.5, 2, 2, target);
  CHECK(target(0, 0) == 80);  // 3 .. 4.5
  CHECK(target(1, 1) == 0);
  CHECK_THROWS_AS(area_mean(source, 0, 0, 0.0, 0, 0, target), Error);
}

TEST_CASE("a gaussian is symmetric and preserves the sum") {
  for (const double sigma : {0.545, 0.6, 0.94, 1.2, 3.0}) {
    const int reach = gaussian_reach(sigma), size = 2 * reach + 7, middle = size / 2;
    Plane<std::uint8_t> point(size, size, 0), out;
    point(middle, middle) = 255;
    gaussian(point, sigma, out);
    for (int y = 0; y < size; ++y) {
      for (int x = 0; x < size; ++x) {
        CHECK(out(x, y) == out(size - 1 - x, y));
        CHECK(out(x, y) == out(y, x));
        if (std::abs(x - middle) > reach || std::abs(y - middle) > reach) CHECK(out(x, y) == 0);
      }
    }
    const Plane<std::uint8_t> source = noise(200, 200, 5);
    gaussian(source, sigma, out);
    CHECK(mean(out) == Approx(mean(source)).margin(1.0));
    for (const std::uint8_t value : std::initializer_list<std::uint8_t>{1, 77, 255}) {
      gaussian(Plane<std::uint8_t>(31, 9, value), sigma, out);
      CHECK(out == Plane<std::uint8_t>(31, 9, value));
    }
  }
}

TEST_CASE("a gaussian has the width it was asked for") {
  Plane<std::uint8_t> line(61, 3, 0), out;
  for (int y = 0; y < 3; ++y) line(30, y) = 255;
  for (const double sigma : {1.2, 2.0, 3.0}) {
    gaussian(line, sigma, out);
    double sum = 0, second = 0;
    for (int x = 0; x < 61; ++x) {
      sum += out(x, 1);
      second += out(x, 1) * (x - 30.0) * (x - 30.0);
    }
    CHECK(std::sqrt(second / sum) == Approx(sigma).epsilon(0.06));
  }
}

TEST_CASE("a gaussian does not depend on the window but for its reach") {
  const Plane<std::uint8_t> source = noise(80, 70, 6);
  Plane<std::uint8_t> whole, tile;
  gaussian(source, 1.2, whole);
  gaussian(part(source, 10, 20, 40, 30), 1.2, tile);
  const int reach = gaussian_reach(1.2);
  for (int y = reach; y < 30 - reach; ++y) {
    for (int x = reach; x < 40 - reach; ++x) CHECK(tile(x, y) == whole(x + 10, y + 20));
  }
}

TEST_CASE("the grids do not drift apart over a whole slide") {
  // 0.32 um/px, target pixel 200,000: its square begins at 200,000 x 1.5625 = 312,500 exactly.
  const Plane<std::uint8_t> source = noise(9, 9, 8);
  Plane<std::uint8_t> near(3, 3), far(3, 3);
  area_mean(source, 0, 0, 1.5625, 0, 0, near);
  area_mean(source, 312'500, 312'500, 1.5625, 200'000, 200'000, far);
  CHECK(near == far);
}

TEST_CASE("area_mean rounds exactly on every kernel path") {
  // Two values far apart make many halves; 16 and 40 lie on both sides of where sums still fit doubles.
  Plane<std::uint8_t> source = noise(330, 90, 9);
  for (int y = 0; y < 45; ++y) {
    for (int x = 0; x < 330; ++x) source(x, y) = (x * 7 + y * 3) % 4 < 2 ? 0 : 255;
  }
  test::on_each_kernel_path([&] {
    for (const double scale :
         {5.0, 0.5 / 0.22, 2.0, 0.5 / 0.32, 0.5 / 0.46, 1.0, 0.5 / 0.55, 0.3, 3.37, 16.0, 40.0}) {
      for (const std::int64_t from : {0, 4001}) {
        const auto first = static_cast<std::int64_t>(std::floor(static_cast<double>(from) / scale)) - 1;
        Plane<std::uint8_t> target(std::min(290, static_cast<int>(330 / scale) + 3),
                                   std::min(60, static_cast<int>(90 / scale) + 3));
        area_mean(source, from, from + 1, scale, first, first, target);
        int wrong = 0;
        for (int y = 0; y < target.height(); y += 3) {
          for (int x = 0; x < target.width(); x += scale < 1 ? 7 : 1)
            wrong += target(x, y) != exact_mean(source, from, from + 1, scale, first + x, first + y);
        }
        INFO("scale " << scale);
        CHECK(wrong == 0);
      }
    }
    Plane<std::uint8_t> target(30, 20);
    area_mean(source, 0, 0, 2.0, 3, 2, target);  // whole squares: the kernel for halving
  });
}

TEST_CASE("a gaussian is the same on every kernel path, at any width") {
  const Plane<std::uint8_t> source = noise(1100, 23, 10);
  for (const double sigma : {0.0, 0.3, 0.55, 0.65, 1.09, 1.2, 2.0, 3.0, 11.0, 39.0}) {
    for (const int width : {1, 5, 31, 32, 33, 63, 70, 511, 513, 1100}) {
      const Plane<std::uint8_t> narrow = part(source, 0, 0, width, 23);
      Plane<std::uint8_t> first, out, inner(width, 23, 7), first_inner;
      test::on_each_kernel_path([&] {
        gaussian(narrow, sigma, out);
        if (first.empty()) first = out;
        CHECK(out == first);
        inner.fill(7);
        gaussian(source, sigma, std::min(3, 1100 - width), 2, inner, 1, 20);
        if (first_inner.empty()) first_inner = inner;
        CHECK(inner == first_inner);
      });
    }
  }
}

TEST_CASE("a gaussian rounds the sum of its rows to 1/128, then that of its columns to bytes") {
  // 1.2 px: 86, 60, 21, 4 of 256 and nothing further out.
  const int weights[] = {86, 60, 21, 4};
  const Plane<std::uint8_t> source = noise(90, 40, 11);
  Plane<std::uint8_t> out;
  test::on_each_kernel_path([&] {
    gaussian(source, 1.2, out);
    int wrong = 0;
    for (int y = 0; y < 40; ++y) {
      for (int x = 0; x < 90; ++x) {
        int sum = 1 << 14;
        for (int i = -3; i <= 3; ++i) {
          int down = 1;
          for (int j = -3; j <= 3; ++j)
            down += weights[std::abs(j)] * source(std::clamp(x + i, 0, 89), std::clamp(y + j, 0, 39));
          sum += weights[std::abs(i)] * (down >> 1);
        }
        wrong += out(x, y) != sum >> 15;
      }
    }
    CHECK(wrong == 0);
  });
}
