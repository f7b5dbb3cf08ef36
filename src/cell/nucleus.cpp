#include "annulet/cell/nucleus.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "annulet/base/error.hpp"
#include "annulet/base/integer_math.hpp"
#include "cell/log_blobs.hpp"
#include "cell/nucleus_brown.hpp"
#include "cell/nucleus_features.hpp"
#include "cell/nucleus_plane.hpp"
#include "cell/nucleus_split.hpp"
#include "cell/nucleus_suppression.hpp"
#include "cell/nucleus_window.hpp"
#include "cell/star_outline.hpp"

namespace annulet {

using namespace nuclei;

namespace {

// docs/science/nuclei.md says where the numbers come from.
constexpr int kBlobLeast1000 = 20;          // 1/1000 OD, response of a blob on the nucleus plane
constexpr int kInteriorBlobLeast1000 = 50;  // 1/1000 OD, on the interior plane
constexpr StarRules kNucleusRules{kNucleusUnits, 300, 5, 210, 20, 18};
constexpr StarRules kInteriorRules{kInteriorUnits, 400, 10, 1000, 60, 23};
constexpr int kBrownBlobLeast1000 = 100;   // 1/1000 OD, on the brown plane
constexpr int kBrownTriedLeast1000 = 300;  // ... of those that thinning leaves
constexpr StarRules kBrownRules{kInteriorUnits, 400, 10, 1400, 60, 26};
constexpr int kBrownLeastArea = 20 * 8;     // 1/8 um2
constexpr int kBrownLeastDab = 40;          // 1/100 OD: a window nowhere darker holds none
constexpr int kLeastArea = 8 * 8;           // 1/8 um2: smaller spots are nucleoli, fragments and grain
constexpr int kSpeckMostArea = 25 * 8;      // 1/8 um2: a spot no larger and
constexpr int kSpeckDabPercent = 75;        // ... as brown as this of its blue
constexpr int kSpeckLeastDab = 300;         // ... and of so much, 1/1000 OD, is the knot of a dark wall
constexpr int kInteriorLeastRadius = 141;   // 1/64 um: 2.2 um
constexpr int kInteriorMostArea = 220 * 8;  // 1/8 um2
constexpr int kInteriorLeastStain = 60;     // 1/1000 OD of H + D inside: else it is a lumen
constexpr int kInteriorPercent = 60;        // share of the interior's outline that stands for the nucleus
constexpr int kInteriorLeastDab = 6;        // 1/100 OD: a window nowhere darker holds no wall

// Farthest that an outline's decision looks beyond its own seed's reach.
constexpr int kSeedReachUm = kBlobReachUm + kThinReachUm + kSquareUm;
// Farthest from the centre of what yields to it, or of its half, that an outline can lie.
constexpr int kYieldReachUm = std::max(kSplitShiftUm, kMostRadius / 8 + 1);

using Area = Rect<MicroFrame, std::int32_t>;

// `area` and what lies up to `um` around it.
Area around(const Area& area, int um) {
  return area.grown(um * kMicroUnits);
}

// Strip by strip, downwards: outlines near each other then find their pixels in the cache.
void sort_into_strips(std::vector<Blob>& blobs) {
  constexpr std::int32_t kStrip = 64 * kMicroUnits;
  const auto place = [](const Blob& blob) {
    return std::make_tuple(blob.x / kStrip, blob.y, blob.x, blob.scale);
  };
  std::sort(blobs.begin(), blobs.end(), [&](const Blob& a, const Blob& b) { return place(a) < place(b); });
}

}  // namespace

struct NucleusFinder::Scratch {
  Contrast contrast;
  Plane<std::uint16_t> rows;
  Plane<std::uint8_t> fine;
  Plane<std::int16_t> coarse;
  BlobFinder blob_finder;
  std::vector<Blob> blobs;
  StarFitter fitter;
  std::vector<Star> nuclei, brown, interiors;
  std::vector<Star> whole;  // the nuclei before any is split: what brown and interiors yield to
  StainTile padded;
  Suppression suppression;
  BinGrid grid;

