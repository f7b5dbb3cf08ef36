#include "cell/stained_ring.hpp"

#include <algorithm>
#include <numeric>

#include "annulet/base/integer_math.hpp"

namespace annulet {
namespace {

constexpr int kPerMille = 1000;

using Flags = std::array<bool, kRays>;
using Lengths = std::array<std::int32_t, kRays>;

// Fills gaps of at most `bridged` rays between stained ones.
Flags bridge(const Flags& stained, int bridged) {
  Flags out = stained;
  for (int start = 0; start < kRays; ++start) {
    if (!stained[static_cast<std::size_t>(start)]) continue;
    int gap = 0;
    while (gap <= bridged && !stained[static_cast<std::size_t>((start + gap + 1) % kRays)]) ++gap;
    if (gap > bridged) continue;
    for (int i = 1; i <= gap; ++i) out[static_cast<std::size_t>((start + i) % kRays)] = true;
  }
  return out;
}

std::int64_t longest_run(const Flags& stained, const Lengths& lengths) {
  if (std::all_of(stained.begin(), stained.end(), [](bool s) { return s; })) {
    return std::accumulate(lengths.begin(), lengths.end(), std::int64_t{0});
  }
  std::int64_t longest = 0, run = 0;
  for (std::size_t i = 0; i < 2 * kRays; ++i) {  // twice round: a run may cross the first ray
    run = stained[i % kRays] ? run + lengths[i % kRays] : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

}  // namespace

Lengths ray_lengths(const CellRow& row) {
  Lengths lengths{};
  for (std::size_t i = 0; i < kRays; ++i) lengths[i] = std::max<std::int32_t>(row.radius[i], 1);
  return lengths;
}

StainedRing stained_ring(const CellRow& row, const Flags& counted, int visible_od, int bridged_rays) {
  const Lengths lengths = ray_lengths(row);
  Flags seen{};
  std::array<std::uint8_t, kRays> levels{};
  std::int64_t total = 0, seen_length = 0, weighted = 0;
  std::size_t count = 0;
  for (std::size_t i = 0; i < kRays; ++i) {
    total += lengths[i];
    seen[i] = counted[i] && is_stained(row.ridge[i], visible_od);
    if (!seen[i]) continue;
    seen_length += lengths[i];
    weighted += std::int64_t{lengths[i]} * row.ridge[i];
    levels[count++] = row.ridge[i];
  }
  if (count == 0) return {};
  const Flags stained = bridge(seen, bridged_rays);
  std::int64_t stained_length = 0;
  for (std::size_t i = 0; i < kRays; ++i) stained_length += stained[i] ? lengths[i] : 0;
  std::nth_element(levels.begin(), levels.begin() + count / 2, levels.begin() + count);
  StainedRing ring;
  ring.share = static_cast<int>(divide_round(stained_length * kPerMille, total));
  ring.longest_arc = static_cast<int>(divide_round(longest_run(stained, lengths) * kPerMille, total));
  ring.mean_od = static_cast<int>(divide_round(weighted * kOdPerRidge, seen_length));
  ring.median_od = levels[count / 2] * kOdPerRidge;
  return ring;
}

}  // namespace annulet
