// Regions on the mask of a slide: which pixels count, who wins, and what is said.
#include "annulet/region/apply_regions.hpp"

#include "annulet/base/error.hpp"
#include "annulet/base/random.hpp"
#include "support/catch.hpp"

using namespace annulet;

namespace {

constexpr double kPitch = 0.25;  // um per level-0 px: 8 of them a pixel of the mask

struct Slide {
  SlideInfo info;
  TissueMask tissue;
  QcMap quality;

  Slide() {
    info.extent = {800, 640};
    tissue.pitch_um = 2;
    tissue.piece = Plane<std::uint16_t>(100, 80, 1);
    tissue.area_mm2 = 100 * 80 * 4e-6;
    quality = QcMap(tissue);
  }
  QcFlag at(int x, int y) const { return static_cast<QcFlag>(quality.flag(x, y)); }
  RegionRemarks apply(std::vector<RegionUse> regions) {
    return apply_regions(regions, info, kPitch, tissue, quality);
  }
  std::size_t counted() const {
    std::size_t n = 0;
    for (const std::uint8_t flag : quality.flag.values()) n += flag == 0;
    return n;
  }
};

Ring box(double x0, double y0, double x1, double y1) {
  return {{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}};
}

RegionUse drawn(RegionRole role, std::vector<Ring> rings) {
  RegionUse use;
  use.region = {"", role, std::move(rings)};
  return use;
}

}  // namespace

TEST_CASE("a pixel of the mask is inside when its centre is") {
  Slide slide;
  // Centres lie at 4, 12, 20 ... px: from 12 (inside) to 36 (not inside) are 3 pixels.
  CHECK(slide.apply({drawn(RegionRole::Include, {box(12, 12, 36, 36)})}).reasons.empty());
  CHECK(slide.counted() == 9);
  CHECK(slide.at(1, 1) == QcFlag::None);
  CHECK(slide.at(3, 3) == QcFlag::None);
  CHECK(slide.at(4, 3) == QcFlag::Region);
  CHECK(slide.at(0, 1) == QcFlag::Region);
}

TEST_CASE("what regions leave out is known where there is no tissue, too") {
  Slide slide;
  slide.tissue.piece = Plane<std::uint16_t>(100, 80);
  const RegionUse exclude = drawn(RegionRole::Exclude, {box(16, 16, 32, 32)}),
                  include = drawn(RegionRole::Include, {box(0, 0, 80, 80)});
  const auto left_out = [&](const std::vector<RegionUse>& regions, int x, int y) {
    return left_out_by(regions, kPitch, slide.tissue)(x, y) != 0;
  };
  CHECK(left_out_by({}, kPitch, slide.tissue).empty());
  CHECK(left_out({exclude}, 2, 2));
  CHECK_FALSE(left_out({exclude}, 50, 50));
  CHECK(left_out({exclude, include}, 2, 2));
  CHECK(left_out({exclude, include}, 50, 50));
  CHECK_FALSE(left_out({exclude, include}, 5, 5));
}

TEST_CASE("regions that share an edge share no pixel and leave none out") {
  Random random(5);
  for (int round = 0; round < 50; ++round) {
    const double x = random.uniform(10, 790), y = random.uniform(10, 630);
    const Corner corners[] = {{0, 0}, {800, 0}, {800, 640}, {0, 640}};
    std::size_t sum = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      Slide slide;
      (void)slide.apply({drawn(RegionRole::Include, {{corners[i], corners[(i + 1) % 4], {x, y}}})});
      sum += slide.counted();
    }
    CHECK(sum == 100 * 80);
  }
}

TEST_CASE("holes and crossings follow the even-odd rule") {
  Slide slide;
  (void)slide.apply({drawn(RegionRole::Include, {box(0, 0, 400, 400), box(80, 80, 160, 160)})});
  CHECK(slide.at(5, 5) == QcFlag::None);
  CHECK(slide.at(15, 15) == QcFlag::Region);
  CHECK(slide.counted() == 50 * 50 - 10 * 10);
  Slide bow;
  (void)bow.apply({drawn(RegionRole::Include, {{{0, 0}, {400, 400}, {400, 0}, {0, 400}}})});
  CHECK(bow.at(5, 25) == QcFlag::None);
  CHECK(bow.at(45, 25) == QcFlag::None);
  CHECK(bow.at(25, 5) == QcFlag::Region);
}

