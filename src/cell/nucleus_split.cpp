#include "cell/nucleus_split.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <span>

#include "annulet/base/directions.hpp"
#include "annulet/base/integer_math.hpp"
#include "cell/exact_root.hpp"
#include "cell/nucleus_plane.hpp"

namespace annulet::nuclei {

namespace {

// docs/science/nuclei.md says where the numbers come from.
constexpr int kLeastHalfPercent = 25;  // of the area on either side of a line
constexpr int kValleyPercent = 30;     // of the mean edge: the line's weaker half is lighter by so much
constexpr int kWeakestPercent = 20;    // ... and every place on it by so much
constexpr int kValleyLeast1000 = 10;   // 1/1000 OD: less is grain
constexpr int kLeastLength = 130;      // 1/100 of the width: a rounder outline is not of two
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
  int places;         ///< steps of kPlaceStep along it
  std::int32_t mean;  ///< of the plane along it, 1/16
};

// floor(a / (2 n)) = a x kParts[n] >> kPartBits for 0 <= a < 2^17 and every number n of places: the part is
// too large by less than 2 n / 2^24 of its unit, so a product by less than 2^17 x 80 / 2^24 < 1 / (2 n).
constexpr int kPartBits = 32;
constexpr std::array<std::int64_t, kMostPlaces + 1> kParts = [] {
  std::array<std::int64_t, kMostPlaces + 1> parts{};
  for (std::int64_t n = 1; n <= kMostPlaces; ++n)
    parts[static_cast<std::size_t>(n)] = ((std::int64_t{1} << kPartBits) + 2 * n - 1) / (2 * n);
  return parts;
}();

// Number of places on a line whose square measures so many squares of kPlaceStep.
constexpr int kLeastPlaces = 3;
constexpr std::array<std::uint8_t, kMostPlaces* kMostPlaces + 1> kPlacesOn = [] {
  std::array<std::uint8_t, kMostPlaces * kMostPlaces + 1> places{};
  for (std::size_t square = 0; square < places.size(); ++square)
    places[square] = static_cast<std::uint8_t>(
        std::max<std::int64_t>(integer_sqrt(static_cast<std::int64_t>(square)), kLeastPlaces));
  return places;
}();

// Two nuclei side by side are longer than wide.
bool is_long(const std::array<std::uint8_t, kNucleusRays>& radius) {
  int least = 2 * kMostRadius, most = 0;
  for (std::size_t i = 0; i < kNucleusRays / 2; ++i) {
    const int across = radius[i] + radius[i + kNucleusRays / 2];
    least = std::min(least, across);
    most = std::max(most, across);
  }
  return 100 * most >= kLeastLength * least;
}

class Splitter {
 public:
  Splitter(const Plane<std::uint8_t>& fine, const StarRules& rules, const Star& star)
      : fine_(fine), rules_(rules), star_(star) {
    for (std::size_t i = 0; i < kNucleusRays; ++i) {
      const auto& d = kDirections64[2 * i];
      const std::int32_t r = 8 * star.radius[i];
      end_[i] = {static_cast<std::int32_t>(divide_round(r * d[0], kDirectionOne)),
                 static_cast<std::int32_t>(divide_round(r * d[1], kDirectionOne))};
    }
    for (int i = 0; i < kNucleusRays; ++i)
      swept_[static_cast<std::size_t>(i + 1)] =
          swept_[static_cast<std::size_t>(i)] + cross(end(i), end((i + 1) % kNucleusRays));
  }

  /// The halves, where a light line divides the outline.
  bool operator()(Star& one, Star& other) {
    find_lines();
    for (const Line& line : std::span(lines_).first(static_cast<std::size_t>(count_))) {
      if (is_valley(line)) return half(line, 1, one) && half(line, -1, other);
    }
    return false;
  }

 private:
  // Of the plane, at a position from the star's centre.
  int at(Place p) const {
    const auto px = std::clamp(((star_.centre.x + p.x) >> 4) + kFineBorder, 0, fine_.width() - 1);
    const auto py = std::clamp(((star_.centre.y + p.y) >> 4) + kFineBorder, 0, fine_.height() - 1);
    return fine_(px, py);
  }
  Place end(int ray) const { return end_[static_cast<std::size_t>(ray)]; }

