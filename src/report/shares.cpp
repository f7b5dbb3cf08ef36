#include "annulet/report/shares.hpp"

#include <algorithm>
#include <numeric>

#include "annulet/base/integer_math.hpp"

namespace annulet::report {
namespace {

constexpr std::uint64_t kWhole = 100'000;  // 100 per cent in thousandths

}  // namespace

PatternCounts counts_of(const Tally& tally, CellKind kind) {
  PatternCounts counts{};
  for (std::size_t i = 0; i < counts.size(); ++i) counts[i] = tally.of(kind, kMeasurable[i]);
  return counts;
}

PatternCounts counts_of_all_kinds(const Tally& tally) {
  PatternCounts counts{};
  for (int kind = 0; kind < kKinds; ++kind) {
    const PatternCounts more = counts_of(tally, static_cast<CellKind>(kind));
    for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += more[i];
  }
  return counts;
}

std::uint64_t sum(const PatternCounts& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

PatternShares shares_of(const PatternCounts& counts) {
  PatternShares shares{};
  const std::uint64_t n = sum(counts);
  if (n == 0) return shares;
  std::array<std::size_t, kMeasurable.size()> order{};
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::uint64_t left = kWhole;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const std::uint64_t whole = counts[i] * kWhole / n;
    shares[i] = static_cast<std::int64_t>(whole);
    left -= whole;
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return counts[a] * kWhole % n > counts[b] * kWhole % n;
  });
  for (std::size_t i = 0; i < left; ++i) ++shares[order[i]];
  return shares;
}

std::int64_t share(std::uint64_t k, std::uint64_t n) {
  if (n == 0) return 0;
  return divide_round(static_cast<std::int64_t>(k * kWhole), static_cast<std::int64_t>(n));
}

}  // namespace annulet::report
