#pragma once
#include "annulet/cell/grade.hpp"
#include "annulet/cell/kind.hpp"
#include "annulet/guideline/guideline.hpp"
#include "annulet/model/result.hpp"
#include "annulet/pipeline/contiguity.hpp"

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

/// The two halves of `conclude`. The draft has everything but the doubt of its score and the caveats that
/// come with that and with a raised limit of blank; these are as dear as the rest, and lost where another
/// draft takes its place.
Conclusion draft(const CellTable& cells, const ConcludeModels& models, const ConcludeFacts& facts,
                 int threads = 1);
/// `conclusion`: a draft of the same cells and models, which it completes. Once.
void complete(const CellTable& cells, const ConcludeModels& models, int threads, Conclusion& conclusion);

/// What is found in the cells once and serves every grading and guideline.
struct Groundwork {
  std::vector<CellKind> kinds;
  std::vector<std::uint32_t> blanks;   ///< of blank_cells
  std::vector<TouchingPair> touching;  ///< of find_touching
};
Groundwork lay_groundwork(const CellTable& cells, std::vector<CellKind> kinds);

/// Concludes another time from the same cells, on this thread: the same as `conclude` with a kind model that
/// gives these kinds, but for GradedCell::borrowed of cells that no tally counts, and Doubt::flips, which
/// stay empty: no score and no caveat depends on either. About 0.6 us a cell.
Conclusion conclude_again(const CellTable& cells, const Groundwork& ground, const Grading& grading,
                          const Guideline& guideline, const Ish& ish, const ConcludeFacts& facts);

/// Of it what a score takes: patterns, limit of blank and tally, and the guideline's word on them. No
/// sufficiency, intervals or caveats but the guideline's. At least one measurable tumour cell. About 0.4 us a
/// cell.
Conclusion score_again(const CellTable& cells, const Groundwork& ground, const Grading& grading,
                       const Guideline& guideline, const Ish& ish);

/// Fewer measurable tumour cells than this, or less tissue, is no basis for a score (contract 2). Areas are
/// compared as they are stored, to kAreaDecimals.
inline constexpr std::uint64_t kFewestTumourCells = 100;
inline constexpr double kLeastTissueMm2 = 0.05;

}  // namespace annulet
