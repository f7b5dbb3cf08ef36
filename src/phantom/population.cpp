#include <algorithm>
#include <cmath>

#include "phantom/tissue.hpp"

namespace annulet::phantom {
namespace {

constexpr int kChannelCoherence = 50;
constexpr double kClusterRim =
    0.25;                           // of the slide's sides: a cluster's middle stands at least so far inside
constexpr double kWholeUm = 8;      // um from the slide's border: cells nearer are cut, and count for nothing
constexpr double kClusterRag = 25;  // um by which a cluster's edge wanders
constexpr int kChannelRag = 52;

bool undealt(const Epithelium& cell) {
  return cell.type == PhantomCellType::Tumour && !cell.control && cell.intent == Intent::None;
}

/// The cells next to one of the tumour cells of the slide's middle, as many as asked for, become intense.
void deal_cluster(const PhantomRecipe& recipe, const Terrain& terrain, Tissue& tissue) {
  std::vector<std::size_t> all, middle;
  for (std::size_t i = 0; i < tissue.cells.size(); ++i) {
    const Epithelium& cell = tissue.cells[i];
    const double width = terrain.width_um(), height = terrain.height_um();
    const Vec at = cell.seed;
    if (!undealt(cell) || std::min({at.x, at.y, width - at.x, height - at.y}) < kWholeUm) continue;
    all.push_back(i);
    const double x = at.x / width, y = at.y / height;
    if (std::min({x, y, 1 - x, 1 - y}) > kClusterRim) middle.push_back(i);
  }
  const std::vector<std::size_t>& candidates = middle.empty() ? all : middle;
  if (candidates.empty()) return;
  Random random(static_cast<std::uint64_t>(recipe.seed) ^ 0x636c7573U);
  const Vec centre = tissue.cells[candidates[random.below(candidates.size())]].seed;
  std::vector<std::pair<double, std::size_t>> ranked;
  for (const std::size_t i : all) {
    const Vec at = tissue.cells[i].seed;
    const auto x = static_cast<float>(at.x / 60), y = static_cast<float>(at.y / 60);
    ranked.emplace_back(
        std::hypot(at.x - centre.x, at.y - centre.y) + kClusterRag * terrain.noise()(x, y, kChannelRag), i);
  }
  std::sort(ranked.begin(), ranked.end());
  const auto count =
      static_cast<std::size_t>(recipe.cluster_percent / 100 * static_cast<double>(ranked.size()) + 0.5);
  for (std::size_t i = 0; i < count; ++i) tissue.cells[ranked[i].second].intent = Intent::Intense;
}

/// Ranks the tumour cells by a smooth field mixed with chance, and deals the intended classes along that
/// rank.
void deal_rest(const PhantomRecipe& recipe, const Terrain& terrain, Random& random, Tissue& tissue) {
  std::vector<std::pair<double, std::size_t>> ranked;
  for (std::size_t i = 0; i < tissue.cells.size(); ++i) {
    const Epithelium& cell = tissue.cells[i];
    if (!undealt(cell)) continue;
    const auto x = static_cast<float>(cell.seed.x / 90), y = static_cast<float>(cell.seed.y / 90);
    const double smooth = terrain.noise()(x, y, kChannelCoherence);
    ranked.emplace_back(recipe.coherence * smooth + (1 - recipe.coherence) * random.uniform(-1, 1), i);
  }
  std::sort(ranked.begin(), ranked.end());
  const std::pair<double, Intent> deal[] = {{recipe.percent_intense, Intent::Intense},
                                            {recipe.percent_moderate, Intent::Moderate},
                                            {recipe.percent_mi, Intent::Incomplete},
                                            {recipe.percent_faint, Intent::Faint},
                                            {recipe.percent_ring, Intent::Ring}};
  double upto = 0;
  std::size_t next = 0;
  for (const auto& [percent, intent] : deal) {
    upto += percent;
    const auto end = std::min(
        ranked.size(), static_cast<std::size_t>(upto / 100 * static_cast<double>(ranked.size()) + 0.5));
    for (; next < end; ++next) tissue.cells[ranked[ranked.size() - 1 - next].second].intent = intent;
  }
}

/// A row of dots rises to the level that is asked for, one step a dot.
Intent control_intent(const PhantomRecipe& recipe, int dot) {
  constexpr Intent kLevels[] = {Intent::None, Intent::Faint, Intent::Moderate, Intent::Intense};
  const int level =
      static_cast<int>(recipe.control_level) - (static_cast<int>(recipe.control_dots) - 1 - dot);
  return kLevels[std::max(0, level)];
}

}  // namespace

void deal_classes(const PhantomRecipe& recipe, const Terrain& terrain, Random& random, Tissue& tissue) {
  if (recipe.cluster_percent > 0) deal_cluster(recipe, terrain, tissue);
  deal_rest(recipe, terrain, random, tissue);
  for (Epithelium& cell : tissue.cells) {
    if (cell.control) cell.intent = control_intent(recipe, terrain.control_dot(cell.seed.x, cell.seed.y));
  }
}

}  // namespace annulet::phantom
