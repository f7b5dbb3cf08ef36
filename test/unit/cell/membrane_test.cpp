#include "annulet/cell/membrane.hpp"

#include <algorithm>
#include <cmath>

#include "annulet/base/error.hpp"
#include "annulet/base/random.hpp"
#include "annulet/cell/grade.hpp"
#include "painted_ring.hpp"
#include "support/catch.hpp"
#include "support/kernel_paths.hpp"

using namespace annulet;
using namespace annulet::painted;

namespace {

int stained(const CellRow& row, int visible = 10) {
  return static_cast<int>(
      std::count_if(row.ridge.begin(), row.ridge.end(), [=](int m) { return m >= visible; }));
}

double mean_radius_um(const CellRow& row) {
  double sum = 0;
  for (const int r : row.radius) sum += r / 8.0;
  return sum / kRays;
}

}  // namespace

TEST_CASE("a full ring is found all round, at its place and level") {
  for (const double pitch : {0.2, 0.25, 0.32, 0.46, 0.5}) {
    const CellRow row = measured(tile_of(ring(40, 40, 7, 0.6), pitch, 80), {nucleus_at(40, 40, 4)});
    INFO("pitch " << pitch);
    CHECK(stained(row) == kRays);
    CHECK(mean_radius_um(row) == Approx(7).margin(0.3));
    for (const int r : row.radius) CHECK(std::abs(r / 8.0 - 7) < 0.8);
    const int level = row.ridge[7];
    CHECK(level > 30);  // smoothing of a wall 1.2 um wide takes some off
    CHECK(level <= 62);
    CHECK(row.cytoplasm_od <= 10);
    CHECK(row.width / 32.0 == Approx(1.5).margin(0.6));
    CHECK(row.cell_area / 8.0 == Approx(3.14159 * 49).epsilon(0.1));
    CHECK(row.flags == 0);
  }
}

TEST_CASE("a cell without DAB has no wall") {
  const CellRow row =
      measured(tile_of([](double, double) { return 0.0; }, 0.25, 80), {nucleus_at(40, 40, 4)});
  CHECK(stained(row, 1) == 0);
  CHECK(row.contrast_od == 0);
  CHECK(row.width == 0);
}

TEST_CASE("a blush of the cytoplasm without a ridge is no wall") {
  for (const double od : {0.1, 0.3, 0.6, 1.0}) {
    const auto within_border = [od](double x,
                                    double y) {  // brown up to the cell's border, the nucleus less so
      const double r = std::hypot(x - 40, y - 40);
      return r < 4 ? od / 2 : r < 9 ? od : 0.0;
    };
    CHECK(stained(measured(tile_of(within_border, 0.25, 80), {nucleus_at(40, 40, 4)})) <= 6);
    const auto everywhere = [od](double x, double y) { return std::hypot(x - 40, y - 40) < 4 ? 0.0 : od; };
    CHECK(stained(measured(tile_of(everywhere, 0.25, 80), {nucleus_at(40, 40, 4)})) <= 6);
    const auto slope = [od](double x, double y) {
      return od * std::max(0.0, 1 - std::hypot(x - 40, y - 40) / 20);
    };
    CHECK(stained(measured(tile_of(slope, 0.25, 80), {nucleus_at(40, 40, 4)})) <= 6);
  }
}

TEST_CASE("a dark wall is seen in a brown cell") {
  for (const double blush : {0.3, 0.6}) {
    const DabAt wall = ring(40, 40, 7, 0.7);
    const auto brown = [=](double x, double y) { return blush + wall(x, y); };
    CHECK(stained(measured(tile_of(brown, 0.25, 80), {nucleus_at(40, 40, 4)})) == kRays);
  }
}

TEST_CASE("in a brown cell a band wider than a membrane is no wall unless it is dark, a line is") {
  const auto brown = [](double od, double thickness) {
    const DabAt wall = ring(40, 40, 8.5, od, 0, 360, thickness);
    return stained(measured(tile_of([=](double x, double y) { return 0.2 + wall(x, y); }, 0.25, 80),
                            {nucleus_at(40, 40, 4)}));
  };
  CHECK(brown(0.24, 1.2) == kRays);
  CHECK(brown(0.24, 3.0) == 0);
  CHECK(brown(0.60, 3.0) == kRays);
  const DabAt wide = ring(40, 40, 8.5, 0.24, 0, 360, 3.0);  // the same band round a clean cell
  CHECK(stained(measured(tile_of(wide, 0.25, 80), {nucleus_at(40, 40, 4)})) == kRays);
}

