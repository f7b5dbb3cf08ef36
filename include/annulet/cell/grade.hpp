#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "annulet/base/ranges.hpp"
#include "annulet/model/cell_row.hpp"
#include "annulet/model/result.hpp"
#include "annulet/model/tally.hpp"

namespace annulet {

/// Monotone piecewise linear curve from what is measured to what it stands for, integers in 1/1000.
struct CalibrationCurve {
  std::vector<std::pair<int, int>> knots{{0, 0},
                                         {1000, 1000}};  ///< strictly rising in both; linear beyond the ends
  int operator()(int measured) const;
};

/// models/grading/*.toml: the cut-offs of contract 3 and the calibration that links them to what is measured.
struct Grading {
  std::string id, version, digest, source;
  std::string fitted;  ///< what the cut-offs were fitted to (annulet calibrate); empty for nothing
  CalibrationCurve completeness, strength;  ///< measured -> truth scale, 1/1000 and 1/1000 OD
  int visible_od = 100;      ///< 1/1000 OD, a ray at or above is stained; on the measured ridge scale
  int visible_od_max = 150;  ///< the limit of blank may raise it to here
  int stained_share = 100;   ///< 1/1000; below: none
  int complete_share = 850;  ///< 1/1000
  int faint_od = 250, moderate_od = 400, intense_od = 600;  ///< 1/1000 OD, calibrated
  int reactive_arc = 150;                                   ///< 1/1000 (gastric)
  int bridged_rays = 1;                                     ///< gaps of at most so many rays are bridged
};

/// Reads a grading file by id (built in) or path. Throws Error Usage with line and column.
Grading load_grading(const std::string& id_or_path);

/// The note that every result by a fitted grading carries; nothing for a grading that was not fitted.
std::optional<Remark> fitted_note(const Grading& grading);

/// Completeness, longest arc, strength and pattern of one row at the visible cut in force (1/1000 OD). Pure;
/// integers. `kind` is left Uncertain and `borrowed` false: `grade_table` sets them.
GradedCell grade(const CellRow& row, const Grading& grading, int visible_od);
/// The same without the median, which no pattern and no tally asks for.
GradedCell grade_for_tally(const CellRow& row, const Grading& grading, int visible_od);

/// Which cells are asked whether they borrow their wall.
enum class AskBorrowed {
  Incomplete,  ///< all that are stained in part
  Counted      ///< of these the strong tumour cells: no tally counts the others
};

/// Grades a whole table whose kinds are given, and finds which incomplete cells only borrow their wall
/// from a neighbour or from brown cytoplasm (docs/science/grade.md, "Own walls"). `cells` sorted by `before`.
/// The same however `over` cuts the table.
GradedTable grade_table(const CellTable& cells, const std::vector<CellKind>& kinds, const Grading& grading,
                        int visible_od, const OverRanges& over = in_one_range,
                        AskBorrowed ask = AskBorrowed::Incomplete);

/// Indices of the cells that the limit of blank may be measured on, whatever the grading: negative tissue,
/// of kinds that carry no HER2 membrane (lymphocytes, stroma). The same however `over` cuts the table.
std::vector<std::uint32_t> blank_cells(const CellTable& cells, const std::vector<CellKind>& kinds,
                                       const OverRanges& over = in_one_range);
/// Visible cut from these cells. Never below the grading's cut, never above visible_od_max; the default where
/// there is too little of them.
LimitOfBlank limit_of_blank(const CellTable& cells, const std::vector<std::uint32_t>& blanks,
                            const Grading& grading);

/// The pattern of a measurable cell by these cut-offs.
Pattern pattern_of(const GradedCell& cell, const Grading& grading);

/// Whether the stained wall of cells[index] is not its own ("Own walls"), where `graded` holds the patterns
/// of all cells. Of use for incomplete cells. Cost: some 3 us.
bool is_borrowed(const CellTable& cells, const GradedTable& graded, std::size_t index, const Grading& grading,
                 int visible_od);

/// Adds `times` of a cell, -1 to take it away. The cell's kind and pattern stand in it.
void add_to_tally(const GradedCell& cell, const Grading& grading, int times, Tally& tally);

/// Counts of graded cells. Merging the tallies of parts gives the tally of the whole.
Tally count(const GradedTable& graded, const Grading& grading);

}  // namespace annulet
