#include "cohort/graded_grid.hpp"

#include <algorithm>

namespace annulet::cohort {
namespace {

constexpr auto kTumour = static_cast<std::size_t>(CellKind::Tumour);
constexpr std::size_t kArcs = TallyBins::kArc;

using Blanks = std::vector<std::uint32_t>;

int visible_in_force(const CalibrationCells& slide, const Blanks& blanks, const Grading& grading) {
  return static_cast<int>(limit_of_blank(slide.cells, blanks, grading).visible_od * 1000 + 0.5);
}

/// How many edges lie at or below the value: 0 below the first.
std::size_t bin_of(const std::vector<int>& edges, int value) {
  return static_cast<std::size_t>(std::upper_bound(edges.begin(), edges.end(), value) - edges.begin());
}

std::size_t index_of(const std::vector<int>& edges, int edge) {
  return static_cast<std::size_t>(std::lower_bound(edges.begin(), edges.end(), edge) - edges.begin());
}

std::vector<int> sorted_edges(std::vector<int> edges) {
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  return edges;
}

/// Measurable tumour cells of one visible cut, counted below each pair of edges.
class CellCounts {
 public:
  CellCounts(const CutGrid& grid, const Grading& base)
      : base_(base),
        shares_(with(grid.axis(3), {base.stained_share})),
        ods_(with(grid.axis(1), grid.axis(2), {base.moderate_od})),
        below_((shares_.size() + 2) * (ods_.size() + 2) * kArcs),
        borrowed_(shares_.size() + 2) {}

  void add(const GradedCell& cell) {
    ++cells_;
    const std::size_t share = bin_of(shares_, cell.completeness);
    const std::size_t arc = cell.longest_arc >= base_.reactive_arc ? 1 : 0;
    ++below_[place(share + 1, bin_of(ods_, cell.strength_od) + 1, arc)];
    if (cell.borrowed) ++borrowed_[share + 1];
  }
  void accumulate() {
    for (std::size_t arc = 0; arc < kArcs; ++arc) {
      for (std::size_t share = 1; share < shares_.size() + 2; ++share) {
        for (std::size_t od = 1; od < ods_.size() + 2; ++od) {
          below_[place(share, od, arc)] += below_[place(share - 1, od, arc)] +
                                           below_[place(share, od - 1, arc)] -
                                           below_[place(share - 1, od - 1, arc)];
        }
      }
    }
    for (std::size_t share = 1; share < borrowed_.size(); ++share) borrowed_[share] += borrowed_[share - 1];
  }
  std::uint64_t cells() const { return cells_; }

  /// The tally of these cut-offs; of the tumour cells alone.
  void fill(const CutOffs& cuts, Tally& tally) const {
    const std::array<std::size_t, 4> share{0, index_of(shares_, base_.stained_share) + 1,
                                           index_of(shares_, cuts.complete_share) + 1, shares_.size() + 1};
    const std::array<std::size_t, 5> od{0, index_of(ods_, cuts.faint_od) + 1,
                                        index_of(ods_, base_.moderate_od) + 1,
                                        index_of(ods_, cuts.intense_od) + 1, ods_.size() + 1};
    auto& pattern = tally.pattern[kTumour];
    pattern.fill(0);
    for (std::size_t c = 0; c + 1 < share.size(); ++c) {
      for (std::size_t s = 0; s + 1 < od.size(); ++s) {
        for (std::size_t arc = 0; arc < kArcs; ++arc) {
          const std::uint64_t count =
              below_[place(share[c + 1], od[s + 1], arc)] - below_[place(share[c], od[s + 1], arc)] -
              below_[place(share[c + 1], od[s], arc)] + below_[place(share[c], od[s], arc)];
          tally.measurable[kTumour][c][arc][s] = count;
          pattern[static_cast<std::size_t>(pattern_in(c, s))] += count;
        }
      }
    }
    tally.borrowed_strong_incomplete = borrowed_[share[2]] - borrowed_[share[1]];
  }

