#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "annulet/model/tally.hpp"
#include "annulet/model/verdict.hpp"

namespace annulet {

/// \file
/// From the counts of a tally to a score with its reasons. The rules are data (models/guidelines/*.toml); the
/// code knows kinds of rows only. Units: cells, shares in percent of the measurable tumour cells. Comparisons
/// are of integers. Values are immutable and may be shared by threads; a decision costs microseconds. Sources
/// and readings: docs/guidelines/.

/// Facts about where the cells lie that some rows and tags need; computed once from the graded table.
struct Contiguity {
  std::uint64_t largest_intense_cluster = 0;  ///< most intense_complete tumour cells that touch one another
  /// gastric biopsy: most touching tumour cells of at least class 1+, 2+, 3+ (gastric classes)
  std::uint64_t largest_gastric_cluster[3] = {0, 0, 0};
};

/// In situ hybridisation as given by `--ish`.
struct Ish {
  enum class Kind { Absent, Negative, Positive, Counts } kind = Kind::Absent;
  double ratio = 0;   ///< HER2/CEP17; for Counts, above 0 and at most 1000
  double copies = 0;  ///< HER2 signals a cell; likewise
  bool recounted = false;
  int group() const;  ///< 1-5 of the 2018 guideline; 0 where there are no Counts
  /// "negative", "positive", "RATIO,COPIES[,recounted]"; numbers are plain decimals. Throws Error Usage.
  static Ish parse(const std::string& text);
};

/// A guideline: rows of models/guidelines/*.toml in the order they are tried.
class Guideline {
 public:
  /// One of the five built-in ids, or a path. Throws Error Usage with line and column.
  static Guideline load(const std::string& id_or_path);
  /// The id that a short name stands for (2007, 2013, 2018, gastric, gastric-resection, gastric-biopsy); any
  /// other name as it is. For what people type: a result names ids alone.
  static std::string id_of(const std::string& name);
  static std::vector<std::string> built_in_ids();

  const std::string& id() const;
  const std::string& version() const;
  const std::string& digest() const;
  const std::string& title() const;

  /// Score, group, rule, trace, caveats, notes and margins for the tumour cells of a tally. Does not judge
  /// sufficiency: at least one measurable tumour cell must be there, and patterns and bins of the tally must
  /// count the same cells (else Error Internal). Throws Error Usage for an --ish that does not belong to the
  /// guideline.
  ///
  /// `trace` holds every row in order, those after the deciding one too: `rule` names the row that decided,
  /// and a later row may have `held` as well. Rows that compare no share (clusters, the last row) have the
  /// cut ">= 0". `margins` is empty where rows are judged by touching cells: their distance depends on where
  /// the cells lie.
  Verdict decide(const Tally& tally, const Contiguity& contiguity, const Ish& ish) const;

  /// The same without words, for tallies by the thousand. What each row counts, in the order of the trace; 0
  /// for rows judged by touching cells.
  std::vector<std::uint64_t> row_counts(const Tally& tally) const;
  /// The first row that holds for these counts of `n` cells; nothing where touching cells decide.
  std::optional<std::size_t> deciding_row(std::span<const std::uint64_t> counts, std::uint64_t n) const;
  struct RowFacts {
    std::string id;
    Score score;
    bool compares_share;     ///< against a cut in percent
    std::int64_t min_cells;  ///< and never holds with fewer
  };
  const std::vector<RowFacts>& row_facts() const;

  /// Codes of the caveats and notes that `decide` may give.
  std::vector<std::string> remark_codes() const;
  bool takes_ish_counts() const;  ///< else --ish RATIO,COPIES is a usage error

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

}  // namespace annulet
