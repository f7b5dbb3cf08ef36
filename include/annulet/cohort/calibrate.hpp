#pragma once
#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "annulet/base/ranges.hpp"
#include "annulet/cell/grade.hpp"
#include "annulet/cohort/agreement.hpp"
#include "annulet/guideline/guideline.hpp"
#include "annulet/model/verdict.hpp"

namespace annulet {

/// \file
/// Fits the cut-offs of a grading to the scores that a laboratory's readers gave: nested cross-validation
/// over cases, out-of-fold agreement before and after. docs/science/calibrate.md.

/// The cut-offs that are fitted, 1/1000 OD or 1/1000 of the perimeter; all else of a grading stays.
struct CutOffs {
  int visible_od = 0, faint_od = 0, intense_od = 0, complete_share = 0;
  friend bool operator==(const CutOffs&, const CutOffs&) = default;
};
inline constexpr std::size_t kCutOffs = 4;
/// In the order of CutOffs: the names in the grading file.
inline constexpr std::array<const char*, kCutOffs> kCutOffNames{"visible_od", "faint_od", "intense_od",
                                                                "complete_share"};
std::array<int, kCutOffs> values(const CutOffs& cuts);
CutOffs cut_offs_of(const Grading& grading);
Grading with_cut_offs(Grading grading, const CutOffs& cuts);

/// One slide that readers scored and that the program could score.
struct CalibrationSlide {
  std::string name;     ///< as the manifest wrote it
  std::string case_id;  ///< slides of one case are never parted; empty: a case of its own
  std::string sha256;   ///< of the slide
  Score label = {};     ///< what the readers say
};

/// The cells of one slide, sorted by `before`, and their kinds.
struct CalibrationCells {
  CellTable cells;
  std::vector<CellKind> kinds;
};
/// Called for every slide twice, in order, from one thread; what it throws comes out.
using LoadCalibrationCells = std::function<CalibrationCells(std::size_t slide)>;

struct CalibrationSettings {
  Grading base;         ///< where the search starts and what it is pulled towards
  Guideline guideline;  ///< whose rows compare shares; one that judges touching cells: Error Usage
  OverRanges over = in_one_range;
  std::function<void(const char* stage, std::size_t done, std::size_t total)> progress;  ///< may throw
};

/// What became of one cut-off.
struct FittedCut {
  bool free = false;    ///< was searched
  std::string why_not;  ///< why it was left as it is; empty where it was searched
  int before = 0, after = 0;
  int lowest = 0, highest = 0;            ///< the range that was searched
  int fold_lowest = 0, fold_highest = 0;  ///< of the values chosen without one fold each
  std::size_t depending = 0;              ///< slides whose score changes somewhere in that range
};

/// One slide's scores. `out_of_fold` is by cut-offs that no slide of its case took part in choosing.
struct CalibratedSlide {
  std::size_t fold = 0;
  std::optional<Score> before, out_of_fold, after;  ///< nothing where no tumour cell can be judged
};

struct Calibration {
  std::size_t cases = 0, folds = 0;
  std::array<std::size_t, kScoreCount> cases_by_label{};  ///< by the highest label of a case
  std::array<FittedCut, kCutOffs> cuts;
  CutOffs before, after;
  double pull = 0;                      ///< chosen by inner cross-validation, cases
  std::vector<CutOffs> fold_cuts;       ///< what each fold was scored by
  std::vector<CalibratedSlide> slides;  ///< parallel to the slides given
  /// program against readers, over slides. `agreement_after` is of the slides that were fitted to:
  /// flattering.
  Agreement agreement_before, agreement_out_of_fold, agreement_after;
  double kappa_gain = 0;     ///< quadratically weighted: out of fold minus before
  Interval kappa_gain_95{};  ///< of the same cases drawn anew for both
  /// kappa out of fold where the cases are divided into folds in other ways: the lowest and the highest
  double kappa_other_divisions_low = 0, kappa_other_divisions_high = 0;
  /// the cut-offs moved, the interval of the gain lies above 0, and so does that of kappa out of fold
  bool helps = false;
};

/// Fewest cases that are fitted to.
inline constexpr std::size_t kFewestCalibrationCases = 25;

/// Fits. The same values for any order of work and any number of threads. Throws Error Usage where the cases
/// are too few, all have one label, or the guideline judges touching cells. Memory: one slide's cells and
/// 0.2 MB a case. Cost: each cell is graded some ten times, then seconds.
Calibration calibrate(const std::vector<CalibrationSlide>& slides, const LoadCalibrationCells& load,
                      const CalibrationSettings& settings);

}  // namespace annulet
