#include "phantom/painter.hpp"

#include <algorithm>
#include <cmath>

#include "phantom/fibres.hpp"
#include "phantom/necrosis.hpp"

namespace annulet::phantom {
namespace {

constexpr double kSight = 4.5;            // um beyond a cell in which its membrane may still show
constexpr double kLineReach = 3.2;        // standard deviations of a membrane line that are painted
constexpr double kOwnSide = 0.12;         // um from the wall to the middle of a cell's own line
constexpr double kLeastDivergence = 0.3;  // of two unit vectors: keeps the wall distance finite behind a cell
constexpr double kTissueEdge = 1.5;       // um over which tissue begins
constexpr std::size_t kMostNear = 32;
constexpr int kChannelGrain = 80, kChannelChromatin = 84, kChannelCleft = 88, kChannelBlush = 90,
              kChannelRetraction = 92, kChannelDots = 160, kChannelGranules = 162, kChannelSlant = 164;
constexpr float kSlantUm = 11;         // length over which walls lean one way
constexpr double kWidestSigma = 0.91;  // um, of the broadest line
constexpr double kSeptum = 1.5;        // stain of a fat cell's septum over that of fibres
constexpr float kCleftPieceUm = 30;    // length of the pieces of a nest's edge that have a cleft
constexpr double kCleftSoft = 1;       // um over which the fibres beyond a cleft begin

struct NearCell {
  const Epithelium* cell;
  double level;   // distance minus weight
  double ux, uy;  // unit vector from the seed
  double dx, dy;
};

struct Neighbourhood {
  std::array<NearCell, kMostNear> near;
  std::size_t count = 0;
  std::size_t owner = kMostNear;  // index into near; kMostNear: no cell holds the pixel
  double outside = 1e9;           // um to the next cell where no cell holds the pixel
};

double apart(const NearCell& a, const NearCell& b) {
  return std::max(kLeastDivergence, std::hypot(a.ux - b.ux, a.uy - b.uy));
}

/// um from a pixel held by a ghost to the next cell proper.
double distance_to_cell(const Neighbourhood& hood) {
  double least = 1e9;
  const NearCell& ghost = hood.near[hood.owner];
  for (std::size_t j = 0; j < hood.count; ++j) {
    const NearCell& it = hood.near[j];
    if (!it.cell->ghost)
      least = std::min(least, std::max(it.level - it.cell->cap, (it.level - ghost.level) / apart(it, ghost)));
  }
  return least;
}

/// The membrane lines that reach a pixel: each cell's own, at its distance to that cell's wall.
/// `slant` broadens the lines and makes them as much paler.
double membrane_at(const Neighbourhood& hood, double lumen_distance, double slant) {
  double od = 0;
  for (std::size_t j = 0; j < hood.count; ++j) {
    const NearCell& it = hood.near[j];
    if (it.cell->intent == Intent::None) continue;
    double beyond = it.level - it.cell->cap;  // um outside the cell, negative inside
    if (hood.owner == j) {
      beyond = std::max(beyond, -lumen_distance);
      for (std::size_t k = 0; k < hood.count; ++k) {
        if (k == j) continue;
        const NearCell& other = hood.near[k];
        beyond = std::max(beyond, (it.level - other.level) / apart(it, other));
      }
    } else if (hood.owner < kMostNear) {
      const NearCell& other = hood.near[hood.owner];
      beyond = std::max(beyond, (it.level - other.level) / apart(it, other));
    } else {
      beyond = std::max(beyond, -lumen_distance);
    }
    const double from_line = (beyond + kOwnSide) / (slant * it.cell->line_sigma_um);
    if (std::abs(from_line) > kLineReach) continue;
    od += membrane_towards(*it.cell, it.dx, it.dy) * std::exp(-0.5 * from_line * from_line);
  }
  return od / slant;
}

/// Value of a field of noise below which the given share of it lies.
float noise_quantile(const Noise& noise, int channel, double share) {
  constexpr int kSide = 64;
  constexpr float kStep = 0.73F;  // of a lattice cell: no sample repeats another
  std::vector<float> values;
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x)
      values.push_back(noise(kStep * static_cast<float>(x), kStep * static_cast<float>(y), channel));
  }
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

float smooth_step(double low, double high, double v) {
  const double t = std::clamp((v - low) / (high - low), 0.0, 1.0);
  return static_cast<float>(t * t * (3 - 2 * t));
}

}  // namespace

