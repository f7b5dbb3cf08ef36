#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "annulet/model/cohort.hpp"
#include "annulet/pipeline/conclude.hpp"

namespace annulet {

/// \file
/// cohort.sqlite: the manifest, what became of each slide, and its cells, in one SQLite file that R, Python
/// and DuckDB open. It is derived: the result folders are the truth, and it can be made anew from them at any
/// time. Tables: docs/formats/store.md. One thread an object.

/// One way in which the cohort was scored. Run 1 is what the slides were scored with; each rescoring adds
/// one.
struct RunInfo {
  std::int64_t id = 0;
  std::string name;  ///< unique; of run 1 "batch"
  std::string guideline, guideline_digest;
  std::string grading, grading_version, grading_digest;
  std::string kind, kind_digest;  ///< the model that told the kinds of cells
  std::string version;            ///< of annulet
  std::string options_digest;     ///< SHA-256 of everything above but id and name
  std::uint64_t slides = 0;       ///< that it has a verdict on
};

/// A graded cell as the view `cells` shows it.
using ShownCells = GradedTable;

/// The cells of a slide, and what was found in them once.
struct SlideCells {
  CellTable cells;  ///< sorted by `before`
  Groundwork ground;
  /// um to the edge of the tissue, of which only is kept whether it is less than kEdgeBandUm
  std::vector<std::uint16_t> edge_distances;
};

/// What the store holds of a slide beside its cells and its manifest row.
struct SlideFacts {
  std::string file_name;
  std::int64_t width = 0, height = 0;     ///< px of level 0
  double pitch_x_um = 0, pitch_y_um = 0;  ///< 0 where unknown
  double visible_od = 0;                  ///< the visible cut in force
  std::uint64_t cells = 0;
  int edge_blush_um = 0;  ///< depth of a brown blush along the tissue's edge, whose cells are not judged
  std::vector<Remark> reasons, caveats, notes;
  std::vector<ModelUse> models;
  std::vector<std::pair<std::string, std::string>> options;
  std::vector<Problem> problems;  ///< the first of them, as result.json names them
  std::uint64_t problem_count = 0;
  std::vector<std::pair<std::string, double>> excluded_mm2;  ///< by flag
  Tally tally;                                               ///< only Tally::pattern is stored
  std::string result_digest;  ///< of result.json, as read; `put` takes it from the row
};

/// A verdict that a rescoring came to.
struct RescoredSlide {
  std::int64_t slide_id = 0;
  SlideOutcome outcome;
  std::vector<Remark> reasons, caveats, notes;
  double visible_od = 0;
  Tally tally;
};

/// cohort.sqlite of a cohort's folder, or the file itself where one is given.
std::filesystem::path store_file(const std::filesystem::path& folder_or_file);

/// A store opened for reading; the file is never changed. Whose file it is is checked first: its application
/// id, its version and the text of every table. Throws Error NotFound, Permission, Unsupported (no store, or
/// of a later version), Corrupt.
class CohortStore {
  struct Impl;

 public:
  explicit CohortStore(const std::filesystem::path& folder_or_file);
  ~CohortStore();
  CohortStore(CohortStore&&) noexcept;
  CohortStore& operator=(CohortStore&&) noexcept;

  const std::filesystem::path& file() const;
  /// While it lives, everything that is read is of one moment; one inside another adds nothing. A batch that
  /// brings the store up to date waits for its end for some seconds at most: to be held for a reading, not
  /// for work.
  struct EndSnapshot {
    void operator()(Impl* impl) const noexcept;
  };
  using Snapshot = std::unique_ptr<Impl, EndSnapshot>;
  Snapshot snapshot() const;
  std::vector<RunInfo> runs() const;  ///< by id
  /// The run of that name or number; the first where it is empty. Throws Error Usage naming those there are.
  RunInfo run(const std::string& name_or_id) const;
  /// Every slide in the order of the manifest, refused ones included. A slide that the run has no verdict on,
  /// because it came or changed later, is `failed` for the reason `not-rescored`.
  std::vector<CohortRow> rows(std::int64_t run_id) const;
  std::vector<std::int64_t> slide_ids() const;  ///< in the order of `rows`
  /// Throws Error Changed, as `cells` does, where the store was written since the id was read and has no such
  /// slide any more.
  SlideFacts facts(std::int64_t slide_id) const;
  /// Sizes, checksums, order and references of what is read are checked. `room_of` lends its memory: for one
  /// slide after another. Cost: some 0.2 us a cell.
  SlideCells cells(std::int64_t slide_id, SlideCells room_of = {}) const;

 private:
  std::unique_ptr<Impl> impl_;
};

/// What becomes of a run whose name another has: it is refused, or called "NAME (2)".
enum class IfTaken { Refuse, Number };

/// What the store knows of a slide that was put into it.
struct KnownSlide {
  std::int64_t id = 0;
  std::string entry_digest;   ///< of everything that the row says
  std::string result_digest;  ///< of result.json
};

/// A store opened for writing; made where there is none, brought to this version where it is older. Every
/// call, and every group of them, is one transaction: a kill at any moment leaves the store as it was before
/// or after it. A second
/// writer waits for some seconds, then throws Error Output. Never on a network file system: see
/// store/store_place.hpp.
class CohortStoreWriter {
 public:
  explicit CohortStoreWriter(const std::filesystem::path& file);
  ~CohortStoreWriter();
  CohortStoreWriter(const CohortStoreWriter&) = delete;
  CohortStoreWriter& operator=(const CohortStoreWriter&) = delete;

  /// What follows until `commit_group` is one transaction: small slides would else wait for the disk one by
  /// one.
  void begin_group();
  void commit_group();

  std::vector<std::pair<std::string, KnownSlide>> known() const;  ///< by what the manifest calls them, rising
  /// Puts a slide in the place of what was known of it. `cells` nullptr: it has none.
  void put(const CohortRow& row, std::size_t position, const std::string& entry_digest,
           const SlideFacts& facts, const SlideCells* cells, const ShownCells* shown);
  /// The manifest says other things of a slide whose result is the same. Rescored verdicts stay.
  void put_manifest(std::int64_t slide_id, const CohortRow& row, std::size_t position,
                    const std::string& entry_digest);
  void remove(const std::vector<std::int64_t>& slide_ids);
  /// Of run 1; false where the store says the same already. Comes before the first slide.
  bool describe_batch(const RunInfo& run);
  /// Adds a run and its verdicts; returns it with its id and the name it got. Throws Error Usage where the
  /// name is taken and is to be as it is, Changed where a slide is not the one that was rescored.
  RunInfo add_run(RunInfo run, const std::vector<RescoredSlide>& slides, IfTaken if_taken = IfTaken::Refuse);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// SHA-256 over what a run was made with.
std::string options_digest(const RunInfo& run);

inline constexpr const char* kBatchRun = "batch";
inline constexpr int kStoreTileUm = 512;  ///< edge of the squares in which the view's cells are packed

}  // namespace annulet
