#include <algorithm>
#include <cmath>

#include "annulet/base/error.hpp"
#include "annulet/base/random.hpp"
#include "annulet/pixel/optical_density.hpp"
#include "annulet/pixel/unmix.hpp"
#include "support/catch.hpp"
#include "support/kernel_paths.hpp"

using namespace annulet;

namespace {

StainModel model_with_white(Rgb white) {
  StainModel model;
  model.white = white;
  return model;
}

// How far the rounding of the painted bytes alone can move an amount, 1/100 OD.
double byte_error(const StainModel& model, const Rgb& colour, std::size_t stain) {
  const auto matrix = unmixing_matrix(model.vectors);
  double error = 0;
  for (std::size_t c = 0; c < 3; ++c) {
    const auto v = static_cast<std::size_t>(colour[c]);
    const double step = std::max(kOdOfByte[v - 1] - kOdOfByte[v],
                                 kOdOfByte[v] - kOdOfByte[std::min<std::size_t>(v + 1, 255)]);
    error += std::abs(matrix[c][stain]) * (step / 2 + 1) * 100 / kOdOne;
  }
  return error;
}

}  // namespace

TEST_CASE("the optical density of a byte is its logarithm") {
  for (int v = 1; v < 256; ++v) {
    CHECK(kOdOfByte[static_cast<std::size_t>(v)] == std::lround(-kOdOne * std::log10(v / 255.0)));
  }
  CHECK(kOdOfByte[0] == kOdOfByte[1]);
  CHECK(od_of(250, 240) == 0);
  CHECK(od_of(240, 240) == 0);
}

