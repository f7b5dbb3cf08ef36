#pragma once
#include <vector>

#include "annulet/base/ranges.hpp"
#include "annulet/cell/grade.hpp"
#include "annulet/guideline/guideline.hpp"
#include "annulet/model/verdict.hpp"

namespace annulet {

/// What a verdict was drawn from. The table sorted by `before`, `graded` parallel to it.
struct Evidence {
  const CellTable& cells;
  const GradedTable& graded;
  const Grading& grading;
  const Tally& tally;
  int visible_od = 0;  ///< the visible cut in force, 1/1000 OD
  const Guideline& guideline;
};

/// Fills `verdict.doubt`, and adds the caveat `near-cut` for each row whose cut lies inside the interval of
/// what it counts where that changes the score. Nothing where there is no score. The same on any number of
/// threads (0: one per core). docs/science/doubt.md.
void measure_doubt(const Evidence& evidence, int threads, Verdict& verdict);

/// The same without the shifts of cut-offs, which cost most of it: `verdict.doubt.flips` stays empty.
void measure_intervals(const Evidence& evidence, Verdict& verdict);

/// The smallest shift of each cut-off, within half of its value and between its neighbours, that changes the
/// score; every step of 1/1000 (visible_od: of 10/1000, the grain of the ridge) from the nearest outwards.
/// Empty for guidelines that judge touching cells. docs/science/doubt.md says where a step is skipped.
std::vector<Flip> find_flips(const Evidence& evidence, const OverRanges& over);

}  // namespace annulet
