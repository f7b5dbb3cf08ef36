#include <algorithm>
#include <cstdlib>

#include "annulet/base/random.hpp"
#include "annulet/pixel/coarse_dab.hpp"
#include "annulet/pixel/optical_density.hpp"
#include "annulet/pixel/resample.hpp"
#include "annulet/pixel/unmix.hpp"
#include "support/catch.hpp"
#include "support/kernel_paths.hpp"

using namespace annulet;

namespace {

constexpr double kPitch = 0.5;

StainModel stain_of(bool chroma_halved) {
  StainModel stain;
  stain.white = {243, 243, 243};
  stain.lost_detail_percent = chroma_halved ? 20 : 0;
  return stain;
}

/// Amounts of haematoxylin and DAB at a pixel, painted with a little noise.
template <class Amounts>
RgbImage painted(int size, const StainModel& stain, Amounts amounts, int noise = 0) {
  RgbImage image(size, size);
  Random random(7);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      const auto [haematoxylin, dab] = amounts(x, y);
      const Rgb colour = paint(stain, haematoxylin, dab);
      for (std::size_t c = 0; c < 3; ++c) {
        const int n = noise == 0
                          ? 0
                          : static_cast<int>(random.below(static_cast<std::uint32_t>(2 * noise + 1))) - noise;
        image.row(y)[3 * x + static_cast<int>(c)] =
            static_cast<std::uint8_t>(std::clamp(colour[c] + n, 0, 255));
      }
    }
  }
  return image;
}

/// What 4:2:0 leaves of a picture: the luma of every pixel, the colour of 2 x 2 with straight lines between.
RgbImage with_halved_chroma(const RgbImage& image) {
  const auto luma = [](const std::uint8_t* p) { return 0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2]; };
  const auto square = [&](int i, int j, int c) {
    i = std::clamp(i, 0, image.width / 2 - 1);
    j = std::clamp(j, 0, image.height / 2 - 1);
    double colour = 0;
    for (int k = 0; k < 4; ++k) {
      const std::uint8_t* p = image.row(2 * j + k / 2) + 3 * (2 * i + k % 2);
      colour += (p[c] - luma(p)) / 4;
    }
    return colour;
  };
  RgbImage out = image;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      const int i = x / 2, j = y / 2, beside = x % 2 == 0 ? i - 1 : i + 1, below = y % 2 == 0 ? j - 1 : j + 1;
      for (int c = 0; c < 3; ++c) {
        const double colour = (9 * square(i, j, c) + 3 * square(beside, j, c) + 3 * square(i, below, c) +
                               square(beside, below, c)) /
                              16;
        const double value = luma(image.row(y) + 3 * x) + colour;
        out.row(y)[3 * x + c] = static_cast<std::uint8_t>(std::clamp(value + 0.5, 0.0, 255.0));
      }
    }
  }
  return out;
}

struct Planes {
  Plane<std::uint8_t> dab, sharp;
};

Planes planes_of(const RgbImage& image, const StainModel& stain) {
  Planes planes;
  Plane<std::uint8_t> haematoxylin;
  Unmixer unmix(stain);
  unmix(image, nullptr, haematoxylin, planes.dab);
  CoarseDab sharpen(stain, kPitch);
  sharpen(image, planes.dab, planes.sharp);
  return planes;
}

}  // namespace

TEST_CASE("chroma at half the resolution is told from full chroma") {
  const StainModel stain = stain_of(false);
  const auto walls = [](int x, int y) { return std::pair{8, (x % 11 == 0 || y % 13 == 0) ? 30 : 2}; };
  const RgbImage full = painted(128, stain, walls, 4);
  ChromaDetail fine, coarse, nothing;
  fine.add(full, nullptr);
  coarse.add(with_halved_chroma(full), nullptr);
  CHECK(fine.lost_percent() == 0);
  CHECK(coarse.lost_percent() == 20);
  CHECK(nothing.lost_percent() == 0);
  CHECK(ChromaDetail{1000, 19}.lost_percent() == 0);  // grey
  CHECK(ChromaDetail{1000, 180}.lost_percent() == 20);
  CHECK(ChromaDetail{1000, 235}.lost_percent() == 10);
  CHECK(ChromaDetail{1000, 290}.lost_percent() == 0);
}

