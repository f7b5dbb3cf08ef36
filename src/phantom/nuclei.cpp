#include <algorithm>
#include <cmath>

#include "phantom/necrosis.hpp"
#include "phantom/tissue.hpp"

namespace annulet::phantom {
namespace {

constexpr double kNucleusOfCell = 0.64;    // nuclear over cell radius, mean
constexpr double kCytoplasmRim = 0.7;      // um of cytoplasm that a nucleus leaves at least
constexpr double kLeastRadius = 2.7;       // um: a smaller one is not drawn, the profile was cut beside it
constexpr double kMostRadius = 6.6;        // um
constexpr double kLymphocyteRadius = 3.1;  // um, mean
constexpr double kLeastVacuole = 0.7, kMostVacuole = 4, kVacuoleRim = 0.5;  // um, radius; cytoplasm round it
constexpr double kRedClustered = 0.9;  // of the red cells: in vessels and bleedings
constexpr double kLooseGap = 0.6;      // um between free nuclei, and from them to epithelium

void turn(Nucleus& nucleus, double angle) {
  nucleus.cosine = std::cos(angle);
  nucleus.sine = std::sin(angle);
}

void wave(Nucleus& nucleus, double amount, Random& random) {
  nucleus.wave2 = amount * random.uniform(-1, 1);
  nucleus.wave3 = amount * random.uniform(-1, 1);
  nucleus.phase2 = random.uniform(0, kTurn);
  nucleus.phase3 = random.uniform(0, kTurn);
}

void add_nucleoli(Nucleus& nucleus, int count, double od, Random& random) {
  for (int i = 0; i < count; ++i) {
    const double angle = random.uniform(0, kTurn), out = 0.5 * std::sqrt(random.uniform());
    const double u = nucleus.a * out * std::cos(angle), v = nucleus.b * out * std::sin(angle);
    nucleus.nucleoli.push_back({{nucleus.centre.x + u * nucleus.cosine - v * nucleus.sine,
                                 nucleus.centre.y + u * nucleus.sine + v * nucleus.cosine},
                                random.uniform(0.5, 0.95),
                                od * random.uniform(0.5, 1)});
  }
}

/// Chromatin of a tumour nucleus: pale and vesicular, ordinary, or dark.
void draw_chromatin(const PhantomRecipe& recipe, Nucleus& nucleus, Random& random) {
  const double od = recipe.nucleus_haematoxylin_od;
  const double kind = random.uniform(0, 100);
  nucleus.grain_um = random.uniform(0.75, 1.25);
  nucleus.edge_um = random.uniform(0.2, 0.45);
  if (kind < recipe.pale_percent) {
    nucleus.od = od * random.uniform(0.32, 0.6);
    nucleus.rim = od * random.uniform(0.35, 0.7);
    nucleus.texture = random.uniform(0.5, 0.85);
    add_nucleoli(nucleus, 1 + static_cast<int>(random.below(2)), 0.9 * od, random);
  } else if (kind < 100 - 0.15 * (100 - recipe.pale_percent)) {
    nucleus.od = od * random.uniform(0.7, 1.15);
    nucleus.rim = od * random.uniform(0.15, 0.5);
    nucleus.texture = random.uniform(0.35, 0.65);
    add_nucleoli(nucleus, static_cast<int>(random.below(3)), 0.6 * od, random);
  } else {
    nucleus.od = od * random.uniform(1.25, 1.7);
    nucleus.rim = od * random.uniform(0, 0.25);
    nucleus.texture = random.uniform(0.12, 0.3);
  }
  if (random.uniform() < 0.12) {  // a cap of a nucleus in the section's depth: paler, out of focus
    nucleus.od *= 0.65;
    nucleus.rim *= 0.4;
    nucleus.edge_um = random.uniform(0.6, 1.0);
  }
}

double wall_room(const Epithelium& cell, Vec at) {
  const double dx = at.x - cell.seed.x, dy = at.y - cell.seed.y;
  const auto k = static_cast<std::size_t>(wall_position(dx, dy)) % kWallSamples;
  return std::min(cell.wall[k], cell.wall[(k + 1) % kWallSamples]) - std::hypot(dx, dy);
}

/// Moves the nucleus towards the middle and shrinks it until its outline leaves a rim of cytoplasm
/// everywhere.
bool fit(const Epithelium& cell, Nucleus& nucleus, double least_radius) {
  for (int round = 0; round < 24; ++round) {
    double room = 1e9;
    for (const Vec& p : nucleus.outline()) room = std::min(room, wall_room(cell, p));
    if (room >= kCytoplasmRim) return true;
    nucleus.centre = {nucleus.centre.x + 0.2 * (cell.centroid.x - nucleus.centre.x),
                      nucleus.centre.y + 0.2 * (cell.centroid.y - nucleus.centre.y)};
    nucleus.a *= 0.955;
    nucleus.b *= 0.965;
    if (std::sqrt(nucleus.a * nucleus.b) < least_radius) return false;
  }
  return false;
}

/// Direction of the cell's long axis, from the second moments of its outline.
double long_axis(const Epithelium& cell) {
  double xx = 0, xy = 0, yy = 0;
  for (int k = 0; k < kWallSamples; ++k) {
    const Vec u = wall_direction(k);
    const double t = cell.wall[static_cast<std::size_t>(k)];
    const double x = cell.seed.x + t * u.x - cell.centroid.x, y = cell.seed.y + t * u.y - cell.centroid.y;
    xx += x * x;
    xy += x * y;
    yy += y * y;
  }
  return 0.5 * std::atan2(2 * xy, xx - yy);
}

void draw_epithelial_nucleus(const PhantomRecipe& recipe, Epithelium& cell, Random& random) {
  const bool tumour = cell.type == PhantomCellType::Tumour;
  Nucleus nucleus;
  const double radius = std::sqrt(cell.area_um2 / (kTurn / 2));
  const double mean =
      std::clamp(radius * (kNucleusOfCell + 0.06 * random.normal()), kLeastRadius, kMostRadius);
  const double stretch = std::sqrt(random.uniform(1, tumour ? 1.45 : 1.6));
  nucleus.a = mean * stretch;
  nucleus.b = mean / stretch;
  turn(nucleus, long_axis(cell) + 0.35 * random.normal());
  const double angle = random.uniform(0, kTurn), out = 0.35 * (radius - mean) * random.uniform();
  nucleus.centre = {cell.centroid.x + out * std::cos(angle), cell.centroid.y + out * std::sin(angle)};
  wave(nucleus, tumour ? 0.07 : 0.04, random);
  const bool missing = tumour && random.uniform(0, 100) < recipe.anucleate_percent;
  if (missing || !fit(cell, nucleus, tumour ? kLeastRadius : 1.4)) return;
  draw_chromatin(recipe, nucleus, random);
  if (!tumour) nucleus.od = recipe.nucleus_haematoxylin_od * random.uniform(0.85, 1.25);
  nucleus.present = true;
  cell.nucleus = nucleus;
}

bool inside(const Nucleus& nucleus, Vec at) {
  const double dx = at.x - nucleus.centre.x, dy = at.y - nucleus.centre.y;
  const double u = (dx * nucleus.cosine + dy * nucleus.sine) / nucleus.a,
               v = (dy * nucleus.cosine - dx * nucleus.sine) / nucleus.b;
  return u * u + v * v < 1.1;
}

/// A vacuole lies in the cytoplasm, where nucleus and wall leave room for it.
void place_vacuoles(const PhantomRecipe& recipe, Random& random, Tissue& tissue) {
  for (const Epithelium& cell : tissue.cells) {
    if (recipe.vacuole_percent <= 0 || cell.type != PhantomCellType::Tumour || cell.ghost) continue;
    if (random.uniform(0, 100) >= recipe.vacuole_percent) continue;
    const auto k = static_cast<std::size_t>(random.below(kWallSamples));
    const Vec u = wall_direction(static_cast<int>(k));
    const double out = cell.wall[k] * random.uniform(0.55, 0.8);
    const Vec at{cell.seed.x + out * u.x, cell.seed.y + out * u.y};
    double room = std::min(kMostVacuole, wall_room(cell, at));
    if (cell.nucleus.present) {
      if (inside(cell.nucleus, at)) continue;
      for (const Vec& p : cell.nucleus.outline()) room = std::min(room, std::hypot(p.x - at.x, p.y - at.y));
    }
    if (room > kLeastVacuole + kVacuoleRim) tissue.vacuoles.push_back({at, room - kVacuoleRim});
  }
}

/// Free nuclei stand in stroma, clear of epithelium, of lumens and of each other.
class LoosePlacer {
 public:
  LoosePlacer(const PhantomRecipe& recipe, const Terrain& terrain, Tissue& tissue)
      : recipe_(recipe),
        terrain_(terrain),
        tissue_(tissue),
        cells_(terrain.width_um(), terrain.height_um(), 12),
        loose_(terrain.width_um(), terrain.height_um(), 12),
        gap_um_(kLooseGap + (recipe.cleft_percent > 0 ? recipe.cleft_um : 0)) {
    for (std::size_t i = 0; i < tissue.cells.size(); ++i) {
      const Epithelium& cell = tissue.cells[i];
      if (cell.ghost) continue;
      cells_.add(static_cast<int>(i), cell.seed, cell.weight + cell.cap + 6 + gap_um_);
    }
  }

