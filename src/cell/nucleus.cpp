#include "annulet/cell/nucleus.hpp"

#include <algorithm>
#include <cmath>

#include "annulet/base/error.hpp"
#include "annulet/base/integer_math.hpp"
#include "cell/log_blobs.hpp"
#include "cell/nucleus_features.hpp"
#include "cell/nucleus_plane.hpp"
#include "cell/nucleus_suppression.hpp"
#include "cell/star_outline.hpp"

namespace annulet {

using namespace nuclei;

namespace {

// docs/science/nuclei.md says where the numbers come from.
constexpr int kBlobLeast1000 = 20;          // 1/1000 OD, response of a blob on the nucleus plane
constexpr int kInteriorBlobLeast1000 = 50;  // 1/1000 OD, on the interior plane
constexpr StarRules kNucleusRules{kNucleusUnits, 300, 5, 250, 20, 20};
constexpr StarRules kInteriorRules{kInteriorUnits, 400, 10, 1000, 60, 23};
constexpr int kLeastArea = 8 * 8;           // 1/8 um2: smaller spots are nucleoli, fragments and grain
constexpr int kSpeckMostArea = 25 * 8;      // 1/8 um2: a spot no larger and
constexpr int kSpeckDabPercent = 75;        // ... as brown as this of its blue is the knot of a dark wall
constexpr int kInteriorLeastRadius = 141;   // 1/64 um: 2.2 um
constexpr int kInteriorMostArea = 220 * 8;  // 1/8 um2
constexpr int kInteriorLeastStain = 60;     // 1/1000 OD of H + D inside: else it is a lumen
constexpr int kInteriorPercent = 60;        // share of the interior's outline that stands for the nucleus
constexpr int kInteriorLeastDab = 6;        // 1/100 OD: a window nowhere darker holds no wall
constexpr int kContrastLeast1000 = 10;      // 1/1000 OD: the blobs of a blank area lie at 7 to 13
constexpr int kNuclearLeast1000 = 20;       // 1/1000 OD: what counts as a nucleus when the gain is chosen
constexpr int kContrastScale = 1;           // sigma 2.4 um
constexpr int kContrastAimed = 15000;       // 0.150 OD in 1/1000 per percent of gain

// Farthest that an outline's decision looks beyond its own seed's reach.
constexpr int kSeedReachUm = kBlobReachUm + kThinReachUm + kSquareUm;

BlobWindow blob_window(const StainTile& tile) {
  BlobWindow window;
  const int skip_x = static_cast<int>(tile.work.x0 & 1), skip_y = static_cast<int>(tile.work.y0 & 1);
  window.first_x = kMicroPerWork * (skip_x + 1);
  window.first_y = kMicroPerWork * (skip_y + 1);
  window.slide_x = tile.work.x0 * kMicroPerWork;
  window.slide_y = tile.work.y0 * kMicroPerWork;
  // Where the window ends and the slide does not, spots nearer than their own reach would be wrong: leave
  // them out.
  const auto margin = [](bool inner) { return inner ? kBlobReachUm * kMicroUnits : -kMicroUnits; };
  const double work_per_px = tile.pitch_um / kWorkPitch;
  const auto slide_right = static_cast<std::int64_t>(static_cast<double>(tile.slide.width) * work_per_px);
  const auto slide_bottom = static_cast<std::int64_t>(static_cast<double>(tile.slide.height) * work_per_px);
  const auto right = static_cast<std::int32_t>(tile.work.width()) * kMicroPerWork;
  const auto bottom = static_cast<std::int32_t>(tile.work.height()) * kMicroPerWork;
  window.wanted = {margin(tile.work.x0 > 0), margin(tile.work.y0 > 0),
                   right - margin(tile.work.x1 < slide_right), bottom - margin(tile.work.y1 < slide_bottom)};
  return window;
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
  std::vector<Star> nuclei, interiors;
  Suppression suppression;
  BinGrid grid;

  void outlines(const StainTile& tile, int blob_least1000, const StarRules& rules, std::vector<Star>& stars);
  void find_interiors(const StainTile& tile);
};

// Blobs of `contrast`, thinned, with an outline each that `rules` accept; not yet suppressed.
void NucleusFinder::Scratch::outlines(const StainTile& tile, int blob_least1000, const StarRules& rules,
                                      std::vector<Star>& stars) {
  const BlobWindow window = blob_window(tile);
  stars.clear();
  coarse_plane(contrast.plane, static_cast<int>(tile.work.x0 & 1), static_cast<int>(tile.work.y0 & 1),
               coarse);
  blob_finder(coarse, window, blob_least1000 * contrast.units_per_od * kCoarsePerFine / 1000, 0,
              kBlobScales - 1, blobs);
  blob_finder.thin(window, blobs);
  if (blobs.empty()) return;
  fine_plane(contrast.plane, rows, fine);
  fitter.prepare(fine.width());
  Star star;
  for (const Blob& blob : blobs) {
    if (fitter(fine, {blob.x, blob.y}, rules, star)) stars.push_back(star);
  }
}

void NucleusFinder::Scratch::find_interiors(const StainTile& tile) {
  interiors.clear();
  const auto& dab = tile.dab.values();
  if (std::none_of(dab.begin(), dab.end(), [](int d) { return d > kInteriorLeastDab; })) return;
  interior_plane(tile, contrast);
  outlines(tile, kInteriorBlobLeast1000, kInteriorRules, interiors);
  std::erase_if(interiors, [](const Star& s) {
    return s.mean_radius <= kInteriorLeastRadius || star_area(s.radius) >= kInteriorMostArea;
  });
  suppression(interiors);
  // A seen nucleus stands for its cell.
  grid.build(nuclei.size(), kRivalReachUm * kMicroUnits, 0, 0,
             [&](std::size_t i) { return nuclei[i].centre; });
  std::erase_if(interiors, [&](const Star& s) {
    bool taken = false;
    grid.near(s.centre.x, s.centre.y, kMostRadius * 8, [&](std::uint32_t i) {
      const std::int64_t dx = nuclei[i].centre.x - s.centre.x, dy = nuclei[i].centre.y - s.centre.y;
      const std::int64_t radius = 8 * s.radius[static_cast<std::size_t>(ray_towards(
                                          static_cast<std::int32_t>(dx), static_cast<std::int32_t>(dy)))];
      taken = taken || dx * dx + dy * dy <= radius * radius;
    });
    return taken;
  });
}

NucleusFinder::NucleusFinder() : scratch_(std::make_unique<Scratch>()) {}
NucleusFinder::~NucleusFinder() = default;

int NucleusFinder::reach_um() {
  // An interior yields to a nucleus whose centre it holds: the reach of that nucleus, and the way to it.
  return kSeedReachUm + kStarShiftUm + kSuppressionReachUm + kMostRadius / 8 + 1;
}

std::vector<Nucleus> NucleusFinder::operator()(const StainTile& tile, const NucleusOptions& options) {
  expects(tile.haematoxylin.width() == tile.work.width() &&
              tile.haematoxylin.height() == tile.work.height() && tile.dab.width() == tile.work.width() &&
              tile.dab.height() == tile.work.height(),
          "NucleusFinder: planes of the size of the window");
  expects(options.gain_percent >= 100 && options.gain_percent <= 400,
          "NucleusFinder: gain of 100 to 400 percent");
  std::vector<Nucleus> found;
  if (tile.work.empty()) return found;
  Scratch& s = *scratch_;
  nucleus_plane(tile, options.gain_percent, s.contrast);
  s.outlines(tile, kBlobLeast1000, kNucleusRules, s.nuclei);
  std::erase_if(s.nuclei, [](const Star& star) { return star_area(star.radius) < kLeastArea; });
  s.suppression(s.nuclei);
  for (const Star& star : s.nuclei) {
    const Nucleus nucleus = describe(tile, star, kNucleusRules, options.gain_percent, 100);
    const bool brown = 100 * nucleus.nucleus_dab_od > kSpeckDabPercent * nucleus.haematoxylin_od;
    if (nucleus.area > kSpeckMostArea || !brown) found.push_back(nucleus);
  }
  if (options.interiors) {
    s.find_interiors(tile);
    for (const Star& star : s.interiors) {
      Nucleus nucleus = describe(tile, star, kInteriorRules, 100, kInteriorPercent);
      if (nucleus.haematoxylin_od + nucleus.nucleus_dab_od < kInteriorLeastStain) continue;
      nucleus.interior = true;
      found.push_back(nucleus);
    }
  }
  std::sort(found.begin(), found.end(), [](const Nucleus& a, const Nucleus& b) {
    return a.centre.y != b.centre.y ? a.centre.y < b.centre.y : a.centre.x < b.centre.x;
  });
  return found;
}

std::vector<std::int32_t> nucleus_contrast(const StainTile& tile) {
  std::vector<std::int32_t> contrasts;
  if (tile.work.empty()) return contrasts;
  Contrast contrast;
  Plane<std::int16_t> coarse;
  BlobFinder finder;
  std::vector<Blob> blobs;
  nucleus_plane(tile, 100, contrast);
  coarse_plane(contrast.plane, static_cast<int>(tile.work.x0 & 1), static_cast<int>(tile.work.y0 & 1),
               coarse);
  constexpr int kUnits = kNucleusUnits * kCoarsePerFine;
  finder(coarse, blob_window(tile), kContrastLeast1000 * kUnits / 1000, kContrastScale, kContrastScale,
         blobs);
  for (const Blob& blob : blobs)
    contrasts.push_back(static_cast<std::int32_t>(divide_round(blob.response * 1000LL, kUnits)));
  return contrasts;
}

int nucleus_gain_percent(std::vector<std::int32_t> contrasts) {
  std::erase_if(contrasts, [](std::int32_t contrast) { return contrast < kNuclearLeast1000; });
  if (contrasts.empty()) return 100;
  const auto rank = static_cast<std::ptrdiff_t>(contrasts.size() * 9 / 10);
  std::nth_element(contrasts.begin(), contrasts.begin() + rank, contrasts.end());
  const std::int32_t contrast = std::max(contrasts[static_cast<std::size_t>(rank)], 1);
  return std::clamp(kContrastAimed / contrast, 100, 400);
}

}  // namespace annulet
