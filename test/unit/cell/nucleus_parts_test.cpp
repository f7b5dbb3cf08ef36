// However a slide is cut or turned, and whatever was looked at before, its nuclei stay the same.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <tuple>

#include "annulet/base/random.hpp"
#include "painted_nuclei.hpp"
#include "support/catch.hpp"

using namespace annulet;
using namespace annulet::painted;

namespace {

// Tissue of random nuclei of many sizes and strengths with walls and noise: enough going on to tell windows
// apart.
StainTile random_tissue(int side, std::uint64_t seed) {
  Random random(seed);
  Plane<std::uint8_t> haematoxylin(side, side), dab(side, side);
  for (auto& v : haematoxylin.values()) v = static_cast<std::uint8_t>(4 + random.below(6));
  for (auto& v : dab.values()) v = static_cast<std::uint8_t>(random.below(6));
  const int cells = side * side / 260;
  for (int i = 0; i < cells; ++i) {
    const double cx = random.uniform(0, side), cy = random.uniform(0, side), a = random.uniform(5, 14),
                 b = a * random.uniform(0.5, 1);
    const double od = random.uniform(8, 60), wall = random.uniform(0, 1) < 0.3 ? random.uniform(30, 120) : 0;
    const double hidden = wall > 80 ? 0.2 : 1;
    for (int y = std::max(0, static_cast<int>(cy - 24)); y < std::min<double>(side, cy + 24); ++y) {
      for (int x = std::max(0, static_cast<int>(cx - 24)); x < std::min<double>(side, cx + 24); ++x) {
        const double u = (x - cx) / a, v = (y - cy) / b, r = u * u + v * v;
        if (r < 1)
          haematoxylin(x, y) = static_cast<std::uint8_t>(od * hidden + static_cast<double>(random.below(8)));
        if (r > 1.8 && r < 2.6 && wall > 0)
          dab(x, y) = static_cast<std::uint8_t>(wall + static_cast<double>(random.below(8)));
      }
    }
  }
  return whole_slide(std::move(haematoxylin), std::move(dab));
}

// Those whose centre lies in the rectangle (0.5 um pixels of the slide).
std::vector<Nucleus> inside(const std::vector<Nucleus>& nuclei, const Rect<WorkFrame>& core) {
  std::vector<Nucleus> some;
  for (const Nucleus& n : nuclei) {
    if (n.centre.x >= core.x0 * 32 && n.centre.x < core.x1 * 32 && n.centre.y >= core.y0 * 32 &&
        n.centre.y < core.y1 * 32) {
      some.push_back(n);
    }
  }
  return some;
}

}  // namespace

TEST_CASE("slivers of windows are fine, wherever they lie") {
  const StainTile whole = random_tissue(120, 4);
  NucleusFinder finder;
  for (std::int64_t width : {1, 2, 3, 5, 6, 7, 9, 40}) {
    for (std::int64_t height : {1, 2, 6, 7, 33}) {
      for (std::int64_t at : {0, 1, 50, 80}) {
        const Rect<WorkFrame> work = Rect<WorkFrame>{at, 0, at + width, height}.clipped({0, 0, 120, 120});
        for (const Nucleus& n : finder(window_of(whole, work), {400, true})) {
          CHECK(n.centre.x >= work.x0 * 32);
          CHECK(n.centre.x < work.x1 * 32);
          CHECK(n.centre.y >= 0);
          CHECK(n.centre.y < work.y1 * 32);
        }
        nucleus_contrast(window_of(whole, work));
      }
    }
  }
}

TEST_CASE("the nuclei of a window are those of the whole, wherever it is cut") {
  const StainTile whole = random_tissue(900, 3);
  NucleusFinder finder;
  const std::int64_t reach = 2 * NucleusFinder::reach_um();
  for (int gain : {100, 230}) {
    const auto all = finder(whole, {gain, true});
    REQUIRE(all.size() > 500);
    for (const Rect<WorkFrame>& core : {Rect<WorkFrame>{300, 300, 420, 440},
                                        {301, 340, 431, 380},
                                        {0, 0, 100, 333},
                                        {611, 423, 900, 600}}) {
      for (std::int64_t more : {0, 1, 17}) {
        const Rect<WorkFrame> work = core.grown(reach + more).clipped({0, 0, 900, 900});
        const auto expected = inside(all, core);
        REQUIRE(expected.size() > 3);
        CHECK(inside(finder(window_of(whole, work), {gain, true}), core) == expected);
      }
    }
  }
}

