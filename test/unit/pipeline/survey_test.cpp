#include "annulet/base/random.hpp"
#include "annulet/pipeline/scope_gate.hpp"
#include "annulet/pipeline/tissue_finder.hpp"
#include "annulet/pixel/unmix.hpp"
#include "support/catch.hpp"

using namespace annulet;

namespace {

void fill(RgbImage& rgb, int x0, int y0, int x1, int y1, Rgb colour) {
  for (int y = y0; y < y1; ++y) {
    for (int x = x0; x < x1; ++x) {
      for (int c = 0; c < 3; ++c)
        rgb.row(y)[3 * x + c] = static_cast<std::uint8_t>(colour[static_cast<std::size_t>(c)]);
    }
  }
}

Overview glass(int width, int height, Rgb white) {
  Overview overview;
  overview.pitch_um = 2;
  overview.rgb = RgbImage(width, height);
  fill(overview.rgb, 0, 0, width, height, white);
  return overview;
}

StainModel stain_on(Rgb white) {
  StainModel stain;
  stain.white = white;
  return stain;
}

TissueMask tissue_of(const Overview& overview, Rgb white) {
  return find_tissue(overview, white, 0.25, {overview.rgb.width * 8, overview.rgb.height * 8});
}

}  // namespace

TEST_CASE("the white point is the glass, also when the glass is grey") {
  for (const Rgb white : {Rgb{245, 244, 246}, Rgb{176, 175, 178}}) {
    Overview overview = glass(200, 200, white);
    fill(overview.rgb, 0, 0, 200, 150, {120, 100, 130});
    const WhitePoint found = find_white(overview);
    CHECK(found.rgb == white);
    CHECK(found.certain);
  }
}

TEST_CASE("filler outside the scanned area is not glass") {
  Overview overview = glass(200, 200, {255, 255, 255});
  fill(overview.rgb, 0, 0, 200, 60, {232, 231, 236});
  CHECK(find_white(overview).rgb == Rgb{232, 231, 236});
}

TEST_CASE("a picture without glass says so") {
  const Overview overview = glass(100, 100, {150, 90, 60});
  CHECK_FALSE(find_white(overview).certain);
}

TEST_CASE("weakly stained tissue is tissue; dust and black surroundings are not") {
  const Rgb white{240, 240, 240};
  Overview overview = glass(400, 400, white);
  fill(overview.rgb, 100, 100, 200, 200, {205, 200, 212});  // pale: OD sum 0.20
  fill(overview.rgb, 300, 300, 306, 306, {90, 60, 40});     // a speck of 12 um
  fill(overview.rgb, 0, 0, 400, 40, {5, 5, 5});
  const TissueMask tissue = tissue_of(overview, white);
  CHECK(tissue.area_mm2 == Approx(100 * 100 * 4e-6).epsilon(0.02));
  CHECK(tissue.at_um(300, 300) != 0);
  CHECK(tissue.at_um(606, 606) == 0);
  CHECK(tissue.at_um(100, 20) == 0);
}

TEST_CASE("pieces further apart than half a millimetre are told apart") {
  const Rgb white{240, 240, 240};
  Overview overview = glass(900, 300, white);
  fill(overview.rgb, 50, 100, 150, 200, {150, 130, 170});
  fill(overview.rgb, 200, 100, 300, 200, {150, 130, 170});  // 100 um from the first: the same piece
  fill(overview.rgb, 650, 100, 750, 200, {150, 130, 170});  // 700 um further
  const TissueMask tissue = tissue_of(overview, white);
  REQUIRE(tissue.pieces.size() == 2);
  CHECK(tissue.at_um(200, 300) == tissue.at_um(500, 300));
  CHECK(tissue.at_um(200, 300) != tissue.at_um(1400, 300));
}

TEST_CASE("the scope gate refuses what is not haematoxylin and DAB, and nothing else") {
  const Rgb white{242, 242, 242};
  const StainModel stain = stain_on(white);
  const auto gate = [&](const Overview& overview) {
    const TissueMask tissue = tissue_of(overview, white);
    const auto reason = out_of_scope(scope_statistics(overview, stain, tissue), false);
    return reason ? reason->code : std::string("in scope");
  };
  Overview overview = glass(300, 300, white);
  CHECK(gate(overview) == "no-tissue");
  fill(overview.rgb, 50, 50, 250, 250, {225, 130, 180});  // eosin
  CHECK(gate(overview) == "not-dab");
  fill(overview.rgb, 50, 50, 250, 250, paint(stain, 0, 40));
  CHECK(gate(overview) == "no-haematoxylin");
  fill(overview.rgb, 50, 50, 90, 250, paint(stain, 30, 0));
  CHECK(gate(overview) == "in scope");
  fill(overview.rgb, 0, 0, 300, 300, {3, 3, 8});
  CHECK(gate(overview) == "fluorescence");
}
