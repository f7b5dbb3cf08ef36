#pragma once
#include <array>
#include <cstdint>

#include "annulet/model/cell_row.hpp"

namespace annulet {

/// Integer bins aligned with the cut-offs of the guidelines; the edges stand in the grading file, in 1/1000.
/// Bin i holds edge[i-1] <= value < edge[i].
struct TallyBins {
  // completeness: < visible share | incomplete | complete
  static constexpr int kCompleteness = 3;
  // longest arc: < 0.15 | >= 0.15 (reactive, gastric)
  static constexpr int kArc = 2;
  // strength: < 0.25 | 0.25-0.40 | 0.40-0.60 | >= 0.60 OD
  static constexpr int kStrength = 4;
};

/// Counts of cells; merge is associative and commutative. Integers only.
struct Tally {
  /// measurable cells by kind, completeness, longest arc, strength
  std::array<std::array<std::array<std::array<std::uint64_t, TallyBins::kStrength>, TallyBins::kArc>,
                        TallyBins::kCompleteness>,
             kKinds>
      measurable{};
  std::array<std::uint64_t, kKinds> unmeasurable{};
  std::array<std::array<std::uint64_t, kPatterns>, kKinds> pattern{};  ///< all cells by kind and pattern
  /// tumour cells, incomplete with strength >= 0.40 OD, whose stained wall is not their own
  /// (GradedCell::borrowed)
  std::uint64_t borrowed_strong_incomplete = 0;

  Tally& merge(const Tally& other);
  std::uint64_t total() const;            ///< every cell
  std::uint64_t of(CellKind kind) const;  ///< every cell of that kind
  std::uint64_t of(CellKind kind, Pattern p) const {
    return pattern[static_cast<int>(kind)][static_cast<int>(p)];
  }
  /// The denominator of every share: tumour cells whose ring could be judged.
  std::uint64_t measurable_tumour() const {
    return of(CellKind::Tumour) - of(CellKind::Tumour, Pattern::Unmeasurable);
  }
  friend bool operator==(const Tally&, const Tally&) = default;
};

}  // namespace annulet