TEST_CASE("parts that hand on their spots and outlines have the nuclei of the whole") {
  const StainTile whole = random_tissue(500, 8);
  const NucleusOptions options{150, true};
  NucleusFinder finder;
  const auto all = finder(whole, options);
  REQUIRE(all.size() > 150);
  // Glass lies around the slide: parts reach into it, windows beyond.
  const std::int64_t glass = 24, end = 500 + glass;
  const std::vector<std::int64_t> cuts{-glass, 171, 300, end};
  std::vector<Rect<WorkFrame>> parts;
  for (std::size_t j = 0; j + 1 < cuts.size(); ++j) {
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
      const bool above = j == 0 && i == 1;  // one part is cut once more
      parts.push_back({cuts[i], cuts[j], cuts[i + 1], above ? 60 : cuts[j + 1]});
      if (above) parts.push_back({cuts[i], 60, cuts[i + 1], cuts[j + 1]});
    }
  }
  const auto window = [&](const Rect<WorkFrame>& part, int um) {
    return window_of(whole, part.grown(2 * um));
  };
  const auto everywhere = [](Point<MicroFrame, std::int32_t>) { return true; };
  NucleusSpots spots;
  NucleusOutlines outlines;
  std::vector<Nucleus> nuclei;
  for (const auto& part : parts)
    finder.find_spots(window(part, NucleusFinder::spot_reach_um()), options, part, everywhere, spots);
  for (const auto& part : parts)
    finder.fit_outlines(window(part, NucleusFinder::outline_reach_um()), options, part, spots, outlines);
  for (const auto& part : parts)
    finder.choose_nuclei(window(part, NucleusFinder::nucleus_reach_um()), options, part, outlines, nuclei);
  std::sort(nuclei.begin(), nuclei.end(), [](const Nucleus& a, const Nucleus& b) {
    return std::tie(a.centre.y, a.centre.x) < std::tie(b.centre.y, b.centre.x);
  });
  CHECK(nuclei == all);
}

TEST_CASE("a finder carries nothing from tile to tile") {
  const StainTile one = random_tissue(400, 5), other = random_tissue(300, 6);
  NucleusFinder finder;
  const auto first = finder(one, {});
  finder(other, {300, false});
  finder(StainTile{}, {});
  CHECK(finder(one, {}) == first);
}

TEST_CASE("a turned slide has about the same nuclei") {
  const StainTile tile = random_tissue(500, 9);
  Plane<std::uint8_t> h(500, 500), d(500, 500);
  for (int y = 0; y < 500; ++y) {
    for (int x = 0; x < 500; ++x) {
      h(499 - y, x) = tile.haematoxylin(x, y);
      d(499 - y, x) = tile.dab(x, y);
    }
  }
  const auto straight = find(tile), turned = find(whole_slide(h, d));
  CHECK(std::abs(static_cast<double>(straight.size()) - static_cast<double>(turned.size())) <
        0.025 * static_cast<double>(straight.size()));  // of 31 such tissues the worst had 0.021
  std::size_t again = 0;
  for (const Nucleus& n : straight) {
    again += std::any_of(turned.begin(), turned.end(), [&](const Nucleus& t) {
      return std::abs(t.centre.x - (500 * 32 - n.centre.y)) < 64 && std::abs(t.centre.y - n.centre.x) < 64;
    });
  }
  CHECK(static_cast<double>(again) > 0.95 * static_cast<double>(straight.size()));
}

TEST_CASE("nuclei are sorted and no two share a centre") {
  const auto nuclei = find(random_tissue(500, 11));
  for (std::size_t i = 1; i < nuclei.size(); ++i) {
    const auto &a = nuclei[i - 1].centre, &b = nuclei[i].centre;
    CHECK((a.y < b.y || (a.y == b.y && a.x < b.x)));
  }
}
