#pragma once
#include "annulet/cell/grade.hpp"
#include "annulet/cell/kind.hpp"
#include "annulet/guideline/guideline.hpp"
#include "annulet/model/result.hpp"

namespace annulet {

/// The models that turn measurements into a score.
struct ConcludeModels {
  Grading grading;
  KindModel kind;
  Guideline guideline;
  Ish ish;
};

/// What is known besides the cells.
struct ConcludeFacts {
  double tissue_mm2 = 0;
  bool controls_failed = false;
  std::vector<Remark> caveats;  ///< from the survey
};

struct Conclusion {
  GradedTable graded;  ///< parallel to the cells
  LimitOfBlank limit_of_blank;
  Tally tally;
  Verdict verdict;  ///< reasons instead of a score where the evidence does not suffice
};

/// Act 3: kinds, limit of blank, patterns, tally, sufficiency, guideline. Integer passes over the table on up
/// to `threads` threads (0: one per core), the same for any number; the same code serves rescoring. `cells`
/// sorted by `before`.
Conclusion conclude(const CellTable& cells, const ConcludeModels& models, const ConcludeFacts& facts,
                    int threads = 1);

/// Fewer measurable tumour cells than this, or less tissue, is no basis for a score (contract 2).
inline constexpr std::uint64_t kFewestTumourCells = 100;
inline constexpr double kLeastTissueMm2 = 0.05;

}  // namespace annulet
