// A block sees as much of its neighbours as its steps ask for, wherever tissue, the slide and the blocks end.
#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <string>

#include "annulet/base/random.hpp"
#include "annulet/cell/membrane.hpp"
#include "annulet/cell/nucleus.hpp"
#include "annulet/pipeline/scan.hpp"
#include "annulet/pipeline/scan_plan.hpp"
#include "annulet/pipeline/survey.hpp"
#include "support/catch.hpp"

using namespace annulet;

namespace {

using Place = Point<WorkFrame>;
using Part = Rect<WorkFrame> BlockPlan::*;
constexpr std::int64_t kWorkPerUm = 2;
constexpr double kMaskPitch = 8;                    // um
constexpr double kPitch = 0.25;                     // um per pixel of the slide
constexpr std::int64_t kOutside = 12 * kWorkPerUm;  // a nucleus that the slide cuts has its centre so near

/// Discs of tissue, and discs cut out of it, on a slide whose border cuts some of them.
TissueMask some_tissue(Random& random, int width, int height) {
  TissueMask mask;
  mask.pitch_um = kMaskPitch;
  mask.piece = Plane<std::uint16_t>(width, height);
  if (random.below(4) == 0) mask.piece.fill(1);
  for (const std::uint16_t value : std::array<std::uint16_t, 5>{1, 1, 1, 0, 0}) {
    const double x = random.uniform(0, width), y = random.uniform(0, height), radius = random.uniform(2, 25);
    for (int j = 0; j < height; ++j) {
      for (int i = 0; i < width; ++i) {
        if ((i - x) * (i - x) + (j - y) * (j - y) < radius * radius) mask.piece(i, j) = value;
      }
    }
  }
  mask.piece(0, 0) = 1;
  return mask;
}

/// Where a step needs what the one before has found: as far as it says, and half of the time exactly so far.
Place reached(Random& random, Place from, std::int64_t reach) {
  const auto along = [&] {
    if (random.below(2) == 0) return random.below(2) == 0 ? -reach : reach;
    return static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(2 * reach + 1))) - reach;
  };
  return {from.x + along(), from.y + along()};
}

/// A plan and what every place on its way from a cell back to the pixels is asked for.
class Trail {
 public:
  Trail(const ScanPlan& plan, const Size<WorkFrame>& slide)
      : plan_(plan), slide_{0, 0, slide.width, slide.height} {}

  /// Of one place on tissue: its block, and places that its cell may depend on.
  void follow(Random& random, Place cell) {
    int owners = 0;
    for (const Sweep& sweep : plan_.sweeps) {
      for (std::size_t i = 0; i < sweep.blocks.size(); ++i) {
        if (!sweep.blocks[i].cells.contains(cell)) continue;
        ++owners;
        walk(random, sweep, i, cell);
      }
    }
    if (owners != 1) complain("a place on tissue belongs to " + std::to_string(owners) + " blocks");
  }

  const std::set<std::string>& complaints() const { return complaints_; }

 private:
  void complain(const std::string& what) { complaints_.insert(what); }
  bool in_reach(Place place) const { return slide_.grown(kOutside).contains(place); }

  /// The block that `home` looks at whose part holds the place; `home` where none does.
  std::size_t block_of(const Sweep& sweep, std::size_t home, Part part, Place place, const char* what) {
    const auto row = static_cast<std::ptrdiff_t>(home / sweep.columns),
               column = static_cast<std::ptrdiff_t>(home % sweep.columns);
    for (std::ptrdiff_t r = row - static_cast<std::ptrdiff_t>(sweep.above); r <= row; ++r) {
      for (std::ptrdiff_t c = column - 1; c <= column + 1; ++c) {
        if (r < 0 || c < 0 || c >= static_cast<std::ptrdiff_t>(sweep.columns)) continue;
        const std::size_t i = static_cast<std::size_t>(r) * sweep.columns + static_cast<std::size_t>(c);
        if ((sweep.blocks[i].*part).contains(place)) return i;
      }
    }
    complain(std::string("not all ") + what + " that a step needs are found");
    return home;
  }

  /// Pixels as far as a step looks around a place; glass far from tissue is not read.
  void look(Random& random, const Sweep& sweep, std::size_t home, Part part, Place from, std::int64_t reach,
            const char* what) {
    const Place pixel = reached(random, from, reach);
    if (slide_.contains(pixel) && (part == &BlockPlan::membranes || plan_.seen.holds(pixel)))
      block_of(sweep, home, part, pixel, what);
  }

  void walk(Random& random, const Sweep& sweep, std::size_t home, Place cell) {
    look(random, sweep, home, &BlockPlan::membranes, cell, MembraneMeter::ring_reach_um() * kWorkPerUm,
         "membranes");
    const Place nucleus = reached(random, cell, MembraneMeter::neighbour_reach_um() * kWorkPerUm);
    if (!in_reach(nucleus) || !plan_.seen.holds(nucleus)) return;
    home = block_of(sweep, home, &BlockPlan::nuclei, nucleus, "nuclei");
    look(random, sweep, home, &BlockPlan::planes, nucleus, NucleusFinder::nucleus_reach_um() * kWorkPerUm,
         "pixels of nuclei");
    const Place outline = reached(random, nucleus, NucleusFinder::rival_reach_um() * kWorkPerUm);
    if (!in_reach(outline) || !plan_.seen.holds(outline)) return;
    home = block_of(sweep, home, &BlockPlan::outlines, outline, "outlines");
    look(random, sweep, home, &BlockPlan::planes, outline, NucleusFinder::outline_reach_um() * kWorkPerUm,
         "pixels of outlines");
    const Place spot = reached(random, outline, NucleusFinder::thinning_reach_um() * kWorkPerUm);
    if (!in_reach(spot) || !plan_.seen.holds(spot)) return;
    home = block_of(sweep, home, &BlockPlan::spots, spot, "spots");
    look(random, sweep, home, &BlockPlan::planes, spot, NucleusFinder::spot_reach_um() * kWorkPerUm,
         "pixels of spots");
  }

