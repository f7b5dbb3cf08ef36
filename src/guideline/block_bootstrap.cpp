#include "annulet/guideline/block_bootstrap.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <numeric>

#include "annulet/base/error.hpp"
#include "annulet/base/integer_math.hpp"
#include "annulet/base/random.hpp"

namespace annulet {
namespace {

constexpr std::uint64_t kSeed = 0x616e6e756c6574;  // any fixed number: the table alone decides the interval
constexpr std::size_t kMostDraws = 5'000'000;      // some 15 ms
constexpr int kMostReplicates = 3999, kFewestReplicates = 999;  // so that alpha (B + 1) is whole

constexpr std::size_t kSmallest = 2, kLargest = 40;  // blocks, of the two tables
constexpr std::int64_t kTail = 2500;                 // 1/100000: two tails make 5 %
// Tail from which the percentile is taken with 2 to 40 blocks, 1/100000: Phi(-sqrt(m / (m - 1)) t) with t of
// m - 1 degrees of freedom at 97.5 % (Hesterberg, Am Stat 2015;69:371, 3.4).
constexpr std::array<std::int64_t, kLargest - kSmallest + 1> kExpandedTail{
    0,    0,    12,   95,   243,  411,  574,  722,  855,  972,  1076, 1167, 1248,
    1321, 1386, 1444, 1497, 1544, 1588, 1628, 1665, 1698, 1729, 1758, 1785, 1810,
    1833, 1855, 1875, 1895, 1913, 1930, 1946, 1961, 1975, 1989, 2002, 2014, 2026};
// Student's t at 97.5 % with 1 to 39 degrees of freedom, 1/1000.
constexpr std::array<int, kLargest - kSmallest + 1> kStudent{
    12706, 4303, 3182, 2776, 2571, 2447, 2365, 2306, 2262, 2228, 2201, 2179, 2160,
    2145,  2131, 2120, 2110, 2101, 2093, 2086, 2080, 2074, 2069, 2064, 2060, 2056,
    2052,  2048, 2045, 2042, 2040, 2037, 2035, 2032, 2030, 2028, 2026, 2024, 2023};
constexpr double kNormal = 1.96;

// What two blocks that share a side, or a corner only, have in common counts so much: docs/science/doubt.md.
constexpr double kSideWeight = 1, kCornerWeight = 0.5;
constexpr double kMostLikeness = 5;  // of nine blocks that are all alike, with these weights: 7

constexpr double kClump = 4;  // cells of an unseen pattern that would lie together

constexpr std::int64_t kWhole = 100'000;  // 100 % in 1/1000 %
constexpr std::int64_t kFine = 1'000;     // parts of 1/1000 % in which replicates are ranked

/// Blocks of equal size that would be worth as much as these: (sum n)^2 / sum n^2 (Kish 1965).
std::size_t effective_blocks(const BlockTable& blocks) {
  double sum = 0, squares = 0;
  for (const std::uint32_t n : blocks.of) {
    sum += n;
    squares += double(n) * n;
  }
  return static_cast<std::size_t>(sum * sum / squares + 0.5);
}

std::int64_t tail_of(std::size_t blocks) {
  if (blocks <= kLargest) return kExpandedTail[std::max(blocks, kSmallest) - kSmallest];
  // beyond the table the tail nears 2.5 % as 1 / m does
  return kTail - (kTail - kExpandedTail.back()) * static_cast<std::int64_t>(kLargest) /
                     static_cast<std::int64_t>(blocks);
}

double student(std::size_t blocks) {
  if (blocks > kLargest) return kNormal + (kStudent.back() / 1000.0 - kNormal) * kLargest / double(blocks);
  return kStudent[std::max(blocks, kSmallest) - kSmallest] / 1000.0;
}

/// How many times wider the variance of the share is than that of as many independent cells, at least 1: the
/// linearised variance of a ratio over blocks.
double design_effect(const BlockTable& blocks, std::size_t quantity, std::uint64_t k, std::uint64_t n) {
  const std::size_t m = blocks.size();
  if (m < 2 || k == 0 || k == n) return 1;
  const double share = double(k) / double(n);
  double squares = 0;
  for (std::size_t b = 0; b < m; ++b) {
    const double off = blocks.counts[b * blocks.quantities + quantity] - share * blocks.of[b];
    squares += off * off;
  }
  const double variance = squares * double(m) / double(m - 1);
  return std::max(1.0, variance / (share * (1 - share) * double(n)));
}

/// For each pair of blocks that touch: their indices, and the weight of their likeness.
struct Touching {
  std::uint32_t one, other;
  double weight;
};

std::vector<Touching> touching_blocks(const BlockTable& blocks) {
  std::vector<Touching> pairs;
  for (std::uint32_t b = 0; b < blocks.size(); ++b) {
    const auto [row, column] = blocks.place[b];
    for (const auto& [down, right] : {std::pair{0, 1}, {1, -1}, {1, 0}, {1, 1}}) {
      const std::pair<std::int32_t, std::int32_t> beside{row + down, column + right};
      const auto at = std::lower_bound(blocks.place.begin(), blocks.place.end(), beside);
      if (at == blocks.place.end() || *at != beside) continue;
      pairs.push_back({b, static_cast<std::uint32_t>(at - blocks.place.begin()),
                       down != 0 && right != 0 ? kCornerWeight : kSideWeight});
    }
  }
  return pairs;
}

/// How many times the variance of a share is that of blocks which know nothing of each other, at least 1:
/// what blocks that touch have in common (Conley 1999), less what any residuals that add to nothing have.
double likeness(const BlockTable& blocks, const std::vector<Touching>& pairs, std::size_t quantity,
                std::uint64_t k, std::uint64_t n) {
  const double m = double(blocks.size()), share = double(k) / double(n);
  const auto residual = [&](std::size_t b) {
    return blocks.counts[b * blocks.quantities + quantity] - share * blocks.of[b];
  };
  double squares = 0, products = 0, weights = 0;
  for (std::size_t b = 0; b < blocks.size(); ++b) squares += residual(b) * residual(b);
  if (squares == 0 || blocks.size() < 2) return 1;
  for (const Touching& pair : pairs) {
    products += 2 * pair.weight * residual(pair.one) * residual(pair.other);
    weights += 2 * pair.weight;
  }
  const double more = products / squares + weights / (m * (m - 1));
  return std::clamp(1 + more, 1.0, kMostLikeness);
}

std::int64_t root_of(double square) {  // of 0 .. 1, in 1e-6
  return integer_sqrt(static_cast<std::int64_t>(square * 1e12 + 0.5));
}

/// Wilson's interval of k in n cells that are worth n / design of independent ones.
std::pair<std::int64_t, std::int64_t> wilson(std::uint64_t k, std::uint64_t n, double design, double t) {
  const double square = kNormal * kNormal;
  // Korn and Graubard: few blocks know the design effect badly
  const double worth = double(n) / design * (square / (t * t));
  const double share = double(k) / double(n), whole = worth + square;
  const double middle = (share * worth + square / 2) / whole;
  const double half =
      kNormal * double(root_of((share * (1 - share) * worth + square / 4) / (whole * whole))) * 1e-6;
  const auto scaled = [](double value) {
    return std::clamp<std::int64_t>(static_cast<std::int64_t>(value * kWhole + 0.5), 0, kWhole);
  };
  return {scaled(std::max(0.0, middle - half)), scaled(middle + half)};
}

/// The same seeded draws whatever the width of the sums.
template <class Sum>
int draw(const BlockTable& blocks, const OnReplicate& on_replicate) {
  const std::size_t m = blocks.size(), width = blocks.quantities + 1, lanes = (width + 7) / 8 * 8;
  std::vector<Sum> table(m * lanes, 0);
  for (std::size_t b = 0; b < m; ++b) {
    for (std::size_t q = 0; q < blocks.quantities; ++q)
      table[b * lanes + q] = blocks.counts[b * blocks.quantities + q];
    table[b * lanes + blocks.quantities] = blocks.of[b];
  }
  const int replicates = std::clamp(static_cast<int>(kMostDraws / m), kFewestReplicates, kMostReplicates);
  Random random(kSeed);
  std::vector<Sum> sums(lanes);
  std::vector<std::uint64_t> wide(width);
  for (int r = 0; r < replicates; ++r) {
    std::fill(sums.begin(), sums.end(), 0);
    for (std::size_t i = 0; i < m; ++i) {
      const Sum* block = table.data() + random.below(m) * lanes;
      for (std::size_t q = 0; q < lanes; ++q) sums[q] += block[q];
    }
    std::copy_n(sums.begin(), width, wide.begin());
    on_replicate(std::span(wide).first(width - 1), wide.back());
  }
  return replicates;
}

/// What is known of one quantity besides its replicates.
struct Quantity {
  std::uint64_t count = 0;
  double like = 1;    ///< variance beside that of independent blocks
  double design = 1;  ///< variance beside that of independent cells
};

std::vector<Quantity> quantities_of(const BlockTable& blocks, std::uint64_t n) {
  const std::vector<Touching> pairs = touching_blocks(blocks);
  std::vector<Quantity> list(blocks.quantities);
  for (std::size_t q = 0; q < list.size(); ++q) {
    for (std::size_t b = 0; b < blocks.size(); ++b) list[q].count += blocks.counts[b * list.size() + q];
    list[q].like = likeness(blocks, pairs, q, list[q].count, n);
    list[q].design = list[q].like * design_effect(blocks, q, list[q].count, n);
  }
  // How what was not seen would lie is told from the rarest that was, as far as that is in clumps.
  const Quantity* rarest = nullptr;
  for (const Quantity& one : list) {
    if (one.count > 0 && one.count < n && (rarest == nullptr || one.count < rarest->count)) rarest = &one;
  }
  const double of_rarest = rarest == nullptr ? 1 : std::min(rarest->design, kClump);
  for (Quantity& one : list) {
    if (one.count == 0 || one.count == n) one.design = of_rarest;
  }
  return list;
}

/// `drawn` is sorted, in parts of 1/1000 %; the interval leaves `tail` replicates out at either end.
ShareInterval interval_of(const Quantity& quantity, const std::vector<std::int64_t>& drawn, std::size_t tail,
                          double t, std::uint64_t n) {
  const double share = double(quantity.count) * kWhole / double(n);
  const double wider = double(integer_sqrt(static_cast<std::int64_t>(quantity.like * 1e6))) * 1e-3;
  const auto away = [&](std::int64_t replicate) {
    const double end = share + wider * (double(replicate) / kFine - share);
    return static_cast<std::int64_t>(std::clamp(end, 0.0, double(kWhole)) + 0.5);
  };
  const auto [low, high] = wilson(quantity.count, n, quantity.design, t);
  return {quantity.count, n, std::min(low, away(drawn[tail - 1])),
          std::max(high, away(drawn[drawn.size() - tail]))};
}

}  // namespace

BlockTable coarsened(const BlockTable& fine) {
  std::map<std::pair<std::int32_t, std::int32_t>, std::size_t> index;
  const auto quad = [](std::pair<std::int32_t, std::int32_t> place) {
    return std::pair{static_cast<std::int32_t>(divide_floor(place.first, 2)),
                     static_cast<std::int32_t>(divide_floor(place.second, 2))};
  };
  for (const auto& place : fine.place) index.emplace(quad(place), 0);
  BlockTable coarse{2 * fine.edge_um, fine.quantities, {}, {}, {}};
  for (auto& [place, at] : index) {
    at = coarse.place.size();
    coarse.place.push_back(place);
  }
  coarse.of.assign(index.size(), 0);
  coarse.counts.assign(index.size() * fine.quantities, 0);
  for (std::size_t b = 0; b < fine.size(); ++b) {
    const std::size_t to = index.at(quad(fine.place[b]));
    coarse.of[to] += fine.of[b];
    for (std::size_t q = 0; q < fine.quantities; ++q)
      coarse.counts[to * fine.quantities + q] += fine.counts[b * fine.quantities + q];
  }
  return coarse;
}

BlockTable blocks_to_resample(const BlockTable& fine) {
  expects(fine.edge_um == kFinestBlockUm && fine.size() > 0, "there are blocks, and they are the finest");
  BlockTable best = fine;
  while (best.edge_um < kWidestBlockUm) {
    BlockTable wider = coarsened(best);
    if (effective_blocks(wider) < kFewestBlocks) break;
    best = std::move(wider);
  }
  return best;
}

int resample_blocks(const BlockTable& blocks, const OnReplicate& on_replicate) {
  expects(blocks.size() > 0, "there is a block to draw");
  const std::uint64_t most = *std::max_element(blocks.of.begin(), blocks.of.end());
  const bool narrow = most * blocks.size() <= std::numeric_limits<std::uint32_t>::max();
  return narrow ? draw<std::uint32_t>(blocks, on_replicate) : draw<std::uint64_t>(blocks, on_replicate);
}

std::vector<ShareInterval> share_intervals(const BlockTable& blocks, const OnReplicate& on_replicate) {
  std::vector<std::vector<std::int64_t>> drawn(blocks.quantities);
  const int replicates = resample_blocks(blocks, [&](std::span<const std::uint64_t> counts, std::uint64_t n) {
    for (std::size_t q = 0; q < counts.size(); ++q)
      drawn[q].push_back(static_cast<std::int64_t>(double(counts[q]) * (kWhole * kFine) / double(n) + 0.5));
    if (on_replicate) on_replicate(counts, n);
  });
  const std::size_t effective = effective_blocks(blocks);
  const std::int64_t tail =
      std::max<std::int64_t>(1, divide_round(tail_of(effective) * (replicates + 1), kWhole));
  const std::uint64_t n = std::accumulate(blocks.of.begin(), blocks.of.end(), std::uint64_t{0});
  const std::vector<Quantity> quantities = quantities_of(blocks, n);
  std::vector<ShareInterval> intervals;
  for (std::size_t q = 0; q < quantities.size(); ++q) {
    std::sort(drawn[q].begin(), drawn[q].end());
    intervals.push_back(
        interval_of(quantities[q], drawn[q], static_cast<std::size_t>(tail), student(effective), n));
  }
  return intervals;
}

}  // namespace annulet