  // Twice the area, 1/4096 um2, of the outline from ray `from` to a later ray `to`, closed over the line.
  std::int32_t side(int from, int to) const {
    return swept_[static_cast<std::size_t>(to)] - swept_[static_cast<std::size_t>(from)] +
           cross(end(to), end(from));
  }
  static std::int32_t cross(Place a, Place b) { return a.x * b.y - b.x * a.y; }

  int places(int from, int to) const {
    const std::int32_t dx = end(to).x - end(from).x, dy = end(to).y - end(from).y;
    const std::int32_t square = (dx * dx + dy * dy) / (kPlaceStep * kPlaceStep);
    return kPlacesOn[static_cast<std::size_t>(std::min(square, kMostPlaces * kMostPlaces))];
  }

  // Place k on the line: the middle of its k-th part.
  Place place(const Line& line, int k) const {
    const Place a = end(line.from), b = end(line.to);
    return {a.x + (b.x - a.x) * (2 * k + 1) / (2 * line.places),
            a.y + (b.y - a.y) * (2 * k + 1) / (2 * line.places)};
  }

  // A coordinate of place 0, and what every second place adds to it, in fixed point: shifted down it is
  // exactly place()'s. Division rounds towards the line's end, hence the addition where the line leads back.
  struct Track {
    std::int64_t at, step;
    Track(std::int32_t centre, std::int32_t a, std::int32_t b, int n) {
      const std::int64_t part = (b - a) * kParts[static_cast<std::size_t>(n)];
      at = (std::int64_t{centre} + a) * (std::int64_t{1} << kPartBits) + part;
      if (b < a) at += (std::int64_t{1} << kPartBits) - 1;
      step = 4 * part;
    }
    int pixel() const { return static_cast<int>(at >> (kPartBits + 4)); }
  };

  // Sum over every second place on a line. It lies within the plane's border.
  std::int32_t sum_along(int from, int to, int n) const {
    Track x(star_.centre.x, end(from).x, end(to).x, n), y(star_.centre.y, end(from).y, end(to).y, n);
    const std::uint8_t* origin = fine_.row(kFineBorder) + kFineBorder;
    const std::ptrdiff_t stride = fine_.width();
    std::int32_t sum = 0;
    for (int k = 0; k < n; k += 2) {
      sum += origin[y.pixel() * stride + x.pixel()];
      x.at += x.step;
      y.at += y.step;
    }
    return sum;
  }

  // The kLinesTried lightest lines that leave enough on both sides, the lightest first; of equal ones the
  // first.
  void find_lines() {
    count_ = 0;
    for (int i = 0; i < kNucleusRays; i += kRayStep) {
      for (int j = i + kLeastRays; j <= std::min(i + kMostRays, kNucleusRays - 1); j += kRayStep) {
        const std::int32_t one = side(i, j), other = swept_.back() - one;
        if (100 * std::min(one, other) < kLeastHalfPercent * (one + other)) continue;
        const int n = places(i, j);
        const std::int32_t sum = 16 * sum_along(i, j, n), looked_at = (n + 1) / 2;
        if (count_ == kLinesTried && sum >= lines_.back().mean * looked_at) continue;
        insert({i, j, n, sum / looked_at});
      }
    }
  }
  void insert(const Line& line) {
    count_ = std::min(count_ + 1, kLinesTried);
    auto at = static_cast<std::size_t>(count_ - 1);
    for (; at > 0 && lines_[at - 1].mean > line.mean; --at) lines_[at] = lines_[at - 1];
    lines_[at] = line;
  }

