#include <algorithm>
#include <cmath>

#include "phantom/tissue.hpp"

namespace annulet::phantom {
namespace {

// Full width at half height of the membrane line by class, um (PMC5848460: 0.64, 1.0, 2.14; mi between the
// last two).
constexpr double kWidthFaint = 0.64, kWidthModerate = 1.0, kWidthIncomplete = 1.3, kWidthIntense = 2.14;
constexpr double kSigmaOfWidth = 1 / 2.3548;
constexpr double kVisible = 0.10;  // OD from which a wall counts as stained
constexpr double kArcTaper = 2.0;  // um over which an arc of stain fades out
constexpr int kBalanceRounds = 10;
constexpr double kLeastGain = 0.15, kMostGain = 3;
constexpr int kChannelWall = 60;
constexpr double kAtLumen = 1.5;     // um from a lumen within which a basolateral cell bears no stain
constexpr double kLumenTaper = 2.0;  // um over which it begins

double line_width(Intent intent) {
  switch (intent) {
    case Intent::Faint:
      return kWidthFaint;
    case Intent::Incomplete:
      return kWidthIncomplete;
    case Intent::Intense:
      return kWidthIntense;
    default:
      return kWidthModerate;
  }
}

double wanted_od(const PhantomRecipe& recipe, Intent intent, Random& random) {
  const double vary = 1 + recipe.od_spread * std::clamp(random.normal(), -2.2, 2.2);
  switch (intent) {
    case Intent::Faint:
      return std::clamp(recipe.od_faint * vary, 0.115, 0.235);
    case Intent::Incomplete:
      return std::max(0.3, recipe.od_mi * vary);
    case Intent::Moderate:
      return std::clamp(recipe.od_moderate * vary, 0.29, 0.55);
    case Intent::Intense:
      return std::max(0.68, recipe.od_intense * vary);
    case Intent::Ring:
      return recipe.od_moderate;
    case Intent::None:
      return 0;
  }
  return 0;
}

/// Arcs of stain over `coverage` of the perimeter, in `arcs` pieces with soft ends.
void draw_arcs(Epithelium& cell, double coverage, int arcs, Random& random) {
  const double length = cell.perimeter_um, half = 0.5 * coverage * length / arcs;
  const double start = random.uniform(0, length), room = length * (1 - coverage) / arcs;
  std::vector<double> middles;
  double at = start;
  for (int i = 0; i < arcs; ++i) {
    middles.push_back(at);
    at += 2 * half + room * random.uniform(0.5, 1.5);
  }
  double along = 0;
  for (std::size_t k = 0; k < kWallSamples; ++k) {
    double best = 0;
    for (const double middle : middles) {
      double away = std::fmod(std::abs(along - middle), length);
      away = std::min(away, length - away);
      best = std::max(best, std::clamp((half - away) / kArcTaper + 0.5, 0.0, 1.0));
    }
    cell.membrane[k] = static_cast<float>(best);
    along += cell.share[k] * length;
  }
}

/// Takes the stain from the side of the lumen: what is left is basolateral.
void spare_lumen_side(const Terrain& terrain, Epithelium& cell) {
  for (std::size_t k = 0; k < kWallSamples; ++k) {
    const Vec u = wall_direction(static_cast<int>(k));
    const double away =
        terrain.lumen_distance(cell.seed.x + cell.wall[k] * u.x, cell.seed.y + cell.wall[k] * u.y);
    cell.membrane[k] *= static_cast<float>(std::clamp((away - kAtLumen) / kLumenTaper, 0.0, 1.0));
  }
}

void draw_pattern(const Terrain& terrain, Epithelium& cell, Random& random) {
  cell.membrane.fill(0);
  switch (cell.intent) {
    case Intent::None:
      return;
    case Intent::Ring:
      cell.membrane.fill(1);
      return;
    case Intent::Faint:
      if (random.uniform() < 0.12)
        draw_arcs(cell, 0.97, 1, random);
      else
        draw_arcs(cell, random.uniform(0.15, 0.50), 1 + static_cast<int>(random.below(3)), random);
      break;
    case Intent::Incomplete:
      draw_arcs(cell, random.uniform(0.25, 0.5), 1 + static_cast<int>(random.below(2)), random);
      break;
    case Intent::Moderate:
    case Intent::Intense:
      draw_arcs(cell, 1, 1, random);
      break;
  }
  if (cell.intent == Intent::Moderate && random.uniform() < 0.4)
    draw_arcs(cell, random.uniform(0.9, 0.98), 1, random);
  const double ripple = cell.intent == Intent::Faint ? 0.3 : 0.5;
  for (std::size_t k = 0; k < kWallSamples; ++k) {
    const Vec u = wall_direction(static_cast<int>(k));
    const auto x = static_cast<float>((cell.seed.x + cell.wall[k] * u.x) / 2.6);
    const auto y = static_cast<float>((cell.seed.y + cell.wall[k] * u.y) / 2.6);
    cell.membrane[k] *= static_cast<float>(1 + ripple * terrain.noise()(x, y, kChannelWall));
  }
}

/// OD that the wall of `cell` shows at sample k after blur: its own line and that of the cell behind.
double wall_od(const Tissue& tissue, const Epithelium& cell, std::size_t k, double blur_um) {
  double od = cell.membrane[k] * peak_left(cell.line_sigma_um, blur_um);
  if (cell.facing[k] < 0) return od;
  const Epithelium& other = tissue.cells[static_cast<std::size_t>(cell.facing[k])];
  if (other.intent == Intent::None) return od;
  const Vec u = wall_direction(static_cast<int>(k));
  const double x = cell.seed.x + cell.wall[k] * u.x, y = cell.seed.y + cell.wall[k] * u.y;
  return od + membrane_towards(other, x - other.seed.x, y - other.seed.y) *
                  peak_left(other.line_sigma_um, blur_um);
}

double mean_stained(const Tissue& tissue, const Epithelium& cell, double blur_um) {
  double sum = 0, weight = 0;
  for (std::size_t k = 0; k < kWallSamples; k += 2) {
    const double od = wall_od(tissue, cell, k, blur_um);
    if (od < kVisible) continue;
    sum += od * cell.share[k];
    weight += cell.share[k];
  }
  return weight > 0 ? sum / weight : 0;
}

/// Both neighbours stain a shared wall: the gains of all cells are balanced until each shows about its wanted
/// mean.
void balance(const PhantomRecipe& recipe, const std::vector<double>& wanted, Tissue& tissue) {
  std::vector<double> gain(tissue.cells.size(), 1), factor(tissue.cells.size(), 1);
  for (int round = 0; round < kBalanceRounds; ++round) {
    for (std::size_t i = 0; i < tissue.cells.size(); ++i) {
      if (wanted[i] <= 0) continue;
      const double shown = mean_stained(tissue, tissue.cells[i], recipe.blur_um);
      const double step = shown > 0 ? std::pow(wanted[i] / shown, 0.7) : 1.3;
      factor[i] = std::clamp(gain[i] * step, kLeastGain, kMostGain) / gain[i];
    }
    for (std::size_t i = 0; i < tissue.cells.size(); ++i) {
      gain[i] *= factor[i];
      for (float& od : tissue.cells[i].membrane) od *= static_cast<float>(factor[i]);
    }
  }
}

}  // namespace

void stain_membranes(const PhantomRecipe& recipe, const Terrain& terrain, Random& random, Tissue& tissue) {
  if (recipe.chromogen == "dab") deal_classes(recipe, terrain, random, tissue);
  std::vector<double> wanted(tissue.cells.size(), 0);
  for (std::size_t i = 0; i < tissue.cells.size(); ++i) {
    Epithelium& cell = tissue.cells[i];
    cell.line_sigma_um = line_width(cell.intent) * kSigmaOfWidth;
    cell.blush = recipe.cytoplasm_chromogen_od * random.uniform(0.6, 1.4);
    if (cell.type == PhantomCellType::Benign && recipe.chromogen == "dab")
      cell.blush += 0.03 * random.uniform();
    cell.haematoxylin = recipe.cytoplasm_haematoxylin_od * random.uniform(0.7, 1.3);
    draw_pattern(terrain, cell, random);
    if (recipe.basolateral_percent > 0 && random.uniform(0, 100) < recipe.basolateral_percent)
      spare_lumen_side(terrain, cell);
    wanted[i] = wanted_od(recipe, cell.intent, random);
    const double first = cell.intent == Intent::Ring ? wanted[i] : 0.55 * wanted[i];
    for (float& od : cell.membrane)
      od *= static_cast<float>(first / peak_left(cell.line_sigma_um, recipe.blur_um));
  }
  balance(recipe, wanted, tissue);
}

}  // namespace annulet::phantom
