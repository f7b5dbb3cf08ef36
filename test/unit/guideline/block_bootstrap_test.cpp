#include "annulet/guideline/block_bootstrap.hpp"

#include <algorithm>
#include <numeric>

#include "annulet/base/error.hpp"
#include "annulet/base/random.hpp"
#include "support/catch.hpp"

using namespace annulet;

namespace {

/// A square of blocks; `stained(random, row, column)` is the chance of a cell of that block.
template <class Chance>
BlockTable square(int side, std::uint32_t cells, std::uint64_t seed, Chance&& chance,
                  int edge_um = kWidestBlockUm) {
  Random random(seed);
  BlockTable table{edge_um, 1, {}, {}, {}};
  for (int row = 0; row < side; ++row) {
    for (int column = 0; column < side; ++column) {
      const double p = chance(random, row, column);
      std::uint32_t k = 0;
      for (std::uint32_t i = 0; i < cells; ++i) k += random.uniform() < p ? 1 : 0;
      table.place.emplace_back(row, column);
      table.of.push_back(cells);
      table.counts.push_back(k);
    }
  }
  return table;
}

BlockTable even(int side, std::uint64_t seed, double share) {
  return square(side, 100, seed, [=](Random&, int, int) { return share; });
}

ShareInterval interval(const BlockTable& table) {
  return share_intervals(table).at(0);
}

std::int64_t width(const BlockTable& table) {
  const ShareInterval share = interval(table);
  return share.high - share.low;
}

}  // namespace

TEST_CASE("an interval holds the share it is of, and the same table gives the same interval") {
  const BlockTable table = even(9, 5, 0.2);
  const ShareInterval one = interval(table), again = interval(table);
  CHECK(one.low == again.low);
  CHECK(one.high == again.high);
  CHECK(one.of == 8100);
  const auto share = static_cast<std::int64_t>(one.count * 100'000 / one.of);
  CHECK(one.low < share);
  CHECK(one.high > share);
  CHECK(one.high - one.low < 4'000);  // 1.96 sqrt(0.2 0.8 / 8100) = 0.87 % either side
}

TEST_CASE("what was not seen may still be there, the more so the fewer cells were looked at") {
  const ShareInterval few = interval(even(2, 1, 0)), many = interval(even(20, 1, 0));
  CHECK(few.low == 0);
  CHECK(many.low == 0);
  CHECK(many.high > 0);
  CHECK(few.high > 10 * many.high);
  CHECK(many.high < 50);  // the rule of three says 0.0075 %
  const ShareInterval all = interval(even(20, 1, 1));
  CHECK(all.high == 100'000);
  CHECK(all.low < 100'000);
  CHECK(all.low == 100'000 - many.high);
}

TEST_CASE("cells that are alike within their block count for fewer") {
  const auto patchy = [](Random& random, int, int) { return random.uniform() < 0.2 ? 0.95 : 0.01; };
  CHECK(width(square(10, 100, 3, patchy)) > 4 * width(even(10, 3, 0.2)));
}

TEST_CASE("blocks that are alike with those beside them count for fewer") {
  const auto halves = [](Random&, int row, int) { return row < 10 ? 0.1 : 0.3; };
  const auto stripes = [](Random&, int row, int column) { return (row + column) % 2 == 0 ? 0.1 : 0.3; };
  CHECK(width(square(20, 100, 3, halves)) * 10 > 15 * width(square(20, 100, 3, stripes)));
}

TEST_CASE("one block alone says hardly anything") {
  const ShareInterval one = interval(even(1, 2, 0.3));
  CHECK(one.low < 5'000);
  CHECK(one.high > 70'000);
}

TEST_CASE("of 400 samples of one population some 95 % hold its share") {
  for (const double share : {0.02, 0.10, 0.5}) {
    int held = 0;
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
      const auto patchy = [=](Random& random, int, int) { return share * 2 * random.uniform(); };
      const ShareInterval found = interval(square(5, 60, seed, patchy));
      const auto truth = static_cast<std::int64_t>(share * 100'000 + 0.5);
      held += found.low <= truth && truth <= found.high ? 1 : 0;
    }
    INFO("share " << share << ": " << held << " of 400");
    CHECK(held >= 368);
    CHECK(held <= 398);
  }
}

TEST_CASE("coarser blocks hold the same cells") {
  BlockTable fine = even(16, 4, 0.3);
  fine.edge_um = kFinestBlockUm;
  for (auto& [row, column] : fine.place) {
    row -= 5;  // blocks left of and above the origin
    column -= 3;
  }
  const BlockTable coarse = coarsened(fine);
  CHECK(coarse.edge_um == 2 * kFinestBlockUm);
  CHECK(std::is_sorted(coarse.place.begin(), coarse.place.end()));
  CHECK(std::accumulate(coarse.of.begin(), coarse.of.end(), 0U) == 16 * 16 * 100);
  CHECK(std::accumulate(coarse.counts.begin(), coarse.counts.end(), 0U) ==
        std::accumulate(fine.counts.begin(), fine.counts.end(), 0U));
  CHECK(coarse.size() == 9 * 9);  // -5 .. 10 are nine pairs
}

TEST_CASE("a slide with room for them is cut into the widest blocks, a small one into smaller") {
  const auto chosen = [](int side) {
    BlockTable fine = even(side, 4, 0.3);
    fine.edge_um = kFinestBlockUm;
    return blocks_to_resample(fine).edge_um;
  };
  CHECK(chosen(16) == 500);
  CHECK(chosen(8) == 250);
  CHECK(chosen(4) == 125);
  CHECK(chosen(1) == 125);
  CHECK_THROWS_AS(blocks_to_resample(BlockTable{kFinestBlockUm, 1, {}, {}, {}}), Error);
}

TEST_CASE("every replicate draws as many blocks as there are") {
  const BlockTable table = even(6, 4, 0.3);
  int seen = 0;
  const int replicates = resample_blocks(table, [&](std::span<const std::uint64_t> counts, std::uint64_t of) {
    ++seen;
    if (of != 3600 || counts.size() != 1 || counts[0] > of) FAIL("a replicate of other cells");
  });
  CHECK(replicates == seen);
  CHECK(seen >= 999);
}

TEST_CASE("sums beyond 32 bits are right") {
  BlockTable table{kWidestBlockUm, 1, {}, {}, {}};
  for (int i = 0; i < 8; ++i) {
    table.place.emplace_back(0, i);
    table.of.push_back(4'000'000'000U);
    table.counts.push_back(1'000'000'000U);
  }
  const ShareInterval share = interval(table);
  CHECK(share.of == 32'000'000'000U);
  CHECK(share.low >= 24'990);
  CHECK(share.high <= 25'010);
}
