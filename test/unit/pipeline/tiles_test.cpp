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
  const TileAccount clean = account_tiles(info, 0.25, tissue, {}, {});
  CHECK(clean.expected == 32 * 22);
  CHECK(clean.balanced());
  CHECK(clean.analysed > 0);
  const Problem in_tissue{ProblemKind::Missing, "tile", {1024, 1024, 1280, 1280}};
  const Problem garbage{ProblemKind::Undecodable, "tile", {1280, 1024, 1536, 1280}};
  const Problem on_glass{ProblemKind::Missing, "tile", {7680, 5376, 7936, 5600}};
  const TileAccount lost = account_tiles(info, 0.25, tissue, {in_tissue, garbage, on_glass}, {});
  CHECK(lost.balanced());
  CHECK(lost.missing == 1);
  CHECK(lost.undecodable == 1);
  CHECK(lost.background == clean.background);
  CHECK(lost.analysed == clean.analysed - 2);
}

TEST_CASE("a lost strip costs every tile with tissue that it crosses") {
  SlideInfo info;
  info.extent = {8000, 5600};
  info.tile = {256, 256};
  const TissueMask tissue = one_block(1000, 700, 100, 50, 400, 300);
  const Problem strip{ProblemKind::Undecodable, "strip", {0, 1024, 8000, 1280}};
  const TileAccount lost = account_tiles(info, 0.25, tissue, {strip}, {});
  CHECK(lost.undecodable == 10);  // tissue from 800 to 3200 px: tiles 3 to 12
  CHECK(lost.balanced());
}

TEST_CASE("what no level shows is not background: garbage always, a missing tile amid tissue") {
  SlideInfo info;
  info.extent = {8000, 5600};
  info.tile = {256, 256};
  TissueMask tissue = one_block(1000, 700, 100, 50, 400, 300);
  for (int y = 128; y < 160; ++y) {
    for (int x = 160; x < 192; ++x)
      tissue.piece(x, y) = 0;  // the tile at (1280, 1024) px is white on the overview
  }
  const auto account = [&](ProblemKind kind, Rect<SlideFrame> where) {
    return account_tiles(info, 0.25, tissue, {}, {{kind, "tile", where}});
  };
  CHECK(account(ProblemKind::Missing, {1280, 1024, 1536, 1280}).missing == 1);
  CHECK(account(ProblemKind::Missing, {7424, 5120, 7680, 5376}).missing == 0);  // scanners leave glass out
  CHECK(account(ProblemKind::Undecodable, {7424, 5120, 7680, 5376}).undecodable == 1);
}

TEST_CASE("tissue that ends on a tile's border leaves the next tile alone") {
  SlideInfo info;
  info.extent = {8000, 5600};
  info.tile = {256, 256};
  CHECK(account_tiles(info, 0.25, one_block(1000, 700, 0, 0, 32, 32), {}, {}).analysed == 1);
}
