#include "annulet/cell/nucleus.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <tuple>

#include "annulet/base/random.hpp"
#include "support/catch.hpp"

using namespace annulet;

namespace {

// A window of painted stain at 0.5 um: `haematoxylin(x, y)` and `dab(x, y)` in OD at a point in um.
using Paint = std::function<double(double, double)>;

Plane<std::uint8_t> painted(int width, int height, const Paint& paint) {
  Plane<std::uint8_t> plane(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      double sum = 0;
      for (int s = 0; s < 16; ++s) sum += paint((x + (s % 4 + 0.5) / 4) / 2, (y + (s / 4 + 0.5) / 4) / 2);
      plane(x, y) = static_cast<std::uint8_t>(std::clamp(sum / 16 * 100 + 0.5, 0.0, 255.0));
    }
  }
  return plane;
}

// A whole slide of that size: 0.25 um pixels.
StainTile whole_slide(Plane<std::uint8_t> haematoxylin, Plane<std::uint8_t> dab) {
  StainTile tile;
  const int width = haematoxylin.width(), height = haematoxylin.height();
  tile.work = {0, 0, width, height};
  tile.pitch_um = 0.25;
  tile.native = {0, 0, 2 * width, 2 * height};
  tile.slide = {2 * width, 2 * height};
  tile.haematoxylin = std::move(haematoxylin);
  tile.dab = std::move(dab);
  return tile;
}

StainTile slide_of(
    double size_um, const Paint& haematoxylin, const Paint& dab = [](double, double) { return 0.0; }) {
  const int side = static_cast<int>(2 * size_um);
  return whole_slide(painted(side, side, haematoxylin), painted(side, side, dab));
}

// What lies beside the whole is glass.
StainTile window_of(const StainTile& whole, const Rect<WorkFrame>& work) {
  StainTile tile;
  tile.work = work;
  tile.pitch_um = whole.pitch_um;
  tile.slide = whole.slide;
  tile.native = {2 * work.x0, 2 * work.y0, 2 * work.x1, 2 * work.y1};
  for (auto plane : {&StainTile::haematoxylin, &StainTile::dab}) {
    tile.*plane = Plane<std::uint8_t>(static_cast<int>(work.width()), static_cast<int>(work.height()), 0);
    const Rect<WorkFrame> held = work.clipped(whole.work);
    for (std::int64_t y = held.y0; y < held.y1 && held.x0 < held.x1; ++y) {
      std::copy_n((whole.*plane).row(static_cast<int>(y - whole.work.y0)) + (held.x0 - whole.work.x0),
                  held.width(), (tile.*plane).row(static_cast<int>(y - work.y0)) + (held.x0 - work.x0));
    }
  }
  return tile;
}

Paint ellipse(double cx, double cy, double a, double b, double od, double background = 0.03) {
  return [=](double x, double y) {
    const double u = (x - cx) / a, v = (y - cy) / b;
    return u * u + v * v < 1 ? od : background;
  };
}

std::vector<Nucleus> find(const StainTile& tile, NucleusOptions options = {}) {
  return NucleusFinder()(tile, options);
}

double x_um(const Nucleus& n) {
  return n.centre.x / 64.0;
}
double y_um(const Nucleus& n) {
  return n.centre.y / 64.0;
}

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

// Rows of the inverse of the preset's vectors (Ruifrok and Johnston 2001): OD of red, green, blue to an
// amount.
constexpr double kToH[3] = {1.2001, 0.6852, -0.9178}, kToD[3] = {-0.6894, 0.0236, 1.5087};

// Stain amounts of a real tile of 0.25 um/px with white 224: its OD in the preset's vectors.
StainTile real_tile(const cv::Mat& picture) {
  const int width = picture.cols / 2, height = picture.rows / 2;
  Plane<std::uint8_t> haematoxylin(width, height), dab(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      double h = 0, d = 0;
      for (int s = 0; s < 4; ++s) {
        const auto& bgr = picture.at<cv::Vec3b>(2 * y + s / 2, 2 * x + s % 2);
        const auto od = [&](int channel) {
          return std::max(0.0, -std::log10(std::max<int>(bgr[channel], 1) / 224.0));
        };
        h += std::max(0.0, kToH[0] * od(2) + kToH[1] * od(1) + kToH[2] * od(0));
        d += std::max(0.0, kToD[0] * od(2) + kToD[1] * od(1) + kToD[2] * od(0));
      }
      haematoxylin(x, y) = static_cast<std::uint8_t>(std::clamp(h / 4 * 100, 0.0, 255.0));
      dab(x, y) = static_cast<std::uint8_t>(std::clamp(d / 4 * 100, 0.0, 255.0));
    }
  }
  return whole_slide(std::move(haematoxylin), std::move(dab));
}