TEST_CASE("a brown patch beside the wall is not counted as wall") {
  const DabAt wall = ring(40, 40, 8.5, 0.5);
  const auto patched = [=](double x, double y) {  // brown everywhere, on the right twice
    return wall(x, y) + (x > 42 ? 0.4 : 0.2);
  };
  const CellRow row = measured(tile_of(patched, 0.25, 80), {nucleus_at(40, 40, 4)});
  CHECK(std::abs(row.ridge[0] - row.ridge[32]) <= 4);
}

TEST_CASE("a half ring is stained over half of its rays") {
  for (const double pitch : {0.25, 0.5}) {
    for (const double from : {0.0, 90.0, 180.0}) {
      const CellRow row =
          measured(tile_of(ring(40, 40, 7, 0.5, from, from + 180), pitch, 80), {nucleus_at(40, 40, 4)});
      CHECK(stained(row) >= 29);
      CHECK(stained(row) <= 36);
      // the middle of the stained half lies a quarter turn on from its beginning
      const auto middle = static_cast<std::size_t>((from + 90) / 360 * kRays) % kRays;
      CHECK(row.ridge[middle] >= 10);
      CHECK(row.ridge[(middle + kRays / 2) % kRays] < 10);
    }
  }
}

TEST_CASE("a ring off the nucleus is found all the same") {
  const CellRow row = measured(tile_of(ring(41.5, 39.2, 7.5, 0.5), 0.25, 80), {nucleus_at(40, 40, 4)});
  CHECK(stained(row) >= 62);
  CHECK(row.radius[0] / 8.0 == Approx(9.0).margin(0.4));
  CHECK(row.radius[32] / 8.0 == Approx(6.0).margin(0.4));
}

TEST_CASE("the wall between two cells counts for both, and each names the other") {
  // Two cells 14 um apart with one straight wall between them.
  const auto wall = [](double x, double y) {
    return std::abs(x - 40) < 0.6 && std::abs(y - 40) < 7 ? 0.5 : 0.0;
  };
  const StainTile tile = tile_of(wall, 0.25, 80);
  const std::vector<Nucleus> nuclei = {nucleus_at(33, 40, 4), nucleus_at(47, 40, 4)};
  const CellRow left = measured(tile, nuclei, 0), right = measured(tile, nuclei, 1);
  CHECK(left.ridge[0] >= 10);
  CHECK(right.ridge[32] >= 10);
  CHECK(stained(left) == Approx(stained(right)).margin(2));
  REQUIRE(left.neighbours == 1);
  CHECK(left.facing[0] == 0);
  CHECK(left.neighbour[0][0] == 14 * kMicroUnits);
  CHECK(right.neighbour[0][0] == -14 * kMicroUnits);
  CHECK(left.facing[32] == kNoNeighbour);
}

TEST_CASE("a mirrored or turned picture gives the mirrored or turned ring") {
  const double centre = 40;
  const DabAt arc = ring(centre + 0.6, centre - 0.4, 7, 0.5, 20, 250);
  const DabAt turned = [&](double x, double y) { return arc(y, 2 * centre - x); };  // a quarter turn
  const DabAt mirrored = [&](double x, double y) { return arc(x, 2 * centre - y); };
  const std::vector<Nucleus> nuclei = {nucleus_at(centre, centre, 4)};
  const CellRow a = measured(tile_of(arc, 0.25, 80), nuclei), b = measured(tile_of(turned, 0.25, 80), nuclei),
                c = measured(tile_of(mirrored, 0.25, 80), nuclei);
  int differing = 0;
  for (std::size_t i = 0; i < kRays; ++i) {
    const std::size_t quarter = (i + kRays / 4) % kRays, mirror = (kRays - i) % kRays;
    differing += std::abs(a.ridge[i] - b.ridge[quarter]) > 2 || std::abs(a.radius[i] - b.radius[quarter]) > 2;
    differing += std::abs(a.ridge[i] - c.ridge[mirror]) > 2 || std::abs(a.radius[i] - c.radius[mirror]) > 2;
  }
  CHECK(differing <= 4);
}

