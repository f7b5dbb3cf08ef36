#include "cell/star_outline.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <numeric>

#include "annulet/base/directions.hpp"
#include "annulet/base/integer_math.hpp"
#include "annulet/base/wide.hpp"
#include "cell/edge_ranks.hpp"
#include "cell/nucleus_plane.hpp"
#include "cell/prefetch.hpp"

namespace annulet::nuclei {

namespace {

constexpr int kMicroPerFine = 16;     // 1/64 um in a fine pixel of 0.25 um
constexpr int kWeakRays = 12;         // the weakest of 32 edges that make half of the score
constexpr int kEdgeLeast1000 = -30;   // an edge of the wrong sign costs at most so much, 1/1000 OD
constexpr int kSettled = 1;           // fine pixels: a centre that moves no more needs no second fit
constexpr int kNucleolusMean = 7;     // 1/4 um: a mean radius below is a nucleolus rather than a nucleus
constexpr int kBeyondNucleolus = 10;  // 1/4 um: the least radius when the nucleus around it is looked for

// Whether re-centring has moved a centre too far from its seed.
bool is_far(Point<MicroFrame, std::int32_t> seed, Point<MicroFrame, std::int32_t> centre) {
  return std::max(std::abs(centre.x - seed.x), std::abs(centre.y - seed.y)) > kStarShiftUm * kMicroUnits;
}

constexpr const std::array<std::int16_t, 2>& direction(int ray) {
  return kDirections64[static_cast<std::size_t>(2 * ray)];
}

EdgeRange edge_range(const StarRules& rules) {
  const auto edge = [&](int od1000) {
    return static_cast<std::int16_t>(od1000 * 2 * rules.units_per_od / 1000);
  };
  return {edge(kEdgeLeast1000), edge(rules.edge_most), rules.is_dark};
}

constexpr int kMostRadii = kMostRadius / 2 * kNucleusRays;  // of any outline, 1/4 um

// root(radii) for every sum of radii: a table is what keeps roots out of the fit.
template <class Root>
constexpr std::array<std::uint16_t, kMostRadii + 1> roots_of(Root root) {
  std::array<std::uint16_t, kMostRadii + 1> roots{};
  for (std::size_t radii = 0; radii < roots.size(); ++radii)
    roots[radii] = static_cast<std::uint16_t>(root(static_cast<std::int64_t>(radii)));
  return roots;
}
// Of the mean radius / 4 um = radii / (32 x 4 x 4): its root in 1/4096, its fourth root in 1/256.
constexpr auto kRoots = roots_of([](std::int64_t radii) { return integer_sqrt(radii * 32768); });
constexpr auto kFourthRoots =
    roots_of([](std::int64_t radii) { return integer_sqrt(integer_sqrt(radii << 23)); });

// Sum of all edges times 3 and of the 12 weakest times 8: 192 times the half sum of their means. An edge is
// among the weakest where fewer than 12 are weaker; where several tie for the last places all of them are
// taken, and those too many are worth what the strongest of them is.
constexpr Wide mean_and_weakest = [](const std::int16_t* edge) ANNULET_KERNEL {
  std::int16_t weaker[kNucleusRays];
  count_weaker(edge, weaker);
  std::int32_t sum = 0, weakest = 0, count = 0, last = std::numeric_limits<std::int16_t>::min();
  for (int i = 0; i < kNucleusRays; ++i) {  // masks: branches would be foretold no better than by chance
    const std::int32_t e = edge[i], mask = weaker[i] < kWeakRays ? -1 : 0;
    sum += e;
    weakest += e & mask;
    count -= mask;
    last = std::max(last, (e & mask) | (std::numeric_limits<std::int16_t>::min() & ~mask));
  }
  return 3 * sum + 8 * (weakest - (count - kWeakRays) * last);
};

// S = (mean edge + mean of the 12 weakest) / 2 x sqrt(mean radius / 4 um); `radii` is the sum in 1/4 um.
std::int32_t score_of(const std::array<std::int16_t, kNucleusRays>& edge, std::int32_t radii,
                      int units_per_od) {
  const std::int64_t both = mean_and_weakest(edge.data());
  const std::int64_t root = kRoots[static_cast<std::size_t>(radii)];
  return static_cast<std::int32_t>(
      both <= 0 ? 0 : both * root * 10000 / (std::int64_t{192} * 2 * units_per_od * 4096));
}

// Of the polygon: sum of its radii (1/4 um), its area, and its first moments, in units of triangles.
struct Polygon {
  std::int32_t radii = 0, area = 0;
  std::int64_t x = 0, y = 0;
};
constexpr Wide measure_polygon = [](const std::int32_t* quarter) ANNULET_KERNEL {
  std::int32_t r[kNucleusRays + 2], weight[kNucleusRays];
  r[0] = quarter[kNucleusRays - 1];
  for (int i = 0; i < kNucleusRays; ++i) r[i + 1] = quarter[i];
  r[kNucleusRays + 1] = quarter[0];
  Polygon p;
  for (int i = 0; i < kNucleusRays; ++i) {
    p.radii += r[i + 1];
    p.area += r[i + 1] * r[i + 2];
    weight[i] = r[i + 1] * r[i + 1] * (r[i] + r[i + 2]);
  }
  for (int i = 0; i < kNucleusRays / 2; ++i) {  // opposite rays point opposite ways
    const std::int32_t w = weight[i] - weight[i + kNucleusRays / 2];
    p.x += w * direction(i)[0];
    p.y += w * direction(i)[1];
  }
  return p;
};

// Radii (1/8 um) around the centroid, which lies off by the shift, 1/64 um.
constexpr Wide centre_radii = [](const std::int32_t* quarter, std::int32_t shift_x, std::int32_t shift_y,
                                 std::uint8_t* __restrict radius) ANNULET_KERNEL {
  const auto round_to = [](std::int32_t v, std::int32_t unit) ANNULET_KERNEL {  // as divide_round
    const std::int32_t rounded = (std::abs(v) + unit / 2) / unit;
    return v < 0 ? -rounded : rounded;
  };
  for (int i = 0; i < kNucleusRays; ++i) {
    const std::int32_t along = round_to(shift_x * direction(i)[0] + shift_y * direction(i)[1], kDirectionOne);
    const std::int32_t eighth = round_to(quarter[i] * kMicroPerFine - along, 8);
    radius[i] = static_cast<std::uint8_t>(std::min(std::max(eighth, 4), kMostRadius));
  }
};

}  // namespace

// Pixels where a centre may lie, and the place in the middle of one.
struct StarFitter::Field {
  const Plane<std::uint8_t>& fine;
  int last_x = fine.width() - 2 * kFineBorder - 1, last_y = fine.height() - 2 * kFineBorder - 1;
  int column(std::int64_t x) const {
    return std::clamp(static_cast<int>(divide_floor(x, kMicroPerFine)), 0, last_x);
  }
  int row(std::int64_t y) const {
    return std::clamp(static_cast<int>(divide_floor(y, kMicroPerFine)), 0, last_y);
  }
  const std::uint8_t* at(int x, int y) const { return fine.row(y + kFineBorder) + x + kFineBorder; }
  static int middle(int pixel) { return pixel * kMicroPerFine + kMicroPerFine / 2; }
};

// Fits all candidates of `fitted_`, two at a time.
void StarFitter::fit_all(const Field& field, const StarRules& rules) {
  const EdgeRange range = edge_range(rules);
  const auto bend = static_cast<std::int16_t>(divide_round(rules.bend_cost * 2 * rules.units_per_od, 1000));
  const auto sample = [&](const Candidate& candidate, std::size_t place) {
    finder_.sample(field.at(candidate.x, candidate.y), range, place);
  };
  std::size_t i = 0;
  for (; i + 1 < fitted_.size(); i += 2) {
    Candidate &one = *fitted_[i], &other = *fitted_[i + 1];
    sample(one, 0);
    sample(other, 1);
    finder_.find_both(bend, one.outline, other.outline);
    judge(rules, bend, 0, one.outline);
    judge(rules, bend, 1, other.outline);
  }
  for (; i < fitted_.size(); ++i) {
    sample(*fitted_[i], 0);
    finder_.find(bend, fitted_[i]->outline);
    judge(rules, bend, 0, fitted_[i]->outline);
  }
}

// A dark nucleolus in a pale nucleus catches the outline: then the small radii are closed and the nucleus
// around it is tried; it is taken when its score is above the least.
void StarFitter::judge(const StarRules& rules, std::int16_t bend, std::size_t place, Outline& outline) {
  measure(rules, outline);
  if (outline.radii >= kNucleolusMean * kNucleusRays) return;
  finder_.forbid_below(kBeyondNucleolus, place);
  Outline around;
  finder_.find(bend, around, place);
  measure(rules, around);
  if (around.score > rules.least_score) outline = around;
}

// Score, and centroid of the polygon.
void StarFitter::measure(const StarRules& rules, Outline& outline) {
  const Polygon polygon = measure_polygon(outline.quarter.data());
  const std::int64_t unit = std::int64_t{3} * polygon.area * (kDirectionOne / kMicroPerFine);
  outline.radii = polygon.radii;
  outline.shift_x = static_cast<std::int32_t>(divide_round(polygon.x, unit));
  outline.shift_y = static_cast<std::int32_t>(divide_round(polygon.y, unit));
  outline.score = score_of(outline.edge, outline.radii, rules.units_per_od);
}

// S x (mean radius / 4 um)^(1/4) above the least, and an edge on enough rays. Large pale nuclei have weak
// edges that go on for long, so acceptance prefers size a little more than suppression does.
bool StarFitter::is_accepted(const Outline& outline, const StarRules& rules) {
  const std::int64_t root = kFourthRoots[static_cast<std::size_t>(outline.radii)];
  if (outline.score * root <= std::int64_t{256} * rules.least_score) return false;
  const int least_edge = rules.least_edge * 2 * rules.units_per_od / 1000;
  return std::count_if(outline.edge.begin(), outline.edge.end(), [&](int e) { return e > least_edge; }) >=
         rules.rays_with_edge;
}

void StarFitter::prefetch(const Plane<std::uint8_t>& fine, Point<MicroFrame, std::int32_t> seed) {
  prefetch_around(fine, seed.x / kMicroPerFine + kFineBorder, seed.y / kMicroPerFine + kFineBorder,
                  kFirstRadius + kStarRadii + 1);
}

// Moves a candidate that has been fitted to its outline's centroid; true where it is to be fitted again.
bool StarFitter::move(const Field& field, const StarRules& rules, Candidate& candidate) {
  const Outline& outline = candidate.outline;
  // A second fit hardly gains more than that.
  candidate.refused = 4 * outline.score < 3 * rules.least_score;
  if (candidate.refused) return false;
  const int x = field.column(Field::middle(candidate.x) + outline.shift_x),
            y = field.row(Field::middle(candidate.y) + outline.shift_y);
  if (std::max(std::abs(x - candidate.x), std::abs(y - candidate.y)) <= kSettled) return false;
  candidate.x = x;
  candidate.y = y;
  candidate.refused = is_far(candidate.seed, {Field::middle(x), Field::middle(y)});
  return !candidate.refused;
}

bool StarFitter::finish(const Field& field, const StarRules& rules, const Candidate& candidate, Star& star) {
  const Outline& outline = candidate.outline;
  if (candidate.refused || !is_accepted(outline, rules)) return false;
  star.centre = {Field::middle(candidate.x) + outline.shift_x, Field::middle(candidate.y) + outline.shift_y};
  star.centre.x = std::clamp(star.centre.x, 0, Field::middle(field.last_x));
  star.centre.y = std::clamp(star.centre.y, 0, Field::middle(field.last_y));
  if (is_far(candidate.seed, star.centre)) return false;
  star.edge = outline.edge;
  star.score = outline.score;
  centre_radii(outline.quarter.data(), outline.shift_x, outline.shift_y, star.radius.data());
  star.mean_radius = std::accumulate(star.radius.begin(), star.radius.end(), 0);
  star.mean_radius /= kNucleusRays / 8;
  return true;
}

void StarFitter::operator()(const Plane<std::uint8_t>& fine, std::span<const Blob> seeds,
                            const StarRules& rules, std::vector<Star>& stars) {
  const Field field{fine};
  finder_.prepare(fine.width());
  for (std::size_t first = 0; first < seeds.size(); first += kAtOnce) {
    const auto part = seeds.subspan(first, std::min(kAtOnce, seeds.size() - first));
    fitted_.clear();
    for (std::size_t i = 0; i < part.size(); ++i) {
      Candidate& candidate = candidates_[i];
      candidate.seed = {part[i].x, part[i].y};
      candidate.x = field.column(part[i].x);
      candidate.y = field.row(part[i].y);
      prefetch(fine, candidate.seed);
      fitted_.push_back(&candidate);
    }
    fit_all(field, rules);
    std::erase_if(fitted_, [&](Candidate* candidate) { return !move(field, rules, *candidate); });
    fit_all(field, rules);
    Star star;
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (finish(field, rules, candidates_[i], star)) stars.push_back(star);
    }
  }
}

