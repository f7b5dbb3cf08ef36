#include "annulet/pipeline/fold_trace.hpp"

#include <algorithm>

#include "support/catch.hpp"

using namespace annulet;

namespace {

constexpr int kSide = 120;                                       // places of 4 um
constexpr int kHighPeak = 100;                                   // 1/200 OD
constexpr int kLeft = 20, kRight = 95, kTop = 58, kBottom = 63;  // of the fold, 24 um wide

/// Tissue with nuclei of three places every five, in which a strip across lies double; `one_layer` leaves the
/// second one away.
SparsePlane<SharpnessMap::Square> tissue(bool one_layer) {
  SparsePlane<SharpnessMap::Square> squares(kSide / 2, kSide / 2);
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const bool nucleus = (x + 2 * (y / 5)) % 5 < 3 && y % 5 < 3;
      const bool folded = !one_layer && x >= kLeft && x <= kRight && y >= kTop && y <= kBottom;
      const int layer = folded ? 2 : 1, grain = (7 * x + 13 * y) % 5;
      const auto of = [&](int value) { return static_cast<std::uint8_t>(std::min(255, layer * value)); };
      squares.hold(x / 2, y / 2).quarters[static_cast<std::size_t>(2 * (y % 2) + x % 2)] = {
          of(nucleus ? 40 + grain : 12 + grain), of(nucleus ? 70 + grain : 16 + grain),
          of(nucleus ? 90 + 2 * grain : 22 + grain), of(8 + grain)};
    }
  }
  return squares;
}

/// What is traced from the middle of the fold; `boxed` from seeds of no larger part than has to be.
Plane<std::uint8_t> traced(bool one_layer, bool boxed = false) {
  const SparsePlane<SharpnessMap::Square> squares = tissue(one_layer);
  const Plane<std::uint8_t> on(kSide / 2, kSide / 2, 1);
  cv::Mat seeds(kSide / 2, kSide / 2, CV_8U, cv::Scalar(0));
  for (int y = kTop / 2; y <= kBottom / 2; ++y) {
    for (int x = kLeft / 2 + 4; x <= kRight / 2 - 4; ++x) seeds.at<std::uint8_t>(y, x) = 1;
  }
  FoldSeeds from{seeds};
  if (boxed) {
    const cv::Rect least(kLeft / 2 + 4 - kAroundSeeds, kTop / 2 - kAroundSeeds,
                         (kRight - kLeft) / 2 - 7 + 2 * kAroundSeeds,
                         (kBottom - kTop) / 2 + 1 + 2 * kAroundSeeds);
    const cv::Rect box = least & cv::Rect(0, 0, seeds.cols, seeds.rows);
    from = {seeds(box).clone(), box.x, box.y};
  }
  Plane<std::uint8_t> mask(kSide, kSide);
  for (const FoldStrip& strip : trace_folds(FoldCourse(squares, on, kHighPeak), from)) {
    for (int y = 0; y < kSide; ++y) {
      for (int x = 0; x < kSide; ++x) {
        if (in_strip(strip, 4 * (x - strip.x), 4 * (y - strip.y))) mask(x, y) = 1;
      }
    }
  }
  return mask;
}

}  // namespace

TEST_CASE("a fold is followed from its middle to both ends and masked up to its edges") {
  const Plane<std::uint8_t> mask = traced(false);
  int inside = 0, beside = 0;
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const bool folded = x >= kLeft && x <= kRight && y >= kTop && y <= kBottom;
      (folded ? inside : beside) += mask(x, y);
    }
  }
  const int area = (kRight - kLeft + 1) * (kBottom - kTop + 1);
  CHECK(100 * inside >= 80 * area);
  CHECK(100 * beside <= 40 * area);
}

TEST_CASE("a fold is the same whatever part of the slide its seeds are given with") {
  const Plane<std::uint8_t> whole = traced(false), boxed = traced(false, true);
  CHECK(std::equal(whole.values().begin(), whole.values().end(), boxed.values().begin()));
}

TEST_CASE("nothing is traced through tissue that lies single") {
  const Plane<std::uint8_t> mask = traced(true);
  CHECK(std::count(mask.values().begin(), mask.values().end(), 1) == 0);
}

TEST_CASE("a strip reaches along its own direction") {
  const FoldStrip across{0, 0, 0, 8}, down{0, 0, FoldCourse::kDirections / 2, 8};
  CHECK(in_strip(across, 14, 8));
  CHECK_FALSE(in_strip(across, 8, 14));
  CHECK(in_strip(down, 8, 14));
  CHECK_FALSE(in_strip(down, 14, 8));
  CHECK(reach_um(across) >= 16);
}