// Centroids in um of what is drawn red or blue, at least 40 px.
std::vector<std::pair<double, double>> centres_of(const cv::Mat& truth) {
  cv::Mat mask(truth.size(), CV_8U), labels, stats, centroids;
  for (int y = 0; y < truth.rows; ++y) {
    for (int x = 0; x < truth.cols; ++x) {
      const auto& bgr = truth.at<cv::Vec3b>(y, x);
      mask.at<std::uint8_t>(y, x) = (bgr[0] > 128 || bgr[2] > 128) && bgr[1] < 128 ? 255 : 0;
    }
  }
  const int count = cv::connectedComponentsWithStats(mask, labels, stats, centroids, 4);
  std::vector<std::pair<double, double>> centres;
  for (int i = 1; i < count; ++i) {
    if (stats.at<int>(i, cv::CC_STAT_AREA) <= 40) continue;
    centres.emplace_back((centroids.at<double>(i, 0) + 0.5) / 4, (centroids.at<double>(i, 1) + 0.5) / 4);
  }
  return centres;
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

TEST_CASE("the outline of a painted ellipse has its place and area") {
  for (const auto& [a, b] : {std::pair{3.0, 3.0}, {4.0, 4.0}, {6.0, 4.5}, {7.5, 6.0}, {5.0, 3.0}}) {
    const auto nuclei = find(slide_of(60, ellipse(31.3, 28.8, a, b, 0.4)));
    REQUIRE(nuclei.size() == 1);
    const Nucleus& n = nuclei[0];
    CHECK(std::hypot(x_um(n) - 31.3, y_um(n) - 28.8) < 0.2);
    CHECK(n.area / 8.0 == Approx(3.14159 * a * b).epsilon(0.08));
    CHECK(n.max_diameter / 16.0 == Approx(2 * a).epsilon(0.08));
    CHECK(n.min_diameter / 16.0 == Approx(2 * b).epsilon(0.08));
    CHECK(n.haematoxylin_od == Approx(400).epsilon(0.06));
    CHECK(n.haematoxylin_outside == Approx(30).margin(25));
    CHECK(n.nucleus_dab_od == 0);
    CHECK(n.weak_edge_share == 0);
    CHECK_FALSE(n.interior);
  }
}

TEST_CASE("a disc is rounder than an ellipse") {
  const auto disc = find(slide_of(60, ellipse(30, 30, 5, 5, 0.4)));
  const auto long_one = find(slide_of(60, ellipse(30, 30, 7, 3, 0.4)));
  REQUIRE(disc.size() == 1);
  REQUIRE(long_one.size() == 1);
  CHECK(disc[0].circularity > 235);
  CHECK(long_one[0].circularity < disc[0].circularity - 15);
}

TEST_CASE("two touching discs are two nuclei") {
  for (double r : {3.0, 4.0, 5.5}) {
    const Paint left = ellipse(30 - r, 30, r, r, 0.4), right = ellipse(30 + r, 30, r, r, 0.4);
    const auto nuclei =
        find(slide_of(60, [&](double x, double y) { return std::max(left(x, y), right(x, y)); }));
    REQUIRE(nuclei.size() == 2);
    CHECK(std::abs(std::abs(x_um(nuclei[0]) - x_um(nuclei[1])) - 2 * r) < 1.0);
    for (const Nucleus& n : nuclei) CHECK(n.area / 8.0 == Approx(3.14159 * r * r).epsilon(0.2));
  }
}

TEST_CASE("a vesicular nucleus is one, out to its outer edge") {
  const auto ring = [](double x, double y) {
    const double r = std::hypot(x - 30, y - 30);
    return r < 0.9   ? 0.30
           : r < 4.2 ? 0.12
           : r < 5.5 ? 0.32
                     : 0.04;  // nucleolus, clear chromatin, rim, cytoplasm
  };
  const auto nuclei = find(slide_of(60, ring));
  REQUIRE(nuclei.size() == 1);
  CHECK(std::hypot(x_um(nuclei[0]) - 30, y_um(nuclei[0]) - 30) < 0.4);
  CHECK(nuclei[0].area / 8.0 == Approx(3.14159 * 5.5 * 5.5).epsilon(0.1));
}

TEST_CASE("a pale nucleus is found, with the slide's gain a paler one too") {
  CHECK(find(slide_of(60, ellipse(30, 30, 5, 5, 0.09))).size() == 1);
  const StainTile pale = slide_of(60, ellipse(30, 30, 5, 5, 0.055));
  CHECK(find(pale, {400, true}).size() == 1);
}

TEST_CASE("a brown wall around and over a nucleus leaves the nucleus") {
  const auto wall = [](double x, double y) {
    const double r = std::hypot(x - 30, y - 30);
    return r > 6.5 && r < 8.0 ? 0.9 : r < 5 ? 0.15 : 0.05;
  };
  const auto nuclei = find(slide_of(60, ellipse(30, 30, 5, 5, 0.4), wall));
  REQUIRE(nuclei.size() == 1);
  CHECK_FALSE(nuclei[0].interior);
  CHECK(nuclei[0].area / 8.0 == Approx(3.14159 * 25).epsilon(0.1));
  CHECK(nuclei[0].nucleus_dab_od == Approx(150).margin(25));
}

TEST_CASE("a wall without a nucleus is an interior on demand, shrunk to 0.6") {
  const auto wall = [](double x, double y) {
    const double r = std::hypot(x - 30, y - 30);
    return r > 6 && r < 7.5 ? 0.9 : r < 6 ? 0.12 : 0.05;
  };
  const StainTile tile = slide_of(
      60, [](double, double) { return 0.05; }, wall);
  const auto nuclei = find(tile);
  REQUIRE(nuclei.size() == 1);
  CHECK(nuclei[0].interior);
  CHECK(nuclei[0].area / 8.0 == Approx(0.36 * 3.14159 * 36).epsilon(0.15));
  CHECK(find(tile, {100, false}).empty());
}

TEST_CASE("an empty ring is a lumen, not an interior") {
  const auto wall = [](double x, double y) {
    const double r = std::hypot(x - 30, y - 30);
    return r > 6 && r < 7.5 ? 0.9 : 0.0;
  };
  CHECK(find(slide_of(
                 60, [](double, double) { return 0.0; }, wall))
            .empty());
}

TEST_CASE("a body filled with brown is a nucleus not seen in blue, a brown ring or a knot of walls is none") {
  const auto disc = [](double x, double y) { return std::hypot(x - 30, y - 30) < 4 ? 1.2 : 0.05; };
  const auto none = [](double, double) { return 0.0; };
  const auto nuclei = find(slide_of(60, none, disc));
  REQUIRE(nuclei.size() == 1);
  CHECK(nuclei[0].interior);
  CHECK(std::hypot(x_um(nuclei[0]) - 30, y_um(nuclei[0]) - 30) < 0.3);
  CHECK(nuclei[0].area / 8.0 == Approx(3.14159 * 16).epsilon(0.15));
  CHECK(find(slide_of(60, none, disc), {100, false}).empty());
  const auto ring = [](double x, double y) {
    const double r = std::hypot(x - 30, y - 30);
    return r > 3 && r < 4.5 ? 1.2 : 0.0;
  };
  CHECK(find(slide_of(60, none, ring)).empty());
  const auto knot = [](double x, double y) {  // three walls of 1.6 um that meet in a blot
    const double u = x - 30, v = y - 30;
    const bool wall = (std::abs(v) < 0.8 && u > 0) || (std::abs(v + 1.73 * u) < 1.6 && u < 0) ||
                      (std::abs(v - 1.73 * u) < 1.6 && u < 0);
    return wall || std::hypot(u, v) < 2 ? 1.0 : 0.05;
  };
  CHECK(find(slide_of(60, none, knot)).empty());
}

TEST_CASE("a nucleus that the picture's border cuts is found, a sliver of one is not") {
  const auto at = [](double x) { return find(slide_of(60, ellipse(x, 30, 5, 5, 0.4, 0.0))); };
  for (double x : {4.0, 3.5, 56.5}) {
    const auto nuclei = at(x);
    REQUIRE(nuclei.size() == 1);
    const double seen = x < 30 ? x : 60 - x;  // a disc cut there has its centroid so far inside, at least
    CHECK(std::abs((x < 30 ? x_um(nuclei[0]) : 60 - x_um(nuclei[0])) - seen) < 2.5);
    CHECK(std::abs(y_um(nuclei[0]) - 30) < 0.5);
  }
  CHECK(at(-3.5).empty());
  CHECK(at(0.5).empty());
}

TEST_CASE("two nuclei that one outline takes together are split along the light line between them") {
  // Half-moons with a straight light gap: one ellipse for the outline around both.
  const auto pair = [](double gap) {
    return [=](double x, double y) {
      const double u = (x - 30) / 6, v = (y - 30) / 5;
      if (u * u + v * v >= 1) return 0.03;
      return std::abs(x - 30) < 0.75 ? 0.4 - gap : 0.4;
    };
  };
  CHECK(find(slide_of(60, pair(0.0))).size() == 1);
  const auto split = find(slide_of(60, pair(0.35)));
  REQUIRE(split.size() == 2);
  for (const Nucleus& n : split) {
    CHECK(n.area / 8.0 == Approx(3.14159 * 15).epsilon(0.25));
    CHECK(std::abs(y_um(n) - 30) < 0.6);
  }
  CHECK(std::abs(x_um(split[0]) - x_um(split[1])) == Approx(5.5).margin(1.2));
}

TEST_CASE("a small grey nucleus in a faint brown haze is none of a dark wall's knots") {
  const auto haze = [](double x, double y) { return std::hypot(x - 30, y - 30) < 2.5 ? 0.16 : 0.10; };
  const auto nuclei = find(slide_of(60, ellipse(30, 30, 2.5, 2.5, 0.18), haze));
  REQUIRE(nuclei.size() == 1);
  CHECK_FALSE(nuclei[0].interior);
}

TEST_CASE("nothing is found on an empty, a flat or a slightly noisy field") {
  CHECK(find(slide_of(80, [](double, double) { return 0.0; })).empty());
  CHECK(find(slide_of(80, [](double, double) { return 0.3; })).empty());
  Random random(7);
  Plane<std::uint8_t> noise(160, 160), none(160, 160);
  for (auto& v : noise.values()) v = static_cast<std::uint8_t>(10 + random.below(5));
  CHECK(find(whole_slide(noise, none)).empty());
  CHECK(find(StainTile{}).empty());
  CHECK(nucleus_contrast(StainTile{}).empty());
}

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
  NucleusSpots spots;
  NucleusOutlines outlines;
  std::vector<Nucleus> nuclei;
  for (const auto& part : parts)
    finder.find_spots(window(part, NucleusFinder::spot_reach_um()), options, part, spots);
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
        0.01 * static_cast<double>(straight.size()));
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

