#include "cell/nucleus_split.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>

#include "annulet/base/directions.hpp"
#include "annulet/base/integer_math.hpp"
#include "cell/nucleus_plane.hpp"

namespace annulet::nuclei {

namespace {

// docs/science/nuclei.md says where the numbers come from.
constexpr int kLeastHalfPercent = 25;  // of the area on either side of a line
constexpr int kValleyPercent = 30;     // of the mean edge: the line's weaker half is lighter by so much
constexpr int kWeakestPercent = 20;    // ... and every place on it by so much
constexpr int kValleyLeast1000 = 10;   // 1/1000 OD: less is grain
constexpr int kLinesTried = 4;         // the lightest of all lines, looked at closely
constexpr int kHalfScorePercent = 35;  // of the whole outline's score, that either half reaches
constexpr int kLeastArea = 8 * 8;      // 1/8 um2, as of any nucleus
constexpr int kRayStep = 2;            // lines join every other ray
constexpr int kLeastRays = 10, kMostRays = 22;  // between the ends of a line: it passes near the centre
constexpr int kMostPlaces = 40;                 // a line of 19 um in steps of 0.5 um
constexpr std::int32_t kPlaceStep = 32;         // 1/64 um
constexpr std::array<std::int32_t, 5> kBeside = {48, 80, 112, 144, 176};  // 1/64 um: 0.75 ... 2.75 um

using Place = Point<MicroFrame, std::int32_t>;

struct Line {
  int from, to;       ///< rays
  std::int32_t mean;  ///< of the plane along it, 1/16
};

class Splitter {
 public:
  Splitter(const Plane<std::uint8_t>& fine, const StarRules& rules, const Star& star)
      : fine_(fine), rules_(rules), star_(star) {
    for (int i = 0; i < kNucleusRays; ++i) {
      const auto& d = kDirections64[static_cast<std::size_t>(2 * i)];
      const std::int64_t r = 8 * star.radius[static_cast<std::size_t>(i)];
      end_[static_cast<std::size_t>(i)] = {
          static_cast<std::int32_t>(star.centre.x + divide_round(r * d[0], kDirectionOne)),
          static_cast<std::int32_t>(star.centre.y + divide_round(r * d[1], kDirectionOne))};
    }
    for (int i = 0; i < kNucleusRays; ++i)
      swept_[static_cast<std::size_t>(i + 1)] =
          swept_[static_cast<std::size_t>(i)] + cross(end(i), end((i + 1) % kNucleusRays));
  }

  /// The halves, where a light line divides the outline.
  bool operator()(Star& one, Star& other) {
    find_lines();
    for (const Line& line : lines_) {
      if (is_valley(line)) return half(line, 1, one) && half(line, -1, other);
    }
    return false;
  }

 private:
  int at(std::int64_t x, std::int64_t y) const {
    const auto px = std::clamp(static_cast<int>(x >> 4) + kFineBorder, 0, fine_.width() - 1);
    const auto py = std::clamp(static_cast<int>(y >> 4) + kFineBorder, 0, fine_.height() - 1);
    return fine_(px, py);
  }
  Place end(int ray) const { return end_[static_cast<std::size_t>(ray)]; }

  // Twice the area, 1/4096 um2, of the outline from ray `from` to a later ray `to`, closed over the line.
  std::int64_t side(int from, int to) const {
    return swept_[static_cast<std::size_t>(to)] - swept_[static_cast<std::size_t>(from)] +
           cross(end(to), end(from));
  }
  static std::int64_t cross(Place a, Place b) { return std::int64_t{a.x} * b.y - std::int64_t{b.x} * a.y; }

  int places(const Line& line) const {
    const Place a = end(line.from), b = end(line.to);
    const std::int64_t dx = b.x - a.x, dy = b.y - a.y;
    return std::clamp(static_cast<int>(integer_sqrt(dx * dx + dy * dy) / kPlaceStep), 3, kMostPlaces);
  }

  // Place k of n on the line: the middle of its k-th part.
  Place place(const Line& line, int k, int n) const {
    const Place a = end(line.from), b = end(line.to);
    return {a.x + (b.x - a.x) * (2 * k + 1) / (2 * n), a.y + (b.y - a.y) * (2 * k + 1) / (2 * n)};
  }

  // The kLinesTried lightest lines that leave enough on both sides, the lightest first.
  void find_lines() {
    lines_.clear();
    for (int i = 0; i < kNucleusRays; i += kRayStep) {
      for (int j = i + kLeastRays; j <= std::min(i + kMostRays, kNucleusRays - 1); j += kRayStep) {
        const std::int64_t one = side(i, j), other = swept_.back() - one;
        if (100 * std::min(one, other) < kLeastHalfPercent * (one + other)) continue;
        Line line{i, j, 0};
        const int n = places(line);
        for (int k = 0; k < n; k += 2) {
          const Place p = place(line, k, n);
          line.mean += 16 * at(p.x, p.y);
        }
        line.mean /= (n + 1) / 2;
        lines_.push_back(line);
      }
    }
    std::stable_sort(lines_.begin(), lines_.end(),
                     [](const Line& a, const Line& b) { return a.mean < b.mean; });
    if (lines_.size() > kLinesTried) lines_.resize(kLinesTried);
  }