Painter::Painter(const PhantomRecipe& recipe, const Terrain& terrain, const Tissue& tissue)
    : recipe_(recipe),
      terrain_(terrain),
      tissue_(tissue),
      cells_(terrain.width_um(), terrain.height_um(), 5),
      sight_um_(std::max({kSight, recipe.cleft_percent > 0 ? recipe.cleft_um + kCleftSoft + 1 : 0,
                          recipe.slant > 0 ? kLineReach * kWidestSigma * (1 + recipe.slant) : 0})) {
  cleft_cut_ = noise_quantile(terrain.noise(), kChannelRetraction, 1 - recipe.cleft_percent / 100);
  for (std::size_t i = 0; i < tissue.cells.size(); ++i) {
    const Epithelium& cell = tissue.cells[i];
    cells_.add(static_cast<int>(i), cell.seed, cell.weight + cell.cap + sight_um_);
  }
}

void Painter::paint(Band& band) const {
  band.haematoxylin.fill(0);
  band.chromogen.fill(0);
  band.membrane.fill(0);
  paint_ground(band);
  for (const Epithelium& cell : tissue_.cells) {
    if (cell.nucleus.present) paint_nucleus(band, cell.nucleus, band.haematoxylin);
  }
  for (const Vacuole& vacuole : tissue_.vacuoles) empty_vacuole(band, vacuole);
  for (const FreeNucleus& cell : tissue_.loose)
    paint_nucleus(band, cell.nucleus, cell.red_cell ? band.chromogen : band.haematoxylin);
}

void Painter::paint_ground(Band& band) const {
  const double top = band.first_row * band.pitch_um;
  const Fibres fibres(terrain_, top, top + band.rows() * band.pitch_um);
  for (int y = 0; y < band.rows(); ++y) {
    const double slide_y = (band.first_row + y + 0.5) * band.pitch_um;
    for (int x = 0; x < band.width(); ++x) {
      const Vec q = terrain_.warp((x + 0.5) * band.pitch_um, slide_y);
      band.place_x(x, y) = static_cast<float>(q.x);
      band.place_y(x, y) = static_cast<float>(q.y);
      if (terrain_.depth(q.x, q.y) < -kTissueEdge) continue;
      paint_pixel(band, x, y, fibres.fine(q.x, q.y), fibres.coarse(q.x, q.y));
    }
  }
}

void Painter::paint_pixel(Band& band, int x, int y, float fine, float coarse) const {
  const double qx = band.place_x(x, y), qy = band.place_y(x, y);
  Neighbourhood hood;
  const double lumen = terrain_.lumen_distance(qx, qy);
  double best = 1e9;
  for (const int i : cells_.near(qx, qy)) {
    const Epithelium& cell = tissue_.cells[static_cast<std::size_t>(i)];
    const double dx = qx - cell.seed.x, dy = qy - cell.seed.y, d = std::sqrt(dx * dx + dy * dy);
    if (d > cell.weight + cell.cap + sight_um_ || hood.count == kMostNear) continue;
    const double level = d - cell.weight, inverse = d > 1e-6 ? 1 / d : 0;
    hood.near[hood.count] = {&cell, level, dx * inverse, dy * inverse, dx, dy};
    if (level < best) {
      best = level;
      if (level < cell.cap && lumen > 0)
        hood.owner = hood.count;
      else
        hood.owner = kMostNear;
    }
    if (!cell.ghost) hood.outside = std::min(hood.outside, level - cell.cap);
    ++hood.count;
  }
  if (hood.owner < kMostNear && hood.near[hood.owner].cell->ghost) hood.outside = distance_to_cell(hood);
  if (hood.owner < kMostNear && !hood.near[hood.owner].cell->ghost)
    paint_epithelium(band, x, y, *hood.near[hood.owner].cell);
  else if (lumen > 0 && !paint_other_ground(band, x, y))
    paint_stroma(band, x, y, fine, coarse, hood.outside);
  if (hood.count == 0) return;
  const float place_x = band.place_x(x, y), place_y = band.place_y(x, y);
  band.membrane(x, y) = static_cast<float>(membrane_at(hood, lumen, slant_at(place_x, place_y)));
  if (recipe_.membrane_grain > 0) band.membrane(x, y) *= membrane_grain_at(place_x, place_y);
}

