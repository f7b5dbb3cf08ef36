#include "cell/nucleus_suppression.hpp"

#include <algorithm>
#include <numeric>

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
  extent_.clear();
  for (const Star& star : stars) {
    extent_.push_back({star.centre, 8 * *std::max_element(star.radius.begin(), star.radius.end())});
  }
  grid_.build(stars.size(), kBin, 0, 0, [&](std::size_t i) { return extent_[i].centre; });
  beaten_.clear();
  for (std::uint32_t i = 0; i < stars.size(); ++i) {
    const Extent a = extent_[i];
    // Of two the larger looks for the smaller: so far from it, and no farther, can that be a rival.
    const auto reach = static_cast<std::int32_t>(limit_of(a.radius, a.radius) / 100 + 1);
    grid_.near(a.centre.x, a.centre.y, reach, [&](std::uint32_t j) {
      const Extent& b = extent_[j];
      const std::int64_t dx = b.centre.x - a.centre.x, dy = b.centre.y - a.centre.y,
                         limit = limit_of(a.radius, b.radius);
      const bool looks = (a.radius > b.radius) | ((a.radius == b.radius) & (i < j));
      if (!looks | ((dx * dx + dy * dy) * 10000 >= limit * limit)) return;
      const bool wins = beats(stars[i], stars[j], i, j);
      const std::uint32_t winner = wins ? i : j, loser = wins ? j : i;
      if (are_rivals(stars[loser], stars[winner])) beaten_.push_back({loser, winner});
    });
  }
  sort_by_loser(stars.size());
}

void Suppression::sort_by_loser(std::size_t count) {
  start_.assign(count + 1, 0);
  for (const Beaten& pair : beaten_) ++start_[pair.star];
  std::partial_sum(start_.begin(), start_.end(), start_.begin());  // where each one's rivals end
  rival_.resize(beaten_.size());
  for (const Beaten& pair : beaten_) rival_[--start_[pair.star]] = pair.by;
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