void measure_edges(const Plane<std::uint8_t>& fine, const StarRules& rules, Star& star) {
  const EdgeRange range = edge_range(rules);
  std::int32_t radii = 0;
  for (int ray = 0; ray < kNucleusRays; ++ray) {
    const std::int64_t quarter = divide_round(star.radius[static_cast<std::size_t>(ray)], 2);
    const auto sample = [&](std::int64_t r) -> int {
      const std::int64_t x =
          star.centre.x + divide_round(r * kMicroPerFine * direction(ray)[0], kDirectionOne);
      const std::int64_t y =
          star.centre.y + divide_round(r * kMicroPerFine * direction(ray)[1], kDirectionOne);
      return fine(
          std::clamp(static_cast<int>(divide_floor(x, kMicroPerFine)) + kFineBorder, 0, fine.width() - 1),
          std::clamp(static_cast<int>(divide_floor(y, kMicroPerFine)) + kFineBorder, 0, fine.height() - 1));
    };
    const int edge = sample(quarter - 2) + sample(quarter - 1) - sample(quarter + 1) - sample(quarter + 2);
    star.edge[static_cast<std::size_t>(ray)] =
        std::clamp(static_cast<std::int16_t>(edge), range.least, range.most);
    radii += static_cast<std::int32_t>(quarter);
  }
  star.score = score_of(star.edge, radii, rules.units_per_od);
}

