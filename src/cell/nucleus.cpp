#include "annulet/cell/nucleus.hpp"

#include <algorithm>
#include <array>
#include <iterator>
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
#include "cell/seen_spots.hpp"
#include "cell/star_outline.hpp"

namespace annulet {

using namespace nuclei;

namespace {

// docs/science/nuclei.md says where the numbers come from.
struct Search {
  int blob_least1000;   // 1/1000 OD, response of a blob on the plane
  int tried_least1000;  // ... of those that thinning leaves
  StarRules rules;
};
constexpr std::array<Search, kSought> kSearches = {{
    {20, 0, {kNucleusUnits, 300, 5, 210, 20, 18}},
    {100, 300, {kBrownUnits, 400, 10, 1400, 60, 26}},
    {80, 0, {kBrownUnits, 400, 10, 1000, 60, 23, true}},
}};
constexpr int kHiddenLeastDab = 6;          // 1/100 OD: a window nowhere darker hides none
constexpr int kHiddenScale = 1;             // the first scale of what is hidden: it is no smaller than 4 um
constexpr int kLeastArea = 8 * 8;           // 1/8 um2: smaller spots are nucleoli, fragments and grain
constexpr int kBrownLeastArea = 20 * 8;     // 1/8 um2
constexpr int kSpeckMostArea = 25 * 8;      // 1/8 um2: a spot no larger and
constexpr int kSpeckDabPercent = 75;        // ... as brown as this of its blue
constexpr int kSpeckLeastDab = 300;         // ... and of so much, 1/1000 OD, is the knot of a dark wall
constexpr int kInteriorLeastRadius = 141;   // 1/64 um: 2.2 um
constexpr int kInteriorMostArea = 220 * 8;  // 1/8 um2
constexpr int kInteriorLeastStain = 60;     // 1/1000 OD of H + D inside: else it is a lumen
constexpr int kInteriorPercent = 60;        // share of the interior's outline that stands for the nucleus

constexpr std::size_t kFitsAhead = 2;  // pixels are asked for so many outlines before they are read

// Farthest from the centre of what yields to it, or of its half, that an outline can lie.
constexpr int kYieldReachUm = std::max(kSplitShiftUm, kMostRadius / 8 + 1 + kBesideSeen / kMicroUnits);
constexpr int kThinnedUm = kThinReachUm + 1;  // what thins a spot out; a spot may lie beside its pixel
constexpr int kFineKernelUm = 1;              // smoothing and doubling of the fine plane
constexpr int kBesideLineUm = 3;              // splitting looks so far beside a line

using Area = Rect<MicroFrame, std::int32_t>;

// `area` and what lies up to `um` around it.
Area around(const Area& area, int um) {
  return area.grown(um * kMicroUnits);
}

// What blobs have to reach, in the units of Blob::response.
BlobLeast blob_least(std::size_t sought) {
  const Search& search = kSearches[sought];
  const auto response_of = [&](int od1000) {
    return od1000 * search.rules.units_per_od * kCoarsePerFine / 1000;
  };
  return {response_of(search.blob_least1000), response_of(search.tried_least1000)};
}

// From the slide's top left to the window's.
Point<MicroFrame, std::int32_t> origin_of(const StainTile& window) {
  return {static_cast<std::int32_t>(window.work.x0 * kMicroPerWork),
          static_cast<std::int32_t>(window.work.y0 * kMicroPerWork)};
}

// From the slide's frame to the window's.
Area in_window(const StainTile& window, const Area& area) {
  const auto origin = origin_of(window);
  return {area.x0 - origin.x, area.y0 - origin.y, area.x1 - origin.x, area.y1 - origin.y};
}
void into_window(const StainTile& window, std::vector<Star>& stars) {
  const auto origin = origin_of(window);
  for (Star& star : stars) star.centre = {star.centre.x - origin.x, star.centre.y - origin.y};
}

bool may_hide(const StainTile& window, const NucleusOptions& options) {
  const auto& dab = window.dab.values();
  return options.interiors && std::any_of(dab.begin(), dab.end(), [](int d) { return d > kHiddenLeastDab; });
}

void make_plane(const StainTile& window, int gain_percent, std::size_t sought, Plane<std::uint8_t>& out) {
  if (sought == kBlue) return nucleus_plane(window, gain_percent, out);
  brown_plane(window, out);
}

bool is_plausible(const StainTile& window, std::size_t sought, const Star& star) {
  if (sought == kBlue) return star_area(star.radius) >= kLeastArea;
  if (sought == kBrown) return star_area(star.radius) >= kBrownLeastArea && is_filled_brown(window, star);
  return star.mean_radius > kInteriorLeastRadius && star_area(star.radius) < kInteriorMostArea;
}

// The knot of a dark wall.
bool is_knot(const Nucleus& nucleus) {
  return nucleus.area <= kSpeckMostArea && nucleus.nucleus_dab_od > kSpeckLeastDab &&
         100 * nucleus.nucleus_dab_od > kSpeckDabPercent * nucleus.haematoxylin_od;
}

void expect_planes(const StainTile& window) {
  expects(window.haematoxylin.width() == window.work.width() &&
              window.haematoxylin.height() == window.work.height() &&
              window.dab.width() == window.work.width() && window.dab.height() == window.work.height(),
          "NucleusFinder: planes of the size of the window");
}

}  // namespace

struct NucleusFinder::Scratch {
  Plane<std::uint8_t> plane;
  Plane<std::uint16_t> rows;
  Plane<std::uint8_t> fine;
  Plane<std::int16_t> coarse;
  BlobFinder blob_finder;
  NucleusSpots tried;
  std::vector<Blob> beside;        // blue spots around the part ...
  std::vector<Star> beside_stars;  // ... and their outlines
  StarFitter fitter;
  std::array<std::vector<Star>, kSought> stars;
  std::vector<Star> whole;  // the nuclei before any is split: what brown and interiors yield to
  StainTile padded;
  NucleusSpots spots;
  NucleusOutlines outlines;
  Suppression suppression;
  BinGrid grid;
  SeenSpots seen_spots;

