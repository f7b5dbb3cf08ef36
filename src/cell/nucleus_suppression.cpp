#include "cell/nucleus_suppression.hpp"

#include <algorithm>

namespace annulet::nuclei {

namespace {

constexpr int kApart100 = 105;  // centre outside the other's outline by this factor, 1/100
constexpr int kRadii100 = 60;   // ... and this part of both radii together

// Rivals lie nearer than this, 1/6400 um, given their radii towards each other; larger radii give more.
std::int64_t limit_of(std::int64_t ra, std::int64_t rb) {
  return std::max(kApart100 * std::max(ra, rb), kRadii100 * (ra + rb));
}

bool are_rivals(const Star& a, const Star& b) {
  const std::int32_t dx = b.centre.x - a.centre.x, dy = b.centre.y - a.centre.y;
  const std::int64_t square = std::int64_t{dx} * dx + std::int64_t{dy} * dy;
  constexpr std::int64_t kReach = kRivalReachUm * kMicroUnits;
  if (square >= kReach * kReach) return false;
  const int ray = ray_towards(dx, dy);
  const std::int64_t ra = 8 * a.radius[static_cast<std::size_t>(ray)];
  const std::int64_t rb = 8 * b.radius[static_cast<std::size_t>((ray + kNucleusRays / 2) % kNucleusRays)];
  const std::int64_t limit = limit_of(ra, rb);
  return square * 10000 < limit * limit;
}

bool beats(const Star& a, const Star& b, std::size_t i, std::size_t j) {
  if (a.score != b.score) return a.score > b.score;
  if (a.centre.y != b.centre.y) return a.centre.y < b.centre.y;
  if (a.centre.x != b.centre.x) return a.centre.x < b.centre.x;
  if (a.radius != b.radius) return a.radius < b.radius;
  return i < j;  // the same outline twice: whichever stays
}

}  // namespace

void Suppression::find_rivals(const std::vector<Star>& stars) {
  constexpr std::int32_t kBin = 4 * kMicroUnits;
  std::int32_t most = 0;
  extent_.clear();
  for (const Star& star : stars) {
    extent_.push_back({star.centre, 8 * *std::max_element(star.radius.begin(), star.radius.end())});
    most = std::max(most, extent_.back().radius);
  }
  grid_.build(stars.size(), kBin, 0, 0, [&](std::size_t i) { return extent_[i].centre; });
  start_.assign(1, 0);
  rival_.clear();
  for (std::size_t i = 0; i < stars.size(); ++i) {
    const Extent a = extent_[i];
    const auto reach = static_cast<std::int32_t>(limit_of(a.radius, most) / 100 + 1);
    grid_.near(a.centre.x, a.centre.y, reach, [&](std::uint32_t j) {
      const Extent& b = extent_[j];
      const std::int64_t dx = b.centre.x - a.centre.x, dy = b.centre.y - a.centre.y,
                         limit = limit_of(a.radius, b.radius);
      if ((dx * dx + dy * dy) * 10000 >= limit * limit) return;
      if (j != i && beats(stars[j], stars[i], j, i) && are_rivals(stars[i], stars[j])) rival_.push_back(j);
    });
    start_.push_back(static_cast<std::uint32_t>(rival_.size()));
  }
}

void Suppression::operator()(std::vector<Star>& stars) {
  find_rivals(stars);
  const auto each_better = [&](std::size_t i, auto&& visit) {
    for (std::uint32_t k = start_[i]; k < start_[i + 1]; ++k) visit(rival_[k]);
  };
  const auto& state = knockout_(stars.size(), kSuppressionRounds, each_better);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < stars.size(); ++i) {
    if (state[i] == Knockout::State::Won) stars[kept++] = stars[i];
  }
  stars.resize(kept);
}

}  // namespace annulet::nuclei
