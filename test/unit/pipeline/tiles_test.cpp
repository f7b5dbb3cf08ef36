#include <set>

#include "annulet/cell/membrane.hpp"
#include "annulet/cell/nucleus.hpp"
#include "annulet/pipeline/doubtful_tiles.hpp"
#include "annulet/pipeline/scan_plan.hpp"
#include "annulet/pipeline/tile_account.hpp"
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

namespace {

GridOptions grid_of(int block_um, int offset_um, std::uint64_t plane_bytes = std::uint64_t{1} << 40) {
  GridOptions options;
  options.block_um = block_um;
  options.offset_um = offset_um;
  options.plane_bytes = plane_bytes;
  return options;
}

bool holds(const Rect<WorkFrame>& outer, const Rect<WorkFrame>& inner) {
  return inner.clipped(outer) == inner;
}

}  // namespace

TEST_CASE("every place on tissue is in the cells' part of one block, whatever the grid and the sweeps") {
  const TissueMask tissue = one_block(1000, 700, 100, 50, 900, 690);
  const Size<SlideFrame> extent{8000, 5600};
  for (const int block_um : {0, 128, 200}) {
    for (const int offset_um : {0, 37}) {
      for (const std::uint64_t bytes : {std::uint64_t{1} << 40, std::uint64_t{1} << 20}) {
        const ScanPlan plan = plan_scan(tissue, extent, 0.25, grid_of(block_um, offset_um, bytes));
        CHECK((plan.sweeps.size() > 1) == (bytes == 1 << 20));
        std::vector<Rect<WorkFrame>> cells;
        for (const Sweep& sweep : plan.sweeps) {
          for (const BlockPlan& block : sweep.blocks) {
            if (!block.cells.empty()) cells.push_back(block.cells);
          }
        }
        for (int y = 50; y < 690; y += 7) {
          for (int x = 100; x < 900; x += 7) {
            int owners = 0;
            for (const auto& part : cells) owners += part.contains({x * 4, y * 4});
            REQUIRE(owners == 1);
          }
        }
      }
    }
  }
}

TEST_CASE("squares of tissue grow, are looked up, and go on beside the slide") {
  const TissueSquares tissue(one_block(1000, 700, 330, 280, 331, 281), {4000, 2800});
  CHECK(tissue.around({0, 0, 4000, 2800}) == Rect<WorkFrame>{1312, 1120, 1344, 1152});
  CHECK(tissue.around({1320, 0, 1330, 1130}) == Rect<WorkFrame>{1320, 1120, 1330, 1130});
  CHECK(!tissue.meets({0, 0, 1312, 2800}));
  const TissueSquares more = tissue.grown(2);
  CHECK(more.around({0, 0, 4000, 2800}) == Rect<WorkFrame>{1248, 1056, 1408, 1216});
  CHECK(more.holds({1248, 1056}));
  CHECK(!more.holds({1247, 1056}));
  const TissueSquares corner(one_block(1000, 700, 0, 0, 1, 1), {4000, 2800});
  CHECK(corner.holds({-20, -20}));
  CHECK(!corner.holds({-20, 40}));
}

TEST_CASE("a step looks at all that the step after it needs, as far as tissue and the glass beside it go") {
  const TissueMask tissue = one_block(1000, 700, 330, 280, 520, 400);
  const ScanPlan plan = plan_scan(tissue, {8000, 5600}, 0.25, grid_of(100, 23));
  REQUIRE(plan.sweeps.size() == 1);
  const Rect<WorkFrame> cells{4 * 330, 4 * 280, 4 * 520, 4 * 400};
  const auto covers = [&](Rect<WorkFrame> BlockPlan::*part, std::int64_t reach_um) {
    std::int64_t area = 0;
    const Rect<WorkFrame> needed = cells.grown(std::min(2 * reach_um, 2 * TissueSquares::kSquare));
    for (const BlockPlan& block : plan.sweeps[0].blocks) {
      const Rect<WorkFrame> common = (block.*part).clipped(needed);
      if (!common.empty()) area += common.area();
    }
    return area == needed.area();
  };
  int reach = MembraneMeter::neighbour_reach_um();
  CHECK(covers(&BlockPlan::nuclei, reach));
  CHECK(covers(&BlockPlan::outlines, reach += NucleusFinder::rival_reach_um()));
  CHECK(covers(&BlockPlan::spots, reach += NucleusFinder::thinning_reach_um()));
  CHECK(covers(&BlockPlan::planes, reach += NucleusFinder::spot_reach_um()));
  CHECK(covers(&BlockPlan::membranes, MembraneMeter::ring_reach_um()));
}

