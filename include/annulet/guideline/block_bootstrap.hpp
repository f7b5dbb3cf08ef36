#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "annulet/model/doubt.hpp"

namespace annulet {

/// Cells counted in the squares of a grid, square by square. Cells that lie together are alike, so that the
/// squares, not the cells, are what a slide has many of (docs/science/doubt.md).
struct BlockTable {
  int edge_um = 0;
  std::size_t quantities = 0;                                ///< counts a block
  std::vector<std::pair<std::int32_t, std::int32_t>> place;  ///< row and column of the block, rising
  std::vector<std::uint32_t> of;                             ///< cells of the block, at least 1
  std::vector<std::uint32_t> counts;                         ///< `quantities` a block, each at most `of`
  std::size_t size() const { return of.size(); }
};

inline constexpr int kFinestBlockUm = 125;  ///< some eight cells wide
inline constexpr int kWidestBlockUm = 500;
inline constexpr std::size_t kFewestBlocks = 6;  ///< effective blocks; with fewer, smaller ones are taken

/// Four blocks in one.
BlockTable coarsened(const BlockTable& fine);

/// The widest blocks, from kWidestBlockUm down to kFinestBlockUm, of which there are at least kFewestBlocks,
/// else the finest. `fine` has blocks of kFinestBlockUm.
BlockTable blocks_to_resample(const BlockTable& fine);

/// Draws as many blocks as there are, with replacement, again and again, and hands on the sums of their
/// counts and of their cells. Returns how often. Seeded: the same table gives the same draws. Integers; about
/// 3 ns a block drawn, of which there are at most some five million.
using OnReplicate = std::function<void(std::span<const std::uint64_t> counts, std::uint64_t of)>;
int resample_blocks(const BlockTable& blocks, const OnReplicate& on_replicate);

/// Interval of 95 % for the share of each quantity: the expanded percentile interval (Hesterberg 2015) of the
/// resampled shares, never narrower than that of Wilson for as many independent cells as the blocks are worth
/// (Korn and Graubard 1998). `on_replicate` sees the same replicates. At least one block.
std::vector<ShareInterval> share_intervals(const BlockTable& blocks, const OnReplicate& on_replicate = {});

}  // namespace annulet