  bool free(const Nucleus& nucleus) const {
    for (const Vec& p : nucleus.outline()) {
      if (terrain_.depth(p.x, p.y) < 3 || terrain_.lumen_distance(p.x, p.y) < 2) return false;
      if (terrain_.fat().distance(p.x, p.y) < 1 || terrain_.necrosis_depth(p.x, p.y) > -1) return false;
      for (const int i : cells_.near(p.x, p.y)) {
        const Epithelium& cell = tissue_.cells[static_cast<std::size_t>(i)];
        if (std::hypot(p.x - cell.seed.x, p.y - cell.seed.y) < cell.weight + cell.cap + gap_um_) return false;
      }
      for (const int i : loose_.near(p.x, p.y)) {
        const Nucleus& other = tissue_.loose[static_cast<std::size_t>(i)].nucleus;
        if (inside(other, p)) return false;
      }
    }
    return true;
  }

  bool try_lymphocyte(Vec at, Random& random) {
    FreeNucleus cell;
    Nucleus& nucleus = cell.nucleus;
    nucleus.centre = at;
    nucleus.a = std::clamp(kLymphocyteRadius + 0.25 * random.normal(), 2.4, 3.9);
    nucleus.b = nucleus.a * random.uniform(0.86, 1);
    turn(nucleus, random.uniform(0, kTurn));
    wave(nucleus, 0.03, random);
    nucleus.od = recipe_.nucleus_haematoxylin_od * random.uniform(1.35, 1.9);
    nucleus.rim = 0.1 * nucleus.od;
    nucleus.texture = random.uniform(0.3, 0.55);
    nucleus.grain_um = 1.1;
    nucleus.edge_um = random.uniform(0.2, 0.4);
    return keep(cell);
  }

