#include "annulet/pipeline/doubt.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "annulet/base/integer_math.hpp"
#include "annulet/guideline/block_bootstrap.hpp"
#include "annulet/pipeline/side_by_side.hpp"

namespace annulet {
namespace {

constexpr std::size_t kPatternShares = 5;  // none ... intense_complete
constexpr std::int64_t kThousandths = 1000;

/// What a cell counts for: its pattern, then each row of the guideline. One cell of every sort is asked once.
class Memberships {
 public:
  explicit Memberships(const Evidence& evidence)
      : evidence_(evidence),
        known_(kSorts),
        quantities_(kPatternShares + evidence.guideline.row_facts().size()) {}
  std::size_t quantities() const { return quantities_; }
  const std::vector<std::uint8_t>& of(const GradedCell& cell) {
    std::vector<std::uint8_t>& sort = known_[sort_of(cell)];
    if (sort.empty()) {
      Tally one;
      add_to_tally(cell, evidence_.grading, 1, one);
      sort.assign(quantities_, 0);
      sort[static_cast<std::size_t>(cell.pattern) - 1] = 1;
      const std::vector<std::uint64_t> rows = evidence_.guideline.row_counts(one);
      for (std::size_t i = 0; i < rows.size(); ++i) sort[kPatternShares + i] = rows[i] > 0 ? 1 : 0;
    }
    return sort;
  }

 private:
  // pattern, strong enough for the unusual pattern, a side of its own, borrowed
  static constexpr std::size_t kSorts = std::size_t{kPatterns} * 2 * 2 * 2;
  std::size_t sort_of(const GradedCell& cell) const {
    const auto flag = [](bool set) { return set ? std::size_t{1} : std::size_t{0}; };
    std::size_t sort = static_cast<std::size_t>(cell.pattern);
    sort = 2 * sort + flag(cell.strength_od >= evidence_.grading.moderate_od);
    sort = 2 * sort + flag(cell.longest_arc >= evidence_.grading.reactive_arc);
    return 2 * sort + flag(cell.borrowed);
  }
  const Evidence& evidence_;
  std::vector<std::vector<std::uint8_t>> known_;
  std::size_t quantities_;
};

/// Block after block of one stripe of them; the cells of a stripe lie together in the table.
class Stripe {
 public:
  Stripe(std::int32_t row, BlockTable& table) : row_(row), table_(table) {}
  std::size_t block(std::int32_t column) {
    const auto at = std::lower_bound(columns_.begin(), columns_.end(), column);
    return first_ + static_cast<std::size_t>(at - columns_.begin());
  }
  void open(std::vector<std::int32_t> columns) {
    std::sort(columns.begin(), columns.end());
    columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
    columns_ = std::move(columns);
    first_ = table_.size();
    for (const std::int32_t column : columns_) table_.place.emplace_back(row_, column);
    table_.of.resize(first_ + columns_.size());
    table_.counts.resize(table_.of.size() * table_.quantities);
  }

