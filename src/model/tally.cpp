#include "annulet/model/tally.hpp"

#include <numeric>

namespace annulet {

Tally& Tally::merge(const Tally& other) {
  for (int kind = 0; kind < kKinds; ++kind) {
    for (int c = 0; c < TallyBins::kCompleteness; ++c) {
      for (int a = 0; a < TallyBins::kArc; ++a) {
        for (int s = 0; s < TallyBins::kStrength; ++s)
          measurable[kind][c][a][s] += other.measurable[kind][c][a][s];
      }
    }
    unmeasurable[kind] += other.unmeasurable[kind];
    for (int p = 0; p < kPatterns; ++p) pattern[kind][p] += other.pattern[kind][p];
  }
  borrowed_strong_incomplete += other.borrowed_strong_incomplete;
  return *this;
}

std::uint64_t Tally::of(CellKind kind) const {
  const auto& counts = pattern[static_cast<int>(kind)];
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

std::uint64_t Tally::total() const {
  std::uint64_t sum = 0;
  for (int kind = 0; kind < kKinds; ++kind) sum += of(static_cast<CellKind>(kind));
  return sum;
}

}  // namespace annulet
