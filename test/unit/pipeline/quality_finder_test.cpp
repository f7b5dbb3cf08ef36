#include "annulet/pipeline/quality_finder.hpp"

#include "annulet/pipeline/tissue_finder.hpp"
#include "annulet/pixel/stain_preset.hpp"
#include "annulet/pixel/unmix.hpp"
#include "support/catch.hpp"

using namespace annulet;

namespace {

constexpr Rgb kWhite{243, 243, 244};
constexpr int kSide = 200;  // px of 2 um

StainModel preset() {
  StainModel stain = load_stain_preset("hdab-ruifrok");
  stain.white = kWhite;
  return stain;
}

void put(RgbImage& rgb, int x, int y, const Rgb& colour) {
  for (std::size_t c = 0; c < 3; ++c)
    rgb.row(y)[3 * x + static_cast<int>(c)] = static_cast<std::uint8_t>(colour[c]);
}

/// Tissue with nuclei of 8 um every 16 um and brown rings, in the middle of glass.
Overview tissue_slide() {
  Overview overview;
  overview.pitch_um = 2;
  overview.rgb = RgbImage(kSide, kSide);
  const StainModel stain = preset();
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      if (y < 20 || y >= kSide - 20) {
        put(overview.rgb, x, y, kWhite);
      } else if (x % 8 < 4 && y % 8 < 4) {
        put(overview.rgb, x, y, paint(stain, 45, 10));
      } else {
        put(overview.rgb, x, y, paint(stain, 9, x % 8 == 6 || y % 8 == 6 ? 70 : 3));
      }
    }
  }
  return overview;
}

void absorb(RgbImage& rgb, int x, int y, const std::array<int, 3>& percent_left) {
  for (std::size_t c = 0; c < 3; ++c) {
    std::uint8_t& value = rgb.row(y)[3 * x + static_cast<int>(c)];
    value = static_cast<std::uint8_t>(value * percent_left[c] / 100);
  }
}

struct Looked {
  TissueMask tissue;
  QcMap quality;
};

Looked look(const Overview& overview) {
  Looked looked;
  looked.tissue = find_tissue(overview, kWhite, 0.25, {kSide * 8, kSide * 8});
  looked.quality = QcMap(looked.tissue);
  find_artefacts(overview, preset(), looked.tissue, looked.quality);
  return looked;
}

int count(const QcMap& quality, QcFlag flag) {
  int n = 0;
  for (const std::uint8_t value : quality.flag.values()) n += value == static_cast<std::uint8_t>(flag);
  return n;
}

}  // namespace

TEST_CASE("stained tissue bears no flag") {
  const Looked looked = look(tissue_slide());
  CHECK(looked.tissue.area_mm2 > 0.1);
  for (std::size_t i = 1; i < kQcFlags; ++i) CHECK(count(looked.quality, static_cast<QcFlag>(i)) == 0);
}

TEST_CASE("ink of any colour is masked on tissue, and is no tissue on glass") {
  const std::array<std::array<int, 3>, 4> inks{{{8, 22, 65}, {7, 40, 15}, {12, 13, 14}, {80, 12, 15}}};
  const Looked clean = look(tissue_slide());
  for (const auto& ink : inks) {
    CAPTURE(ink[0], ink[1], ink[2]);
    Overview overview = tissue_slide();
    for (int y = 0; y < kSide; ++y) {
      for (int x = 80; x < 110; ++x) absorb(overview.rgb, x, y, ink);
    }
    const Looked looked = look(overview);
    CHECK(looked.tissue.area_mm2 == Approx(clean.tissue.area_mm2).epsilon(0.02));
    for (int y = 30; y < kSide - 30; ++y) {
      for (int x = 80; x < 110; ++x) REQUIRE(looked.quality.flag(x, y) == static_cast<int>(QcFlag::Pen));
      REQUIRE(looked.quality.flag(70, y) == 0);
      REQUIRE(looked.quality.flag(120, y) == 0);
    }
    CHECK(looked.tissue.piece(95, 5) == 0);
    CHECK(faulty_share(looked.tissue, looked.quality).percent == Approx(18).margin(3));
  }
}

TEST_CASE("brown and blue as deep as ink are no ink") {
  Overview overview = tissue_slide();
  const StainModel stain = preset();
  for (int y = 60; y < 140; ++y) {
    for (int x = 60; x < 100; ++x) put(overview.rgb, x, y, paint(stain, 20, 110));
    for (int x = 100; x < 140; ++x) put(overview.rgb, x, y, paint(stain, 90, 10));
  }
  CHECK(count(look(overview).quality, QcFlag::Pen) == 0);
}

TEST_CASE("a grain of dust and the inside of a bubble are masked") {
  Overview overview = tissue_slide();
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const int to_bubble = (x - 60) * (x - 60) + (y - 100) * (y - 100);
      if (to_bubble >= 30 * 30 && to_bubble <= 34 * 34) absorb(overview.rgb, x, y, {14, 14, 14});
      if (std::abs(x - 150) <= 4 && std::abs(y - 100) <= 3) put(overview.rgb, x, y, {34, 34, 34});
    }
  }
  const Looked looked = look(overview);
  CHECK(looked.quality.flag(60, 100) == static_cast<int>(QcFlag::Bubble));
  CHECK(looked.quality.flag(60, 68) == static_cast<int>(QcFlag::Bubble));
  CHECK(looked.quality.flag(60, 55) == 0);
  CHECK(looked.quality.flag(150, 100) == static_cast<int>(QcFlag::Dust));
  CHECK(looked.quality.flag(165, 100) == 0);
}

TEST_CASE("too much at fault refuses, much is a caveat, and a control is no fault") {
  TissueMask tissue;
  tissue.pitch_um = 2;
  tissue.piece = Plane<std::uint16_t>(100, 10, 1);
  tissue.area_mm2 = 0.004;
  const auto flagged = [&](int columns, QcFlag flag) {
    QcMap quality(tissue);
    for (int y = 0; y < 10; ++y) std::fill_n(quality.flag.row(y), columns, static_cast<std::uint8_t>(flag));
    return quality;
  };
  CHECK_FALSE(much_excluded(tissue, flagged(29, QcFlag::Pen)));
  CHECK(much_excluded(tissue, flagged(30, QcFlag::Pen))->code == "much-excluded");
  CHECK_FALSE(too_much_excluded(tissue, flagged(60, QcFlag::Pen)));
  CHECK(too_much_excluded(tissue, flagged(61, QcFlag::Pen))->code == "too-much-excluded");
  CHECK(too_much_excluded(tissue, flagged(61, QcFlag::Blur))->code == "out-of-focus");
  CHECK_FALSE(too_much_excluded(tissue, flagged(90, QcFlag::Control)));
}
