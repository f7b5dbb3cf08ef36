#include <algorithm>
#include <cmath>

#include "phantom/tissue.hpp"

namespace annulet::phantom {
namespace {

constexpr double kMaxRadius = 13;      // um
constexpr double kDartGap = 0.80;      // of the sum of two radii: closest seeds on placing
constexpr double kRestGap = 0.97;      // of the sum of two radii: what the seeds relax towards
constexpr double kCapOfRadius = 0.27;  // how far a cell bulges beyond its radius where nothing stops it
constexpr int kRelaxRounds = 14;
constexpr double kLeastGhost = 5, kMostGhost = 9;  // um, weights of seeds outside the nests
constexpr double kGhostGap = 1.25;                 // of a ghost's weight: keeps it off the cells
constexpr double kGhostTries = 0.15;               // per um2

/// Seeds so far, by place; seeds that move are taken from the rebuilt index of each round.
struct Packing {
  const Terrain& terrain;
  Tissue& tissue;
  PlaceIndex index;

  Packing(const Terrain& t, Tissue& out) : terrain(t), tissue(out), index(t.width_um(), t.height_um(), 12) {
    rebuild();
  }

  void rebuild() {
    index = PlaceIndex(terrain.width_um(), terrain.height_um(), 12);
    for (std::size_t i = 0; i < tissue.cells.size(); ++i) {
      index.add(static_cast<int>(i), tissue.cells[i].seed, tissue.cells[i].weight + kMaxRadius);
    }
  }
  bool free(Vec at, double radius) const {
    for (const int i : index.near(at.x, at.y)) {
      const Epithelium& other = tissue.cells[static_cast<std::size_t>(i)];
      if (std::hypot(other.seed.x - at.x, other.seed.y - at.y) < kDartGap * (other.weight + radius))
        return false;
    }
    return true;
  }
  void add(const Epithelium& cell) {
    index.add(static_cast<int>(tissue.cells.size()), cell.seed, cell.weight + kMaxRadius);
    tissue.cells.push_back(cell);
  }
};

double draw_radius(const PhantomRecipe& recipe, Random& random) {
  const double radius = recipe.cell_diameter_um / 2 * (1 + recipe.cell_diameter_spread * random.normal());
  return std::clamp(radius, 0.6 * recipe.cell_diameter_um / 2,
                    std::min(kMaxRadius, 1.6 * recipe.cell_diameter_um / 2));
}

void throw_darts(const PhantomRecipe& recipe, Random& random, Packing& packing, double tries_per_um2) {
  const double width = packing.terrain.width_um() + 2 * kLayoutRim,
               height = packing.terrain.height_um() + 2 * kLayoutRim;
  const auto tries = static_cast<long>(tries_per_um2 * width * height);
  for (long i = 0; i < tries; ++i) {
    Epithelium cell;
    cell.seed = {random.uniform(0, width) - kLayoutRim, random.uniform(0, height) - kLayoutRim};
    cell.weight = draw_radius(recipe, random);
    cell.cap = kCapOfRadius * cell.weight;
    if (!packing.terrain.in_nest(cell.seed.x, cell.seed.y) || !packing.free(cell.seed, cell.weight)) continue;
    if (packing.terrain.lumen_distance(cell.seed.x, cell.seed.y) < 0.8 * cell.weight) continue;
    packing.add(cell);
  }
}

/// Pushes seeds that stand too close apart, as long as they stay in their nest: an even packing without a
/// grid.
void relax(Packing& packing) {
  for (int round = 0; round < kRelaxRounds; ++round) {
    packing.rebuild();
    for (std::size_t i = 0; i < packing.tissue.cells.size(); ++i) {
      Epithelium& cell = packing.tissue.cells[i];
      if (cell.type != PhantomCellType::Tumour) continue;
      Vec push;
      for (const int j : packing.index.near(cell.seed.x, cell.seed.y)) {
        const Epithelium& other = packing.tissue.cells[static_cast<std::size_t>(j)];
        const double dx = cell.seed.x - other.seed.x, dy = cell.seed.y - other.seed.y, d = std::hypot(dx, dy);
        const double overlap = kRestGap * (cell.weight + other.weight) - d;
        if (static_cast<std::size_t>(j) == i || overlap <= 0 || d < 1e-6) continue;
        push = {push.x + 0.3 * overlap * dx / d, push.y + 0.3 * overlap * dy / d};
      }
      const Vec to{cell.seed.x + push.x, cell.seed.y + push.y};
      if (packing.terrain.in_nest(to.x, to.y) &&
          packing.terrain.lumen_distance(to.x, to.y) > 0.8 * cell.weight)
        cell.seed = to;
    }
  }
}

/// Stroma presses on a nest: seeds without a cell just outside it give its edge cells flat walls.
void surround(Random& random, Packing& packing) {
  const double width = packing.terrain.width_um() + 2 * kLayoutRim,
               height = packing.terrain.height_um() + 2 * kLayoutRim;
  const std::size_t cells = packing.tissue.cells.size();
  const auto tries = static_cast<long>(kGhostTries * width * height);
  for (long i = 0; i < tries; ++i) {
    Epithelium ghost;
    ghost.ghost = true;
    ghost.type = PhantomCellType::Stroma;
    ghost.seed = {random.uniform(0, width) - kLayoutRim, random.uniform(0, height) - kLayoutRim};
    ghost.weight = random.uniform(kLeastGhost, kMostGhost);
    if (packing.terrain.in_nest(ghost.seed.x, ghost.seed.y) ||
        !packing.free(ghost.seed, ghost.weight * kGhostGap))
      continue;
    bool beside = false;
    for (const int j : packing.index.near(ghost.seed.x, ghost.seed.y))
      beside = beside || static_cast<std::size_t>(j) < cells;
    if (beside) packing.add(ghost);
  }
}

void add_duct_row(const Lumen& lumen, double outside_um, double spacing_um, double weight, Random& random,
                  Tissue& tissue) {
  const double a = lumen.a + outside_um, b = lumen.b + outside_um;
  const int count = static_cast<int>(kTurn / 2 * (a + b) / spacing_um);
  const double start = random.uniform(0, kTurn);
  for (int i = 0; i < count; ++i) {
    const double t = start + kTurn * (i + random.uniform(-0.12, 0.12)) / count,
                 wobble = 1 + random.uniform(-0.02, 0.02);
    const double u = a * wobble * std::cos(t), v = b * wobble * std::sin(t);
    Epithelium cell;
    cell.type = PhantomCellType::Benign;
    cell.seed = {lumen.centre.x + u * lumen.cosine - v * lumen.sine,
                 lumen.centre.y + u * lumen.sine + v * lumen.cosine};
    cell.weight = weight;
    cell.cap = 1.6;
    tissue.cells.push_back(cell);
  }
}

}  // namespace

void pack_cells(const PhantomRecipe& recipe, const Terrain& terrain, Random& random, Tissue& tissue) {
  for (const Lumen& lumen : terrain.lumens()) {
    if (!lumen.duct) continue;
    add_duct_row(lumen, 5.4, 6.6, 3.6, random, tissue);
    add_duct_row(lumen, 11.8, 9.0, 2.6, random, tissue);
  }
  Packing packing(terrain, tissue);
  const double tries = 8 / (recipe.cell_diameter_um * recipe.cell_diameter_um);
  for (int pass = 0; pass < 3; ++pass) {
    throw_darts(recipe, random, packing, tries * 4);
    relax(packing);
    packing.rebuild();
  }
  surround(random, packing);
  for (Epithelium& cell : tissue.cells) {
    cell.control = cell.type == PhantomCellType::Tumour && terrain.in_control(cell.seed.x, cell.seed.y);
  }
}

}  // namespace annulet::phantom