TEST_CASE("exclusion wins over control, control over inclusion, the user over what was recognised") {
  Slide slide;
  slide.quality.flag(3, 3) = slide.quality.flag(90, 3) = static_cast<std::uint8_t>(QcFlag::Pen);
  slide.quality.flag(4, 4) = slide.quality.flag(91, 4) = static_cast<std::uint8_t>(QcFlag::Control);
  (void)slide.apply({drawn(RegionRole::Include, {box(0, 0, 480, 640)}),
                     drawn(RegionRole::Control, {box(160, 0, 320, 640)}),
                     drawn(RegionRole::Exclude, {box(240, 0, 400, 640)})});
  CHECK(slide.at(10, 10) == QcFlag::None);
  CHECK(slide.at(25, 10) == QcFlag::Control);
  CHECK(slide.at(35, 10) == QcFlag::Region);
  CHECK(slide.at(45, 10) == QcFlag::Region);
  CHECK(slide.at(55, 10) == QcFlag::None);
  CHECK(slide.at(70, 10) == QcFlag::Region);
  CHECK(slide.at(3, 3) == QcFlag::Pen);
  CHECK(slide.at(4, 4) == QcFlag::None);
  CHECK(slide.at(90, 3) == QcFlag::Region);
  CHECK(slide.at(91, 4) == QcFlag::Control);
}

TEST_CASE("with nothing to include the rest of the slide counts") {
  Slide slide;
  (void)slide.apply({drawn(RegionRole::Exclude, {box(0, 0, 80, 80)})});
  CHECK(slide.counted() == 100 * 80 - 100);
  CHECK_FALSE(any_include({drawn(RegionRole::Exclude, {box(0, 0, 80, 80)})}));
}

TEST_CASE("a region outside the slide is refused, whatever it is for; one that reaches out is cut") {
  for (const RegionRole role : {RegionRole::Include, RegionRole::Exclude, RegionRole::Control}) {
    Slide slide;
    const RegionRemarks remarks =
        slide.apply({drawn(RegionRole::Include, {box(0, 0, 90, 90)}), drawn(role, {box(800, 0, 900, 90)})});
    REQUIRE(remarks.reasons.size() == 1);
    CHECK(remarks.reasons[0].code == "region-outside");
    CHECK(remarks.reasons[0].message.find("region 2") != std::string::npos);
  }
  Slide slide;
  const RegionRemarks remarks = slide.apply({drawn(RegionRole::Include, {box(-100, -50, 400, 400)})});
  CHECK(remarks.reasons.empty());
  REQUIRE(remarks.caveats.size() == 1);
  CHECK(remarks.caveats[0].code == "region-clipped");
  CHECK(slide.counted() == 50 * 50);
  Slide edge;
  CHECK(edge.apply({drawn(RegionRole::Include, {box(-0.5, 0, 800.5, 640)})}).caveats.empty());
}

TEST_CASE("regions that hold nothing to count leave no score of nothing") {
  Slide slide;
  for (int y = 0; y < 80; ++y) std::fill_n(slide.tissue.piece.row(y), 50, std::uint16_t{0});
  const auto left = drawn(RegionRole::Include, {box(0, 0, 300, 300)}),
             right = drawn(RegionRole::Include, {box(500, 0, 700, 300)}),
             all = drawn(RegionRole::Exclude, {box(0, 0, 800, 640)});
  const Slide fresh = slide;
  CHECK(slide.apply({left}).reasons.at(0).code == "no-tissue");
  slide = fresh;
  CHECK(slide.apply({right, all}).reasons.at(0).code == "no-tissue");
  slide = fresh;
  const RegionRemarks one = slide.apply({left, right});
  CHECK(one.reasons.empty());
  CHECK(one.caveats.at(0).code == "region-empty");
}

TEST_CASE("what QuPath drew is shifted to the slide's corner, and that is told") {
  Slide slide;
  slide.info.scanned = Rect<SlideFrame>{80, 40, 700, 600};
  RegionUse use = drawn(RegionRole::Include, {box(0, 0, 80, 80)});
  use.from_scanned_corner = true;
  const RegionRemarks remarks = slide.apply({use});
  CHECK(remarks.caveats.at(0).code == "region-origin");
  CHECK(slide.at(10, 5) == QcFlag::None);
  CHECK(slide.at(9, 5) == QcFlag::Region);
  CHECK(slide.counted() == 100);
  Slide other;
  other.info.scanned = Rect<SlideFrame>{80, 40, 700, 600};
  CHECK(other.apply({drawn(RegionRole::Include, {box(0, 0, 80, 80)})}).caveats.empty());
  CHECK(other.at(0, 0) == QcFlag::None);
}

TEST_CASE("drawings that would take for ever are refused") {
  Slide slide;
  slide.info.extent = {32000, 32000};
  slide.tissue.piece = Plane<std::uint16_t>(4000, 4000, 1);
  slide.quality = QcMap(slide.tissue);
  Ring comb;
  for (int i = 0; i < 1'000'000; ++i) comb.push_back({i * 0.03, i % 2 == 0 ? 0. : 32000.});
  CHECK_THROWS_AS(slide.apply({drawn(RegionRole::Include, {comb})}), Error);
}
