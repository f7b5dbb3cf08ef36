#include <algorithm>

#include "annulet/base/error.hpp"
#include "rules.hpp"

namespace annulet::guideline {
namespace {

constexpr int kTumour = static_cast<int>(CellKind::Tumour);
constexpr int kStates = TallyBins::kCompleteness * TallyBins::kArc * TallyBins::kStrength;

/// The pattern that contract 3 gives to a bin of completeness and strength.
Pattern pattern_of(int completeness, int strength) {
  if (completeness == 0) return Pattern::None;
  if (strength == 0) return Pattern::FaintIncomplete;
  if (completeness == 1) return Pattern::ModerateOrStrongIncomplete;
  return strength == TallyBins::kStrength - 1 ? Pattern::IntenseComplete : Pattern::WeakModerateComplete;
}

bool holds_pattern(const std::vector<Pattern>& patterns, Pattern pattern) {
  return std::find(patterns.begin(), patterns.end(), pattern) != patterns.end();
}

}  // namespace

std::uint64_t Selection::count(const Tally& tally) const {
  std::uint64_t sum = 0;
  if (!patterns.empty()) {
    for (const Pattern pattern : patterns) sum += tally.of(CellKind::Tumour, pattern);
    return sum;
  }
  for (int c = 0; c < TallyBins::kCompleteness; ++c) {
    if (!completeness[c]) continue;
    for (int a = reactive_only ? 1 : 0; a < TallyBins::kArc; ++a) {
      for (int s = min_strength; s < TallyBins::kStrength; ++s) sum += tally.measurable[kTumour][c][a][s];
    }
  }
  if (!exclude_borrowed) return sum;
  expects(tally.borrowed_strong_incomplete <= sum, "borrowed cells are among the incomplete strong ones");
  return sum - tally.borrowed_strong_incomplete;
}

CellSet Selection::cells() const {
  CellSet set = 0;
  for (int state = 0; state < kStates; ++state) {
    const int s = state % TallyBins::kStrength;
    const int a = state / TallyBins::kStrength % TallyBins::kArc;
    const int c = state / (TallyBins::kStrength * TallyBins::kArc);
    const bool in = patterns.empty() ? completeness[c] && (a == 1 || !reactive_only) && s >= min_strength
                                     : holds_pattern(patterns, pattern_of(c, s));
    if (!in) continue;
    set |= CellSet{1} << state;
    if (!exclude_borrowed) set |= CellSet{1} << (kStates + state);
  }
  return set;
}

bool Threshold::share_holds(std::uint64_t k, std::uint64_t n) const {
  const std::uint64_t cut = static_cast<std::uint64_t>(percent) * n;
  return strict ? 100 * k > cut : 100 * k >= cut;
}

bool Threshold::holds(std::uint64_t k, std::uint64_t n) const {
  return share_holds(k, n) && k >= static_cast<std::uint64_t>(min_cells);
}

std::int64_t Threshold::least(std::uint64_t n) const {
  const std::int64_t cut = percent * static_cast<std::int64_t>(n);
  return std::max(strict ? cut / 100 + 1 : (cut + 99) / 100, min_cells);
}

std::uint64_t denominator(const Tally& tally) {
  const std::uint64_t n = tally.measurable_tumour();
  Selection every;
  expects(every.count(tally) == n, "patterns and bins of a tally count the same measurable tumour cells");
  return n;
}

}  // namespace annulet::guideline