  // Lighter than both sides all along: the depth of a place is what the lighter of its two sides has more.
  bool is_valley(const Line& line) const {
    const Place a = end(line.from), b = end(line.to);
    const std::int32_t dx = b.x - a.x, dy = b.y - a.y;
    const auto length = static_cast<std::int32_t>(std::max<std::int64_t>(exact_root(dx * dx + dy * dy), 1));
    std::array<Place, kBeside.size()> beside;
    for (std::size_t i = 0; i < kBeside.size(); ++i)
      beside[i] = {-dy * kBeside[i] / length, dx * kBeside[i] / length};
    int edges = 0;
    for (int e : star_.edge) edges += e;  // 64 times the mean edge in values of the plane
    const int n = line.places;
    std::array<int, kMostPlaces> depth;
    for (int k = 0; k < n; ++k) {
      const Place p = place(line, k);
      int left = 0, right = 0;
      for (const Place& off : beside) {
        left = std::max(left, at({p.x + off.x, p.y + off.y}));
        right = std::max(right, at({p.x - off.x, p.y - off.y}));
      }
      const int d = std::min(left, right) - at(p);
      if (6400 * d < kWeakestPercent * edges) return false;
      depth[static_cast<std::size_t>(k)] = d;
    }
    const int half = n / 2;
    std::sort(depth.begin(), depth.begin() + n);
    const int weak = std::accumulate(depth.begin(), depth.begin() + half, 0);  // half times their mean
    return 6400 * weak >= kValleyPercent * edges * half &&
           1000 * weak >= kValleyLeast1000 * rules_.units_per_od * half;
  }

  bool is_inside(const Line& line, int sign, Place p) const {
    const std::int32_t r = 8 * star_.radius[static_cast<std::size_t>(ray_towards(p.x, p.y))];
    if (p.x * p.x + p.y * p.y > r * r) return false;
    const Place a = end(line.from), b = end(line.to);
    return sign * ((b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x)) < 0;
  }

  // The half on one side of the line as a star around its own centroid. False when nothing is left of it.
  bool half(const Line& line, int sign, Star& star) const {
    const int from = sign > 0 ? line.from : line.to, to = sign > 0 ? line.to : line.from;
    std::int64_t area = 0, x = 0, y = 0;
    const auto add = [&](Place a, Place b) {
      const std::int64_t twice = cross(a, b);
      area += twice;
      x += twice * (a.x + b.x);
      y += twice * (a.y + b.y);
    };
    for (int i = from; i != to; i = (i + 1) % kNucleusRays) add(end(i), end((i + 1) % kNucleusRays));
    add(end(to), end(from));
    if (area <= 0) return false;
    const Place moved{static_cast<std::int32_t>(divide_round(x, 3 * area)),
                      static_cast<std::int32_t>(divide_round(y, 3 * area))};
    constexpr std::int32_t kMost = kSplitShiftUm * kMicroUnits;
    if (moved.x * moved.x + moved.y * moved.y > kMost * kMost) return false;
    if (!is_inside(line, sign, moved)) return false;
    star.centre = {star_.centre.x + moved.x, star_.centre.y + moved.y};
    std::int32_t radii = 0;
    for (int ray = 0; ray < kNucleusRays; ++ray) {
      const auto& d = kDirections64[static_cast<std::size_t>(2 * ray)];
      int eighth = 4;
      while (eighth < kMostRadius && is_inside(line, sign,
                                               {moved.x + (8 * (eighth + 1) * d[0]) / kDirectionOne,
                                                moved.y + (8 * (eighth + 1) * d[1]) / kDirectionOne}))
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
  std::array<Place, kNucleusRays> end_;  // of the rays, from the star's centre
  std::array<std::int32_t, kNucleusRays + 1> swept_{};
  std::array<Line, kLinesTried> lines_;
  int count_ = 0;
};

}  // namespace

void split_touching(const Plane<std::uint8_t>& fine, const StarRules& rules, std::vector<Star>& stars) {
  const std::size_t count = stars.size();
  Star one, other;
  for (std::size_t i = 0; i < count; ++i) {
    if (i + 1 < count) StarFitter::prefetch(fine, stars[i + 1].centre);
    if (star_area(stars[i].radius) < 3 * kLeastArea || !is_long(stars[i].radius)) continue;
    if (!Splitter(fine, rules, stars[i])(one, other)) continue;
    stars[i] = one;
    stars.push_back(other);
  }
}

}  // namespace annulet::nuclei
