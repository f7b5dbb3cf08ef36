#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "annulet/base/integer_math.hpp"
#include "cell/bin_grid.hpp"
#include "cell/kind_features.hpp"

namespace annulet {

inline std::int32_t& at(KindFeatures& features, KindFeature feature) {
  return features[static_cast<std::size_t>(feature)];
}

inline bool is_seen(const CellRow& row) {
  return (row.flags & kFlagInterior) == 0;
}

/// Percent, rounded.
inline std::int32_t share(std::int64_t part, std::int64_t whole) {
  return static_cast<std::int32_t>(divide_round(100 * part, std::max<std::int64_t>(whole, 1)));
}

/// What a thread needs to look around cells; keeps its memory from cell to cell.
struct KindScratch {
  struct Stretch {
    std::uint32_t first, last;
  };
  std::vector<Stretch> stretches;
  std::vector<std::int32_t> near;
  std::vector<std::uint16_t> far;
};

/// The features of the nuclei around a place: of those within 30 um, and within 100 um. It keeps what they
/// need of each seen nucleus, in the order of a grid, so that a neighbourhood is a few stretches of memory.
class KindNeighbourhood {
 public:
  /// `strong` and `large`: strong_contrast and large_area of the table.
  KindNeighbourhood(const CellTable& cells, std::int32_t strong, std::int32_t large);
  /// Sets the features from Nearest on but for AreaRelative; `row` is of the table. Any thread.
  void add_to(const CellRow& row, KindScratch& scratch, KindFeatures& features) const;

  /// Numbers kept side by side of a nucleus, of which kMedians are features that its neighbours look at.
  static constexpr std::size_t kMedians = 5, kFeatures = 8;

 private:
  using Stretch = KindScratch::Stretch;
  /// What is kept of each seen nucleus, column by column, with room to read a whole vector beyond the last.
  struct Columns {
    std::vector<std::int32_t> x, y;
    std::vector<std::uint16_t> area;
    std::vector<std::int32_t> features;  ///< kFeatures a nucleus
    void resize(std::size_t n);
  };
  struct Kernels;
  /// Sets the stretches; returns for how many entries they take room, each rounded up to whole vectors.
  std::size_t look_around(const CellRow& row, std::int32_t reach, KindScratch& scratch) const;
  void add_near(const CellRow& row, KindScratch& scratch, KindFeatures& features) const;
  void add_far(const CellRow& row, KindScratch& scratch, KindFeatures& features) const;

  std::int32_t large_;
  std::int32_t largest_ = 0;  // area of a nucleus
  nuclei::BinGrid grid_;
  Columns seen_;
};

}  // namespace annulet