 private:
  static Pattern pattern_in(std::size_t completeness, std::size_t strength) {
    if (completeness == 0) return Pattern::None;
    if (strength == 0) return Pattern::FaintIncomplete;
    if (completeness == 1) return Pattern::ModerateOrStrongIncomplete;
    return strength < 3 ? Pattern::WeakModerateComplete : Pattern::IntenseComplete;
  }
  static std::vector<int> with(std::vector<int> edges, const std::vector<int>& more,
                               const std::vector<int>& last = {}) {
    edges.insert(edges.end(), more.begin(), more.end());
    edges.insert(edges.end(), last.begin(), last.end());
    return sorted_edges(std::move(edges));
  }
  std::size_t place(std::size_t share, std::size_t od, std::size_t arc) const {
    return (arc * (shares_.size() + 2) + share) * (ods_.size() + 2) + od;
  }
  const Grading& base_;
  std::vector<int> shares_, ods_;
  std::vector<std::uint64_t> below_;     // cells of an arc below edge share - 1 and below edge od - 1
  std::vector<std::uint64_t> borrowed_;  // strong cells below edge share - 1 with a borrowed wall
  std::uint64_t cells_ = 0;
};

/// Counts the slide as graded by this visible cut.
CellCounts count_cells(const CalibrationCells& slide, const Blanks& blanks, const CutGrid& grid,
                       const Grading& grading, const OverRanges& over) {
  const int visible_od = visible_in_force(slide, blanks, grading);
  GradedTable graded = grade_table(slide.cells, slide.kinds, grading, visible_od, over, AskBorrowed::Counted);
  const int most_complete = grid.axis(3).back();
  const GradedTable& patterns = graded;
  std::vector<std::uint8_t> borrowed(graded.size(), 0);
  over(graded.size(), [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      const GradedCell& cell = patterns[i];
      if (!is_judged(cell)) continue;
      const bool may_be = cell.strength_od >= grading.moderate_od &&
                          cell.completeness >= grading.stained_share && cell.completeness < most_complete;
      if (!may_be) continue;
      borrowed[i] = cell.pattern == Pattern::ModerateOrStrongIncomplete
                        ? cell.borrowed
                        : is_borrowed(slide.cells, patterns, i, grading, visible_od);
    }
  });
  CellCounts counts(grid, grading);
  for (std::size_t i = 0; i < graded.size(); ++i) {
    if (!is_judged(graded[i])) continue;
    graded[i].borrowed = borrowed[i] != 0;
    counts.add(graded[i]);
  }
  counts.accumulate();
  return counts;
}

Score score_of(const Tally& tally, std::uint64_t cells, const Guideline& guideline) {
  const std::vector<std::uint64_t> rows = guideline.row_counts(tally);
  return guideline.row_facts()[guideline.deciding_row(rows, cells).value()].score;
}

}  // namespace

std::optional<Score> score_under(const CalibrationCells& slide, const Grading& grading,
                                 const Guideline& guideline, const OverRanges& over) {
  const int visible_od = visible_in_force(slide, blank_cells(slide.cells, slide.kinds), grading);
  const Tally tally =
      count(grade_table(slide.cells, slide.kinds, grading, visible_od, over, AskBorrowed::Counted), grading);
  const std::uint64_t cells = tally.measurable_tumour();
  if (cells == 0) return std::nullopt;
  return score_of(tally, cells, guideline);
}

std::vector<std::uint8_t> scores_under(const CalibrationCells& slide, const CutGrid& grid,
                                       const Grading& base, const Guideline& guideline,
                                       const OverRanges& over) {
  const Blanks blanks = blank_cells(slide.cells, slide.kinds);
  std::vector<std::uint8_t> scores(grid.size());
  const std::size_t each = grid.size() / grid.axis(0).size();  // combinations of one visible cut
  for (std::size_t v = 0; v < grid.axis(0).size(); ++v) {
    Grading grading = base;
    grading.visible_od = grid.axis(0)[v];
    const CellCounts counts = count_cells(slide, blanks, grid, grading, over);
    if (counts.cells() == 0) return {};
    over(each, [&](std::size_t first, std::size_t last) {
      Tally tally;
      for (std::size_t i = v * each + first; i < v * each + last; ++i) {
        counts.fill(grid.at(i), tally);
        scores[i] = static_cast<std::uint8_t>(score_of(tally, counts.cells(), guideline));
      }
    });
  }
  return scores;
}

}  // namespace annulet::cohort
