#pragma once
#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "annulet/base/geometry.hpp"
#include "annulet/base/plane.hpp"
#include "annulet/cell/outline.hpp"
#include "cell/bin_grid.hpp"

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

/// How strong blobs have to be, in 1/64 of the plane's units.
struct BlobLeast {
  int response;   ///< of any
  int tried = 0;  ///< what is weaker than any blob of this response is left out: it cannot thin one out
};

/// Finds blobs on a plane of 1 um pixels. Holds scratch.
class BlobFinder {
 public:
  /// Local maxima over 0.7 sigma of -sigma^2 LoG at the scales `first_scale` .. `last_scale`, unthinned.
  void operator()(const Plane<std::int16_t>& coarse, const BlobWindow& window, int first_scale,
                  int last_scale, const BlobLeast& least, std::vector<Blob>& bright);
  /// Likewise, and the minima as blobs of the plane's negative: both in little more time than one.
  void operator()(const Plane<std::int16_t>& coarse, const BlobWindow& window, int first_scale,
                  int last_scale, const BlobLeast& least_bright, std::vector<Blob>& bright,
                  const BlobLeast& least_dark, std::vector<Blob>& dark);
  /// Leaves those that no stronger one beats: within 1.5 um any does, within 3.5 um one of a coarser scale
  /// and no less response. Who is beaten beats all the same, so no blob is asked for what lies farther than
  /// kThinReachUm. Leaves them in the order of a grid of bins.
  void thin(std::vector<Blob>& blobs);
  /// Keeps the strongest kBlobsPerSquare of each square of the slide's fixed 16 um grid: positions are from
  /// the slide's top left. Leaves them square by square along rows of squares: outlines near each other then
  /// find their pixels in the cache.
  void cap(std::vector<Blob>& blobs);

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
    Rows spread, smooth;                     ///< smoothed along the rows, and down them too
    Part part{};                             ///< where it is needed
    int spread_made = 0, smooth_made = 0;    ///< rows so far
    std::array<Rows, 2> difference;          ///< from the level before, and its negative
    std::array<std::vector<Blob>, 2> blobs;  ///< of the scale that this makes: bright, dark
  };

  Level& level_of(int k) { return levels_[static_cast<std::size_t>(k)]; }
  void plan(int last_scale);
  const std::int16_t* row_of(int level, int y);
  void make_row(int k);
  void search(const Plane<std::int16_t>& coarse, const BlobWindow& window, int first_scale, int last_scale,
              std::size_t sides);
  void take(std::size_t side, int last_scale, std::vector<Blob>& blobs);
  void maxima(std::size_t side, int scale, int y);

  // Of the search under way.
  const Plane<std::int16_t>* coarse_ = nullptr;
  const BlobWindow* window_ = nullptr;
  Part wanted_{};
  std::size_t sides_ = 1;  // 2: dark blobs too
  std::array<std::array<std::int16_t, kBlobScales>, 2> least_{};
  int first_scale_ = 0;

  std::array<Level, kBlobScales + 1> levels_;
  Rows padded_, nothing_;
  std::vector<std::uint8_t> marks_;
  std::vector<Blob> placed_;  // in the order of the bins
  BinGrid grid_;
};

/// All squares of the cap that `area` touches.
Rect<MicroFrame, std::int32_t> squares_of(const Rect<MicroFrame, std::int32_t>& area);

inline constexpr int kThinReachUm = 4;      ///< how far `thin` looks
inline constexpr int kSquareUm = 16;        ///< side of a square of the cap
inline constexpr int kBlobsPerSquare = 12;  ///< real tissue stays below; a texture cannot cost more than this

}  // namespace annulet::nuclei
