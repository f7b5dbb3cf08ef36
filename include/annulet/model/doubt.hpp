#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace annulet {

enum class Score { Zero, One, Two, Three };
const char* name(Score score);                            ///< "0", "1+", "2+", "3+"
std::optional<Score> score_named(std::string_view text);  ///< nothing for another text
inline constexpr int kScoreCount = 4;

/// A share of the measurable tumour cells with its interval of 95 %; shares in 1/1000 %.
struct ShareInterval {
  std::uint64_t count = 0, of = 0;
  std::int64_t low = 0, high = 0;
};

/// The interval of what a row of the guideline counts.
struct RowInterval {
  std::string row;  ///< "R1"
  ShareInterval share;
  bool crosses = false;  ///< the cut of the row lies inside the interval
  std::optional<Score>
      other_score;  ///< that would follow beyond the cut; empty where none, or nothing was seen
};

/// The smallest shift of one cut-off of the grading that changes the score, all else as it is.
struct Flip {
  std::string cut;                   ///< "visible_od", ...: the name in the grading file
  int in_force = 0;                  ///< 1/1000 OD, or 1/1000 of the perimeter
  int lowest = 0, highest = 0;       ///< the range that was searched
  std::optional<int> flips_at;       ///< the nearest value with another score; empty where the range has none
  std::optional<Score> other_score;  ///< what follows there
  std::string row;                   ///< the row that decides there
};

/// How sure a verdict is. Nothing of it where there is no score.
struct Doubt {
  std::array<ShareInterval, 5> patterns;  ///< none, faint_incomplete, ..., intense_complete
  std::vector<RowInterval> rows;          ///< in the order of the trace; those that compare a share
  int block_um = 0;                       ///< edge of the squares that were resampled; 0: no intervals
  std::uint64_t blocks = 0;               ///< how many of them hold measurable tumour cells
  int replicates = 0;
  /// replicates by the score that their counts give; all 0 where rows are judged by touching cells
  std::array<std::uint64_t, kScoreCount> replicates_by_score{};
  std::vector<Flip> flips;  ///< nearest first, by the shift relative to the cut; those without one last
};

}  // namespace annulet
