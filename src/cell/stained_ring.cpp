#include "cell/stained_ring.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "annulet/base/wide.hpp"

namespace annulet {
namespace {

constexpr int kPerMille = 1000;

using Bytes = std::array<std::uint8_t, kRays>;
using Rays = std::uint64_t;  // a bit a ray
static_assert(kRays == 64);

// Of each ray whether it is seen (0 or 1), and the length that it stands for.
constexpr Wide look_at_rays =
    [](const std::uint8_t* ridge, const std::uint8_t* radius, const std::uint8_t* counted, std::uint8_t least,
       std::uint8_t* __restrict seen, std::uint8_t* __restrict lengths) ANNULET_KERNEL {
      for (std::size_t i = 0; i < kRays; ++i) seen[i] = ridge[i] >= least ? 1 : 0;
      for (std::size_t i = 0; i < kRays; ++i) seen[i] = seen[i] & counted[i];
      for (std::size_t i = 0; i < kRays; ++i) lengths[i] = radius[i] > 1 ? radius[i] : std::uint8_t{1};
    };

// The rays' sum of lengths, and of lengths by level.
struct Weighed {
  std::int32_t length = 0, by_level = 0;
};
constexpr Wide weigh = [](const Bytes& ridge, const Bytes& seen, const Bytes& lengths) ANNULET_KERNEL {
  Weighed sum;
  for (std::size_t i = 0; i < kRays; ++i) {
    const std::int32_t length = lengths.data()[i] & -seen.data()[i];
    sum.length += length;
    sum.by_level += length * ridge.data()[i];
  }
  return sum;
};

// Of the levels from `least` on the median, of an even number the upper middle one; found bit by bit.
constexpr Wide median_from = [](const std::uint8_t* ridge, std::uint8_t least) ANNULET_KERNEL {
  Bytes levels;  // what is less counts as the greatest
  std::uint8_t count = 0, *__restrict level_of = levels.data();
  for (std::size_t i = 0; i < kRays; ++i) level_of[i] = ridge[i] >= least ? ridge[i] : std::uint8_t{255};
  for (std::size_t i = 0; i < kRays; ++i) count = static_cast<std::uint8_t>(count + (ridge[i] >= least));
  int level = 0;
  for (int step = 128; step > 0; step /= 2) {
    const auto tried = static_cast<std::uint8_t>(level + step);
    std::uint8_t below = 0;
    for (std::size_t i = 0; i < kRays; ++i) below = static_cast<std::uint8_t>(below + (levels[i] < tried));
    if (below <= count / 2) level += step;
  }
  return count == 0 ? 0 : level;
};

std::uint64_t eight_bytes(const std::uint8_t* at) {
  std::uint64_t eight = 0;
  for (std::size_t k = 0; k < 8; ++k) eight |= std::uint64_t{at[k]} << (8 * k);
  return eight;
}

// Bytes of 0 and 1 as bits: the product gathers eight of them in its highest byte.
Rays bits_of(const Bytes& flags) {
  constexpr std::uint64_t kGather = 0x0102040810204080;
  Rays bits = 0;
  for (std::size_t i = 0; i < kRays; i += 8) bits |= (eight_bytes(flags.data() + i) * kGather >> 56) << i;
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

// The quotient rounded to nearest, in 32 bits: a >= 0.
int divide_round(std::int32_t a, std::int32_t b) {
  return (a + b / 2) / b;
}
static_assert(std::int64_t{kRays} * 255 * 255 * kOdPerRidge < INT32_MAX);

// How long parts of the perimeter are.
class Perimeter {
 public:
  explicit Perimeter(const Bytes& lengths) {
    for (std::size_t i = 0; i < kEights; ++i) {
      eight_[i] = eight_bytes(lengths.data() + kEight * i);
      before_[i + 1] = before_[i] + sum_of(eight_[i]);
    }
  }
  std::int32_t whole() const { return before_[kEights]; }
  // Of the rays before ray i < kRays.
  std::int32_t before(std::size_t i) const {
    const std::uint64_t earlier = (std::uint64_t{1} << (kEight * (i % kEight))) - 1;
    return before_[i / kEight] + sum_of(eight_[i / kEight] & earlier);
  }

 private:
  static constexpr std::size_t kEight = 8, kEights = kRays / kEight;
  // Of eight bytes: the product gathers four sums of two in its highest.
  static std::int32_t sum_of(std::uint64_t bytes) {
    constexpr std::uint64_t kEven = 0x00ff00ff00ff00ff, kGather = 0x0001000100010001;
    return static_cast<std::int32_t>(((bytes & kEven) + (bytes >> 8 & kEven)) * kGather >> 48);
  }
  std::array<std::uint64_t, kEights> eight_;
  std::array<std::int32_t, kEights + 1> before_{};
};

// Lengths of all runs together and of the longest.
std::pair<std::int32_t, std::int32_t> run_lengths(Rays stained, const Perimeter& perimeter) {
  if (~stained == 0) return {perimeter.whole(), perimeter.whole()};
  const int gap = std::countr_one(stained);  // no run crosses it
  std::int32_t all = 0, longest = 0;
  for (Rays left = std::rotr(stained, gap); left != 0;) {
    const int start = std::countr_zero(left), rays = std::countr_one(left >> start);
    left &= left + (Rays{1} << start);
    const auto first = static_cast<std::size_t>(start + gap) % kRays;
    const std::size_t end = (first + static_cast<std::size_t>(rays)) % kRays;
    const std::int32_t round = end <= first ? perimeter.whole() : 0;
    const std::int32_t run = perimeter.before(end) + round - perimeter.before(first);
    all += run;
    longest = std::max(longest, run);
  }
  return {all, longest};
}

// The least that is stained.
std::uint8_t least_ridge(int visible_od) {
  return static_cast<std::uint8_t>(std::max(visible_od + kOdPerRidge - 1, 0) / kOdPerRidge);
}

}  // namespace

int median_od(const CellRow& row, int visible_od) {
  if (!is_stained(255, visible_od)) return 0;
  return median_from(row.ridge.data(), least_ridge(visible_od)) * kOdPerRidge;
}

StainedRing stained_ring(const CellRow& row, const RayFlags& counted, int visible_od, int bridged_rays) {
  if (!is_stained(255, visible_od)) return {};
  const std::uint8_t least = least_ridge(visible_od);
  Bytes seen, lengths;
  look_at_rays(row.ridge.data(), row.radius.data(), counted.data(), least, seen.data(), lengths.data());
  const Rays bits = bits_of(seen);
  if (bits == 0) return {};
  const Weighed sum = weigh(row.ridge, seen, lengths);
  const Perimeter perimeter(lengths);
  const std::int32_t total = perimeter.whole();
  const auto [stained, longest] = run_lengths(bridge(bits, bridged_rays), perimeter);
  StainedRing ring;
  ring.share = divide_round(stained * kPerMille, total);
  ring.longest_arc = divide_round(longest * kPerMille, total);
  ring.mean_od = divide_round(sum.by_level * kOdPerRidge, sum.length);
  return ring;
}

}  // namespace annulet