void Painter::paint_epithelium(Band& band, int x, int y, const Epithelium& cell) const {
  const float qx = band.place_x(x, y), qy = band.place_y(x, y);
  const Noise& noise = terrain_.noise();
  const float grain = 0.55F * noise(qx / 0.6F, qy / 0.6F, kChannelGrain) +
                      0.45F * noise(qx / 1.9F, qy / 1.9F, kChannelGrain + 1);
  const float cloud = noise(qx / 5, qy / 5, kChannelBlush);
  band.haematoxylin(x, y) =
      static_cast<float>(cell.haematoxylin) * std::max(0.0F, 1 + 1.1F * grain + 0.4F * cloud);
  band.chromogen(x, y) = static_cast<float>(cell.blush) * std::max(0.0F, 1 + 0.8F * grain + 0.6F * cloud);
  if (recipe_.granule_od > 0 && cell.type == PhantomCellType::Tumour) {
    const float dots = noise(qx / 1.1F, qy / 1.1F, kChannelGranules) + 0.35F * cloud;
    band.chromogen(x, y) += static_cast<float>(recipe_.granule_od) * smooth_step(0.35, 0.9, dots);
  }
}

/// 1 where a wall stands upright, more where it leans and is seen as a broader band.
double Painter::slant_at(float x, float y) const {
  if (recipe_.slant <= 0) return 1;
  return 1 + recipe_.slant * std::max(0.0F, terrain_.noise()(x / kSlantUm, y / kSlantUm, kChannelSlant));
}

/// Stain in dots instead of an even line, 1 on average or a little more.
float Painter::membrane_grain_at(float x, float y) const {
  const Noise& noise = terrain_.noise();
  const float dots =
      0.9F * noise(x / 0.6F, y / 0.6F, kChannelDots) + 0.7F * noise(x / 1.5F, y / 1.5F, kChannelDots + 1);
  return std::max(0.0F, 1 + static_cast<float>(recipe_.membrane_grain) * dots);
}

/// Light passes through cytoplasm and nucleus there; membranes stay.
void Painter::empty_vacuole(Band& band, const Vacuole& vacuole) const {
  const double reach = vacuole.radius_um + 2, pitch = band.pitch_um;  // 2: the distortion of places
  const int left = std::max(0, static_cast<int>((vacuole.at.x - reach) / pitch));
  const int right = std::min(band.width() - 1, static_cast<int>((vacuole.at.x + reach) / pitch));
  const int top = std::max(0, static_cast<int>((vacuole.at.y - reach) / pitch) - band.first_row);
  const int bottom =
      std::min(band.rows() - 1, static_cast<int>((vacuole.at.y + reach) / pitch) - band.first_row);
  for (int y = top; y <= bottom; ++y) {
    for (int x = left; x <= right; ++x) {
      const double away = std::hypot(band.place_x(x, y) - vacuole.at.x, band.place_y(x, y) - vacuole.at.y);
      const float left_over = smooth_step(-0.25, 0.25, away - vacuole.radius_um);
      band.haematoxylin(x, y) *= left_over;
      band.chromogen(x, y) *= left_over;
    }
  }
}

/// Fat and necrosis; false where the ground is neither.
bool Painter::paint_other_ground(Band& band, int x, int y) const {
  const float qx = band.place_x(x, y), qy = band.place_y(x, y);
  Amounts stain;
  if (terrain_.fat().distance(qx, qy) < 0) {
    const float septum =
        terrain_.fat().septum(qx, qy) * smooth_step(-kTissueEdge, kTissueEdge, terrain_.depth(qx, qy));
    stain.haematoxylin = static_cast<float>(kSeptum * recipe_.stroma_haematoxylin_od) * septum;
    stain.chromogen = static_cast<float>(kSeptum * recipe_.stroma_chromogen_od) * septum;
  } else if (terrain_.necrosis_depth(qx, qy) > 0) {
    stain = necrosis_stain(recipe_, terrain_, qx, qy);
  } else {
    return false;
  }
  band.haematoxylin(x, y) = stain.haematoxylin;
  band.chromogen(x, y) = stain.chromogen;
  return true;
}

