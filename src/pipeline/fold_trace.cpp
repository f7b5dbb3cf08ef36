// From places that are sure of a fold along its axis to its ends.
#include "annulet/pipeline/fold_trace.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <utility>

namespace annulet {
namespace {

// Source of all of it: docs/science/quality.md, "Fold". Scores are hundredths of a logit.
constexpr int kLeast = 0;         // of a place that goes on with a fold
constexpr int kSure = 350;        // of a place that others are measured by
constexpr int kFewestSure = 8;    // of these along the axis of each place that is kept
constexpr int kGoesOn = 20;       // places along the axis from a sure one, to where a fold tapers off
constexpr int kBends = 4;         // places off that axis
constexpr int kTurns = 2;         // sixteenths of half a turn off its direction
constexpr int kShareOfMost = 40;  // per cent of the highest score around a place
constexpr int kMostOfSeed = 35;   // per cent of the seed's places that may be middles: more is a network
constexpr int kAround = 5;        // places to either side
constexpr int kAcross = 3;        // places to either side of a middle, of which none has a higher score
constexpr int kAlongUm = 14, kBorderUm = 2;  // of a strip: half its length, and beyond the band's width

using Place = std::pair<int, int>;  // x, y

/// The bands of the places that were looked at; others are looked at when they are asked for.
class Scores {
 public:
  explicit Scores(const FoldCourse& course) : course_(course), looked_at_(course.width(), course.height()) {}
  FoldCourse::Band at(int x, int y) {
    if (!course_.is_on(x, y)) return {};
    std::optional<FoldCourse::Band>& band = looked_at_.hold(x, y);
    if (!band) band = course_.best(x, y);
    return *band;
  }
  /// The place is the middle of a band that goes on with a fold.
  bool is_middle(int x, int y) {
    const FoldCourse::Band band = at(x, y);
    if (band.score < kLeast) return false;
    for (int step = 1; step <= kAcross; ++step) {
      for (const int side : {-step, step}) {
        const auto [right, down] = FoldCourse::across(band.direction, side);
        if (at(x + right, y + down).score > band.score) return false;
      }
    }
    return 100 * band.score >= kShareOfMost * most_around(x, y);
  }

 private:
  int most_around(int x, int y) {
    int most = 0;
    for (int down = -kAround; down <= kAround; ++down) {
      for (int right = -kAround; right <= kAround; ++right)
        most = std::max<int>(most, at(x + right, y + down).score);
    }
    return most;
  }
  const FoldCourse& course_;
  SparsePlane<std::optional<FoldCourse::Band>> looked_at_;
};

using Mask = SparsePlane<bool>;

/// The middles that hang together with (x, y) over places next to each other and over seeds.
std::vector<Place> follow(Scores& scores, const FoldSeeds& seeds, const cv::Mat& near, int x, int y,
                          Mask& seen, int& of_seed) {
  std::vector<Place> middles, open{{x, y}};
  seen.hold(x, y) = true;
  while (!open.empty()) {
    const auto [at_x, at_y] = open.back();
    open.pop_back();
    const cv::Point square(at_x / 2 - seeds.x0, at_y / 2 - seeds.y0);
    const bool seed = seeds.mask.at<std::uint8_t>(square) != 0;
    of_seed += seed ? 1 : 0;
    const bool middle = near.at<std::uint8_t>(square) != 0 && scores.is_middle(at_x, at_y);
    if (middle) middles.emplace_back(at_x, at_y);
    if (!middle && !seed) continue;
    for (int down = -1; down <= 1; ++down) {
      for (int right = -1; right <= 1; ++right) {
        const int next_x = at_x + right, next_y = at_y + down;
        if (!seen.contains(next_x, next_y) || seen(next_x, next_y)) continue;
        seen.hold(next_x, next_y) = true;
        open.emplace_back(next_x, next_y);
      }
    }
  }
  return middles;
}

/// True where `place` lies on the axis of `sure` and runs its way.
bool agrees(Scores& scores, const Place& place, const Place& sure) {
  const int axis = scores.at(sure.first, sure.second).direction;
  const int turn = std::abs(axis - scores.at(place.first, place.second).direction);
  if (std::min(turn, FoldCourse::kDirections - turn) > kTurns) return false;
  const auto [along, across] = FoldCourse::turned(axis, place.first - sure.first, place.second - sure.second);
  return std::abs(along) <= 1024 * kGoesOn && std::abs(across) <= 1024 * kBends;
}

/// Leaves those that enough sure ones agree with: a fold keeps its direction, while the strands of tissue
/// that it meets turn off it. `sure` is false all over, before and after.
void keep_agreed(Scores& scores, std::vector<Place>& middles, Mask& sure) {
  const std::vector<Place> all = middles;
  for (const auto& [x, y] : all) sure.hold(x, y) = scores.at(x, y).score >= kSure;
  std::erase_if(middles, [&](const Place& place) {
    constexpr int kReach = kGoesOn + kBends;
    int agreeing = 0;
    for (int y = std::max(0, place.second - kReach); y <= place.second + kReach && y < sure.height(); ++y) {
      for (int x = std::max(0, place.first - kReach); x <= place.first + kReach && x < sure.width(); ++x)
        agreeing += sure(x, y) && agrees(scores, place, {x, y}) ? 1 : 0;
    }
    return agreeing < kFewestSure;
  });
  for (const auto& [x, y] : all) sure.hold(x, y) = false;
}

}  // namespace

std::vector<FoldStrip> trace_folds(const FoldCourse& course, const FoldSeeds& seeds) {
  std::vector<FoldStrip> strips;
  Scores scores(course);
  cv::Mat near;
  cv::dilate(seeds.mask, near,
             cv::getStructuringElement(cv::MORPH_RECT, {2 * kFromSeed + 1, 2 * kFromSeed + 1}));
  Mask seen(course.width(), course.height()), sure(course.width(), course.height());
  for (int y = 2 * seeds.y0; y < 2 * (seeds.y0 + seeds.mask.rows); ++y) {
    const auto* seeds_here = seeds.mask.ptr<std::uint8_t>(y / 2 - seeds.y0);
    for (int x = 2 * seeds.x0; x < 2 * (seeds.x0 + seeds.mask.cols); ++x) {
      if (seeds_here[x / 2 - seeds.x0] == 0 || seen(x, y)) continue;
      int of_seed = 0;
      std::vector<Place> middles = follow(scores, seeds, near, x, y, seen, of_seed);
      keep_agreed(scores, middles, sure);
      if (100 * std::ssize(middles) > kMostOfSeed * of_seed) continue;
      for (const auto& [at_x, at_y] : middles) {
        const FoldCourse::Band band = scores.at(at_x, at_y);
        strips.push_back({at_x, at_y, band.direction, FoldCourse::kHalfWidthUm[band.width] + kBorderUm});
      }
    }
  }
  return strips;
}

bool in_strip(const FoldStrip& strip, int right_um, int down_um) {
  const auto [along, across] = FoldCourse::turned(strip.direction, right_um, down_um);
  return std::abs(along) <= 1024 * kAlongUm && std::abs(across) <= 1024 * strip.half_width_um;
}

int reach_um(const FoldStrip& strip) {
  return kAlongUm + strip.half_width_um;
}

}  // namespace annulet