TEST_CASE("a row does not depend on the window it is measured in") {
  Random random(5);
  const auto noise = [&random](double, double) { return random.uniform(0, 0.3); };
  for (const double pitch : {0.25, 0.32, 0.5}) {
    const double slide = 160;
    StainTile whole = tile_of(noise, pitch, slide);
    std::vector<Nucleus> nuclei = {nucleus_at(80, 70, 4), nucleus_at(75.3, 81.2, 4.5), nucleus_at(90, 84, 3)};
    const CellRow expected = measured(whole, nuclei, 1);
    for (const int shift : {0, 3, 7}) {
      StainTile part = whole;
      const int x0 = static_cast<int>(30 / pitch) + shift, size = static_cast<int>(100 / pitch);
      part.native = {x0, x0, x0 + size, x0 + size};
      part.dab_native.resize(size, size);
      for (int y = 0; y < size; ++y)
        std::copy_n(whole.dab_native.row(x0 + y) + x0, size, part.dab_native.row(y));
      CHECK(measured(part, nuclei, 1) == expected);
    }
  }
}

TEST_CASE("a ring that leaves the slide is flagged, one beside the border is not") {
  CHECK(measured(tile_of(ring(3, 40, 7, 0.5), 0.25, 80), {nucleus_at(3, 40, 3)}).flags == kFlagCutBySlide);
  CHECK(measured(tile_of(ring(79, 79, 7, 0.5), 0.25, 80), {nucleus_at(79, 79, 3)}).flags == kFlagCutBySlide);
  CHECK(measured(tile_of(ring(9, 40, 7, 0.5), 0.25, 80), {nucleus_at(9, 40, 4)}).flags == 0);
}

TEST_CASE("a ring that crosses missing pixels is flagged") {
  StainTile tile = tile_of(ring(40, 40, 7, 0.5), 0.25, 80);
  tile.covered_native = Plane<std::uint8_t>(320, 320, 1);
  CHECK(measured(tile, {nucleus_at(40, 40, 4)}).flags == 0);
  for (int y = 0; y < 320; ++y)
    std::fill_n(tile.covered_native.row(y) + 184, 136, std::uint8_t{0});  // from 46 um on
  CHECK(measured(tile, {nucleus_at(40, 40, 4)}).flags == kFlagMissingPixels);
}

TEST_CASE("what blur took of a wall is added to its height, and makes none of a blush") {
  StainTile tile = tile_of(ring(30, 30, 7, 0.12), 0.5, 60);
  const CellRow plain = measured(tile, {nucleus_at(30, 30, 4)});
  tile.lost_detail_percent = 20;
  const CellRow restored = measured(tile, {nucleus_at(30, 30, 4)});
  for (std::size_t ray = 0; ray < kRays; ++ray) {
    CHECK(restored.ridge[ray] >= plain.ridge[ray]);
    CHECK(restored.ridge[ray] <= plain.ridge[ray] * 12 / 10 + 1);
  }
  CHECK(restored.ridge != plain.ridge);
  CHECK(restored.radius == plain.radius);
  tile = tile_of([](double, double) { return 0.2; }, 0.5, 60);
  tile.lost_detail_percent = 20;
  CHECK(measured(tile, {nucleus_at(30, 30, 4)}).ridge == CellRow{}.ridge);
}

TEST_CASE("on a coarse plane a fainter line is a wall") {
  StainTile tile = tile_of(ring(30, 30, 7, 0.04), 0.5, 60);
  const CellRow fine = measured(tile, {nucleus_at(30, 30, 4)});
  tile.coarse = true;
  const CellRow coarse = measured(tile, {nucleus_at(30, 30, 4)});
  const auto seen = [](const CellRow& row) {
    return std::count_if(row.ridge.begin(), row.ridge.end(), [](int ridge) { return ridge > 0; });
  };
  CHECK(seen(fine) < 8);
  CHECK(seen(coarse) > 48);
}

TEST_CASE("a ring darker than a scan can measure is flagged") {
  CHECK(measured(tile_of(ring(40, 40, 7, 2.5, 0, 360, 2.5), 0.25, 80), {nucleus_at(40, 40, 4)}).flags ==
        kFlagSaturated);
}

TEST_CASE("the nucleus is copied into the row") {
  Nucleus nucleus = nucleus_at(40, 40, 4);
  nucleus.interior = true;
  nucleus.haematoxylin_od = 321;
  nucleus.edge_quartile = 17;
  nucleus.circularity = 200;
  nucleus.max_diameter = 140;
  nucleus.score = 900;
  const CellRow row = measured(tile_of(ring(40, 40, 7, 0.5), 0.25, 80), {nucleus});
  CHECK(row.x == nucleus.centre.x);
  CHECK(row.nucleus_area == nucleus.area);
  CHECK(row.haematoxylin_od == 321);
  CHECK(row.edge_quartile == 17);
  CHECK(row.circularity == 200);
  CHECK(row.max_diameter == 140);
  CHECK(row.score == 900);
  CHECK(row.flags == kFlagInterior);
}

