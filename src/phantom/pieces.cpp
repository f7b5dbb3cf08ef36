#include "phantom/pieces.hpp"

#include <algorithm>
#include <cmath>

namespace annulet::phantom {
namespace {

enum Channel { kEdge = 0, kBend = 100, kRag = 102, kControlRag = 104 };

constexpr double kFarInside = 1e6;                     // um, depth where the tissue has no edge
constexpr double kNowhere = -1e6;                      // um, depth where there is no piece
constexpr double kBendUm = 22;                         // amplitude of a fragment's bend
constexpr double kGlassBetween = 40;                   // um between fragments, at least
constexpr double kRimUm = 25;                          // um between a fragment and the slide's border
constexpr double kLeastLength = 1.2, kMostLength = 5;  // of the fragment's width, beyond its round ends
constexpr int kTries = 4000;

double away_from(Vec p, Vec from, Vec to) {
  const double dx = to.x - from.x, dy = to.y - from.y, length2 = dx * dx + dy * dy;
  const double t =
      length2 > 0 ? std::clamp(((p.x - from.x) * dx + (p.y - from.y) * dy) / length2, 0.0, 1.0) : 0;
  return std::hypot(p.x - from.x - t * dx, p.y - from.y - t * dy);
}

}  // namespace

Pieces::Pieces(const PhantomRecipe& recipe, double width_um, double height_um, const Noise& noise)
    : recipe_(recipe), width_um_(width_um), height_um_(height_um), noise_(noise) {
  Random random(static_cast<std::uint64_t>(recipe.seed) ^ 0x70696563U);
  const double room = recipe.control_um / 2 + kRimUm;  // in a corner, as on a slide with on-slide control
  const bool left = random.uniform() < 0.5, top = random.uniform() < 0.5;
  for (int i = 0; i < static_cast<int>(recipe.control_dots); ++i) {
    const double in = room + i * (recipe.control_um + recipe.control_gap_um);
    controls_.push_back({left ? in : width_um - in, top ? room : height_um - room});
  }
  place_fragments();
}

double Pieces::depth(double x, double y) const {
  double patient = recipe_.fragments > 0 ? fragment_depth(x, y) : sheet_depth(x, y);
  if (recipe_.control_um <= 0) return patient;
  const double control = control_depth(x, y);
  patient = std::min(patient, -control - recipe_.control_gap_um);
  return std::max(patient, control);
}

double Pieces::control_depth(double x, double y) const {
  if (recipe_.control_um <= 0) return kNowhere;
  const Vec& dot = controls_[static_cast<std::size_t>(control_dot(x, y))];
  const double away = std::hypot(x - dot.x, y - dot.y);
  const auto fx = static_cast<float>(x), fy = static_cast<float>(y);
  return recipe_.control_um / 2 - away + 5 * noise_(fx / 30, fy / 30, kControlRag);
}

int Pieces::control_dot(double x, double y) const {
  const auto away = [&](const Vec& dot) { return std::hypot(x - dot.x, y - dot.y); };
  const auto nearest = std::min_element(controls_.begin(), controls_.end(),
                                        [&](const Vec& a, const Vec& b) { return away(a) < away(b); });
  return static_cast<int>(nearest - controls_.begin());
}

double Pieces::sheet_depth(double x, double y) const {
  if (recipe_.glass_margin_um <= 0) return kFarInside;
  const auto fx = static_cast<float>(x);
  const double top =
      recipe_.glass_margin_um + 12 * noise_(fx / 70, 0, kEdge) + 3 * noise_(fx / 9, 0, kEdge + 1);
  const double bottom =
      recipe_.glass_margin_um + 12 * noise_(fx / 70, 50, kEdge) + 3 * noise_(fx / 9, 50, kEdge + 1);
  return std::min(y - top, height_um_ - bottom - y);
}

double Pieces::fragment_depth(double x, double y) const {
  const auto fx = static_cast<float>(x), fy = static_cast<float>(y);
  const Vec bent{x + kBendUm * noise_(fx / 140, fy / 140, kBend),
                 y + kBendUm * noise_(fx / 140, fy / 140, kBend + 1)};
  double best = kNowhere;
  for (const Fragment& fragment : fragments_)
    best = std::max(best, fragment.half_um - away_from(bent, fragment.from, fragment.to));
  return best + 7 * noise_(fx / 33, fy / 33, kRag) + 2 * noise_(fx / 8, fy / 8, kRag + 1);
}

bool Pieces::clear_of_others(const Fragment& fragment) const {
  constexpr int kSteps = 16;
  for (int i = 0; i <= kSteps; ++i) {
    const double t = static_cast<double>(i) / kSteps;
    const Vec p{fragment.from.x + t * (fragment.to.x - fragment.from.x),
                fragment.from.y + t * (fragment.to.y - fragment.from.y)};
    for (const Fragment& other : fragments_) {
      if (away_from(p, other.from, other.to) < fragment.half_um + other.half_um + kGlassBetween) return false;
    }
  }
  return true;
}

/// As many as asked for, or as find room.
void Pieces::place_fragments() {
  Random random(static_cast<std::uint64_t>(recipe_.seed) ^ 0x66726167U);
  for (int i = 0; i < kTries && static_cast<double>(fragments_.size()) < recipe_.fragments; ++i) {
    Fragment fragment;
    fragment.half_um = recipe_.fragment_width_um / 2 * random.uniform(0.8, 1.1);
    const double rim = fragment.half_um + kRimUm,
                 length = recipe_.fragment_width_um * random.uniform(kLeastLength, kMostLength),
                 angle = random.uniform(0, kTurn);
    fragment.from = {random.uniform(0, width_um_), random.uniform(0, height_um_)};
    fragment.to = {fragment.from.x + length * std::cos(angle), fragment.from.y + length * std::sin(angle)};
    const auto on_slide = [&](Vec p) {
      return p.x > rim && p.y > rim && p.x < width_um_ - rim && p.y < height_um_ - rim;
    };
    if (on_slide(fragment.from) && on_slide(fragment.to) && clear_of_others(fragment))
      fragments_.push_back(fragment);
  }
}

}  // namespace annulet::phantom