TEST_CASE("pixels that the slide lacks tell nothing of its chroma") {
  const StainModel stain = stain_of(false);
  const RgbImage full = painted(
      32, stain,
      [](int x, int) {
        return std::pair{8, x % 5 == 0 ? 30 : 2};
      },
      4);
  ChromaDetail detail;
  const Plane<std::uint8_t> none(32, 32, 0);
  detail.add(full, &none);
  CHECK(detail.luma == 0);
  CHECK(detail.chroma == 0);
}

TEST_CASE("an even colour keeps its DAB") {
  for (const bool halved : {false, true}) {
    const StainModel stain = stain_of(halved);
    for (const int amount : {0, 10, 40, 90}) {
      const RgbImage image = painted(24, stain, [amount](int, int) { return std::pair{10, amount}; });
      CHECK(std::abs(planes_of(image, stain).sharp(12, 12) - amount) <= 2);
    }
  }
}

TEST_CASE("a wall that 4:2:0 has blurred stands out again") {
  const StainModel stain = stain_of(true);
  const auto wall = [](int x, int) { return std::pair{6, x == 21 || x == 22 ? 20 : 0}; };
  const Planes planes = planes_of(with_halved_chroma(painted(44, stain, wall)), stain);
  Plane<std::uint8_t> smooth;
  gaussian(planes.dab, 0.5 / kPitch, smooth);
  const auto contrast = [](const Plane<std::uint8_t>& plane) { return plane(22, 20) - plane(28, 20); };
  CHECK(contrast(planes.sharp) > contrast(smooth) + 2);
  CHECK(planes.sharp(28, 20) <= 3);
}

TEST_CASE("a pattern of haematoxylin does not become DAB") {
  const StainModel stain = stain_of(true);
  const auto texture = [](int x, int y) { return std::pair{(x / 2 + y / 2) % 2 == 0 ? 45 : 15, 0}; };
  const Planes planes = planes_of(painted(40, stain, texture), stain);
  for (int y = 8; y < 32; ++y) {
    for (int x = 8; x < 32; ++x) CHECK(planes.sharp(x, y) <= 2);
  }
}

TEST_CASE("a pixel out of reach of the border does not depend on the window") {
  const StainModel stain = stain_of(true);
  const RgbImage whole = painted(
      60, stain,
      [](int x, int y) {
        return std::pair{x % 7 * 4, (x * y) % 9 * 3};
      },
      5);
  RgbImage part(40, 40);
  for (int y = 0; y < 40; ++y) std::copy_n(whole.row(y + 9) + 3 * 11, 3 * 40, part.row(y));
  const Planes of_whole = planes_of(whole, stain), of_part = planes_of(part, stain);
  const int reach = CoarseDab::reach_px(kPitch);
  for (int y = reach; y < 40 - reach; ++y) {
    for (int x = reach; x < 40 - reach; ++x) CHECK(of_part.sharp(x, y) == of_whole.sharp(x + 11, y + 9));
  }
}

TEST_CASE("the luma's detail is added in whole numbers on every kernel path") {
  Random random(5);
  RgbImage image(83, 31);
  Plane<std::uint8_t> dab(83, 31), light(83, 31), smooth_light, smooth_dab, sharp;
  for (auto& v : image.data) v = static_cast<std::uint8_t>(random.below(256));
  for (auto& v : dab.values()) v = static_cast<std::uint8_t>(random.below(256));
  for (int y = 0; y < 31; ++y) {
    for (int x = 0; x < 83; ++x) {
      const std::uint8_t* p = image.row(y) + 3 * x;
      const int od = od_of((77 * p[0] + 150 * p[1] + 29 * p[2] + 128) >> 8, 243);
      light(x, y) = static_cast<std::uint8_t>(std::min((od * 200 + kOdOne / 2) / kOdOne, 255));
    }
  }
  gaussian(light, 0.5 / kPitch, smooth_light);
  gaussian(dab, 0.5 / kPitch, smooth_dab);
  CoarseDab coarse_dab(stain_of(true), kPitch);
  test::on_each_kernel_path([&] {
    coarse_dab(image, dab, sharp);
    int wrong = 0;
    for (int y = 0; y < 31; ++y) {
      for (int x = 0; x < 83; ++x) {
        const int amount = smooth_dab(x, y), least = std::max<int>(smooth_light(x, y), 4);
        const int detail = light(x, y) - smooth_light(x, y);
        const int half = (detail < 0 ? -least : least) / 2;
        const int wanted = amount + (std::min(amount, least) * detail + half) / least;
        wrong += sharp(x, y) != std::clamp(wanted, 0, 255);
      }
    }
    CHECK(wrong == 0);
  });
}
