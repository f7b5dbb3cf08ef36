#include <set>

#include "annulet/pipeline/tile_account.hpp"
#include "annulet/pipeline/tile_plan.hpp"
#include "support/catch.hpp"

using namespace annulet;

namespace {

TissueMask one_block(int width, int height, int x0, int y0, int x1, int y1) {
  TissueMask tissue;
  tissue.pitch_um = 2;
  tissue.piece = Plane<std::uint16_t>(width, height);
  for (int y = y0; y < y1; ++y) {
    for (int x = x0; x < x1; ++x) tissue.piece(x, y) = 1;
  }
  return tissue;
}

}  // namespace

TEST_CASE("cores are disjoint, cover all tissue and stay on the slide") {
  const TissueMask tissue = one_block(1000, 700, 100, 50, 900, 690);
  const Size<SlideFrame> extent{8000, 5600};
  for (const int core_um : {0, 128, 200}) {
    for (const int offset_um : {0, 37}) {
      const TilePlan plan = plan_tiles(tissue, extent, 0.25, core_um, offset_um);
      for (int y = 50; y < 690; y += 7) {
        for (int x = 100; x < 900; x += 7) {
          int owners = 0;
          for (const TileSpec& tile : plan.tiles) owners += tile.core.contains({x * 4, y * 4});
          REQUIRE(owners == 1);
        }
      }
      for (const TileSpec& tile : plan.tiles) {
        CHECK(tile.core == tile.core.clipped({0, 0, 4000, 2800}));
        CHECK(tile.window == tile.core.grown(2 * plan.halo_um).clipped({0, 0, 4000, 2800}));
      }
    }
  }
}

TEST_CASE("tiles without tissue are not planned") {
  CHECK(plan_tiles(one_block(1000, 1000, 0, 0, 0, 0), {8000, 8000}, 0.25, 0, 0).tiles.empty());
  CHECK(plan_tiles(one_block(1000, 1000, 500, 500, 501, 501), {8000, 8000}, 0.25, 256, 0).tiles.size() == 1);
}

TEST_CASE("every tile of the file ends in exactly one account") {
  SlideInfo info;
  info.extent = {8000, 5600};
  info.tile = {256, 256};
  const TissueMask tissue = one_block(1000, 700, 100, 50, 400, 300);
  const TileAccount clean = account_tiles(info, 0.25, tissue, {});
  CHECK(clean.expected == 32 * 22);
  CHECK(clean.balanced());
  CHECK(clean.analysed > 0);
  const Problem in_tissue{ProblemKind::Missing, "tile", {1024, 1024, 1280, 1280}};
  const Problem garbage{ProblemKind::Undecodable, "tile", {1280, 1024, 1536, 1280}};
  const Problem on_glass{ProblemKind::Missing, "tile", {7680, 5376, 7936, 5600}};
  const TileAccount lost = account_tiles(info, 0.25, tissue, {in_tissue, garbage, on_glass});
  CHECK(lost.balanced());
  CHECK(lost.missing == 1);
  CHECK(lost.undecodable == 1);
  CHECK(lost.background == clean.background);
  CHECK(lost.analysed == clean.analysed - 2);
}
