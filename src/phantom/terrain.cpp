#include <algorithm>
#include <cmath>

#include "phantom/architecture.hpp"
#include "phantom/tissue.hpp"

namespace annulet::phantom {
namespace {

// Channels of the noise table, so that fields do not repeat each other.
enum Channel { kAngle = 20, kWarp = 30, kNecrosisEdge = 140 };

constexpr double kNestEdgeGap = 9;  // um between a nest and the tissue's edge or a duct's wall
constexpr double kDuctWall = 15;    // um: two rows of cells
constexpr double kLumenSight = 20;  // um within which lumen_distance is known
constexpr double kWave = 1.15;     // um, amplitude of the distortion of walls and nuclei, waves of about 8 um
constexpr double kRipple = 0.28;   // um, the same for waves of about 3 um
constexpr double kSampleStep = 6;  // um, grid on which the share of nests is set
constexpr double kControlGap = 5;  // um between control cells and the edge of their tissue
constexpr double kFileHalf = 1.5;  // um beside the line of a single file in which its cells' middles stand
constexpr double kFatGap = 9;      // um between the middle of a tumour cell and fat
constexpr double kDeathGap = 5;    // um between the middle of a tumour cell and necrosis
constexpr double kGlandWall =
    0.85;  // of the cell's diameter: where the middles of a gland's one row of cells stand
constexpr double kGlandGap = 9;  // um of stroma round a gland's cells, at least

}  // namespace

PlaceIndex::PlaceIndex(double width_um, double height_um, double bin_um)
    : bin_um_(bin_um),
      columns_(static_cast<int>((width_um + 2 * kLayoutRim) / bin_um) + 1),
      rows_(static_cast<int>((height_um + 2 * kLayoutRim) / bin_um) + 1),
      bins_(static_cast<std::size_t>(columns_) * static_cast<std::size_t>(rows_)) {}

int PlaceIndex::column(double x) const {
  return std::clamp(static_cast<int>((x + kLayoutRim) / bin_um_), 0, columns_ - 1);
}

int PlaceIndex::row(double y) const {
  return std::clamp(static_cast<int>((y + kLayoutRim) / bin_um_), 0, rows_ - 1);
}

std::size_t PlaceIndex::bin(int column, int row) const {
  return static_cast<std::size_t>(row) * static_cast<std::size_t>(columns_) +
         static_cast<std::size_t>(column);
}

void PlaceIndex::add(int item, Vec at, double radius_um) {
  for (int r = row(at.y - radius_um); r <= row(at.y + radius_um); ++r) {
    for (int c = column(at.x - radius_um); c <= column(at.x + radius_um); ++c) {
      bins_[bin(c, r)].push_back(item);
    }
  }
}

const std::vector<int>& PlaceIndex::near(double x, double y) const {
  return bins_[bin(column(x), row(y))];
}

double Lumen::distance(double x, double y) const {
  const double dx = x - centre.x, dy = y - centre.y;
  const double u = (dx * cosine + dy * sine) / a, v = (dy * cosine - dx * sine) / b;
  const double level = std::hypot(u, v), slope = std::hypot(u / a, v / b);
  return slope < 1e-9 ? -std::min(a, b) : level * (level - 1) / slope;
}

Terrain::Terrain(const PhantomRecipe& recipe)
    : recipe_(recipe),
      width_um_(recipe.width_px * recipe.mpp),
      height_um_(recipe.height_px * recipe.mpp),
      gland_wall_um_(std::min(kLumenSight - 1, kGlandWall * recipe.cell_diameter_um)),
      noise_(static_cast<std::uint64_t>(recipe.seed) * 2654435761U + 17),
      pieces_(recipe_, width_um_, height_um_, noise_),
      fat_(recipe_, width_um_, height_um_, noise_, places_on_patient()),
      lumen_index_(width_um_, height_um_, 16),
      necrosis_index_(width_um_, height_um_, 32) {
  place_necroses();
  Random random(static_cast<std::uint64_t>(recipe.seed) ^ 0x64756374U);
  place_ducts(random);
  std::vector<double> values;
  for (double y = 0; y < height_um_; y += kSampleStep) {
    for (double x = 0; x < width_um_; x += kSampleStep) {
      if (open_ground(x, y)) values.push_back(growth_value(recipe_, noise_, x, y));
    }
  }
  nest_cut_ = 1e9;
  if (!values.empty() && recipe.tumour_fraction > 0) {
    std::sort(values.begin(), values.end());
    const auto above = static_cast<std::size_t>(recipe.tumour_fraction * static_cast<double>(values.size()));
    nest_cut_ = above >= values.size() ? -1e9 : values[values.size() - 1 - above];
  }
  if (recipe.architecture == "glands")
    place_glands(recipe.tumour_fraction * static_cast<double>(values.size()) * kSampleStep * kSampleStep);
  place_nest_lumens(random);
}

std::vector<Vec> Terrain::places_on_patient() const {
  std::vector<Vec> places;
  if (recipe_.fat_percent <= 0) return places;
  for (double y = 0; y < height_um_; y += kSampleStep) {
    for (double x = 0; x < width_um_; x += kSampleStep) {
      if (depth(x, y) > 0 && !in_control(x, y)) places.push_back({x, y});
    }
  }
  return places;
}

double Terrain::depth(double x, double y) const {
  return pieces_.depth(x, y);
}

double Terrain::duct_distance(double x, double y) const {
  double least = 1e9;
  if (recipe_.ducts_per_mm2 <= 0) return least;
  for (const Lumen& lumen : lumens_) {
    if (lumen.duct) least = std::min(least, lumen.distance(x, y));
  }
  return least;
}

double Terrain::necrosis_depth(double x, double y) const {
  double deepest = -kLumenSight;
  if (necroses_.empty()) return deepest;
  for (const int i : necrosis_index_.near(x, y)) {
    deepest = std::max(deepest, -necroses_[static_cast<std::size_t>(i)].distance(x, y));
  }
  return deepest + 5 * noise_(static_cast<float>(x / 14), static_cast<float>(y / 14), kNecrosisEdge);
}

bool Terrain::open_ground(double x, double y) const {
  return depth(x, y) > kNestEdgeGap && duct_distance(x, y) > kDuctWall + kNestEdgeGap && !in_control(x, y) &&
         fat_.distance(x, y) > kFatGap && necrosis_depth(x, y) < -kDeathGap;
}

bool Terrain::grows_here(double x, double y) const {
  if (recipe_.architecture == "glands") return lumen_distance(x, y) < gland_wall_um_;
  if (recipe_.architecture == "files") return file_distance(recipe_, noise_, x, y) < kFileHalf;
  return growth_value(recipe_, noise_, x, y) > nest_cut_;
}

bool Terrain::in_nest(double x, double y) const {
  if (pieces_.control_depth(x, y) > kControlGap) return true;
  return nest_cut_ < 1e8 && grows_here(x, y) && open_ground(x, y);
}

double Terrain::lumen_distance(double x, double y) const {
  double least = kLumenSight;
  for (const int i : lumen_index_.near(x, y)) {
    least = std::min(least, lumens_[static_cast<std::size_t>(i)].distance(x, y));
  }
  return least;
}

double Terrain::fibre_angle(double x, double y) const {
  const auto fx = static_cast<float>(x), fy = static_cast<float>(y);
  return 3.2 * noise_(fx / 130, fy / 130, kAngle) + 0.5 * noise_(fx / 30, fy / 30, kAngle + 1);
}

Vec Terrain::warp(double x, double y) const {
  const auto fx = static_cast<float>(x), fy = static_cast<float>(y);
  const float sx = fx / 8, sy = fy / 8, tx = fx / 2.8F, ty = fy / 2.8F;
  return {x + kWave * noise_(sx, sy, kWarp) + kRipple * noise_(tx, ty, kWarp + 1),
          y + kWave * noise_(sx, sy, kWarp + 2) + kRipple * noise_(tx, ty, kWarp + 3)};
}

Vec Terrain::unwarp(Vec q) const {
  Vec p = q;
  for (int i = 0; i < 8; ++i) {
    const Vec back = warp(p.x, p.y);
    p = {p.x + q.x - back.x, p.y + q.y - back.y};
  }
  return p;
}

Lumen Terrain::random_lumen(Random& random, double least_um, double most_um, double least_b_to_a) const {
  Lumen lumen;
  lumen.centre = {random.uniform(0, width_um_), random.uniform(0, height_um_)};
  lumen.a = random.uniform(least_um, most_um);
  lumen.b = lumen.a * random.uniform(least_b_to_a, 1);
  const double angle = random.uniform(0, kTurn);
  lumen.cosine = std::cos(angle);
  lumen.sine = std::sin(angle);
  return lumen;
}

void Terrain::add_lumen(const Lumen& lumen) {
  lumen_index_.add(static_cast<int>(lumens_.size()), lumen.centre, lumen.a + kLumenSight);
  lumens_.push_back(lumen);
}

void Terrain::place_ducts(Random& random) {
  const double wanted = recipe_.ducts_per_mm2 * width_um_ * height_um_ * 1e-6;
  int placed = 0;
  for (int i = 0; i < 4000 && placed < wanted; ++i) {
    Lumen lumen = random_lumen(random, 16, 30, 0.7);
    lumen.duct = true;
    const double room = lumen.a + kDuctWall + kNestEdgeGap;
    if (depth(lumen.centre.x, lumen.centre.y) < room ||
        duct_distance(lumen.centre.x, lumen.centre.y) < room + kDuctWall)
      continue;
    add_lumen(lumen);
    ++placed;
  }
}

bool Terrain::room_for_gland(const Lumen& gland) const {
  constexpr int kPoints = 24;
  for (int i = 0; i < kPoints; ++i) {
    const double t = kTurn * i / kPoints, u = (gland.a + gland_wall_um_) * std::cos(t),
                 v = (gland.b + gland_wall_um_) * std::sin(t);
    const double x = gland.centre.x + u * gland.cosine - v * gland.sine,
                 y = gland.centre.y + u * gland.sine + v * gland.cosine;
    if (!open_ground(x, y)) return false;
    for (const Lumen& other : lumens_) {
      if (std::hypot(other.centre.x - x, other.centre.y - y) > other.a + 3 * kLumenSight) continue;
      if (other.distance(x, y) < 1.6 * gland_wall_um_ + kGlandGap) return false;
    }
  }
  return true;
}

void Terrain::place_glands(double wanted_um2) {
  Random random(static_cast<std::uint64_t>(recipe_.seed) ^ 0x676c616eU);
  const double tries = wanted_um2 / 20;
  double placed = 0;
  for (double i = 0; i < tries && placed < wanted_um2; ++i) {
    const Lumen gland = random_lumen(random, 9, 34, 0.4);
    if (!room_for_gland(gland)) continue;
    add_lumen(gland);
    const double wall = 1.5 * gland_wall_um_;  // a row of cells, to their outer side
    placed += kTurn / 2 * wall * (gland.a + gland.b + wall);
  }
}

void Terrain::place_necroses() {
  Random random(static_cast<std::uint64_t>(recipe_.seed) ^ 0x6e656372U);
  const double wanted = recipe_.necrosis_per_mm2 * width_um_ * height_um_ * 1e-6;
  const double half = recipe_.necrosis_um / 2;
  for (int i = 0; i < 4000 && static_cast<double>(necroses_.size()) < wanted; ++i) {
    const Lumen zone = random_lumen(random, 0.8 * half, 1.3 * half, 0.6);
    if (depth(zone.centre.x, zone.centre.y) < zone.b || in_control(zone.centre.x, zone.centre.y) ||
        necrosis_depth(zone.centre.x, zone.centre.y) > -kLumenSight ||
        fat_.distance(zone.centre.x, zone.centre.y) < 0)
      continue;
    necrosis_index_.add(static_cast<int>(necroses_.size()), zone.centre, zone.a + kLumenSight);
    necroses_.push_back(zone);
  }
}

void Terrain::place_nest_lumens(Random& random) {
  const double wanted = recipe_.lumens_per_mm2 * width_um_ * height_um_ * 1e-6;
  int placed = 0;
  for (int i = 0; i < 2000 && placed < wanted; ++i) {
    const Lumen lumen = random_lumen(random, 5, 9, 0.5);
    if (!in_nest(lumen.centre.x, lumen.centre.y) || lumen_distance(lumen.centre.x, lumen.centre.y) < 15)
      continue;
    add_lumen(lumen);
    ++placed;
  }
}

}  // namespace annulet::phantom
