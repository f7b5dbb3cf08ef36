#include "phantom/artefacts.hpp"

#include <algorithm>
#include <cmath>

#include "phantom/optics.hpp"

namespace annulet::phantom {
namespace {

enum Channel {
  kFoldCourse = 150,
  kStrokeCourse = 152,
  kStreak = 153,
  kAreaEdge = 156,
  kEdgeCloud = 158,
  kSpeckEdge = 160
};

constexpr double kLeastFold = 8, kMostFold = 14;  // um, half the width: a fold takes up 2-4 nuclei's breadth
constexpr double kLeastFoldLength = 60, kMostFoldLength = 170;     // um, half the length
constexpr double kFoldEdge = 1.5, kPenEdge = 7, kAreaEdgeUm = 10;  // um over which each begins
constexpr double kFoldBend = 14, kPenBend = 45;                    // um, amplitude of the course
constexpr double kLeastArea = 60, kMostArea = 105;                 // um, radius of an area out of focus
constexpr double kEdgeReach = 50;  // um below the tissue's edge where the last edge stain is
constexpr double kTouched = 0.03;  // OD of edge stain from which a cell is not to be judged
constexpr double kPresent = 0.06;  // OD of stain that makes up full tissue for the edge stain
constexpr double kLeastBubble = 70, kMostBubble = 130;  // um, radius
constexpr double kRimUm = 4, kRimOd = 0.9;              // standard deviation and height of the dark rim
constexpr double kRimReach = 10;                        // um off the rim where nothing is left of it
constexpr double kBubbleBlurUm = 1.5;                   // air below the glass moves the plane of focus
constexpr double kBubbleLight = 0.8;                    // share of the stain that is still seen through it
constexpr double kLeastSpeck = 4, kMostSpeck = 20;      // um, half the length of a grain or a piece of fluff
constexpr double kDustOd = 1.4;
constexpr double kCovered = 0.02;  // share of an artefact from which a place is not as it was
constexpr int kTries = 2000;

double smooth(double low, double high, double v) {
  const double t = std::clamp((v - low) / (high - low), 0.0, 1.0);
  return t * t * (3 - 2 * t);
}

}  // namespace

Artefacts::Artefacts(const PhantomRecipe& recipe, const Terrain& terrain)
    : recipe_(recipe), terrain_(terrain) {
  Random random(static_cast<std::uint64_t>(recipe.seed) ^ 0x61727465U);
  draw_folds(random);
  draw_strokes(random);
  draw_areas(random);
  draw_bubbles(random);
  draw_dust(random);
}

Vec Artefacts::place_in_tissue(Random& random, double depth_um) const {
  Vec at;
  for (int i = 0; i < kTries; ++i) {
    at = {random.uniform(0, terrain_.width_um()), random.uniform(0, terrain_.height_um())};
    if (terrain_.depth(at.x, at.y) > depth_um && !terrain_.in_control(at.x, at.y)) break;
  }
  return at;
}

void Artefacts::draw_folds(Random& random) {
  for (int i = 0; i < static_cast<int>(recipe_.folds); ++i) {
    Fold fold;
    fold.middle = place_in_tissue(random, kLeastFoldLength / 2);
    const double angle = random.uniform(0, kTurn);
    fold.along = {std::cos(angle), std::sin(angle)};
    fold.half_length = random.uniform(kLeastFoldLength, kMostFoldLength);
    fold.half_width = random.uniform(kLeastFold, kMostFold);
    fold.course = random.uniform(0, 200);
    folds_.push_back(fold);
  }
}

/// A stroke comes in over a border of the slide and ends on it.
void Artefacts::draw_strokes(Random& random) {
  const double width = terrain_.width_um(), height = terrain_.height_um();
  for (int i = 0; i < static_cast<int>(recipe_.pens); ++i) {
    Stroke stroke;
    const double at = random.uniform(0.15, 0.85);
    const std::uint64_t side = random.below(4);
    if (side < 2)
      stroke.start = {at * width, side == 0 ? 0 : height};
    else
      stroke.start = {side == 2 ? 0 : width, at * height};
    const Vec towards{random.uniform(0.3, 0.7) * width, random.uniform(0.3, 0.7) * height};
    const double dx = towards.x - stroke.start.x, dy = towards.y - stroke.start.y, away = std::hypot(dx, dy);
    stroke.along = {dx / away, dy / away};
    stroke.length = away * random.uniform(0.8, 1.8);
    stroke.course = random.uniform(0, 200);
    strokes_.push_back(stroke);
  }
}

void Artefacts::draw_areas(Random& random) {
  for (int i = 0; i < static_cast<int>(recipe_.defocus_areas); ++i) {
    const Vec centre = place_in_tissue(random, kLeastArea / 2);
    areas_.push_back({centre, random.uniform(kLeastArea, kMostArea)});
  }
}

void Artefacts::draw_bubbles(Random& random) {
  for (int i = 0; i < static_cast<int>(recipe_.bubbles); ++i) {
    const Vec centre = place_in_tissue(random, kLeastBubble / 2);
    bubbles_.push_back({centre, random.uniform(kLeastBubble, kMostBubble)});
  }
}

void Artefacts::draw_dust(Random& random) {
  for (int i = 0; i < static_cast<int>(recipe_.dust); ++i) {
    Speck speck;
    speck.centre = {random.uniform(0, terrain_.width_um()), random.uniform(0, terrain_.height_um())};
    const double angle = random.uniform(0, kTurn);
    speck.along = {std::cos(angle), std::sin(angle)};
    speck.half_length = random.uniform(kLeastSpeck, kMostSpeck);
    speck.half_width = speck.half_length * random.uniform(0.3, 0.9);
    dust_.push_back(speck);
  }
}

float Artefacts::fold_at(double x, double y) const {
  double most = 0;
  for (const Fold& it : folds_) {
    const double dx = x - it.middle.x, dy = y - it.middle.y;
    const double along = dx * it.along.x + dy * it.along.y;
    const double bend = kFoldBend * terrain_.noise()(static_cast<float>((along + 400) / 55),
                                                     static_cast<float>(it.course), kFoldCourse);
    const double off = std::abs(dy * it.along.x - dx * it.along.y + bend);
    const double taper = 1 - smooth(0.75, 1, std::abs(along) / it.half_length);  // a fold runs out to a point
    most = std::max(most, smooth(-kFoldEdge, kFoldEdge, it.half_width * taper - off) * (taper > 0 ? 1 : 0));
  }
  return static_cast<float>(most);
}

float Artefacts::ink_at(double x, double y) const {
  double most = 0;
  const Noise& noise = terrain_.noise();
  for (const Stroke& it : strokes_) {
    const double dx = x - it.start.x, dy = y - it.start.y;
    const double along = dx * it.along.x + dy * it.along.y;
    const double bend =
        kPenBend * noise(static_cast<float>(along / 160), static_cast<float>(it.course), kStrokeCourse);
    const double off = dy * it.along.x - dx * it.along.y + bend;
    const double away = std::hypot(off, std::max(0.0, along - it.length));
    const double cover = smooth(-kPenEdge, kPenEdge, recipe_.pen_width_um / 2 - away);
    if (cover <= 0) continue;
    const auto streak = noise(static_cast<float>(off / 3.5), static_cast<float>(along / 60), kStreak);
    const auto cloud = noise(static_cast<float>(x / 22), static_cast<float>(y / 22), kStreak + 1);
    most = std::max(most, cover * (0.75 + 0.15 * streak + 0.15 * cloud));
  }
  return static_cast<float>(most);
}

float Artefacts::blur_at(double x, double y) const {
  double most = 0;
  for (const Area& it : areas_) {
    const double rag = 0.25 * it.radius *
                       terrain_.noise()(static_cast<float>(x / 60), static_cast<float>(y / 60), kAreaEdge);
    const double inside = it.radius + rag - std::hypot(x - it.centre.x, y - it.centre.y);
    most = std::max(most, smooth(-kAreaEdgeUm / 2, kAreaEdgeUm / 2, inside));
  }
  return static_cast<float>(most);
}

double Artefacts::into_bubble(double x, double y) const {
  double most = -kRimReach;
  for (const Area& it : bubbles_)
    most = std::max(most, it.radius - std::hypot(x - it.centre.x, y - it.centre.y));
  return most;
}

/// Light that meets the steep edge of a bubble is bent out of the objective.
float Artefacts::rim_at(double x, double y) const {
  const double off = into_bubble(x, y) / kRimUm;
  return std::abs(off) * kRimUm >= kRimReach ? 0 : static_cast<float>(kRimOd * std::exp(-0.5 * off * off));
}

float Artefacts::air_at(double x, double y) const {
  return static_cast<float>(smooth(-kRimUm / 2, kRimUm / 2, into_bubble(x, y)));
}

float Artefacts::dust_at(double x, double y) const {
  double most = 0;
  for (const Speck& it : dust_) {
    const double dx = x - it.centre.x, dy = y - it.centre.y;
    const double along = (dx * it.along.x + dy * it.along.y) / it.half_length,
                 across = (dy * it.along.x - dx * it.along.y) / it.half_width;
    const double away = std::hypot(along, across);
    if (away > 1.6) continue;
    const double rag =
        0.3 * terrain_.noise()(static_cast<float>(x / 4), static_cast<float>(y / 4), kSpeckEdge);
    most = std::max(most, smooth(-0.06, 0.06, 1 + rag - away));
  }
  return static_cast<float>(kDustOd * most);
}

float Artefacts::edge_at(Vec q) const {
  if (recipe_.edge_stain_od <= 0) return 0;
  const double depth = std::max(0.0, terrain_.depth(q.x, q.y));
  if (depth >= kEdgeReach) return 0;
  const double left = 1 - depth / kEdgeReach;
  return static_cast<float>(recipe_.edge_stain_od * left * left);
}

std::string Artefacts::flags(const std::vector<Vec>& outline) const {
  bool folded = false, inked = false, blurred = false, edge = false, bubble = false, dusty = false;
  for (const Vec& p : outline) {
    folded = folded || fold_at(p.x, p.y) > 0;
    inked = inked || ink_at(p.x, p.y) > 0;
    blurred = blurred || blur_at(p.x, p.y) > 0;
    edge = edge || edge_at(terrain_.warp(p.x, p.y)) >= kTouched;
    bubble = bubble || into_bubble(p.x, p.y) > -kRimReach;
    dusty = dusty || dust_at(p.x, p.y) > 0;
  }
  std::string all;
  for (const auto& [here, name] : {std::pair(folded, "|fold"),
                                   {inked, "|pen"},
                                   {blurred, "|blur"},
                                   {edge, "|edge"},
                                   {bubble, "|bubble"},
                                   {dusty, "|dust"}})
    if (here) all += name;
  return all.empty() ? all : all.substr(1);
}

void Artefacts::apply(Band& band) const {
  if (recipe_.edge_stain_od > 0) stain_edge(band);
  if (!folds_.empty()) fold(band);
  if (!areas_.empty()) defocus(band, recipe_.defocus_um, 0, &Artefacts::blur_at);
  if (!bubbles_.empty()) defocus(band, kBubbleBlurUm, 1 - kBubbleLight, &Artefacts::air_at);
  if (!strokes_.empty()) ink(band);
  if (!bubbles_.empty() || !dust_.empty()) shade(band);
}

Plane<std::uint8_t> Artefacts::map() const {
  if (folds_.empty() && strokes_.empty() && areas_.empty() && bubbles_.empty() && dust_.empty()) return {};
  Plane<std::uint8_t> map(static_cast<int>(terrain_.width_um() / kArtefactPitchUm),
                          static_cast<int>(terrain_.height_um() / kArtefactPitchUm));
  for (int row = 0; row < map.height(); ++row) {
    for (int column = 0; column < map.width(); ++column) {
      const double x = (column + 0.5) * kArtefactPitchUm, y = (row + 0.5) * kArtefactPitchUm;
      int bits = terrain_.depth(x, y) > 0 ? kPaintedTissue : 0;
      if (fold_at(x, y) > kCovered) bits |= kPaintedFold;
      if (ink_at(x, y) > kCovered) bits |= kPaintedPen;
      if (blur_at(x, y) > kCovered) bits |= kPaintedBlur;
      if (into_bubble(x, y) > -kRimReach) bits |= kPaintedBubble;
      if (dust_at(x, y) > kCovered) bits |= kPaintedDust;
      map(column, row) = static_cast<std::uint8_t>(bits);
    }
  }
  return map;
}

void Artefacts::stain_edge(Band& band) const {
  for (int y = 0; y < band.rows(); ++y) {
    for (int x = 0; x < band.width(); ++x) {
      const Vec q{band.place_x(x, y), band.place_y(x, y)};
      const float od = edge_at(q);
      if (od <= 0) continue;
      const float tissue = band.haematoxylin(x, y) + band.chromogen(x, y) + band.membrane(x, y);
      const auto cloud =
          terrain_.noise()(static_cast<float>(q.x / 9), static_cast<float>(q.y / 9), kEdgeCloud);
      band.chromogen(x, y) += od * std::min(1.0F, tissue / static_cast<float>(kPresent)) * (1 + 0.4F * cloud);
    }
  }
}

void Artefacts::fold(Band& band) const {
  for (int y = 0; y < band.rows(); ++y) {
    const double slide_y = (band.first_row + y + 0.5) * band.pitch_um;
    for (int x = 0; x < band.width(); ++x) {
      const float layers = 1 + fold_at((x + 0.5) * band.pitch_um, slide_y);
      if (layers <= 1) continue;
      for (Plane<float>* plane : {&band.haematoxylin, &band.chromogen, &band.membrane})
        (*plane)(x, y) *= layers;
    }
  }
}

/// Mixes the picture blurred by `blur_um` into the band by `share_at`, and thins the stain by `thinned` of
/// it.
void Artefacts::defocus(Band& band, double blur_um, double thinned,
                        float (Artefacts::*share_at)(double, double) const) const {
  Plane<float> share(band.width(), band.rows(), 0), scratch;
  bool any = false;
  for (int y = 0; y < band.rows(); ++y) {
    const double slide_y = (band.first_row + y + 0.5) * band.pitch_um;
    for (int x = 0; x < band.width(); ++x) {
      share(x, y) = (this->*share_at)((x + 0.5) * band.pitch_um, slide_y);
      any = any || share(x, y) > 0;
    }
  }
  if (!any) return;
  const auto left = static_cast<float>(1 - thinned);
  for (Plane<float>* plane : {&band.haematoxylin, &band.chromogen, &band.membrane}) {
    Plane<float> soft = *plane;
    blur(soft, blur_um / band.pitch_um, scratch);
    float* sharp = plane->data();
    for (std::size_t i = 0; i < soft.size(); ++i)
      sharp[i] += share.data()[i] * (left * soft.data()[i] - sharp[i]);
  }
}

void Artefacts::ink(Band& band) const {
  band.ink.resize(band.width(), band.rows());
  for (int y = 0; y < band.rows(); ++y) {
    const double slide_y = (band.first_row + y + 0.5) * band.pitch_um;
    for (int x = 0; x < band.width(); ++x) band.ink(x, y) = ink_at((x + 0.5) * band.pitch_um, slide_y);
  }
}

void Artefacts::shade(Band& band) const {
  band.shade.resize(band.width(), band.rows());
  for (int y = 0; y < band.rows(); ++y) {
    const double slide_y = (band.first_row + y + 0.5) * band.pitch_um;
    for (int x = 0; x < band.width(); ++x) {
      const double slide_x = (x + 0.5) * band.pitch_um;
      band.shade(x, y) = rim_at(slide_x, slide_y) + dust_at(slide_x, slide_y);
    }
  }
}

}  // namespace annulet::phantom