  /// A disc of 6-7.5 um, pale in the middle; its peroxidase may turn chromogen without any antibody.
  bool try_red_cell(Vec at, Random& random) {
    FreeNucleus cell;
    cell.red_cell = true;
    Nucleus& disc = cell.nucleus;
    disc.centre = at;
    disc.a = random.uniform(3, 3.75);
    disc.b = disc.a * random.uniform(0.7, 1);
    turn(disc, random.uniform(0, kTurn));
    wave(disc, 0.06, random);
    disc.od = random.uniform(0.05, 0.14);
    disc.rim = random.uniform(0.03, 0.08);
    disc.edge_um = random.uniform(0.25, 0.5);
    return keep(cell);
  }

  bool try_spindle(Vec at, Random& random) {
    FreeNucleus cell;
    cell.type = PhantomCellType::Stroma;
    Nucleus& nucleus = cell.nucleus;
    nucleus.centre = at;
    nucleus.a = random.uniform(3.6, 8.5);
    nucleus.b = random.uniform(1.1, 2.1);
    turn(nucleus, terrain_.fibre_angle(at.x, at.y) + 0.12 * random.normal());
    wave(nucleus, 0.06, random);
    nucleus.od = recipe_.nucleus_haematoxylin_od * random.uniform(0.6, 1.35);
    nucleus.rim = 0.15 * nucleus.od;
    nucleus.texture = random.uniform(0.15, 0.4);
    nucleus.edge_um = random.uniform(0.2, 0.5);
    return keep(cell);
  }