TEST_CASE("unmixing gives back what was painted, over every colour a scan can hold") {
  for (const Rgb& white : {Rgb{255, 255, 255}, Rgb{240, 236, 228}, Rgb{180, 175, 178}}) {
    const StainModel model = model_with_white(white);
    const Unmixer unmix(model);
    int tried = 0;
    for (int h = 0; h <= 160; ++h) {
      for (int d = 0; d <= 200; ++d) {
        const Rgb colour = paint(model, h, d);
        if (colour[0] < 4 || colour[1] < 4 || colour[2] < 4) continue;  // darker: a byte cannot hold it
        ++tried;
        const auto amounts = unmix(colour[0], colour[1], colour[2]);
        const double h_error = std::abs(amounts.haematoxylin - h), d_error = std::abs(amounts.dab - d);
        if (h_error > 1 + byte_error(model, colour, 0) || d_error > 1 + byte_error(model, colour, 1)) {
          FAIL("h " << h << " d " << d << " came back as " << int{amounts.haematoxylin} << " "
                    << int{amounts.dab});
        }
      }
    }
    CHECK(tried > 10'000);
  }
}

TEST_CASE("pale stain comes back within 0.01 OD") {
  const StainModel model;
  const Unmixer unmix(model);
  for (int h = 0; h <= 30; ++h) {
    for (int d = 0; d <= 30; ++d) {
      const Rgb colour = paint(model, h, d);
      const auto amounts = unmix(colour[0], colour[1], colour[2]);
      CHECK(std::abs(amounts.haematoxylin - h) <= 1);
      CHECK(std::abs(amounts.dab - d) <= 1);
    }
  }
}

TEST_CASE("a pure stain holds nothing of the other") {
  const StainModel model;
  const Unmixer unmix(model);
  const Rgb brown = paint(model, 0, 50), blue = paint(model, 50, 0);
  CHECK(std::abs(unmix(brown[0], brown[1], brown[2]).dab - 50) <= 1);
  CHECK(unmix(brown[0], brown[1], brown[2]).haematoxylin <= 1);
  CHECK(std::abs(unmix(blue[0], blue[1], blue[2]).haematoxylin - 50) <= 1);
  CHECK(unmix(blue[0], blue[1], blue[2]).dab <= 1);
}

TEST_CASE("white and brighter hold no stain, black is clipped") {
  const Unmixer unmix(model_with_white({240, 236, 228}));
  for (int v : {240, 247, 255}) {
    CHECK(unmix(v, v, v).haematoxylin == 0);
    CHECK(unmix(v, v, v).dab == 0);
  }
  const Unmixer bright(model_with_white({255, 255, 255}));
  CHECK(bright(255, 255, 0).dab == 255);         // 1.51 x 2.41 OD
  CHECK(bright(255, 255, 0).haematoxylin == 0);  // negative
  CHECK(bright(0, 0, 0).haematoxylin == bright(1, 1, 1).haematoxylin);
}

TEST_CASE("every colour unmixes to the rounded matrix product") {
  const StainModel model = model_with_white({243, 240, 238});
  const Unmixer unmix(model);
  const auto matrix = unmixing_matrix(model.vectors);
  Random random(7);
  for (int i = 0; i < 50'000; ++i) {
    const Rgb colour{static_cast<int>(random.below(256)), static_cast<int>(random.below(256)),
                     static_cast<int>(random.below(256))};
    double exact[2] = {0, 0};
    for (std::size_t c = 0; c < 3; ++c) {
      for (std::size_t s = 0; s < 2; ++s)
        exact[s] += od_of(colour[c], model.white[c]) * matrix[c][s] * 100 / kOdOne;
    }
    const auto amounts = unmix(colour[0], colour[1], colour[2]);
    if (std::abs(amounts.haematoxylin - std::clamp(exact[0], 0.0, 255.0)) > 0.501 ||
        std::abs(amounts.dab - std::clamp(exact[1], 0.0, 255.0)) > 0.501) {
      FAIL("colour " << colour[0] << " " << colour[1] << " " << colour[2]);
    }
  }
}

TEST_CASE("more DAB never reads as less") {
  const StainModel model = model_with_white({240, 240, 240});
  const Unmixer unmix(model);
  for (int h : {0, 20, 45}) {
    int last = 0;
    for (int d = 0; d <= 120; ++d) {
      const Rgb colour = paint(model, h, d);
      const int read = unmix(colour[0], colour[1], colour[2]).dab;
      CHECK(read >= last - 3);  // the rounding of dark bytes
      last = std::max(last, read);
    }
  }
}

TEST_CASE("an image unmixes like its pixels, and what is not covered holds nothing") {
  RgbImage image(37, 5);
  Random random(3);
  for (auto& v : image.data) v = static_cast<std::uint8_t>(random.below(256));
  Plane<std::uint8_t> covered(37, 5, 1);
  covered(4, 2) = 0;
  const Unmixer unmix{StainModel{}};
  Plane<std::uint8_t> h, d;
  unmix(image, &covered, h, d);
  REQUIRE(h.width() == 37);
  REQUIRE(d.height() == 5);
  for (int y = 0; y < 5; ++y) {
    for (int x = 0; x < 37; ++x) {
      const std::uint8_t* p = image.row(y) + 3 * x;
      const auto one = unmix(p[0], p[1], p[2]);
      const bool real = covered(x, y) != 0;
      CHECK(h(x, y) == (real ? one.haematoxylin : 0));
      CHECK(d(x, y) == (real ? one.dab : 0));
    }
  }
}

TEST_CASE("the unmixing matrix inverts the stains and refuses parallel ones") {
  const StainVectors vectors;
  const auto inverse = unmixing_matrix(vectors);
  for (std::size_t stain = 0; stain < 3; ++stain) {
    double h = 0, length = 0;
    for (std::size_t c = 0; c < 3; ++c) length += vectors.haematoxylin[c] * vectors.haematoxylin[c];
    for (std::size_t c = 0; c < 3; ++c) h += vectors.haematoxylin[c] / std::sqrt(length) * inverse[c][stain];
    CHECK(h == Approx(stain == 0 ? 1.0 : 0.0).margin(1e-12));
  }
  // A published pipeline multiplies by the transposed inverse: pure DAB then reads as haematoxylin.
  double dab = 0;
  for (std::size_t c = 0; c < 3; ++c) dab += vectors.dab[c] * inverse[c][1];
  CHECK(dab == Approx(1.0).margin(0.01));

  StainVectors parallel;
  parallel.dab = parallel.haematoxylin;
  CHECK_THROWS_AS(unmixing_matrix(parallel), Error);
  StainVectors none;
  none.dab = {0, 0, 0};
  CHECK_THROWS_AS(unmixing_matrix(none), Error);
}

TEST_CASE("every kernel path unmixes all colours to the rounded sum of three shares") {
  constexpr double kFraction = 65536;  // of 1/100 OD in a share
  RgbImage reds(256, 256);
  Plane<std::uint8_t> h, d;
  for (const Rgb& white : {Rgb{255, 255, 255}, Rgb{243, 240, 236}, Rgb{96, 180, 1}}) {
    const StainModel model = model_with_white(white);
    const Unmixer unmix(model);
    const auto matrix = unmixing_matrix(model.vectors);
    const auto share = [&](std::size_t c, int v, std::size_t stain) {
      return static_cast<std::int64_t>(
          std::floor(od_of(v, white[c]) * (100 * kFraction / kOdOne) * matrix[c][stain] + 0.5));
    };
    const auto amount = [](std::int64_t sum) {
      return static_cast<int>(std::clamp<std::int64_t>((sum + 32768) >> 16, 0, 255));
    };
    std::int64_t shares[3][256][2];
    for (std::size_t c = 0; c < 3; ++c) {
      for (int v = 0; v < 256; ++v) {
        for (std::size_t stain = 0; stain < 2; ++stain) shares[c][v][stain] = share(c, v, stain);
      }
    }
    test::on_each_kernel_path([&] {
      std::int64_t wrong = 0;
      for (int b = 0; b < 256; ++b) {
        for (int g = 0; g < 256; ++g) {
          std::uint8_t* to = reds.row(g);
          for (int r = 0; r < 256; ++r, to += 3) {
            to[0] = static_cast<std::uint8_t>(r);
            to[1] = static_cast<std::uint8_t>(g);
            to[2] = static_cast<std::uint8_t>(b);
          }
        }
        unmix(reds, nullptr, h, d);
        for (int g = 0; g < 256; ++g) {
          const std::uint8_t *hs = h.row(g), *ds = d.row(g);
          for (int r = 0; r < 256; ++r) {
            wrong += hs[r] != amount(shares[0][r][0] + shares[1][g][0] + shares[2][b][0]);
            wrong += ds[r] != amount(shares[0][r][1] + shares[1][g][1] + shares[2][b][1]);
          }
        }
      }
      CHECK(wrong == 0);
    });
  }
}

TEST_CASE("a row of any length unmixes like its pixels on every kernel path") {
  Random random(9);
  const Unmixer unmix{StainModel{}};
  test::on_each_kernel_path([&] {
    for (int width = 1; width < 70; ++width) {
      RgbImage image(width, 2);
      for (auto& v : image.data) v = static_cast<std::uint8_t>(random.below(256));
      Plane<std::uint8_t> h(width + 5, 4, 77), d(width + 5, 4, 78);
      unmix(image, nullptr, 3, 1, h, d);
      int wrong = 0;
      for (int y = 0; y < 4; ++y) {
        for (int x = 0; x < width + 5; ++x) {
          const bool inside = x >= 3 && x < width + 3 && y >= 1 && y < 3;
          Unmixer::Amounts one{77, 78};
          if (inside) {
            const std::uint8_t* p = image.row(y - 1) + 3 * (x - 3);
            one = unmix(p[0], p[1], p[2]);
          }
          wrong += h(x, y) != one.haematoxylin || d(x, y) != one.dab;
        }
      }
      CHECK(wrong == 0);
    }
  });
}
