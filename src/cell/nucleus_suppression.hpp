#pragma once
#include <cstdint>
#include <vector>

#include "cell/bin_grid.hpp"
#include "cell/knockout.hpp"
#include "cell/star_outline.hpp"

namespace annulet::nuclei {

/// Rounds of suppression: measured, two leave at most one outline in a thousand undecided.
inline constexpr int kSuppressionRounds = 2;
/// Farthest that two outlines can be rivals: 1.05 x 9.5 um or 0.6 x (9.5 + 9.5) um.
inline constexpr int kRivalReachUm = 12;
/// How far a decision can look: every round asks the rivals and whether one of theirs won; the last only the
/// rivals.
inline constexpr int kSuppressionReachUm = (2 * kSuppressionRounds - 1) * kRivalReachUm;

/// Leaves one outline where several claim the same nucleus: of two rivals the higher score wins, ties by (y,
/// x). Runs a fixed number of rounds of Knockout; what is undecided afterwards is dropped. So what happens to
/// an outline depends on its surroundings within kSuppressionReachUm, not on where the window ends. Holds
/// scratch.
class Suppression {
 public:
  void operator()(std::vector<Star>& stars);

 private:
  /// What tells most pairs apart.
  struct Extent {
    Point<MicroFrame, std::int32_t> centre;
    std::int32_t radius;  ///< the largest, 1/64 um
  };
  struct Beaten {
    std::uint32_t star, by;
  };
  void find_rivals(const std::vector<Star>& stars);
  void sort_by_loser(std::size_t count);
  std::vector<Extent> extent_;
  std::vector<Beaten> beaten_;
  BinGrid grid_;
  Knockout knockout_;
  std::vector<std::uint32_t> start_,
      rival_;  ///< rivals of i that beat it: rival_[start_[i]] .. rival_[start_[i + 1]]
};

}  // namespace annulet::nuclei
