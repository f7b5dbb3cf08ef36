#include "cell/stained_ring.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "annulet/base/integer_math.hpp"

namespace annulet {
namespace {

constexpr int kPerMille = 1000;

using Flags = std::array<bool, kRays>;
using Bytes = std::array<std::uint8_t, kRays>;
using Rays = std::uint64_t;  // a bit a ray
static_assert(kRays == 64);

// Bytes of 0 and 1 as bits: the product gathers eight of them in its highest byte.
Rays bits_of(const Bytes& flags) {
  constexpr std::uint64_t kGather = 0x0102040810204080;
  Rays bits = 0;
  for (std::size_t i = 0; i < kRays; i += 8) {
    std::uint64_t eight = 0;
    for (std::size_t k = 0; k < 8; ++k) eight |= std::uint64_t{flags[i + k]} << (8 * k);
    bits |= (eight * kGather >> 56) << i;
  }
  return bits;
}

// Fills gaps of at most `bridged` rays between stained ones: a closing on the circle.
Rays bridge(Rays stained, int bridged) {
  Rays grown = stained;
  for (int k = 1; k <= bridged; ++k) grown |= std::rotl(stained, k);
  Rays closed = grown;
  for (int k = 1; k <= bridged; ++k) closed &= std::rotr(grown, k);
  return closed;
}

// Lengths of all runs together and of the longest. `up_to[i]`: sum of the lengths before ray i.
std::pair<std::int64_t, std::int64_t> run_lengths(Rays stained,
                                                  const std::array<std::int32_t, kRays + 1>& up_to) {
  if (~stained == 0) return {up_to[kRays], up_to[kRays]};
  const int gap = std::countr_one(stained);  // no run crosses it
  std::int64_t all = 0, longest = 0;
  for (Rays left = std::rotr(stained, gap); left != 0;) {
    const int start = std::countr_zero(left), rays = std::countr_one(left >> start);
    left &= left + (Rays{1} << start);
    const auto first = static_cast<std::size_t>((start + gap) % kRays);
    const std::size_t last = first + static_cast<std::size_t>(rays);
    const std::int64_t run =
        last <= kRays ? up_to[last] - up_to[first] : up_to[kRays] - up_to[first] + up_to[last - kRays];
    all += run;
    longest = std::max(longest, run);
  }
  return {all, longest};
}

// The level that `rank` levels lie before in order.
int level_of_rank(const Bytes& levels, int rank) {
  int level = 0;
  for (int step = 128; step > 0; step /= 2) {
    std::uint8_t below = 0;
    for (const std::uint8_t l : levels) below = static_cast<std::uint8_t>(below + (l < level + step));
    if (below <= rank) level += step;
  }
  return level;
}

}  // namespace

StainedRing stained_ring(const CellRow& row, const Flags& counted, int visible_od, int bridged_rays) {
  if (!is_stained(255, visible_od)) return {};
  const auto least = static_cast<std::uint8_t>(std::max(visible_od + kOdPerRidge - 1, 0) / kOdPerRidge);
  Bytes lengths, seen, levels;
  for (std::size_t i = 0; i < kRays; ++i) {
    const std::uint8_t ridge = row.ridge[i], radius = row.radius[i];
    const auto is_seen = static_cast<std::uint8_t>((ridge >= least ? 1 : 0) & (counted[i] ? 1 : 0));
    seen[i] = is_seen;
    levels[i] = static_cast<std::uint8_t>(ridge | (is_seen - 1));  // 255 where nothing is seen
    lengths[i] = static_cast<std::uint8_t>(radius + (radius == 0 ? 1 : 0));
  }
  std::int32_t seen_length = 0, weighted = 0;
  for (std::size_t i = 0; i < kRays; ++i) {
    const int length = lengths[i] & -seen[i];
    seen_length += length;
    weighted += length * row.ridge[i];
  }
  const Rays bits = bits_of(seen);
  if (bits == 0) return {};
  std::array<std::int32_t, kRays + 1> up_to{};
  for (std::size_t i = 0; i < kRays; ++i) up_to[i + 1] = up_to[i] + lengths[i];
  const std::int64_t total = up_to[kRays];
  const auto [stained, longest] = run_lengths(bridge(bits, bridged_rays), up_to);
  StainedRing ring;
  ring.share = static_cast<int>(divide_round(stained * kPerMille, total));
  ring.longest_arc = static_cast<int>(divide_round(longest * kPerMille, total));
  ring.mean_od = static_cast<int>(divide_round(std::int64_t{weighted} * kOdPerRidge, seen_length));
  ring.median_od = level_of_rank(levels, std::popcount(bits) / 2) * kOdPerRidge;
  return ring;
}

}  // namespace annulet