TEST_CASE("a meter carries nothing from cell to cell") {
  const StainTile tile = tile_of(ring(40, 40, 7, 0.5), 0.25, 80);
  const std::vector<Nucleus> nuclei = {nucleus_at(40, 40, 4), nucleus_at(60, 60, 8)};
  MembraneMeter meter;
  const CellRow first = meter(tile, nuclei, 0);
  meter(tile, nuclei, 1);
  CHECK(meter(tile, nuclei, 0) == first);
  CHECK_THROWS_AS(meter(tile, nuclei, 2), Error);
}

TEST_CASE("a row does not depend on the cells measured before, however large or jagged any of them is") {
  Random random(23);
  const StainTile tile = tile_of([&](double, double) { return random.uniform(0, 2.5); }, 0.25, 80);
  const auto jagged = [&random](double x, double y, std::uint64_t least, std::uint64_t most) {
    Nucleus nucleus = nucleus_at(x, y, 4);
    for (auto& radius : nucleus.radius)
      radius = static_cast<std::uint8_t>(least + random.below(most - least));
    return nucleus;
  };
  MembraneMeter used;
  int differing = 0;
  for (int trial = 0; trial < 200; ++trial) {
    // Outlines whose ranges from ray to ray do not overlap force the path out of them.
    const std::vector<Nucleus> nuclei = {jagged(40, 36, 4, 113), jagged(42, 41, 4, 60),
                                         jagged(38, 47, 90, 113)};
    for (const std::size_t index : {2U, 0U, 1U, 0U})
      differing += used(tile, nuclei, index) != measured(tile, nuclei, index);
  }
  CHECK(differing == 0);
}

namespace {

// Noise with walls in it, brown or clear, round and jagged nuclei of all sizes, single and crowded.
struct Crowd {
  StainTile tile;
  std::vector<Nucleus> nuclei;
};

Crowd crowd_of(std::uint64_t seed, double pitch) {
  Random random(seed);
  Crowd crowd;
  const double size = 130, blush = random.uniform(0, 0.3), wall_od = random.uniform(0, 2.4);
  const auto noise = [&](double x, double y) {
    const bool wall = std::fmod(x, 11) < 1.2 || std::fmod(y, 9) < 1.2;
    return blush + random.uniform(0, 0.2) + (wall ? wall_od : 0.0);
  };
  crowd.tile = tile_of(noise, pitch, size);
  crowd.tile.coarse = random.below(2) == 0;
  crowd.tile.lost_detail_percent = static_cast<int>(random.below(20));
  for (int i = 0; i < 40; ++i) {
    const double middle = size / 2, reach = 32;
    Nucleus nucleus = nucleus_at(random.uniform(middle - reach, middle + reach),
                                 random.uniform(middle - reach, middle + reach), 1 + random.uniform(0, 7));
    const std::uint64_t jag = random.below(3) == 0 ? 100 : 6;
    for (auto& radius : nucleus.radius)
      radius = static_cast<std::uint8_t>(std::min<std::uint64_t>(radius + random.below(jag), 255));
    crowd.nuclei.push_back(nucleus);
  }
  std::sort(crowd.nuclei.begin(), crowd.nuclei.end(), [](const Nucleus& a, const Nucleus& b) {
    return a.centre.y != b.centre.y ? a.centre.y < b.centre.y : a.centre.x < b.centre.x;
  });
  return crowd;
}

}  // namespace

TEST_CASE("every kernel path gives the same rows") {
  for (const double pitch : {0.17, 0.25, 0.5}) {
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
      const Crowd crowd = crowd_of(seed, pitch);
      std::vector<CellRow> first;
      test::on_each_kernel_path([&] {
        MembraneMeter meter;
        meter.look_at(crowd.tile, crowd.nuclei);
        std::vector<CellRow> rows;
        for (std::size_t i = 0; i < crowd.nuclei.size(); ++i) rows.push_back(meter(i));
        if (first.empty()) first = rows;
        CHECK(rows == first);
      });
    }
  }
}

TEST_CASE("a row asked for alone is the one of its window") {
  const Crowd crowd = crowd_of(7, 0.25);
  MembraneMeter meter, other;
  meter.look_at(crowd.tile, crowd.nuclei);
  for (std::size_t i = 0; i < crowd.nuclei.size(); ++i) {
    CHECK(meter(i) == other(crowd.tile, crowd.nuclei, i));
  }
  CHECK_THROWS_AS(meter(crowd.nuclei.size()), Error);
}