TEST_CASE("planes end with the slide, the search for nuclei takes in the glass beside it") {
  const TissueMask tissue = one_block(1000, 700, 0, 0, 1000, 700);
  const Rect<WorkFrame> slide{0, 0, 4000, 2800};
  const ScanPlan plan = plan_scan(tissue, {8000, 5600}, 0.25, {});
  for (const BlockPlan& block : plan.sweeps.at(0).blocks) {
    CHECK(holds(slide, block.planes));
    CHECK(holds(slide, block.membranes));
    CHECK(holds(slide.grown(24), block.spots));
  }
}

TEST_CASE("blocks without tissue near have nothing to do") {
  CHECK(plan_scan(one_block(1000, 1000, 0, 0, 0, 0), {8000, 8000}, 0.25, {}).sweeps.empty());
  const ScanPlan speck = plan_scan(one_block(1000, 1000, 500, 520, 501, 521), {8000, 8000}, 0.25, {});
  int busy = 0, with_cells = 0;
  for (const BlockPlan& block : speck.sweeps.at(0).blocks) {
    busy += block.planes.empty() ? 0 : 1;
    with_cells += block.cells.empty() ? 0 : 1;
  }
  CHECK(with_cells == 1);
  CHECK(busy <= 4);
}

TEST_CASE("every tile of the file ends in exactly one account") {
  SlideInfo info;
  info.extent = {8000, 5600};
  info.tile = {256, 256};
  const TissueMask tissue = one_block(1000, 700, 100, 50, 400, 300);
  const TileAccount clean = account_tiles(info, 0.25, tissue, tissue, {}, {});
  CHECK(clean.expected == 32 * 22);
  CHECK(clean.balanced());
  CHECK(clean.analysed > 0);
  const Problem in_tissue{ProblemKind::Missing, "tile", {1024, 1024, 1280, 1280}};
  const Problem garbage{ProblemKind::Undecodable, "tile", {1280, 1024, 1536, 1280}};
  const Problem on_glass{ProblemKind::Missing, "tile", {7680, 5376, 7936, 5600}};
  const TileAccount lost = account_tiles(info, 0.25, tissue, tissue, {in_tissue, garbage, on_glass}, {});
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
  const TileAccount lost = account_tiles(info, 0.25, tissue, tissue, {strip}, {});
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
    return account_tiles(info, 0.25, tissue, tissue, {}, {{kind, "tile", where}});
  };
  CHECK(account(ProblemKind::Missing, {1280, 1024, 1536, 1280}).missing == 1);
  CHECK(account(ProblemKind::Missing, {7424, 5120, 7680, 5376}).missing == 0);  // scanners leave glass out
  CHECK(account(ProblemKind::Undecodable, {7424, 5120, 7680, 5376}).undecodable == 1);
}

TEST_CASE("tissue that ends on a tile's border leaves the next tile alone") {
  SlideInfo info;
  info.extent = {8000, 5600};
  info.tile = {256, 256};
  const TissueMask square = one_block(1000, 700, 0, 0, 32, 32);
  CHECK(account_tiles(info, 0.25, square, square, {}, {}).analysed == 1);
}

TEST_CASE("tiles whose tissue is all kept out are excluded, not analysed") {
  SlideInfo info;
  info.extent = {8000, 5600};
  info.tile = {256, 256};
  const TissueMask tissue = one_block(1000, 700, 0, 0, 64, 32);  // two tiles
  QcMap quality(tissue);
  for (int y = 0; y < 32; ++y) std::fill_n(quality.flag.row(y), 32, static_cast<std::uint8_t>(QcFlag::Pen));
  quality.flag(40, 8) = static_cast<std::uint8_t>(QcFlag::Fold);
  const TissueMask counted = counted_tissue(tissue, quality);
  const Problem in_pen{ProblemKind::Missing, "tile", {0, 0, 256, 256}};
  const TileAccount account = account_tiles(info, 0.25, tissue, counted, {in_pen}, {});
  CHECK(account.balanced());
  CHECK(account.excluded == 1);
  CHECK(account.analysed == 1);
  CHECK(account.missing == 0);
}

