#include "cell/star_outline.hpp"

#include <algorithm>
#include <cstdlib>
#include <numeric>

#include "annulet/base/directions.hpp"
#include "annulet/base/integer_math.hpp"
#include "annulet/base/wide.hpp"
#include "cell/nucleus_plane.hpp"

namespace annulet::nuclei {

namespace {

constexpr int kMicroPerFine = 16;     // 1/64 um in a fine pixel of 0.25 um
constexpr int kWeakRays = 12;         // the weakest of 32 edges that make half of the score
constexpr int kEdgeLeast1000 = -30;   // an edge of the wrong sign costs at most so much, 1/1000 OD
constexpr int kBestTurnStart = 8;     // rays before and after the turn that is taken let both ends settle
constexpr int kSettled = 1;           // fine pixels: a centre that moves no more needs no second fit
constexpr int kNucleolusMean = 7;     // 1/4 um: a mean radius below is a nucleolus rather than a nucleus
constexpr int kBeyondNucleolus = 10;  // 1/4 um: the least radius when the nucleus around it is looked for
constexpr std::int16_t kNever = -16000;

constexpr const std::array<std::int16_t, 2>& direction(int ray) {
  return kDirections64[static_cast<std::size_t>(2 * ray)];
}

// Edges of all rays: mean of the two samples within less mean of the two beyond, times two.
constexpr Wide edges_of = [](const std::uint8_t* centre, const std::int32_t* offset, int samples,
                             std::int16_t least, std::int16_t most,
                             std::int16_t* __restrict out) ANNULET_KERNEL {
  std::int16_t s[kStarRadii + 4];
  for (int ray = 0; ray < kNucleusRays; ++ray, offset += samples, out += kStarRadii) {
    for (int i = 0; i < samples; ++i) s[i] = centre[offset[i]];
    for (int k = 0; k < kStarRadii; ++k) {
      const auto edge = static_cast<std::int16_t>(s[k] + s[k + 1] - s[k + 3] - s[k + 4]);
      out[k] = std::min(std::max(edge, least), most);  // std::clamp asserts, and would not vectorise
    }
  }
};

// The dynamic programme along the rays: best total at every radius when the ray before ended within two steps
// of it. `lane` is the distance between the totals of consecutive rays.
constexpr Wide walk = [](const std::int16_t* edges, std::int16_t cost, int turn, int lane,
                         std::int16_t* totals) ANNULET_KERNEL {
  for (int t = 0; t < turn; ++t) {
    const std::int16_t* before = totals + t * lane;
    const std::int16_t* edge = edges + (t % kNucleusRays) * kStarRadii;
    std::int16_t* __restrict out = totals + (t + 1) * lane;
    for (int k = 0; k < kStarRadii; ++k) {
      const auto one = static_cast<std::int16_t>(std::max(before[k - 1], before[k + 1]) - cost);
      const auto two = static_cast<std::int16_t>(std::max(before[k - 2], before[k + 2]) - 2 * cost);
      out[k] = static_cast<std::int16_t>(std::max(before[k], std::max(one, two)) + edge[k]);
    }
  }
};

// Radius on the ray before from which the total at k was reached: the least step wins ties, then the inner
// radius.
int step_back(const std::int16_t* before, int k, int cost) {
  int best = before[k], from = k;
  for (int step : {-1, 1, -2, 2}) {
    const int total = before[k + step] - cost * std::abs(step);
    if (total > best) {
      best = total;
      from = k + step;
    }
  }
  return from;
}

// S = (mean edge + mean of the 12 weakest) / 2 x sqrt(mean radius / 4 um); `radii` is the sum in 1/4 um.
std::int32_t score_of(std::array<std::int16_t, kNucleusRays> edge, std::int64_t radii, int units_per_od) {
  std::nth_element(edge.begin(), edge.begin() + kWeakRays, edge.end());
  const std::int64_t sum = std::accumulate(edge.begin(), edge.end(), 0);
  const std::int64_t weakest = std::accumulate(edge.begin(), edge.begin() + kWeakRays, 0);
  // mean radius / 4 um = radii / (32 x 4 x 4); its root in 1/4096
  const std::int64_t root = integer_sqrt(radii * 32768);
  const std::int64_t both = 3 * sum + 8 * weakest;  // 192 times the half sum of the means
  return static_cast<std::int32_t>(
      both <= 0 ? 0 : both * root * 10000 / (std::int64_t{192} * 2 * units_per_od * 4096));
}

}  // namespace

void StarFitter::prepare(int stride) {
  if (stride == stride_) return;
  stride_ = stride;
  for (int ray = 0; ray < kNucleusRays; ++ray) {
    for (int i = 0; i < kSamples; ++i) {
      const int quarter = kFirstRadius - 2 + i;
      const auto x = divide_round(quarter * direction(ray)[0], kDirectionOne);
      const auto y = divide_round(quarter * direction(ray)[1], kDirectionOne);
      offset_[static_cast<std::size_t>(ray)][static_cast<std::size_t>(i)] =
          static_cast<std::int32_t>(y * stride + x);
    }
  }
  for (Lane& lane : total_) lane.fill(kNever);
}

void StarFitter::sample_edges(const std::uint8_t* centre, const StarRules& rules) {
  const auto least = static_cast<std::int16_t>(kEdgeLeast1000 * 2 * rules.units_per_od / 1000);
  const auto most = static_cast<std::int16_t>(rules.edge_most * 2 * rules.units_per_od / 1000);
  edges_of(centre, offset_.front().data(), kSamples, least, most, edge_.front().data());
}

void StarFitter::find_path(const StarRules& rules, Path& path) {
  const auto cost = static_cast<std::int16_t>(divide_round(rules.bend_cost * 2 * rules.units_per_od, 1000));
  std::fill_n(total_[0].begin() + kPad, kStarRadii, std::int16_t{0});
  walk(edge_.front().data(), cost, kTurn, static_cast<int>(std::tuple_size_v<Lane>),
       total_.front().data() + kPad);
  const std::int16_t* last = total_[kTurn].data() + kPad;
  int k = static_cast<int>(std::max_element(last, last + kStarRadii) - last);
  for (int t = kTurn - 1; t >= kBestTurnStart; --t) {
    if (t < kBestTurnStart + kNucleusRays) {
      const auto ray = static_cast<std::size_t>(t % kNucleusRays);
      path.quarter[ray] = k + kFirstRadius;
      path.edge[ray] = edge_[ray][static_cast<std::size_t>(k)];
    }
    k = step_back(total_[static_cast<std::size_t>(t)].data() + kPad, k, cost);
  }
}

// A dark nucleolus in a pale nucleus catches the outline: then the small radii are closed and the nucleus
// around it is tried; it is taken when its score is above the least.
void StarFitter::fit(const std::uint8_t* centre, const StarRules& rules, Path& path) {
  sample_edges(centre, rules);
  follow(rules, path);
  const std::int32_t radii = std::accumulate(path.quarter.begin(), path.quarter.end(), 0);
  if (radii >= kNucleolusMean * kNucleusRays) return;
  forbid_small();
  Path around;
  follow(rules, around);
  if (around.score > rules.least_score) path = around;
}

void StarFitter::forbid_small() {
  constexpr std::int16_t kForbidden = -200;  // an edge worse than any; 48 of them stay within 16 bits
  for (auto& edges : edge_) std::fill_n(edges.begin(), kBeyondNucleolus - kFirstRadius, kForbidden);
}

// Score, and centroid of the polygon.
void StarFitter::follow(const StarRules& rules, Path& path) {
  find_path(rules, path);
  std::int64_t radii = 0, area = 0, x = 0, y = 0;
  for (int i = 0; i < kNucleusRays; ++i) {
    const int j = (i + 1) % kNucleusRays;
    const std::int64_t a = path.quarter[static_cast<std::size_t>(i)],
                       b = path.quarter[static_cast<std::size_t>(j)];
    radii += a;
    area += a * b;
    x += a * b * (a * direction(i)[0] + b * direction(j)[0]);
    y += a * b * (a * direction(i)[1] + b * direction(j)[1]);
  }
  path.shift_x = static_cast<std::int32_t>(divide_round(x, 3 * area * (kDirectionOne / kMicroPerFine)));
  path.shift_y = static_cast<std::int32_t>(divide_round(y, 3 * area * (kDirectionOne / kMicroPerFine)));
  path.score = score_of(path.edge, radii, rules.units_per_od);
}

// S x (mean radius / 4 um)^(1/4) above the least, and an edge on enough rays. Large pale nuclei have weak
// edges that go on for long, so acceptance prefers size a little more than suppression does.
bool StarFitter::is_accepted(const Path& path, const StarRules& rules) {
  const std::int64_t radii = std::accumulate(path.quarter.begin(), path.quarter.end(), std::int64_t{0});
  const std::int64_t root = integer_sqrt(integer_sqrt(radii << 23));  // of radii / 512, in 1/256
  if (path.score * root <= std::int64_t{256} * rules.least_score) return false;
  const int least_edge = rules.least_edge * 2 * rules.units_per_od / 1000;
  return std::count_if(path.edge.begin(), path.edge.end(), [&](int e) { return e > least_edge; }) >=
         rules.rays_with_edge;
}

bool StarFitter::operator()(const Plane<std::uint8_t>& fine, Point<MicroFrame, std::int32_t> seed,
                            const StarRules& rules, Star& star) {
  const int last_x = fine.width() - 2 * kFineBorder - 1, last_y = fine.height() - 2 * kFineBorder - 1;
  int x = std::clamp(static_cast<int>(divide_floor(seed.x, kMicroPerFine)), 0, last_x);
  int y = std::clamp(static_cast<int>(divide_floor(seed.y, kMicroPerFine)), 0, last_y);
  Path path;
  const auto fit_here = [&] { fit(fine.row(y + kFineBorder) + x + kFineBorder, rules, path); };
  const auto centre_of = [](int pixel) { return pixel * kMicroPerFine + kMicroPerFine / 2; };
  fit_here();
  if (4 * path.score < 3 * rules.least_score) return false;  // a second fit hardly gains more than that
  const int moved_x =
      std::clamp(static_cast<int>(divide_floor(centre_of(x) + path.shift_x, kMicroPerFine)), 0, last_x);
  const int moved_y =
      std::clamp(static_cast<int>(divide_floor(centre_of(y) + path.shift_y, kMicroPerFine)), 0, last_y);
  if (std::max(std::abs(moved_x - x), std::abs(moved_y - y)) > kSettled) {
    x = moved_x;
    y = moved_y;
    if (std::max(std::abs(centre_of(x) - seed.x), std::abs(centre_of(y) - seed.y)) >
        kStarShiftUm * kMicroUnits)
      return false;
    fit_here();
  }
  if (!is_accepted(path, rules)) return false;

  star.centre = {centre_of(x) + path.shift_x, centre_of(y) + path.shift_y};
  star.centre.x = std::clamp(star.centre.x, 0, centre_of(last_x));
  star.centre.y = std::clamp(star.centre.y, 0, centre_of(last_y));
  if (std::max(std::abs(star.centre.x - seed.x), std::abs(star.centre.y - seed.y)) >
      kStarShiftUm * kMicroUnits)
    return false;
  star.edge = path.edge;
  star.score = path.score;
  star.mean_radius = 0;
  for (int i = 0; i < kNucleusRays; ++i) {
    const std::int64_t along = divide_round(
        std::int64_t{path.shift_x} * direction(i)[0] + std::int64_t{path.shift_y} * direction(i)[1],
        kDirectionOne);
    const std::int64_t eighth =
        divide_round(path.quarter[static_cast<std::size_t>(i)] * kMicroPerFine - along, 8);
    star.radius[static_cast<std::size_t>(i)] =
        static_cast<std::uint8_t>(std::clamp<std::int64_t>(eighth, 4, kMostRadius));
    star.mean_radius += star.radius[static_cast<std::size_t>(i)];
  }
  star.mean_radius /= kNucleusRays / 8;
  return true;
}

void measure_edges(const Plane<std::uint8_t>& fine, const StarRules& rules, Star& star) {
  const auto least = static_cast<std::int16_t>(kEdgeLeast1000 * 2 * rules.units_per_od / 1000);
  const auto most = static_cast<std::int16_t>(rules.edge_most * 2 * rules.units_per_od / 1000);
  std::int64_t radii = 0;
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
    star.edge[static_cast<std::size_t>(ray)] = std::clamp(static_cast<std::int16_t>(edge), least, most);
    radii += quarter;
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