/// 0 .. 1, how much of the fibres has drawn back from a nest.
float Painter::cleft_at(float x, float y, double outside) const {
  const float here = terrain_.noise()(x / kCleftPieceUm, y / kCleftPieceUm, kChannelRetraction);
  return smooth_step(cleft_cut_ - 0.08, cleft_cut_ + 0.08, here) *
         (1 - smooth_step(recipe_.cleft_um - kCleftSoft, recipe_.cleft_um + kCleftSoft, outside));
}

void Painter::paint_stroma(Band& band, int x, int y, float fine, float coarse, double outside) const {
  const float qx = band.place_x(x, y), qy = band.place_y(x, y);
  const Noise& noise = terrain_.noise();
  const float patch = noise(qx / 45, qy / 45, kChannelCleft + 1);
  const float bundle = smooth_step(-0.75, 0.05, coarse + 0.35 * patch);
  float cover = 0.12F + 0.88F * bundle;
  const float loose =
      smooth_step(-0.1, 0.5, noise(qx / 28, qy / 28, kChannelCleft));  // retraction beside nests
  cover *= 1 - loose * 0.9F * (1 - smooth_step(0.6, 3.0, outside));
  if (recipe_.cleft_percent > 0) cover *= 1 - cleft_at(qx, qy, outside);
  cover *= smooth_step(-kTissueEdge, kTissueEdge, terrain_.depth(qx, qy));
  const float fibre = cover * std::max(0.0F, 0.75F + 0.8F * fine + 0.35F * coarse);
  band.haematoxylin(x, y) = static_cast<float>(recipe_.stroma_haematoxylin_od) * fibre;
  band.chromogen(x, y) = static_cast<float>(recipe_.stroma_chromogen_od) * fibre;
}

void Painter::paint_nucleus(Band& band, const Nucleus& nucleus, Plane<float>& stain) const {
  const double reach = nucleus.reach() + 1.5, pitch = band.pitch_um;  // 1.5: the distortion of places
  const int left = std::max(0, static_cast<int>((nucleus.centre.x - reach) / pitch));
  const int right = std::min(band.width() - 1, static_cast<int>((nucleus.centre.x + reach) / pitch));
  const int top = std::max(0, static_cast<int>((nucleus.centre.y - reach) / pitch) - band.first_row);
  const int bottom =
      std::min(band.rows() - 1, static_cast<int>((nucleus.centre.y + reach) / pitch) - band.first_row);
  const Noise& noise = terrain_.noise();
  const double mean_radius = std::sqrt(nucleus.a * nucleus.b);
  const auto grain = static_cast<float>(nucleus.grain_um);
  for (int y = top; y <= bottom; ++y) {
    for (int x = left; x <= right; ++x) {
      const double dx = band.place_x(x, y) - nucleus.centre.x, dy = band.place_y(x, y) - nucleus.centre.y;
      const double u = (dx * nucleus.cosine + dy * nucleus.sine) / nucleus.a;
      const double v = (dy * nucleus.cosine - dx * nucleus.sine) / nucleus.b;
      const double radius = std::sqrt(u * u + v * v);
      if (radius > 1.6) continue;
      const double edge = radius > 1e-6 ? nucleus.wave(u / radius, v / radius) : 1;
      const double depth = (edge - radius) * mean_radius;  // um inside the outline
      const float alpha = smooth_step(-nucleus.edge_um, nucleus.edge_um, depth);
      if (alpha <= 0) continue;
      const float qx = band.place_x(x, y), qy = band.place_y(x, y);
      const float clump = 0.6F * noise(qx / grain, qy / grain, kChannelChromatin) +
                          0.6F * noise(qx / (2.2F * grain), qy / (2.2F * grain), kChannelChromatin + 1);
      double od = nucleus.od * (1 + nucleus.texture * 1.6 * clump);
      const double from_rim = (depth - 0.35) / 0.35;
      od += nucleus.rim * std::exp(-0.5 * from_rim * from_rim) * (1 + 0.4 * clump);
      for (const Nucleus::Spot& spot : nucleus.nucleoli) {
        const double sx = (qx - spot.at.x) / spot.radius_um, sy = (qy - spot.at.y) / spot.radius_um;
        od += spot.od * std::exp(-0.5 * (sx * sx + sy * sy) * 2);
      }
      float& here = stain(x, y);
      here += alpha * (static_cast<float>(std::max(0.0, od)) - here);
      if (&stain != &band.chromogen) band.chromogen(x, y) *= 1 - 0.65F * alpha;
    }
  }
}

}  // namespace annulet::phantom