namespace {

/// 8000 x 5600 px of 0.25 um, tissue from 800 to 3200 px across and 400 to 2400 down.
struct Specimen {
  SlideInfo info;
  TissueMask tissue = one_block(1000, 700, 100, 50, 400, 300);
  Specimen() {
    info.extent = {8000, 5600};
    info.tile = {256, 256};
    tissue.area_mm2 = 300 * 250 * 4e-6;
  }
  TissueLoss loss(const std::vector<Problem>& problems, const std::vector<Problem>& unseen = {}) const {
    return lost_tissue(info, 0.25, tissue, tissue, problems, unseen);
  }
};

}  // namespace

TEST_CASE("what is lost is the tissue behind the tiles, each square of it once") {
  const Specimen slide;
  const Problem amid{ProblemKind::Missing, "tile", {1024, 1024, 1280, 1280}};
  const Problem again{ProblemKind::Undecodable, "strip", {1024, 1024, 1280, 1280}};
  const Problem half{ProblemKind::Undecodable, "tile", {672, 1024, 928, 1280}};  // tissue from 800 px on
  const Problem glass{ProblemKind::Missing, "tile", {7680, 5376, 7936, 5600}};
  const TissueLoss loss = slide.loss({amid, again, half, glass});
  CHECK(loss.missing_mm2 == Approx(32 * 32 * 4e-6));
  CHECK(loss.undecodable_mm2 == Approx(16 * 32 * 4e-6));
  CHECK(loss.counted_mm2 == Approx(loss.mm2()));
  CHECK(loss.of_mm2 == Approx(slide.tissue.area_mm2));
  CHECK(loss.percent() == Approx(100.0 * (32 * 32 + 16 * 32) / (300 * 250)));
}

TEST_CASE("what no level shows counts as tissue lost; a missing tile on glass does not") {
  const Specimen slide;
  const Problem unseen{ProblemKind::Undecodable, "tile", {7424, 5120, 7680, 5376}};
  const Problem empty{ProblemKind::Missing, "tile", {7424, 5120, 7680, 5376}};
  CHECK(slide.loss({}, {unseen}).undecodable_mm2 == Approx(32 * 32 * 4e-6));
  CHECK(slide.loss({}, {unseen}).counted_mm2 == 0);
  CHECK(slide.loss({}, {unseen}).of_mm2 == Approx(slide.tissue.area_mm2 + 32 * 32 * 4e-6));
  CHECK(slide.loss({}, {empty}).mm2() == 0);
}

TEST_CASE("what no level shows costs nothing where regions leave it out") {
  const Specimen slide;
  const Problem unseen{ProblemKind::Undecodable, "tile", {7424, 5120, 7680, 5376}};
  Plane<std::uint8_t> left_out(1000, 700);
  const auto account = [&] {
    return account_tiles(slide.info, 0.25, slide.tissue, slide.tissue, {}, {unseen}, left_out);
  };
  const auto loss = [&] {
    return lost_tissue(slide.info, 0.25, slide.tissue, slide.tissue, {}, {unseen}, left_out);
  };
  for (int y = 640; y < 672; ++y) std::fill_n(left_out.row(y) + 928, 16, std::uint8_t{1});
  CHECK(account().undecodable == 1);
  CHECK(loss().mm2() == Approx(16 * 32 * 4e-6));
  for (int y = 640; y < 672; ++y) std::fill_n(left_out.row(y) + 928, 32, std::uint8_t{1});
  CHECK(account().undecodable == 0);
  CHECK(account().excluded == 1);
  CHECK(account().balanced());
  CHECK(loss().mm2() == 0);
  CHECK(loss().of_mm2 == Approx(slide.tissue.area_mm2));
}

TEST_CASE("a loss in excluded tissue costs nothing") {
  const Specimen slide;
  TissueMask counted = slide.tissue;
  for (int y = 0; y < 700; ++y) std::fill_n(counted.piece.row(y), 200, std::uint16_t{0});
  const Problem kept_out{ProblemKind::Missing, "tile", {1024, 1024, 1280, 1280}};
  CHECK(lost_tissue(slide.info, 0.25, slide.tissue, counted, {kept_out}, {}).mm2() == 0);
}

