#include "annulet/cell/nucleus.hpp"

#include <algorithm>
#include <cmath>

#include "annulet/base/random.hpp"
#include "painted_nuclei.hpp"
#include "support/catch.hpp"

using namespace annulet;
using namespace annulet::painted;

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
      const double u = (x - 29.125) / 7, v = (y - 29) / 5;
      if (u * u + v * v >= 1) return 0.03;
      return std::abs(x - 29.125) < 0.75 ? 0.4 - gap : 0.4;
    };
  };
  CHECK(find(slide_of(60, pair(0.0))).size() == 1);
  const auto split = find(slide_of(60, pair(0.35)));
  REQUIRE(split.size() == 2);
  for (const Nucleus& n : split) {
    CHECK(n.area / 8.0 == Approx(3.14159 * 17.5).epsilon(0.25));
    CHECK(std::abs(y_um(n) - 29) < 0.6);
  }
  CHECK(std::abs(x_um(split[0]) - x_um(split[1])) == Approx(6.2).margin(1.2));
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
