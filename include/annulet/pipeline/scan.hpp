#pragma once
#include "annulet/pipeline/options.hpp"
#include "annulet/pipeline/survey.hpp"
#include "annulet/pipeline/tile_analysis.hpp"

namespace annulet {

/// Act 2: every cell of the tissue, measured.
struct Scan {
  CellTable cells;                ///< sorted by `before`
  std::vector<Problem> problems;  ///< sorted by place, each once
  StageSeconds seconds;           ///< CPU
};

/// Runs the tiles of the plan on `threads` threads with at most `tokens` tiles in memory; results reach one
/// consumer in tile order, so the outcome does not depend on either. The error thrown is the first in tile
/// order.
Scan scan_slide(const SlideSource& source, const Survey& survey, const ScoreOptions& options,
                const RunControl& control);

}  // namespace annulet