TEST_CASE("a pale slide asks for gain, a strong one for none") {
  const auto gain = [](double od) {
    return nucleus_gain_percent(nucleus_contrast(slide_of(60, ellipse(30, 30, 4, 4, od))));
  };
  CHECK(gain(0.5) == 100);
  CHECK(gain(0.15) > 130);
  CHECK(gain(0.15) < 400);
  CHECK(nucleus_gain_percent({}) == 100);
  CHECK(nucleus_gain_percent({10, 10, 10}) == 100);
  CHECK(nucleus_gain_percent({25, 25, 25}) == 400);
  CHECK(nucleus_gain_percent({10, 12, 19, 75}) == 200);
  CHECK(nucleus_gain_percent({75}) == 200);
}

// DeepLIIF's Ki67 tiles (about 0.25 um/px), whose masks paint positive nuclei red, negative blue, borders
// green; measured as any other picture, with the gain that it asks for.
TEST_CASE("nuclei of real Ki67 tiles are found where experts drew them", "[real]") {
  const char* data = std::getenv("ANNULET_TEST_DATA");
  if (data == nullptr) {
    std::puts("skipped: nuclei of real Ki67 tiles: ANNULET_TEST_DATA is not set");
    return;
  }
  int all_matched = 0;
  std::size_t all_found = 0, all_drawn = 0;
  for (const auto& [tile_name, least_f1] : {std::pair{"22_2", 0.80}, {"34_3", 0.70}}) {
    const std::filesystem::path folder = std::filesystem::path(data) / "nuclei";
    const cv::Mat picture = cv::imread((folder / (std::string(tile_name) + ".png")).string());
    const cv::Mat truth = cv::imread((folder / (std::string(tile_name) + "_truth.png")).string());
    REQUIRE_FALSE(picture.empty());
    REQUIRE_FALSE(truth.empty());
    const StainTile tile = real_tile(picture);
    const auto nuclei = find(tile, {nucleus_gain_percent(nucleus_contrast(tile)), true});
    const auto drawn = centres_of(truth);
    std::vector<char> taken(nuclei.size(), 0);
    int matched = 0;
    for (const auto& [x, y] : drawn) {
      double best = 3.0;
      std::size_t at = nuclei.size();
      for (std::size_t i = 0; i < nuclei.size(); ++i) {
        const double distance = std::hypot(x_um(nuclei[i]) - x, y_um(nuclei[i]) - y);
        if (taken[i] == 0 && distance < best) {
          best = distance;
          at = i;
        }
      }
      if (at == nuclei.size()) continue;
      taken[at] = 1;
      ++matched;
    }
    const double f1 = 2.0 * matched / static_cast<double>(nuclei.size() + drawn.size());
    INFO(tile_name << ": F1 " << f1);
    CHECK(f1 > least_f1);
    all_matched += matched;
    all_found += nuclei.size();
    all_drawn += drawn.size();
  }
  const double f1 = 2.0 * all_matched / static_cast<double>(all_found + all_drawn);
  INFO("both tiles together: F1 " << f1);
  CHECK(f1 >= 0.80);
}