  // Areas are of the window, in its own frame.
  void find(const StainTile& tile, const NucleusOptions& options, const Area& wanted,
            std::vector<Nucleus>& found);
  void outlines(const StainTile& tile, int blob_least1000, int tried_least1000, const StarRules& rules,
                const Area& area, std::vector<Star>& stars);
  void suppress(const Area& area, std::vector<Star>& stars);
  void find_brown(const StainTile& tile, const Area& wanted);
  void find_interiors(const StainTile& tile, const Area& wanted);
  void leave_free(const std::vector<Star>& taken, std::vector<Star>& stars);
};

// Blobs of `contrast`, thinned, with an outline each that `rules` accept; not yet suppressed. All that
// suppression in `area` needs.
void NucleusFinder::Scratch::outlines(const StainTile& tile, int blob_least1000, int tried_least1000,
                                      const StarRules& rules, const Area& area, std::vector<Star>& stars) {
  const BlobWindow window = blob_window(tile);
  stars.clear();
  coarse_plane(contrast.plane, static_cast<int>(tile.work.x0 & 1), static_cast<int>(tile.work.y0 & 1),
               coarse);
  blob_finder(coarse, window, blob_least1000 * contrast.units_per_od * kCoarsePerFine / 1000, 0,
              kBlobScales - 1, blobs);
  blob_finder.thin(window, blobs);
  const int tried_least = tried_least1000 * contrast.units_per_od * kCoarsePerFine / 1000;
  const Area seeds = around(area, kSuppressionReachUm + kStarShiftUm);
  std::erase_if(blobs, [&](const Blob& blob) {
    return blob.response < tried_least || !seeds.contains({blob.x, blob.y});
  });
  if (blobs.empty()) return;
  sort_into_strips(blobs);
  fine_plane(contrast.plane, rows, fine);
  fitter.prepare(fine.width());
  const bool cut = touches_border(tile);
  const int least_edge = rules.least_edge * 2 * rules.units_per_od / 1000;
  Star star;
  for (const Blob& blob : blobs) {
    if (fitter(fine, {blob.x, blob.y}, rules, star) && (!cut || closes_inside(tile, star, least_edge)))
      stars.push_back(star);
  }
}

// Leaves the winners whose centre lies in `area`.
void NucleusFinder::Scratch::suppress(const Area& area, std::vector<Star>& stars) {
  suppression(stars);
  std::erase_if(stars, [&](const Star& star) { return !area.contains(star.centre); });
}

// Erases the stars that hold the centre of one that is taken: a seen nucleus stands for its cell.
void NucleusFinder::Scratch::leave_free(const std::vector<Star>& taken, std::vector<Star>& stars) {
  grid.build(taken.size(), kRivalReachUm * kMicroUnits, 0, 0, [&](std::size_t i) { return taken[i].centre; });
  std::erase_if(stars, [&](const Star& s) {
    bool held = false;
    grid.near(s.centre.x, s.centre.y, kMostRadius * 8, [&](std::uint32_t i) {
      const std::int64_t dx = taken[i].centre.x - s.centre.x, dy = taken[i].centre.y - s.centre.y;
      const std::int64_t radius = 8 * s.radius[static_cast<std::size_t>(ray_towards(
                                          static_cast<std::int32_t>(dx), static_cast<std::int32_t>(dy)))];
      held = held || dx * dx + dy * dy <= radius * radius;
    });
    return held;
  });
}

// Nuclei under or of brown: bodies filled with it.
void NucleusFinder::Scratch::find_brown(const StainTile& tile, const Area& wanted) {
  brown.clear();
  const auto& dab = tile.dab.values();
  if (std::none_of(dab.begin(), dab.end(), [](int d) { return d > kBrownLeastDab; })) return;
  brown_plane(tile, contrast);
  outlines(tile, kBrownBlobLeast1000, kBrownTriedLeast1000, kBrownRules, wanted, brown);
  std::erase_if(brown, [&](const Star& s) {
    return star_area(s.radius) < kBrownLeastArea || !is_filled_brown(tile, s);
  });
  suppress(wanted, brown);
  leave_free(whole, brown);
}

void NucleusFinder::Scratch::find_interiors(const StainTile& tile, const Area& wanted) {
  interiors.clear();
  const auto& dab = tile.dab.values();
  if (std::none_of(dab.begin(), dab.end(), [](int d) { return d > kInteriorLeastDab; })) return;
  interior_plane(tile, contrast);
  outlines(tile, kInteriorBlobLeast1000, 0, kInteriorRules, wanted, interiors);
  std::erase_if(interiors, [](const Star& s) {
    return s.mean_radius <= kInteriorLeastRadius || star_area(s.radius) >= kInteriorMostArea;
  });
  suppress(wanted, interiors);
  leave_free(whole, interiors);
}

void NucleusFinder::Scratch::find(const StainTile& tile, const NucleusOptions& options, const Area& wanted,
                                  std::vector<Nucleus>& found) {
  nucleus_plane(tile, options.gain_percent, contrast);
  const Area near = around(wanted, kYieldReachUm);
  outlines(tile, kBlobLeast1000, 0, kNucleusRules, near, nuclei);
  std::erase_if(nuclei, [](const Star& star) { return star_area(star.radius) < kLeastArea; });
  suppress(near, nuclei);
  whole = nuclei;
  split_touching(fine, kNucleusRules, nuclei);
  for (const Star& star : nuclei) {
    if (!wanted.contains(star.centre)) continue;
    const Nucleus nucleus = describe(tile, star, kNucleusRules, options.gain_percent, 100);
    const bool knot = nucleus.area <= kSpeckMostArea && nucleus.nucleus_dab_od > kSpeckLeastDab &&
                      100 * nucleus.nucleus_dab_od > kSpeckDabPercent * nucleus.haematoxylin_od;
    if (!knot) found.push_back(nucleus);
  }
  if (!options.interiors) return;
  find_brown(tile, wanted);
  for (const Star& star : brown) {
    found.push_back(describe(tile, star, kBrownRules, 100, 100));
    found.back().interior = true;
  }
  find_interiors(tile, wanted);
  for (const Star& star : interiors) {
    Nucleus nucleus = describe(tile, star, kInteriorRules, 100, kInteriorPercent);
    if (nucleus.haematoxylin_od + nucleus.nucleus_dab_od < kInteriorLeastStain) continue;
    nucleus.interior = true;
    found.push_back(nucleus);
  }
}

NucleusFinder::NucleusFinder() : scratch_(std::make_unique<Scratch>()) {}
NucleusFinder::~NucleusFinder() = default;

int NucleusFinder::reach_um() {
  // An interior yields to a nucleus whose centre it holds: the reach of that nucleus, and the way to it. The
  // half of a split nucleus lies nearer to it.
  return kSeedReachUm + kStarShiftUm + kSuppressionReachUm + kYieldReachUm;
}

std::vector<Nucleus> NucleusFinder::operator()(const StainTile& tile, const NucleusOptions& options) {
  return (*this)(tile, options, tile.work.grown(kGlassUm * kMicroUnits / kMicroPerWork));
}

std::vector<Nucleus> NucleusFinder::operator()(const StainTile& tile, const NucleusOptions& options,
                                               const Rect<WorkFrame>& wanted) {
  expects(tile.haematoxylin.width() == tile.work.width() &&
              tile.haematoxylin.height() == tile.work.height() && tile.dab.width() == tile.work.width() &&
              tile.dab.height() == tile.work.height(),
          "NucleusFinder: planes of the size of the window");
  expects(options.gain_percent >= 100 && options.gain_percent <= 400,
          "NucleusFinder: gain of 100 to 400 percent");
  std::vector<Nucleus> found;
  if (tile.work.empty()) return found;
  Scratch& s = *scratch_;
  const auto area_in = [&](const Rect<WorkFrame>& window) {
    const auto micro = [](std::int64_t work, std::int64_t from) {
      return static_cast<std::int32_t>((work - from) * kMicroPerWork);
    };
    return Area{micro(wanted.x0, window.x0), micro(wanted.y0, window.y0), micro(wanted.x1, window.x0),
                micro(wanted.y1, window.y0)};
  };
  if (touches_border(tile)) {
    add_glass(tile, s.padded);
    s.find(s.padded, options, area_in(s.padded.work), found);
    std::erase_if(found, [&](const Nucleus& n) { return !belongs_to(tile, n); });
  } else {
    s.find(tile, options, area_in(tile.work), found);
  }
  // The centre is the key of a cell: of two at one place the nucleus stays before the interior.
  const auto place = [](const Nucleus& n) { return std::tie(n.centre.y, n.centre.x, n.interior, n.radius); };
  std::sort(found.begin(), found.end(),
            [&](const Nucleus& a, const Nucleus& b) { return place(a) < place(b); });
  found.erase(std::unique(found.begin(), found.end(),
                          [](const Nucleus& a, const Nucleus& b) {
                            return a.centre.x == b.centre.x && a.centre.y == b.centre.y;
                          }),
              found.end());
  return found;
}

}  // namespace annulet