  const ScanPlan& plan_;
  const Rect<WorkFrame> slide_;
  std::set<std::string> complaints_;
};

/// Takes tissue away: a strip along a block border, the surroundings of a corner of blocks, a disc.
void keep_out(TissueMask& tissue) {
  const auto cut = [&](double x0, double y0, double x1, double y1) {
    const Rect<WorkFrame> part = Rect<WorkFrame>{static_cast<std::int64_t>(x0 / tissue.pitch_um),
                                                 static_cast<std::int64_t>(y0 / tissue.pitch_um),
                                                 static_cast<std::int64_t>(x1 / tissue.pitch_um),
                                                 static_cast<std::int64_t>(y1 / tissue.pitch_um)}
                                     .clipped({0, 0, tissue.piece.width(), tissue.piece.height()});
    for (std::int64_t y = part.y0; y < part.y1; ++y) {
      for (std::int64_t x = part.x0; x < part.x1; ++x)
        tissue.piece(static_cast<int>(x), static_cast<int>(y)) = 0;
    }
  };
  cut(0, 90, 200, 130);
  cut(250, 0, 270, 300);
  cut(180, 180, 215, 215);
  cut(320, 330, 400, 400);
}

}  // namespace

TEST_CASE("a plan gives every step all that it says it looks at, in any grid of blocks and any memory") {
  Random random(20);
  std::size_t sweeps = 0, cut_by_memory = 0, places = 0;
  for (int round = 0; round < 120; ++round) {
    const int width = 20 + static_cast<int>(random.below(90)),
              height = 20 + static_cast<int>(random.below(90));
    const TissueMask tissue = some_tissue(random, width, height);
    GridOptions grid;
    if (random.below(8) != 0)
      grid.block_um = 64 + static_cast<int>(random.below(4)) * static_cast<int>(random.below(60));
    grid.offset_um = static_cast<int>(random.below(300));
    if (random.below(3) != 0) grid.plane_bytes = random.below(2) == 0 ? 1 : 4'000'000;
    const Size<SlideFrame> extent{static_cast<std::int64_t>(width * kMaskPitch / kPitch),
                                  static_cast<std::int64_t>(height * kMaskPitch / kPitch)};
    const ScanPlan plan = plan_scan(tissue, extent, kPitch, grid);
    sweeps += plan.sweeps.size();
    cut_by_memory += plan.sweeps.size() > 1;
    constexpr auto kWorkPerMask = static_cast<std::int64_t>(kMaskPitch) * kWorkPerUm;
    Trail trail(plan, {width * kWorkPerMask, height * kWorkPerMask});
    for (int i = 0; i < 4000; ++i) {
      const int x = static_cast<int>(random.below(static_cast<std::uint64_t>(width))),
                y = static_cast<int>(random.below(static_cast<std::uint64_t>(height)));
      if (tissue.piece(x, y) == 0) continue;
      ++places;
      trail.follow(random, {x * kWorkPerMask + static_cast<std::int64_t>(random.below(kWorkPerMask)),
                            y * kWorkPerMask + static_cast<std::int64_t>(random.below(kWorkPerMask))});
    }
    INFO("round " << round << ": blocks of " << grid.block_um << " um, offset " << grid.offset_um << ", "
                  << grid.plane_bytes << " bytes");
    for (const std::string& complaint : trail.complaints()) FAIL_CHECK(complaint);
  }
  CHECK(cut_by_memory > 20);
  CHECK(places > 100'000);
  CHECK(sweeps > 200);
}

TEST_CASE("tissue that ends near the borders of blocks has the same cells in any grid and any memory") {
  for (const char* name : {"her2-2plus.tif", "her2-3plus.tif"}) {
    const auto source = open_slide(std::filesystem::path(ANNULET_SOURCE_DIR) / "samples/slides" / name);
    Survey survey = survey_slide(*source, source->info().pitch, {}, {});
    REQUIRE(survey.reasons.empty());
    const std::size_t whole = scan_slide(*source, survey, {}, {}).cells.size();
    keep_out(survey.counted);
    const CellTable reference = scan_slide(*source, survey, {}, {}).cells;
    REQUIRE(reference.size() > 100);
    REQUIRE(reference.size() < whole);
    for (const int offset_um : {0, 13, 25, 37, 51, 63}) {
      ScoreOptions options;
      options.block_um = 64;
      options.offset_um = offset_um;
      for (const std::uint64_t memory : {0, 1}) {
        options.memory = memory;
        INFO(name << " offset " << offset_um << " memory " << memory);
        CHECK(scan_slide(*source, survey, options, {}).cells == reference);
      }
    }
  }
}
