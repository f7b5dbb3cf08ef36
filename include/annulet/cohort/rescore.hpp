#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "annulet/store/cohort_store.hpp"

namespace annulet {

/// One slide of a store, loaded once and scored anew any number of times. Nothing but the store is read.
/// Memory: its cells, 300 bytes each. Any thread, one at a time.
class RescorableSlide {
 public:
  /// `row` as rows(1) has it. Throws what reading the store throws.
  /// `room_of` lends the memory of the slide before.
  RescorableSlide(const CohortStore& store, std::int64_t slide_id, CohortRow row, SlideCells room_of = {});
  SlideCells give_room() && { return std::move(cells_); }

  const CohortRow& row() const { return row_; }
  std::size_t cells() const { return cells_.cells.size(); }
  /// False where the slide was refused: it stays refused, whatever the grading and the guideline.
  bool scored() const { return row_.outcome.score.has_value(); }

  /// What `annulet score` would have said with this grading and guideline, and the ISH of the manifest:
  /// score, group, rule, counts, reasons, caveats. docs/guide/rescore.md names what is carried over from the
  /// batch. About 0.7 us a cell.
  struct Answer {
    RescoredSlide rescored;
    std::string why;  ///< sentence of the row that decided; empty for none
  };
  Answer rescore(const Grading& grading, const Guideline& guideline) const;

  /// Score, rule and tally alone, for many gradings of one slide: no caveats, no intervals. Nothing where the
  /// slide was refused. About 0.4 us a cell.
  struct Quick {
    Score score{};
    std::string rule;
    Tally tally;
  };
  std::optional<Quick> quick(const Grading& grading, const Guideline& guideline) const;

 private:
  Remark carried_over(const Remark& remark, const Grading& grading, const Guideline& guideline) const;
  void add_standing_notes(const Grading& grading, const Guideline& guideline,
                          std::vector<Remark>& notes) const;
  Answer refused(const Grading& grading, const Guideline& guideline) const;
  Ish ish_for(const Guideline& guideline, std::vector<Remark>& caveats) const;
  void judge_edge(const Grading& grading, const Guideline& guideline, const Ish& ish,
                  const ConcludeFacts& facts, Conclusion& conclusion, std::vector<Remark>& last) const;

  std::int64_t id_ = 0;
  CohortRow row_;
  SlideFacts facts_;
  SlideCells cells_;
};

/// A cohort under another guideline or grading.
struct RescoreOptions {
  std::string guideline;  ///< id, path, or 2007, 2013, 2018, gastric; empty: that of the batch
  std::string grading;    ///< id or path; empty: that of the batch
  std::string name;       ///< of the run; empty: made of the two
  std::function<void(std::size_t done, std::size_t of, std::uint64_t cells)> progress = {};
  std::function<bool()> cancelled = {};
};

struct RescoredCohort {
  RunInfo run, batch;
  std::vector<CohortRow> before, after;  ///< in the order of the manifest
  std::vector<std::string> why;          ///< parallel to `after`
  std::vector<RescoredSlide> slides;     ///< parallel to `after`
  std::uint64_t cells = 0;
  IfTaken if_taken = IfTaken::Refuse;  ///< the run's name
};

/// Scores every slide of the store anew and changes nothing. Throws Error Usage (models, ISH, a name that is
/// taken or a reader's), Changed where a slide was scored anew meanwhile, what else reading the store throws,
/// and Cancelled. Memory: one slide's cells and every slide's verdict.
RescoredCohort rescore_cohort(const CohortStore& store, const RescoreOptions& options);

/// Adds the run to the store; on a network file system to a copy that takes its place. Returns it as it
/// stands there. Throws what CohortStoreWriter::add_run throws.
RunInfo add_to_store(const std::filesystem::path& store, const RescoredCohort& rescored);

}  // namespace annulet