TEST_CASE("a ring that just fits into its window is the one of a large window") {
  for (const double pitch : {0.25, 0.5}) {
    const Crowd crowd = crowd_of(11, pitch);
    int within = 0;
    for (const Nucleus& nucleus : crowd.nuclei) {
      // 6 um to the cap, 3 um to look for the wall, 3 um of baseline, and the pixel beside.
      const int largest = *std::max_element(nucleus.radius.begin(), nucleus.radius.end());
      const double um = std::min(largest / 8.0, 14.0) + 12.8;
      CHECK(MembraneMeter::ring_reach_um(nucleus) >= um);
      CHECK(MembraneMeter::ring_reach_um(nucleus) <=
            std::min<double>(um + 2, MembraneMeter::ring_reach_um()));
      const int reach = static_cast<int>(um / pitch) + 2;
      const int x0 = static_cast<int>(nucleus.centre.x / kMicroUnits / pitch) - reach,
                y0 = static_cast<int>(nucleus.centre.y / kMicroUnits / pitch) - reach, size = 2 * reach + 4;
      StainTile part = crowd.tile;
      part.native = {x0, y0, x0 + size, y0 + size};
      part.dab_native.resize(size, size);
      for (int y = 0; y < size; ++y)
        std::copy_n(crowd.tile.dab_native.row(y0 + y) + x0, size, part.dab_native.row(y));
      within += measured(part, {nucleus}) == measured(crowd.tile, {nucleus});
    }
    CHECK(within == static_cast<int>(crowd.nuclei.size()));
  }
}

TEST_CASE("of more than eight neighbours those that limit most rays are named, in the order of the table") {
  std::vector<Nucleus> nuclei = {nucleus_at(40, 40, 3)};
  for (int i = 0; i < 12; ++i) {  // odd ones nearer: they limit more rays
    const double angle = i * 0.5235988, distance = i % 2 == 1 ? 9 : 9.6;
    nuclei.push_back(nucleus_at(40 + distance * std::cos(angle), 40 + distance * std::sin(angle), 2));
  }
  std::sort(nuclei.begin(), nuclei.end(),
            [](const Nucleus& a, const Nucleus& b) { return a.centre.y < b.centre.y; });
  const auto own = static_cast<std::size_t>(
      std::find_if(nuclei.begin(), nuclei.end(), [](const Nucleus& n) { return n.radius[0] == 24; }) -
      nuclei.begin());
  const CellRow row = measured(tile_of([](double, double) { return 0.0; }, 0.25, 80), nuclei, own);
  REQUIRE(row.neighbours == kNeighbours);
  for (std::size_t i = 1; i < kNeighbours; ++i) CHECK(row.neighbour[i - 1][1] <= row.neighbour[i][1]);
  int near = 0;
  for (const auto& offset : row.neighbour) near += std::hypot(offset[0], offset[1]) < 9.3 * kMicroUnits;
  CHECK(near == 6);
  CHECK(std::count(row.facing.begin(), row.facing.end(), kNoNeighbour) > 0);
  for (const std::uint8_t name : row.facing) CHECK((name == kNoNeighbour || name < kNeighbours));
}

TEST_CASE("more DAB on the membrane never lowers completeness, nor the pattern of an even ring") {
  const Grading grading = load_grading("annulet-1");
  // An uneven ring over a blush: the wall's level runs from 0 to `od` round the cell.
  const auto uneven = [](double od) {
    const DabAt full = ring(40, 40, 7, 1);
    return [=](double x, double y) {
      const double angle = std::atan2(y - 40, x - 40) / 6.2831853 + 0.5, r = std::hypot(x - 40, y - 40);
      return full(x, y) * od * angle + (r < 7 ? 0.05 : 0.0);
    };
  };
  int completeness = 0, pattern = 0;
  for (double od = 0.05; od < 1.5; od += 0.05) {
    const GradedCell shaded =
        grade(measured(tile_of(uneven(od), 0.25, 80), {nucleus_at(40, 40, 4)}), grading, grading.visible_od);
    // The path may settle 0.25 um farther in, which shifts the weights of the rays by a few thousandths.
    CHECK(shaded.completeness >= completeness - 4);
    completeness = std::max<int>(completeness, shaded.completeness);
    const GradedCell even = grade(measured(tile_of(ring(40, 40, 7, od), 0.25, 80), {nucleus_at(40, 40, 4)}),
                                  grading, grading.visible_od);
    CHECK(static_cast<int>(even.pattern) >= pattern);
    pattern = static_cast<int>(even.pattern);
  }
  CHECK(completeness > 800);
  CHECK(pattern == static_cast<int>(Pattern::IntenseComplete));
}