std::int32_t star_area(const std::array<std::uint8_t, kNucleusRays>& radius) {
  // Triangles: sin(2 pi / 32) / 2 x a b; 1/64 um2 to 1/8 um2: 0.0975452 / 8 = 12785.4 / 2^20
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < kNucleusRays; ++i) sum += radius[i] * radius[(i + 1) % kNucleusRays];
  return static_cast<std::int32_t>((sum * 12785 + (1 << 19)) >> 20);
}

int ray_towards(std::int32_t dx, std::int32_t dy) {
  // Within the first octant the rays lie at 0, 11.25 ... 45 degrees; the borders half-way between have these
  // tangents.
  constexpr std::array<std::int64_t, 4> kTangent = {1614, 4970, 8757,
                                                    13446};  // tan(5.625, 16.875, 28.125, 39.375) x 16384
  const std::int64_t ax = std::abs(dx), ay = std::abs(dy);
  const std::int64_t large = std::max(ax, ay), small = std::min(ax, ay);
  int octant = 0;
  for (std::int64_t tangent : kTangent) octant += small * 16384 > large * tangent ? 1 : 0;
  int ray = ay > ax ? 8 - octant : octant;
  if (dx < 0) ray = 16 - ray;
  if (dy < 0) ray = 32 - ray;
  return ray % kNucleusRays;
}

}  // namespace annulet::nuclei