 private:
  bool keep(FreeNucleus& cell) {
    if (!free(cell.nucleus)) return false;
    cell.nucleus.present = true;
    loose_.add(static_cast<int>(tissue_.loose.size()), cell.nucleus.centre, cell.nucleus.a + 6);
    tissue_.loose.push_back(cell);
    return true;
  }
  const PhantomRecipe& recipe_;
  const Terrain& terrain_;
  Tissue& tissue_;
  PlaceIndex cells_, loose_;
  double gap_um_;
};

/// Puts `wanted` down by `put`, the first of them in clusters of 8-22 um.
template <class Put>
void place_in_clusters(const Terrain& terrain, double wanted, double clustered, Random& random, Put put) {
  const double width = terrain.width_um(), height = terrain.height_um();
  int placed = 0;
  for (int i = 0; i < wanted * 4 && placed < clustered; ++i) {
    const Vec centre{random.uniform(0, width), random.uniform(0, height)};
    if (!put(centre)) continue;
    ++placed;
    const double spread = random.uniform(8, 22);
    const int members = static_cast<int>(0.16 * spread * spread);
    for (int k = 0; k < members * 12 && placed < clustered; ++k) {
      placed += put({centre.x + spread * random.normal(), centre.y + spread * random.normal()});
    }
  }
  for (int i = 0; i < wanted * 12 && placed < wanted; ++i) {
    placed += put({random.uniform(0, width), random.uniform(0, height)});
  }
}

}  // namespace

double Nucleus::wave(double ux, double uy) const {
  const double c2 = ux * ux - uy * uy, s2 = 2 * ux * uy, c3 = c2 * ux - s2 * uy, s3 = s2 * ux + c2 * uy;
  return 1 + wave2 * (c2 * std::cos(phase2) - s2 * std::sin(phase2)) +
         wave3 * (c3 * std::cos(phase3) - s3 * std::sin(phase3));
}

std::array<Vec, 48> Nucleus::outline() const {
  std::array<Vec, 48> points;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double t = kTurn * static_cast<double>(i) / static_cast<double>(points.size());
    const double ux = std::cos(t), uy = std::sin(t), w = wave(ux, uy);
    points[i] = {centre.x + w * (a * ux * cosine - b * uy * sine),
                 centre.y + w * (a * ux * sine + b * uy * cosine)};
  }
  return points;
}

void place_nuclei(const PhantomRecipe& recipe, const Terrain& terrain, Random& random, Tissue& tissue) {
  for (Epithelium& cell : tissue.cells) {
    if (!cell.ghost) draw_epithelial_nucleus(recipe, cell, random);
  }
  place_vacuoles(recipe, random, tissue);
  LoosePlacer placer(recipe, terrain, tissue);
  const double mm2 = terrain.width_um() * terrain.height_um() * 1e-6;
  const double lymphocytes = recipe.lymphocytes_per_mm2 * mm2;
  place_in_clusters(terrain, lymphocytes, lymphocytes * recipe.lymphocyte_cluster_percent / 100, random,
                    [&](Vec at) { return placer.try_lymphocyte(at, random); });
  const double red_cells = recipe.red_cells_per_mm2 * mm2;
  if (red_cells > 0) {
    place_in_clusters(terrain, red_cells, red_cells * kRedClustered, random,
                      [&](Vec at) { return placer.try_red_cell(at, random); });
  }
  const double wanted = recipe.spindles_per_mm2 * mm2;
  int placed = 0;
  for (int i = 0; i < wanted * 8 && placed < wanted; ++i) {
    placed += placer.try_spindle(
        {random.uniform(0, terrain.width_um()), random.uniform(0, terrain.height_um())}, random);
  }
  place_debris(recipe, terrain, random, tissue);
}

}  // namespace annulet::phantom