  void make_coarse(const StainTile& window, int gain_percent, std::size_t sought);
  void choose_spots(const StainTile& window, std::size_t sought, const Area& area, const NucleusSpots& all);
  void fit(const StainTile& window, std::size_t sought, const std::vector<Blob>& seeds,
           std::vector<Star>& accepted);
  void fit_blue(const StainTile& window, const Area& near);
  void suppress(const Area& area, std::vector<Star>& stars);
  void leave_free(const std::vector<Star>& taken, std::vector<Star>& stars);
  void add_blue(const StainTile& window, int gain_percent, const Area& area, std::vector<Nucleus>& chosen);
  void add_hidden(const StainTile& window, const Area& area, std::vector<Nucleus>& chosen);
};

NucleusFinder::NucleusFinder() : scratch_(std::make_unique<Scratch>()) {}
NucleusFinder::~NucleusFinder() = default;

int NucleusFinder::spot_reach_um() {
  return kThinnedUm + kBlobReachUm;
}
int NucleusFinder::thinning_reach_um() {
  return kSeenReachUm + kSquareUm;
}
int NucleusFinder::outline_reach_um() {
  return kSeenReachUm + kStarShiftUm + kOutlineUm + kFineKernelUm;
}
int NucleusFinder::rival_reach_um() {
  return kYieldReachUm + kSuppressionReachUm + kStarShiftUm;
}
int NucleusFinder::nucleus_reach_um() {
  return kYieldReachUm + kOutlineUm + kBesideLineUm + kFineKernelUm;
}
int NucleusFinder::reach_um() {
  return spot_reach_um() + thinning_reach_um() + rival_reach_um();
}

// Makes the coarse plane of what is sought.
void NucleusFinder::Scratch::make_coarse(const StainTile& window, int gain_percent, std::size_t sought) {
  make_plane(window, gain_percent, sought, plane);
  coarse_plane(plane, static_cast<int>(window.work.x0 & 1), static_cast<int>(window.work.y0 & 1), coarse);
}

void NucleusFinder::find_spots(const StainTile& window, const NucleusOptions& options,
                               const Rect<WorkFrame>& part, const SpotFilter& counts, NucleusSpots& found) {
  expect_planes(window);
  Scratch& s = *scratch_;
  const auto origin = origin_of(window);
  const Area area = micro(part);
  const BlobWindow where = blob_window(window, part.grown(kThinnedUm * kMicroUnits / kMicroPerWork));
  for (auto& blobs : s.tried) blobs.clear();
  s.make_coarse(window, options.gain_percent, kBlue);
  s.blob_finder(s.coarse, where, 0, kBlobScales - 1, blob_least(kBlue), s.tried[kBlue]);
  if (may_hide(window, options)) {  // what DAB encloses is dark where a body of it is bright
    s.make_coarse(window, options.gain_percent, kBrown);
    s.blob_finder(s.coarse, where, kHiddenScale, kBlobScales - 1, blob_least(kBrown), s.tried[kBrown],
                  blob_least(kEnclosed), s.tried[kEnclosed]);
  }
  for (std::size_t sought = 0; sought < kSought; ++sought) {
    std::vector<Blob>& blobs = s.tried[sought];
    for (Blob& blob : blobs) {
      blob.x += origin.x;
      blob.y += origin.y;
    }
    std::erase_if(blobs, [&](const Blob& blob) { return !counts({blob.x, blob.y}); });
    s.blob_finder.thin(blobs);
    const int tried_least = blob_least(sought).tried;
    std::copy_if(blobs.begin(), blobs.end(), std::back_inserter(found[sought]), [&](const Blob& blob) {
      return blob.response >= tried_least && area.contains({blob.x, blob.y});
    });
  }
}

// The spots of `area` that the cap leaves, in the window's frame.
void NucleusFinder::Scratch::choose_spots(const StainTile& window, std::size_t sought, const Area& area,
                                          const NucleusSpots& all) {
  const Area telling = squares_of(area);
  const auto origin = origin_of(window);
  std::vector<Blob>& chosen = tried[sought];
  chosen.clear();
  std::copy_if(all[sought].begin(), all[sought].end(), std::back_inserter(chosen), [&](const Blob& blob) {
    return telling.contains({blob.x, blob.y});
  });
  blob_finder.cap(chosen);
  std::erase_if(chosen, [&](const Blob& blob) { return !area.contains({blob.x, blob.y}); });
  for (Blob& blob : chosen) {
    blob.x -= origin.x;
    blob.y -= origin.y;
  }
}

// The outlines accepted around spots, in the window's frame, on the plane that was made last.
void NucleusFinder::Scratch::fit(const StainTile& window, std::size_t sought, const std::vector<Blob>& seeds,
                                 std::vector<Star>& accepted) {
  const Search& search = kSearches[sought];
  accepted.clear();
  fitter(fine, seeds, search.rules, accepted);
  const bool cut = touches_border(window);
  const int least_edge = search.rules.least_edge * 2 * search.rules.units_per_od / 1000;
  std::erase_if(accepted, [&](const Star& star) {
    return (cut && !closes_inside(window, star, least_edge)) || !is_plausible(window, sought, star);
  });
}

// Blue outlines belong to the part that holds their centre, so their spots lie in `near`. Those of the spots
// beside it are made where they may hold a hidden spot that none of these holds.
void NucleusFinder::Scratch::fit_blue(const StainTile& window, const Area& near) {
  std::vector<Blob>& seeds = tried[kBlue];
  beside.clear();
  std::erase_if(seeds, [&](const Blob& seed) {
    const bool is_near = near.contains({seed.x, seed.y});
    if (!is_near) beside.push_back(seed);
    return !is_near;
  });
  fit(window, kBlue, seeds, stars[kBlue]);
  for (const std::size_t hidden : {kBrown, kEnclosed}) seen_spots.leave_unseen(stars[kBlue], tried[hidden]);
  seen_spots.leave_near(tried[kBrown], tried[kEnclosed], beside);
  fit(window, kBlue, beside, beside_stars);
  for (const std::size_t hidden : {kBrown, kEnclosed}) seen_spots.leave_unseen(beside_stars, tried[hidden]);
}

void NucleusFinder::fit_outlines(const StainTile& window, const NucleusOptions& options,
                                 const Rect<WorkFrame>& part, const NucleusSpots& spots,
                                 NucleusOutlines& accepted) {
  expect_planes(window);
  Scratch& s = *scratch_;
  const Area area = micro(part), inside = in_window(window, area);
  const auto origin = origin_of(window);
  for (std::size_t sought = 0; sought < kSought; ++sought)
    s.choose_spots(window, sought, sought == kBlue ? around(area, kSeenReachUm) : area, spots);
  bool is_made = false;  // the fine plane of what is sought; what is hidden has one for both
  for (std::size_t sought = 0; sought < kSought; ++sought) {
    std::vector<Star>& stars = s.stars[sought];
    stars.clear();
    is_made = is_made && sought == kEnclosed;
    if (s.tried[sought].empty()) continue;
    if (!is_made) {
      make_plane(window, options.gain_percent, sought, s.plane);
      fine_plane(s.plane, s.rows, s.fine);
      is_made = true;
    }
    if (sought == kBlue) {
      s.fit_blue(window, around(inside, kStarShiftUm));
    } else {
      s.fit(window, sought, s.tried[sought], stars);
    }
    for (Star star : stars) {
      if (sought == kBlue && !inside.contains(star.centre)) continue;
      star.centre = {star.centre.x + origin.x, star.centre.y + origin.y};
      accepted[sought].push_back(star);
    }
  }
}

// Leaves the winners whose centre lies in `area`.
void NucleusFinder::Scratch::suppress(const Area& area, std::vector<Star>& all) {
  suppression(all);
  std::erase_if(all, [&](const Star& star) { return !area.contains(star.centre); });
}

// Erases the stars that hold the centre of one that is taken, or lie with theirs in or close beside it: a
// seen nucleus stands for its cell.
void NucleusFinder::Scratch::leave_free(const std::vector<Star>& taken, std::vector<Star>& all) {
  grid.build(taken.size(), kRivalReachUm * kMicroUnits, 0, 0, [&](std::size_t i) { return taken[i].centre; });
  std::erase_if(all, [&](const Star& s) {
    bool held = false;
    grid.near(s.centre.x, s.centre.y, kMostRadius * 8 + kBesideSeen, [&](std::uint32_t i) {
      held = held || holds(s, taken[i].centre) || holds(taken[i], s.centre, kBesideSeen);
    });
    return held;
  });
}

void NucleusFinder::Scratch::add_blue(const StainTile& window, int gain_percent, const Area& area,
                                      std::vector<Nucleus>& chosen) {
  const Area near = around(area, kYieldReachUm);
  std::vector<Star>& blue = stars[kBlue];
  suppress(near, blue);
  whole = blue;
  if (blue.empty()) return;
  into_window(window, blue);
  make_plane(window, gain_percent, kBlue, plane);
  fine_plane(plane, rows, fine);
  split_touching(fine, kSearches[kBlue].rules, blue);
  const Area inside = in_window(window, area);
  for (std::size_t i = 0; i < blue.size(); ++i) {
    if (i + kFitsAhead < blue.size()) prefetch_stains(window, blue[i + kFitsAhead]);
    const Star& star = blue[i];
    if (!inside.contains(star.centre)) continue;
    const Nucleus nucleus = describe(window, star, kSearches[kBlue].rules, gain_percent, 100);
    if (!is_knot(nucleus)) chosen.push_back(nucleus);
  }
}

void NucleusFinder::Scratch::add_hidden(const StainTile& window, const Area& area,
                                        std::vector<Nucleus>& chosen) {
  for (const std::size_t sought : {kBrown, kEnclosed}) {
    suppress(area, stars[sought]);
    leave_free(whole, stars[sought]);
    into_window(window, stars[sought]);
    for (const Star& star : stars[sought]) {
      Nucleus nucleus =
          describe(window, star, kSearches[sought].rules, 100, sought == kEnclosed ? kInteriorPercent : 100);
      const int stain = nucleus.haematoxylin_od + nucleus.nucleus_dab_od;
      if (sought == kEnclosed && stain < kInteriorLeastStain) continue;
      nucleus.interior = true;
      chosen.push_back(nucleus);
    }
  }
}

void NucleusFinder::choose_nuclei(const StainTile& window, const NucleusOptions& options,
                                  const Rect<WorkFrame>& part, const NucleusOutlines& outlines,
                                  std::vector<Nucleus>& chosen) {
  expect_planes(window);
  Scratch& s = *scratch_;
  s.stars = outlines;
  const Area area = micro(part);
  const std::size_t first = chosen.size();
  s.add_blue(window, options.gain_percent, area, chosen);
  s.add_hidden(window, area, chosen);
  const auto begin = chosen.begin() + static_cast<std::ptrdiff_t>(first);
  if (touches_border(window)) {
    chosen.erase(
        std::remove_if(begin, chosen.end(), [&](const Nucleus& n) { return !belongs_to(window, n); }),
        chosen.end());
  }
  // The centre is the key of a cell: of two at one place the nucleus stays before the interior.
  const auto place = [](const Nucleus& n) { return std::tie(n.centre.y, n.centre.x, n.interior, n.radius); };
  std::sort(begin, chosen.end(), [&](const Nucleus& a, const Nucleus& b) { return place(a) < place(b); });
  chosen.erase(std::unique(begin, chosen.end(),
                           [](const Nucleus& a, const Nucleus& b) {
                             return a.centre.x == b.centre.x && a.centre.y == b.centre.y;
                           }),
               chosen.end());
}

std::vector<Nucleus> NucleusFinder::operator()(const StainTile& tile, const NucleusOptions& options) {
  expect_planes(tile);
  expects(options.gain_percent >= 100 && options.gain_percent <= 400,
          "NucleusFinder: gain of 100 to 400 percent");
  std::vector<Nucleus> chosen;
  if (tile.work.empty()) return chosen;
  Scratch& s = *scratch_;
  const bool at_border = touches_border(tile);
  if (at_border) add_glass(tile, s.padded);
  const StainTile& window = at_border ? s.padded : tile;
  const Rect<WorkFrame> all = window.work.grown(kMicroUnits);
  for (auto& spots : s.spots) spots.clear();
  for (auto& outlines : s.outlines) outlines.clear();
  const auto everywhere = [](Point<MicroFrame, std::int32_t>) { return true; };
  find_spots(window, options, inner_part(tile, window, spot_reach_um()), everywhere, s.spots);
  fit_outlines(window, options, all, s.spots, s.outlines);
  choose_nuclei(window, options, tile.work, s.outlines, chosen);
  return chosen;
}

}  // namespace annulet
