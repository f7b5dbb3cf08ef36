#pragma once
#include "annulet/model/cell_row.hpp"
#include "annulet/pipeline/options.hpp"
#include "annulet/pipeline/sharpness.hpp"
#include "annulet/pipeline/stage_seconds.hpp"
#include "annulet/pipeline/survey.hpp"
#include "annulet/slide/slide_source.hpp"

namespace annulet {

/// Act 2: every cell of the tissue, measured.
struct Scan {
  CellTable cells;                ///< sorted by `before`
  std::vector<Problem> problems;  ///< sorted by place, each once: of the tiles near the counted tissue
  std::vector<Problem> doubts;    ///< tiles that were read, and look damaged or are there twice
  StageSeconds seconds;           ///< CPU
  SharpnessMap sharpness;         ///< of the counted tissue
};

/// Sweeps the blocks of the slide on `threads` threads, each step of a block as soon as the rows around it
/// have done the step before. The outcome depends neither on the threads nor on the grid. Throws the first
/// error that a block meets, and Cancelled.
Scan scan_slide(const SlideSource& source, const Survey& survey, const ScoreOptions& options,
                const RunControl& control);

}  // namespace annulet