TEST_CASE("a loss is allowed up to the share that the user gives, and said either way") {
  TileAccount tiles{100, 58, 40, 1, 1, 0};
  TissueLoss loss;
  loss.missing_mm2 = 0.03;
  loss.undecodable_mm2 = 0.02;
  loss.of_mm2 = 1;
  REQUIRE(incompleteness(tiles, loss, std::nullopt));
  CHECK_FALSE(incompleteness(tiles, loss, std::nullopt)->allowed);
  CHECK_FALSE(incompleteness(tiles, loss, 4.9)->allowed);
  CHECK(incompleteness(tiles, loss, 5.0)->allowed);
  CHECK(incompleteness(tiles, loss, 5.0)->remark.code == "incomplete");
  CHECK(incompleteness(tiles, loss, 5.0)->remark.message.find("5.00 %") != std::string::npos);
  tiles.missing = tiles.undecodable = 0;
  CHECK_FALSE(incompleteness(tiles, {}, std::nullopt));
}

TEST_CASE("cells on lost pixels are no cells") {
  CellTable cells(3);
  cells[0].x = cells[0].y = 64 * 64;                     // 64 um: px 256
  cells[1].x = 64 * 64 - 1, cells[1].y = 64 * 64;        // px 255
  cells[2].x = 128 * 64 - 1, cells[2].y = 128 * 64 - 1;  // px 511
  drop_lost_cells(cells, {{ProblemKind::Undecodable, "tile", {256, 256, 512, 512}}}, 0.25);
  REQUIRE(cells.size() == 1);
  CHECK(cells[0].x == 64 * 64 - 1);
}

TEST_CASE("of borders that do not fit the tile between them is named, else both tiles") {
  const auto tile = [](std::int64_t column, std::int64_t row) {
    return Rect<SlideFrame>{column * 256, row * 256, column * 256 + 256, row * 256 + 256};
  };
  const Specimen slide;
  const auto everywhere = [](const Rect<SlideFrame>&) { return true; };
  SuspectTiles suspects;
  suspects.seams = {
      {tile(5, 4), tile(5, 5)}, {tile(4, 5), tile(5, 5)}, {tile(5, 5), tile(5, 6)}, {tile(8, 2), tile(9, 2)}};
  const std::vector<Problem> found = doubtful_tiles(suspects, slide.tissue, 0.25, everywhere);
  REQUIRE(found.size() == 2);
  CHECK(found[0].where == Rect<SlideFrame>{8 * 256, 512, 10 * 256, 768});
  CHECK(found[1].where == tile(5, 5));
  CHECK(found[1].kind == ProblemKind::Suspect);
  const std::vector<Remark> caveats = doubt_caveats(found, slide.tissue, 0.25);
  REQUIRE(caveats.size() == 1);
  CHECK(caveats[0].code == "damaged-tiles");
  CHECK(caveats[0].message.find("2 places") == 0);
  const auto nowhere = [](const Rect<SlideFrame>&) { return false; };
  CHECK(doubtful_tiles(suspects, slide.tissue, 0.25, nowhere).empty());
}

TEST_CASE("duplicates count where they hold tissue") {
  const Specimen slide;
  const auto everywhere = [](const Rect<SlideFrame>&) { return true; };
  SuspectTiles suspects;
  suspects.twins = {{{1024, 1024, 1280, 1280}, {2048, 1024, 2304, 1280}, {7168, 5120, 7424, 5376}},
                    {{1280, 1024, 1536, 1280}, {7424, 5120, 7680, 5376}}};
  const std::vector<Problem> found = doubtful_tiles(suspects, slide.tissue, 0.25, everywhere);
  REQUIRE(found.size() == 2);
  CHECK(found[0].kind == ProblemKind::Duplicate);
  CHECK(found[1].where == Rect<SlideFrame>{2048, 1024, 2304, 1280});
  CHECK(doubt_caveats(found, slide.tissue, 0.25).at(0).code == "duplicate-tiles");
}

TEST_CASE("missing tiles around what was seen are glass, and lost where nothing was seen") {
  SlideInfo info;
  info.extent = {1024, 1024};
  info.tile = {256, 256};
  const TissueMask glass = one_block(128, 128, 0, 0, 0, 0);  // squares of 2 um, 0.25 um/px
  const auto account = [&](std::int64_t rows) {
    return account_tiles(info, 0.25, glass, glass, {},
                         {{ProblemKind::Missing, "tile", Rect<SlideFrame>{0, 0, 1024, rows}}});
  };
  CHECK(account(768).background == 16);
  CHECK(account(1024).missing == 16);
}
