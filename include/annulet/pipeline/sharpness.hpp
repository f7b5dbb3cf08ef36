#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "annulet/base/geometry.hpp"
#include "annulet/base/plane.hpp"
#include "annulet/base/ranges.hpp"
#include "annulet/base/sparse_plane.hpp"
#include "annulet/cell/stain_tile.hpp"
#include "annulet/model/quality.hpp"
#include "annulet/model/tissue.hpp"

namespace annulet {

/// Contrast of the stains by size of what carries it, in squares of kSquareUm on a grid from the slide's top
/// left: gathered from the planes that the scan makes anyway, judged afterwards. What a square holds depends
/// neither on the blocks nor on the threads. Integers. 22 bytes a square of tissue, nothing for glass.
/// docs/science/quality.md, "Blur".
class SharpnessMap {
 public:
  static constexpr int kSquareUm = 8;

  /// What a square holds.
  struct Detail {
    std::uint8_t fine = 0;    ///< 1/400 OD of both stains: Laplacian over 1 um, what blur takes away first
    std::uint8_t coarse = 0;  ///< 1/200 OD of both: differences over 8 um, nuclei against what is around them
    /// Haematoxylin, 1/200 OD: the palest 2 um, the mean and the darkest 2 um. A fold doubles all three,
    /// while the chromogen says nothing of it.
    std::uint8_t floor = 0, mean = 0, peak = 0;
    std::uint8_t dab_floor = 0;  ///< 1/800 OD of DAB where it has least over 2 um: between membranes
    friend bool operator==(const Detail&, const Detail&) = default;
  };
  /// What a quarter of a square holds, 1/200 OD: haematoxylin where 2 um of it are palest, its mean and where
  /// 2 um are darkest; the mean of DAB.
  struct Layer {
    std::uint8_t floor = 0, mean = 0, peak = 0, dab = 0;
    friend bool operator==(const Layer&, const Layer&) = default;
  };
  struct Square {
    Detail detail;
    std::array<Layer, 4> quarters;  ///< the upper two, then the lower two
    /// Of place (x, y) of half squares, which lies in this one.
    const Layer& layer(int x, int y) const {
      return quarters[2 * (static_cast<std::size_t>(y) % 2) + static_cast<std::size_t>(x) % 2];
    }
    friend bool operator==(const Square&, const Square&) = default;
  };
  /// What the columns of 1 um of a row of squares hold.
  struct Columns {
    using Values = std::vector<std::uint16_t>;
    /// Places of 2 um on every second row of half a square.
    struct Places {
      Values least, most, sum, dab;
    };
    Values fine, coarse, sum;
    Values least, most, least_dab;  ///< of the places of 2 um
    std::array<Places, 2> half;     ///< the upper and the lower
    Values place, dab;              ///< of a row
  };
  /// Memory of a worker.
  struct Scratch {
    Plane<std::int16_t> haematoxylin, both;
    Columns columns;
  };

  SharpnessMap() = default;
  /// `slide` is its extent; squares with `tissue` in their middle have room, and few others.
  SharpnessMap(const Size<WorkFrame>& slide, const TissueMask& tissue);

  /// Measures the squares with room whose top left lies in `part`; `window` reaches 12 um around it. Squares
  /// that the slide's border cuts are left out. Parts side by side share no square, so several threads may
  /// measure at once, each with its own `scratch`. About 0.3 ns a pixel of 0.5 um.
  void measure(const StainTile& window, const Rect<WorkFrame>& part, Scratch& scratch);

  /// Those that were not measured are 0.
  const SparsePlane<Square>& squares() const { return squares_; }

 private:
  SparsePlane<Square> squares_;
};

/// 1 for squares with tissue in their middle.
Plane<std::uint8_t> squares_on(const TissueMask& tissue, int width, int height);

/// Flags the counted tissue that is out of focus: its fine contrast is lost against its coarse one, by what
/// this slide's sharp tissue has and within what sharp tissue of any slide has. Tissue without contrast of
/// either size is judged by what is around it and is sharp by default. Only places without a flag get one.
/// Cost: about 0.1 us a square of tissue, the most of it `over` ranges.
void flag_blur(const SharpnessMap& sharpness, const TissueMask& tissue, QcMap& quality,
               const OverRanges& over = in_one_range);

/// Flags folds: bands, 16 to 30 um wide, in which the palest places, the mean and the darkest places all
/// absorb about twice what they do on both sides, as two layers of the same tissue do. From where that is
/// sure, a fold is followed along its axis and masked up to its edges. Only places without a flag get one.
/// Cost as above, and what it takes to follow folds.
void flag_folds(const SharpnessMap& sharpness, const TissueMask& tissue, QcMap& quality,
                const OverRanges& over = in_one_range);

}  // namespace annulet
