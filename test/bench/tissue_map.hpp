#pragma once
#include <cstdint>
#include <vector>

namespace annulet::bench {

/// A number in 0 .. 2^64-1 that depends on its arguments alone (SplitMix64's step over them).
std::uint64_t scrambled(std::int64_t a, std::int64_t b, std::uint64_t salt);

/// Where tissue lies on a square slide: several separate pieces with ragged edges, which together cover
/// `share` of it. A height above the slide is an ellipsoid a piece plus octaves of value noise whose
/// amplitude falls with the wavelength; tissue is what lies above the height that leaves `share`. The pieces
/// grow with the slide, the finest teeth stay kFinestNoiseUm. The same on every machine (no libm).
class TissueMap {
 public:
  enum class Cover { Glass, Tissue, Both };

  /// `side` in px, a multiple of 256; `um_per_px` in um/px.
  TissueMap(int side, double um_per_px, double share);
  /// Of the square of `size` px (a multiple of kStep) whose left upper corner is (left, top).
  Cover cover(int left, int top, int size) const;
  bool tissue_at(int x, int y) const;

  static constexpr int kStep = 32;  ///< px between the points at which the height is known

 private:
  double point(int column, int row) const {
    return heights_[static_cast<std::size_t>(row) * static_cast<std::size_t>(points_) +
                    static_cast<std::size_t>(column)];
  }
  int points_;
  std::vector<float> heights_;  ///< above the level of the edge: positive is tissue
};

}  // namespace annulet::bench
