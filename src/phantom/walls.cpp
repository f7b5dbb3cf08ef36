#include <algorithm>
#include <cmath>

#include "phantom/tissue.hpp"

namespace annulet::phantom {
namespace {

constexpr double kNeighbourSight = 32;  // um between the seeds of cells that may share a wall
constexpr double kLumenStep = 0.2;      // um along a ray towards a lumen

/// Where the ray leaves the cell towards a neighbour: |t u - d| - w_j = t - w_i solved for t.
double wall_to(const Epithelium& cell, const Epithelium& other, Vec u) {
  const double dx = other.seed.x - cell.seed.x, dy = other.seed.y - cell.seed.y;
  const double k = cell.weight - other.weight, along = u.x * dx + u.y * dy - k;
  if (along <= 1e-6) return 1e9;
  return std::max(0.0, (dx * dx + dy * dy - k * k) / (2 * along));
}

double wall_to_lumen(const Terrain& terrain, Vec seed, Vec u, double limit) {
  for (double t = 0; t < limit; t += kLumenStep) {
    if (terrain.lumen_distance(seed.x + t * u.x, seed.y + t * u.y) < 0) return t;
  }
  return limit;
}

void measure_outline(Epithelium& cell) {
  cell.perimeter_um = cell.area_um2 = 0;
  Vec moment;
  cell.inner_radius_um = *std::min_element(cell.wall.begin(), cell.wall.end());
  std::array<double, kWallSamples> length{};
  for (int k = 0; k < kWallSamples; ++k) {
    const auto i = static_cast<std::size_t>(k), j = static_cast<std::size_t>((k + 1) % kWallSamples);
    const Vec u = wall_direction(k), v = wall_direction(static_cast<int>(j));
    const Vec p{u.x * cell.wall[i], u.y * cell.wall[i]}, q{v.x * cell.wall[j], v.y * cell.wall[j]};
    const double step = std::hypot(q.x - p.x, q.y - p.y), cross = (p.x * q.y - p.y * q.x) / 2;
    length[i] += step / 2;
    length[j] += step / 2;
    cell.perimeter_um += step;
    cell.area_um2 += cross;
    moment = {moment.x + cross * (p.x + q.x) / 3, moment.y + cross * (p.y + q.y) / 3};
  }
  for (std::size_t k = 0; k < kWallSamples; ++k) cell.share[k] = length[k] / cell.perimeter_um;
  cell.centroid = {cell.seed.x + moment.x / cell.area_um2, cell.seed.y + moment.y / cell.area_um2};
}

}  // namespace

Vec wall_direction(int k) {
  const double angle = kTurn * k / kWallSamples;
  return {std::cos(angle), std::sin(angle)};
}

double wall_position(double dx, double dy) {
  const double position = std::atan2(dy, dx) * (kWallSamples / kTurn);
  return position < 0 ? position + kWallSamples : position;
}

float membrane_towards(const Epithelium& cell, double dx, double dy) {
  const double position = wall_position(dx, dy);
  const auto k = static_cast<std::size_t>(position);
  const auto part = static_cast<float>(position - static_cast<double>(k));
  const float here = cell.membrane[k % kWallSamples], next = cell.membrane[(k + 1) % kWallSamples];
  return here + part * (next - here);
}

double peak_left(double line_sigma_um, double blur_um) {
  return line_sigma_um / std::hypot(line_sigma_um, blur_um);
}

void find_walls(const Terrain& terrain, Tissue& tissue) {
  PlaceIndex index(terrain.width_um(), terrain.height_um(), 16);
  for (std::size_t i = 0; i < tissue.cells.size(); ++i)
    index.add(static_cast<int>(i), tissue.cells[i].seed, kNeighbourSight);
  for (std::size_t i = 0; i < tissue.cells.size(); ++i) {
    Epithelium& cell = tissue.cells[i];
    const bool by_lumen = terrain.lumen_distance(cell.seed.x, cell.seed.y) < 19;
    for (int k = 0; k < kWallSamples; ++k) {
      const auto at = static_cast<std::size_t>(k);
      const Vec u = wall_direction(k);
      cell.wall[at] = cell.weight + cell.cap;
      cell.facing[at] = -1;
      for (const int j : index.near(cell.seed.x, cell.seed.y)) {
        if (static_cast<std::size_t>(j) == i) continue;
        const double t = wall_to(cell, tissue.cells[static_cast<std::size_t>(j)], u);
        if (t < cell.wall[at]) cell.wall[at] = t, cell.facing[at] = j;
      }
      if (!by_lumen) continue;
      const double t = wall_to_lumen(terrain, cell.seed, u, cell.wall[at]);
      if (t < cell.wall[at]) cell.wall[at] = t, cell.facing[at] = -1;
    }
    measure_outline(cell);
  }
}

}  // namespace annulet::phantom
