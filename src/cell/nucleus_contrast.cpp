// The contrast of a slide's nuclei, and the gain that it asks for.
#include <algorithm>

#include "annulet/base/integer_math.hpp"
#include "annulet/cell/nucleus.hpp"
#include "cell/nucleus_plane.hpp"
#include "cell/nucleus_window.hpp"

namespace annulet {

using namespace nuclei;

namespace {

// docs/science/nuclei.md says where the numbers come from.
constexpr int kContrastLeast1000 = 10;  // 1/1000 OD: the blobs of a blank area lie at 7 to 13
constexpr int kNuclearLeast1000 = 20;   // 1/1000 OD: what counts as a nucleus when the gain is chosen
constexpr int kContrastScale = 1;       // sigma 2.4 um
constexpr int kContrastAimed = 15000;   // 0.150 OD in 1/1000 per percent of gain

}  // namespace

std::vector<std::int32_t> nucleus_contrast(const StainTile& tile) {
  std::vector<std::int32_t> contrasts;
  if (tile.work.empty()) return contrasts;
  Plane<std::uint8_t> bright;
  Plane<std::int16_t> coarse;
  BlobFinder finder;
  std::vector<Blob> blobs;
  nucleus_plane(tile, 100, bright);
  coarse_plane(bright, static_cast<int>(tile.work.x0 & 1), static_cast<int>(tile.work.y0 & 1), coarse);
  constexpr int kUnits = kNucleusUnits * kCoarsePerFine;
  const BlobWindow where = blob_window(tile, inner_part(tile, tile, kBlobReachUm));
  finder(coarse, where, kContrastScale, kContrastScale, {kContrastLeast1000 * kUnits / 1000}, blobs);
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
