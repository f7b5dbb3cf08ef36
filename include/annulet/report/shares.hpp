#pragma once
#include <array>
#include <cstdint>

#include "annulet/model/result.hpp"

namespace annulet::report {

/// The five patterns that are shares of something, in the order in which every file lists them.
inline constexpr std::array<Pattern, 5> kMeasurable = {
    Pattern::None, Pattern::FaintIncomplete, Pattern::ModerateOrStrongIncomplete,
    Pattern::WeakModerateComplete, Pattern::IntenseComplete};
using PatternCounts = std::array<std::uint64_t, kMeasurable.size()>;
using PatternShares = std::array<std::int64_t, kMeasurable.size()>;

/// Measurable cells by pattern: of one kind, and of every kind.
PatternCounts counts_of(const Tally& tally, CellKind kind);
PatternCounts counts_of_all_kinds(const Tally& tally);
std::uint64_t sum(const PatternCounts& counts);

/// Percentages in thousandths that add to exactly 100,000 (largest remainder; of equal remainders the first).
/// All zero where there is no cell. Counts below 2^47.
PatternShares shares_of(const PatternCounts& counts);

/// k of n in thousandths of a per cent, rounded; 0 where n is 0.
std::int64_t share(std::uint64_t k, std::uint64_t n);

}  // namespace annulet::report
