#include "cell/seen_spots.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <random>
#include <vector>

#include "support/catch.hpp"

using namespace annulet;
using namespace annulet::nuclei;

namespace {

constexpr int kSide = 120 * kMicroUnits;

Point<MicroFrame, std::int32_t> anywhere(std::mt19937& random) {
  return {static_cast<std::int32_t>(random() % kSide) - kSide / 3,
          static_cast<std::int32_t>(random() % kSide)};
}

std::vector<Star> outlines(std::mt19937& random, int count) {
  std::vector<Star> stars(static_cast<std::size_t>(count));
  for (Star& star : stars) {
    star.centre = anywhere(random);
    star.mean_radius = static_cast<std::int32_t>(8 * (10 + random() % (kMostRadius - 9)));
  }
  return stars;
}

std::vector<Blob> spots(std::mt19937& random, int count) {
  std::vector<Blob> blobs(static_cast<std::size_t>(count));
  for (Blob& blob : blobs) {
    const auto place = anywhere(random);
    blob.x = place.x;
    blob.y = place.y;
  }
  return blobs;
}

std::vector<std::pair<int, int>> places(const std::vector<Blob>& blobs) {
  std::vector<std::pair<int, int>> all;
  for (const Blob& blob : blobs) all.emplace_back(blob.x, blob.y);
  return all;
}

}  // namespace

TEST_CASE("spots in or close beside an outline's circle are left out") {
  std::mt19937 random(7);
  SeenSpots seen_spots;
  for (const int count : {0, 1, 25, 60}) {
    const auto seen = outlines(random, count);
    auto left = spots(random, 800), expected = left;
    seen_spots.leave_unseen(seen, left);
    std::erase_if(expected, [&](const Blob& spot) {
      return std::any_of(seen.begin(), seen.end(), [&](const Star& star) {
        return std::hypot(spot.x - star.centre.x, spot.y - star.centre.y) <= star.mean_radius + kBesideSeen;
      });
    });
    CHECK(places(left) == places(expected));
    CHECK((count == 0 || left.size() < 800));
  }
}

TEST_CASE("spots whose outline may hold a hidden one are left") {
  std::mt19937 random(8);
  SeenSpots seen_spots;
  for (const int count : {0, 1, 9}) {
    const auto brown = spots(random, count), enclosed = spots(random, count / 2);
    auto left = spots(random, 500), expected = left;
    seen_spots.leave_near(brown, enclosed, left);
    std::erase_if(expected, [&](const Blob& spot) {
      const auto is_far = [&](const Blob& hidden) {
        return std::max(std::abs(hidden.x - spot.x), std::abs(hidden.y - spot.y)) >
               kSeenReachUm * kMicroUnits;
      };
      return std::all_of(brown.begin(), brown.end(), is_far) &&
             std::all_of(enclosed.begin(), enclosed.end(), is_far);
    });
    CHECK(places(left) == places(expected));
    CHECK((count == 0) == left.empty());
  }
}