 private:
  std::int32_t row_;
  BlockTable& table_;
  std::size_t first_ = 0;
  std::vector<std::int32_t> columns_;
};

std::int32_t block_of(std::int32_t place) {
  return static_cast<std::int32_t>(divide_floor(place, kFinestBlockUm * kMicroUnits));
}

BlockTable count_blocks(const Evidence& evidence) {
  Memberships memberships(evidence);
  BlockTable table{kFinestBlockUm, memberships.quantities(), {}, {}, {}};
  const CellTable& cells = evidence.cells;
  for (std::size_t first = 0, last = 0; first < cells.size(); first = last) {
    const std::int32_t row = block_of(cells[first].y);
    std::vector<std::int32_t> columns;
    for (last = first; last < cells.size() && block_of(cells[last].y) == row; ++last) {
      if (is_judged(evidence.graded[last])) columns.push_back(block_of(cells[last].x));
    }
    Stripe stripe(row, table);
    stripe.open(std::move(columns));
    for (std::size_t i = first; i < last; ++i) {
      if (!is_judged(evidence.graded[i])) continue;
      const std::size_t block = stripe.block(block_of(cells[i].x));
      const std::vector<std::uint8_t>& member = memberships.of(evidence.graded[i]);
      ++table.of[block];
      for (std::size_t q = 0; q < member.size(); ++q) table.counts[block * table.quantities + q] += member[q];
    }
  }
  return table;
}

/// The score with row `changed` holding where it did not, or ceasing to; nothing where that is the same
/// score.
std::optional<Score> score_without(const Verdict& verdict, const std::vector<Guideline::RowFacts>& rows,
                                   std::size_t decided, std::size_t changed) {
  std::size_t instead = changed;
  if (changed > decided) return std::nullopt;
  if (changed == decided) {
    instead = decided + 1;
    while (instead + 1 < rows.size() && !verdict.trace[instead].held) ++instead;
    if (instead == rows.size()) return std::nullopt;
  }
  if (rows[instead].score == *verdict.score) return std::nullopt;
  return rows[instead].score;
}

/// Whether both answers of the row lie inside the interval.
bool crosses(const ShareInterval& share, const TraceRow& row, std::int64_t min_cells) {
  const auto cut = static_cast<std::int64_t>(row.percent * kThousandths + 0.5);
  const auto holds = [&](std::int64_t thousandths) {
    const std::int64_t cells = thousandths * static_cast<std::int64_t>(share.of) / (100 * kThousandths);
    return (row.comparator == ">" ? thousandths > cut : thousandths >= cut) && cells >= min_cells;
  };
  return !holds(share.low) && holds(share.high);
}

std::string percent_text(std::int64_t thousandths) {
  return fmt::format("{:.1f}", static_cast<double>(thousandths) / kThousandths);
}

Remark near_cut(const RowInterval& interval, const TraceRow& row, Score score) {
  const ShareInterval& share = interval.share;
  const double percent = 100.0 * static_cast<double>(share.count) / static_cast<double>(share.of);
  return {
      "near-cut",
      fmt::format("{} ({}): {:.1f} % of the tumour cells, 95 % interval {} to {} %; the cut of {:g} % lies "
                  "inside, and on its other side the score would be {} instead of {}",
                  row.condition, row.row, percent, percent_text(share.low), percent_text(share.high),
                  row.percent, name(*interval.other_score), name(score))};
}

void add_rows(const std::vector<ShareInterval>& intervals, const Evidence& evidence, Verdict& verdict) {
  const std::vector<Guideline::RowFacts>& rows = evidence.guideline.row_facts();
  std::size_t decided = 0;
  while (decided + 1 < rows.size() && rows[decided].id != verdict.rule) ++decided;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].compares_share) continue;
    RowInterval interval{rows[i].id, intervals[kPatternShares + i], false, std::nullopt};
    interval.crosses = crosses(interval.share, verdict.trace[i], rows[i].min_cells);
    // What was not seen at all is no reason to doubt a score, however few the cells.
    if (interval.crosses && interval.share.count > 0)
      interval.other_score = score_without(verdict, rows, decided, i);
    if (interval.other_score) verdict.caveats.push_back(near_cut(interval, verdict.trace[i], *verdict.score));
    verdict.doubt.rows.push_back(std::move(interval));
  }
}

}  // namespace

void measure_doubt(const Evidence& evidence, int threads, Verdict& verdict) {
  if (!verdict.score) return;
  const OverRanges over = [threads](std::size_t count, const auto& work) { in_ranges(threads, count, work); };
  std::vector<Flip> flips;
  beside(
      threads, [&] { measure_intervals(evidence, verdict); }, [&] { flips = find_flips(evidence, over); });
  verdict.doubt.flips = std::move(flips);
}

void measure_intervals(const Evidence& evidence, Verdict& verdict) {
  if (!verdict.score) return;
  const BlockTable blocks = blocks_to_resample(count_blocks(evidence));
  Doubt& doubt = verdict.doubt;
  doubt.block_um = blocks.edge_um;
  doubt.blocks = blocks.size();
  const std::vector<Guideline::RowFacts>& rows = evidence.guideline.row_facts();
  const std::vector<ShareInterval> intervals =
      share_intervals(blocks, [&](std::span<const std::uint64_t> counts, std::uint64_t n) {
        ++doubt.replicates;
        const auto decided = evidence.guideline.deciding_row(counts.subspan(kPatternShares), n);
        if (decided) ++doubt.replicates_by_score[static_cast<std::size_t>(rows[*decided].score)];
      });
  std::copy_n(intervals.begin(), kPatternShares, doubt.patterns.begin());
  if (evidence.guideline.deciding_row(std::vector<std::uint64_t>(rows.size()), 1))
    add_rows(intervals, evidence, verdict);
}

}  // namespace annulet