  // Lighter than both sides all along: the depth of a place is what the lighter of its two sides has more.
  bool is_valley(const Line& line) const {
    const Place a = end(line.from), b = end(line.to);
    const std::int64_t dx = b.x - a.x, dy = b.y - a.y;
    const std::int64_t length = std::max<std::int64_t>(integer_sqrt(dx * dx + dy * dy), 1);
    std::array<Place, kBeside.size()> beside;
    for (std::size_t i = 0; i < kBeside.size(); ++i)
      beside[i] = {static_cast<std::int32_t>(-dy * kBeside[i] / length),
                   static_cast<std::int32_t>(dx * kBeside[i] / length)};
    int edges = 0;
    for (int e : star_.edge) edges += e;  // 64 times the mean edge in values of the plane
    const int n = places(line);
    std::array<int, kMostPlaces> depth{};
    for (int k = 0; k < n; ++k) {
      const Place p = place(line, k, n);
      int left = 0, right = 0;
      for (const Place& off : beside) {
        left = std::max(left, at(p.x + off.x, p.y + off.y));
        right = std::max(right, at(p.x - off.x, p.y - off.y));
      }
      const int d = std::min(left, right) - at(p.x, p.y);
      if (6400 * d < kWeakestPercent * edges) return false;
      depth[static_cast<std::size_t>(k)] = d;
    }
    const int half = n / 2;
    std::sort(depth.begin(), depth.begin() + n);
    const int weak = std::accumulate(depth.begin(), depth.begin() + half, 0);  // half times their mean
    return 6400 * weak >= kValleyPercent * edges * half &&
           1000 * weak >= kValleyLeast1000 * rules_.units_per_od * half;
  }

  bool is_inside(const Line& line, int sign, std::int64_t x, std::int64_t y) const {
    const std::int64_t dx = x - star_.centre.x, dy = y - star_.centre.y;
    const std::int64_t r = 8 * star_.radius[static_cast<std::size_t>(ray_towards(
                                   static_cast<std::int32_t>(dx), static_cast<std::int32_t>(dy)))];
    if (dx * dx + dy * dy > r * r) return false;
    const Place a = end(line.from), b = end(line.to);
    return sign * ((b.x - a.x) * (y - a.y) - (b.y - a.y) * (x - a.x)) < 0;
  }

  // The half on one side of the line as a star around its own centroid. False when nothing is left of it.
  bool half(const Line& line, int sign, Star& star) const {
    const int from = sign > 0 ? line.from : line.to, to = sign > 0 ? line.to : line.from;
    std::int64_t area = 0, x = 0, y = 0;
    const auto add = [&](Place a, Place b) {
      const std::int64_t ax = a.x - star_.centre.x, ay = a.y - star_.centre.y, bx = b.x - star_.centre.x,
                         by = b.y - star_.centre.y, twice = ax * by - bx * ay;
      area += twice;
      x += twice * (ax + bx);
      y += twice * (ay + by);
    };
    for (int i = from; i != to; i = (i + 1) % kNucleusRays) add(end(i), end((i + 1) % kNucleusRays));
    add(end(to), end(from));
    if (area <= 0) return false;
    star.centre = {static_cast<std::int32_t>(star_.centre.x + divide_round(x, 3 * area)),
                   static_cast<std::int32_t>(star_.centre.y + divide_round(y, 3 * area))};
    const std::int64_t moved_x = star.centre.x - star_.centre.x, moved_y = star.centre.y - star_.centre.y;
    constexpr std::int64_t kMost = kSplitShiftUm * kMicroUnits;
    if (moved_x * moved_x + moved_y * moved_y > kMost * kMost) return false;
    if (!is_inside(line, sign, star.centre.x, star.centre.y)) return false;
    std::int32_t radii = 0;
    for (int ray = 0; ray < kNucleusRays; ++ray) {
      const auto& d = kDirections64[static_cast<std::size_t>(2 * ray)];
      int eighth = 4;
      while (eighth < kMostRadius &&
             is_inside(line, sign, star.centre.x + (8 * (eighth + 1) * d[0]) / kDirectionOne,
                       star.centre.y + (8 * (eighth + 1) * d[1]) / kDirectionOne))
        ++eighth;
      star.radius[static_cast<std::size_t>(ray)] = static_cast<std::uint8_t>(eighth);
      radii += eighth;
    }
    star.mean_radius = radii / (kNucleusRays / 8);
    measure_edges(fine_, rules_, star);
    return star_area(star.radius) >= kLeastArea && 100 * star.score >= kHalfScorePercent * star_.score;
  }

  const Plane<std::uint8_t>& fine_;
  const StarRules& rules_;
  const Star& star_;
  std::array<Place, kNucleusRays> end_;
  std::array<std::int64_t, kNucleusRays + 1> swept_{};
  std::vector<Line> lines_;
};

}  // namespace

void split_touching(const Plane<std::uint8_t>& fine, const StarRules& rules, std::vector<Star>& stars) {
  const std::size_t count = stars.size();
  Star one, other;
  for (std::size_t i = 0; i < count; ++i) {
    if (star_area(stars[i].radius) < 3 * kLeastArea) continue;
    if (!Splitter(fine, rules, stars[i])(one, other)) continue;
    stars[i] = one;
    stars.push_back(other);
  }
}

}  // namespace annulet::nuclei
