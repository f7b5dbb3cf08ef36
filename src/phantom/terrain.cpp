#include <algorithm>
#include <cmath>

#include "phantom/tissue.hpp"

namespace annulet::phantom {
namespace {

// Channels of the noise table, so that fields do not repeat each other.
enum Channel { kEdge = 0, kNest = 10, kAngle = 20, kWarp = 30 };

constexpr double kNestEdgeGap = 9;  // um between a nest and the tissue's edge or a duct's wall
constexpr double kDuctWall = 15;    // um: two rows of cells
constexpr double kLumenSight = 20;  // um within which lumen_distance is known
constexpr double kWave = 1.15;     // um, amplitude of the distortion of walls and nuclei, waves of about 8 um
constexpr double kRipple = 0.28;   // um, the same for waves of about 3 um
constexpr double kSampleStep = 6;  // um, grid on which the share of nests is set

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
      noise_(static_cast<std::uint64_t>(recipe.seed) * 2654435761U + 17),
      lumen_index_(width_um_, height_um_, 16) {
  Random random(static_cast<std::uint64_t>(recipe.seed) ^ 0x64756374U);
  place_ducts(random);
  std::vector<double> values;
  for (double y = 0; y < height_um_; y += kSampleStep) {
    for (double x = 0; x < width_um_; x += kSampleStep) {
      if (depth(x, y) > kNestEdgeGap && duct_distance(x, y) > kDuctWall + kNestEdgeGap)
        values.push_back(nest_value(x, y));
    }
  }
  nest_cut_ = 1e9;
  if (!values.empty() && recipe.tumour_fraction > 0) {
    std::sort(values.begin(), values.end());
    const auto above = static_cast<std::size_t>(recipe.tumour_fraction * static_cast<double>(values.size()));
    nest_cut_ = above >= values.size() ? -1e9 : values[values.size() - 1 - above];
  }
  place_nest_lumens(random);
}

double Terrain::depth(double x, double y) const {
  if (recipe_.glass_margin_um <= 0) return 1e6;
  const auto fx = static_cast<float>(x);
  const double top =
      recipe_.glass_margin_um + 12 * noise_(fx / 70, 0, kEdge) + 3 * noise_(fx / 9, 0, kEdge + 1);
  const double bottom =
      recipe_.glass_margin_um + 12 * noise_(fx / 70, 50, kEdge) + 3 * noise_(fx / 9, 50, kEdge + 1);
  return std::min(y - top, height_um_ - bottom - y);
}

double Terrain::nest_value(double x, double y) const {
  const auto fx = static_cast<float>(x / recipe_.nest_scale_um),
             fy = static_cast<float>(y / recipe_.nest_scale_um);
  if (recipe_.architecture == "cords") return -std::abs(noise_.fractal(fx, fy, kNest));
  return noise_.fractal(fx, fy, kNest);
}

double Terrain::duct_distance(double x, double y) const {
  double least = 1e9;
  for (const Lumen& lumen : lumens_) {
    if (lumen.duct) least = std::min(least, lumen.distance(x, y));
  }
  return least;
}

bool Terrain::in_nest(double x, double y) const {
  return nest_cut_ < 1e8 && depth(x, y) > kNestEdgeGap && nest_value(x, y) > nest_cut_ &&
         duct_distance(x, y) > kDuctWall + kNestEdgeGap;
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
