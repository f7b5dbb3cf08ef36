#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "annulet/base/plane.hpp"
#include "annulet/pipeline/sharpness.hpp"

namespace annulet {

/// Follows a fold from a place that is sure of it along its own axis: which bands through places of 4 um
/// absorb twice what lies beside them. Integers; one thread; about 10 us a place. docs/science/quality.md,
/// "Fold".
class FoldCourse {
 public:
  static constexpr int kPlaceUm = 4;
  static constexpr int kDirections = 16;  ///< over half a turn
  static constexpr int kWidths = 3;
  static constexpr std::array<int, kWidths> kHalfWidthUm{8, 12, 16};
  static constexpr std::size_t kFeatures = 16;

  /// The band through a place that looks most like a fold.
  struct Band {
    std::int16_t score = kNone;
    std::uint8_t direction = 0, width = 0;
  };
  static constexpr std::int16_t kNone = -30000;

  /// `on` is 1 for squares with counted tissue; `high_peak` is the peak that a tenth of them exceed. There
  /// are two places in a row of a square.
  FoldCourse(const SparsePlane<SharpnessMap::Square>& squares, const Plane<std::uint8_t>& on, int high_peak);

  int width() const { return 2 * on_.width(); }
  int height() const { return 2 * on_.height(); }
  /// Whether a place lies on counted tissue.
  bool is_on(int x, int y) const {
    return x >= 0 && y >= 0 && on_.contains(x / 2, y / 2) && on_(x / 2, y / 2) != 0;
  }

  Band best(int x, int y) const;

  /// The place so many places across a direction, from one: right and down.
  static std::array<int, 2> across(int direction, int places);
  /// How far a point lies along a direction and across it, in 1/1024 of the unit of `right` and `down`.
  static std::array<int, 2> turned(int direction, int right, int down);

  /// What tells a band from what lies beside it; false where there is too little tissue.
  using Features = std::array<int, kFeatures>;
  bool features(int x, int y, int direction, int width, Features& found) const;

 private:
  struct Row;
  using Rows = std::array<Row, 18>;
  void sum_rows(int x, int y, int direction, Rows& rows) const;
  bool features_of(const Rows& rows, int width, Features& found) const;

  const SparsePlane<SharpnessMap::Square>& squares_;
  const Plane<std::uint8_t>& on_;
  int high_peak_;
};

}  // namespace annulet
