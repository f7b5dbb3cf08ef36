#pragma once
#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "annulet/base/geometry.hpp"
#include "annulet/base/plane.hpp"
#include "annulet/cell/outline.hpp"
#include "cell/bin_grid.hpp"
#include "cell/knockout.hpp"

namespace annulet::nuclei {

/// Scales of the blob search: sigma 1.8, 2.4, 3.2, 4.27 um, each 4/3 of the one before.
inline constexpr int kBlobScales = 4;

/// How far around a spot its position and response look: incremental kernels 4 + 4 + 5 + 6 + 8 um, the search
/// for the maximum 3 um, the neighbours of the parabola 1 um, the pair of the 1 um plane 1 um.
inline constexpr int kBlobReachUm = 27 + 3 + 1 + 1;

/// Where blobs may lie.
struct BlobWindow {
  std::int32_t first_x = 0, first_y = 0;  ///< 1/64 um, centre of the coarse plane's first pixel in the window
  Rect<MicroFrame, std::int32_t> wanted{};  ///< 1/64 um in the window: spots outside are not reported
};

/// Finds blobs on a plane of 1 um pixels. Holds scratch.
class BlobFinder {
 public:
  /// Local maxima over 0.7 sigma of -sigma^2 LoG of at least `threshold` (1/64 of the plane's units) at the
  /// scales `first_scale` .. `last_scale`, unthinned. Those that are weaker than any of the response `tried`
  /// are left out: thinning would let none of them win over one that is tried.
  void operator()(const Plane<std::int16_t>& coarse, const BlobWindow& window, int threshold, int tried,
                  int first_scale, int last_scale, std::vector<Blob>& blobs);
  /// Keeps the strongest of blobs within 2 um of each other, in kThinRounds rounds of Knockout (what is
  /// undecided then stays), then the strongest kBlobsPerSquare of each square of the slide's fixed 16 um
  /// grid: positions are from the slide's top left. Leaves them square by square along rows of squares:
  /// outlines near each other then find their pixels in the cache.
  void thin(std::vector<Blob>& blobs);

 private:
  /// The last `held` rows (or some more) of a plane that is made from the top downwards, with room on both
  /// sides.
  class Rows {
   public:
    static constexpr std::int16_t kNothing = std::numeric_limits<std::int16_t>::min();
    void resize(int width, int held);
    std::int16_t* at(int y);

   private:
    int last_ = 0;  ///< of a power of two of rows
    Plane<std::int16_t> rows_;
  };
  using Part = Rect<WorkFrame, int>;  ///< px of the coarse plane
  /// A Gaussian, made from the one before row by row, so that all of them stay in the second cache.
  struct Level {
    Rows spread, smooth;                   ///< smoothed along the rows, and down them too
    Part part{};                           ///< where it is needed
    int spread_made = 0, smooth_made = 0;  ///< rows so far
    Rows difference;                       ///< from the level before
    std::vector<Blob> blobs;               ///< of the scale that this makes
  };

  Level& level_of(int k) { return levels_[static_cast<std::size_t>(k)]; }
  void plan(int last_scale);
  const std::int16_t* row_of(int level, int y);
  void make_row(int k);
  void maxima(int scale, int y);
  void thin_near(std::vector<Blob>& blobs);
  void cap(std::vector<Blob>& blobs);

  // Of the search under way.
  const Plane<std::int16_t>* coarse_ = nullptr;
  const BlobWindow* window_ = nullptr;
  Part wanted_{};
  std::array<std::int16_t, kBlobScales> least_{};
  int first_scale_ = 0;

  std::array<Level, kBlobScales + 1> levels_;
  Rows padded_, nothing_;
  std::vector<std::uint8_t> marks_;
  std::vector<Blob> placed_;  // in the order of the bins
  // The stronger ones near each of them, one after the other, and where those of each begin.
  std::vector<std::uint32_t> better_, better_from_;
  Knockout knockout_;
  BinGrid grid_;
};

/// Where spots have a say in which of those in `area` are left: around all squares of the cap that it
/// touches.
Rect<MicroFrame, std::int32_t> thinning_area(const Rect<MicroFrame, std::int32_t>& area);

inline constexpr int kThinUm = 2;
inline constexpr int kThinRounds = 2;
inline constexpr int kThinReachUm =
    2 * kThinRounds * kThinUm;              ///< how far the fate of a blob looks in `thin`
inline constexpr int kSquareUm = 16;        ///< side of a square of the cap
inline constexpr int kBlobsPerSquare = 12;  ///< real tissue stays below; a texture cannot cost more than this

}  // namespace annulet::nuclei
