#include "phantom/fat.hpp"

#include <algorithm>
#include <cmath>

namespace annulet::phantom {
namespace {

constexpr int kChannelPatch = 110, kReach = 2;
constexpr double kPatchUm = 170;      // size of the patches
constexpr double kJitter = 0.36;      // of the grid's side
constexpr double kRim = 200;          // um of fat cells beyond the slide
constexpr double kSeptumSigma = 0.5;  // um: two membranes and a film of cytoplasm, about 1.2 um in all
constexpr double kCornerSigma = 1.6;  // um: septa are thicker where three meet

}  // namespace

/// Distances from a place to the walls of the fat cell that holds it.
struct Fat::Around {
  bool fat = false;
  double wall = 1e9, second = 1e9;  // um to the next wall and to the one after it
  double edge = 1e9;                // um to the next wall between fat and other tissue
};

Fat::Fat(const PhantomRecipe& recipe, double width_um, double height_um, const Noise& noise,
         const std::vector<Vec>& samples)
    : side_um_(recipe.adipocyte_um), noise_(noise) {
  if (recipe.fat_percent <= 0 || samples.empty()) return;
  std::vector<double> values;
  for (const Vec& at : samples) values.push_back(patch(at));
  std::sort(values.begin(), values.end());
  const auto above =
      static_cast<std::size_t>(recipe.fat_percent / 100 * static_cast<double>(values.size() - 1));
  const double cut = values[values.size() - 1 - above];
  columns_ = static_cast<int>((width_um + 2 * kRim) / side_um_) + 2;
  rows_ = static_cast<int>((height_um + 2 * kRim) / side_um_) + 2;
  Random random(static_cast<std::uint64_t>(recipe.seed) ^ 0x666174U);
  for (int row = 0; row < rows_; ++row) {
    for (int column = 0; column < columns_; ++column) {
      Place place;
      place.at = {(column + 0.5 + random.uniform(-kJitter, kJitter)) * side_um_ - kRim,
                  (row + 0.5 + random.uniform(-kJitter, kJitter)) * side_um_ - kRim};
      place.fat = patch(place.at) > cut;
      places_.push_back(place);
    }
  }
}

double Fat::patch(Vec at) const {
  return noise_.fractal(static_cast<float>(at.x / kPatchUm), static_cast<float>(at.y / kPatchUm),
                        kChannelPatch);
}

Fat::Around Fat::around(double x, double y) const {
  const int column = static_cast<int>((x + kRim) / side_um_), row = static_cast<int>((y + kRim) / side_um_);
  std::array<const Place*, (2 * kReach + 1) * (2 * kReach + 1)> near{};
  std::size_t count = 0, nearest = 0;
  double least = 1e18;
  for (int r = std::max(0, row - kReach); r <= std::min(rows_ - 1, row + kReach); ++r) {
    for (int c = std::max(0, column - kReach); c <= std::min(columns_ - 1, column + kReach); ++c) {
      near[count] = &places_[static_cast<std::size_t>(r) * static_cast<std::size_t>(columns_) +
                             static_cast<std::size_t>(c)];
      const double dx = x - near[count]->at.x, dy = y - near[count]->at.y, d2 = dx * dx + dy * dy;
      if (d2 < least) least = d2, nearest = count;
      ++count;
    }
  }
  Around found;
  if (count == 0) return found;
  found.fat = near[nearest]->fat;
  for (std::size_t i = 0; i < count; ++i) {
    if (i == nearest) continue;
    const double dx = x - near[i]->at.x, dy = y - near[i]->at.y;
    const double apart = std::hypot(near[i]->at.x - near[nearest]->at.x, near[i]->at.y - near[nearest]->at.y);
    const double wall = (dx * dx + dy * dy - least) / (2 * apart);
    if (wall < found.wall)
      found.second = found.wall, found.wall = wall;
    else
      found.second = std::min(found.second, wall);
    if (near[i]->fat != found.fat) found.edge = std::min(found.edge, wall);
  }
  return found;
}

double Fat::distance(double x, double y) const {
  if (!any()) return 1e9;
  const Around here = around(x, y);
  return here.fat ? -here.edge : here.edge;
}

float Fat::septum(double x, double y) const {
  const Around here = around(x, y);
  const double wall = here.wall / kSeptumSigma, corner = (here.wall + here.second) / kCornerSigma;
  return static_cast<float>(std::max(std::exp(-0.5 * wall * wall), std::exp(-0.5 * corner * corner)));
}

}  // namespace annulet::phantom
