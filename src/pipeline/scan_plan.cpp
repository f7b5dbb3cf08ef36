#include "annulet/pipeline/scan_plan.hpp"

#include <algorithm>
#include <cmath>

#include "annulet/base/error.hpp"
#include "annulet/base/integer_math.hpp"
#include "annulet/cell/membrane.hpp"
#include "annulet/cell/nucleus.hpp"

namespace annulet {
namespace {

constexpr std::int64_t kWorkPerUm = 2;
// Tall blocks repeat less work where they meet, low ones hold fewer planes: measured in
// docs/science/speed.md.
constexpr std::int64_t kBlockWidthUm = 512, kBlockHeightUm = 192;
constexpr std::int64_t kLeastBlockUm = 64;  // a step looks no farther than the columns beside its own
constexpr std::int64_t kGlassUm = 12;  // a nucleus that the slide's border cuts may have its spot outside
// Squares of glass around tissue that are looked at, 32 um: farther than any ring of a cell on tissue
// reaches.
constexpr int kSeenGlass = 2;

/// How far around a cell on tissue each step has to look, in work px. A centre lies anywhere in its pixel.
struct Reach {
  std::int64_t nuclei = MembraneMeter::neighbour_reach_um() * kWorkPerUm + 1;
  std::int64_t outlines = nuclei + NucleusFinder::rival_reach_um() * kWorkPerUm;
  std::int64_t spots = outlines + NucleusFinder::thinning_reach_um() * kWorkPerUm;
  std::int64_t planes = spots + NucleusFinder::spot_reach_um() * kWorkPerUm;
  std::int64_t membranes = MembraneMeter::ring_reach_um() * kWorkPerUm + 1;

  /// The farthest that a step looks above the row of its own block: cells at the planes of their rings, which
  /// are smoothed by sigma 0.3 um.
  std::int64_t above() const { return planes + membranes + 2 * kWorkPerUm; }
};

/// Borders of columns: blocks of `side`, the first and the last with the glass beside them.
std::vector<std::int64_t> column_borders(std::int64_t length, std::int64_t side, std::int64_t offset) {
  constexpr std::int64_t kGlass = kGlassUm * kWorkPerUm;
  std::vector<std::int64_t> all{-kGlass};
  for (std::int64_t at = side - offset % side; at < length; at += side) {
    // Blocks at the ends are never too thin for the steps beside them.
    if (at >= kLeastBlockUm * kWorkPerUm && length - at >= kLeastBlockUm * kWorkPerUm) all.push_back(at);
  }
  all.push_back(length + kGlass);
  return all;
}

/// Borders of rows, from the glass above the slide to where the grid that lies highest covers that below it.
std::vector<std::int64_t> row_borders(std::int64_t length, std::int64_t side, std::int64_t offset,
                                      std::int64_t highest) {
  constexpr std::int64_t kGlass = kGlassUm * kWorkPerUm;
  std::vector<std::int64_t> all{-kGlass};
  for (std::int64_t at = side - offset % side; all.back() < length + kGlass + highest; at += side)
    all.push_back(at);
  return all;
}

class Planner {
 public:
  Planner(const TissueMask& tissue, const Size<SlideFrame>& extent, double pitch_um,
          const GridOptions& options)
      : slide_(work_extent(extent, pitch_um)),
        tissue_(tissue, {slide_.x1, slide_.y1}),
        seen_(tissue_.grown(kSeenGlass)),
        bytes_per_work_px_(2 + kWorkPitch * kWorkPitch / (pitch_um * pitch_um)) {
    const std::int64_t width = options.block_um > 0 ? options.block_um : kBlockWidthUm;
    const std::int64_t height = options.block_um > 0 ? options.block_um : kBlockHeightUm;
    expects(std::min(width, height) >= kLeastBlockUm, "a block of the scan is at least 64 um wide");
    columns_ = column_borders(slide_.x1, width * kWorkPerUm, options.offset_um * kWorkPerUm);
    rows_ = row_borders(slide_.y1, height * kWorkPerUm, options.offset_um * kWorkPerUm, reach_.planes);
    above_ = static_cast<std::size_t>(divide_floor(reach_.above() - 1, height * kWorkPerUm) + 1);
    expects(above_ <= kMostAbove && options.rows_ahead > 0, "a step looks farther up than rows are held");
    held_rows_ = above_ + options.rows_ahead;
    for (std::size_t row = 0; row + 1 < rows_.size(); ++row) {
      for (std::size_t column = 0; column < columns(); ++column)
        bytes_.push_back(static_cast<double>(block(column, row, slide_.grown(reach_.planes)).planes.area()) *
                         bytes_per_work_px_);
    }
  }

  std::size_t columns() const { return columns_.size() - 1; }
  const TissueSquares& seen() const { return seen_; }

  /// The sweep of the tissue between two borders of columns.
  Sweep sweep(std::size_t first, std::size_t end) const {
    const Rect<WorkFrame> strip{columns_[first], rows_.front(), columns_[end], rows_.back()};
    // What lies beside the strip takes part as far as the strip's cells need it.
    std::size_t from = first, to = end;
    while (from > 0 && strip.x0 - columns_[from] < reach_.planes) --from;
    while (to < columns() && columns_[to] - strip.x1 < reach_.planes) ++to;
    Sweep sweep{to - from, rows_.size() - 1, above_, {}};
    for (std::size_t row = 0; row < sweep.rows; ++row) {
      for (std::size_t column = from; column < to; ++column)
        sweep.blocks.push_back(block(column, row, strip));
    }
    return sweep;
  }

  /// The widest strip from a column on whose planes fit; of two thirds of that and wider ones the one that
  /// ends where the least has to be done on both sides.
  std::size_t strip_end(std::size_t first, std::uint64_t budget) const {
    std::vector<double> held(rows_.size() - 1);
    std::size_t most = first;
    while (most < columns()) {
      for (std::size_t row = 0; row < held.size(); ++row) held[row] += bytes_[row * columns() + most];
      if (most > first && most_at_once(held) > static_cast<double>(budget)) break;
      ++most;
    }
    if (most == columns()) return most;
    std::size_t best = most;
    for (std::size_t end = most; end > first && 3 * (end - first) >= 2 * (most - first); --end) {
      if (bytes_at_border(end) < bytes_at_border(best)) best = end;
    }
    return best;
  }

 private:
  static Rect<WorkFrame> work_extent(const Size<SlideFrame>& extent, double pitch_um) {
    const auto work = [&](std::int64_t px) {
      return static_cast<std::int64_t>(std::ceil(static_cast<double>(px) * pitch_um / kWorkPitch));
    };
    return {0, 0, work(extent.width), work(extent.height)};
  }

  /// The most that consecutive rows hold while a sweep is under way.
  double most_at_once(const std::vector<double>& of_row) const {
    double most = 0, held = 0;
    for (std::size_t row = 0; row < of_row.size(); ++row) {
      held += of_row[row] - (row >= held_rows_ ? of_row[row - held_rows_] : 0);
      most = std::max(most, held);
    }
    return most;
  }

  double bytes_at_border(std::size_t column) const {
    double bytes = 0;
    for (std::size_t row = 0; row + 1 < rows_.size(); ++row)
      bytes += bytes_[row * columns() + column - 1] + bytes_[row * columns() + column];
    return bytes;
  }

  /// Of the grid of a step that reaches so far: higher than that of the planes by what steps have looked at
  /// on the way.
  Rect<WorkFrame> rect(std::size_t column, std::size_t row, std::int64_t reach) const {
    const std::int64_t higher = reach_.planes - reach;
    return Rect<WorkFrame>{columns_[column], rows_[row] - higher, columns_[column + 1],
                           rows_[row + 1] - higher}
        .clipped(slide_.grown(kGlassUm * kWorkPerUm));
  }

  BlockPlan block(std::size_t column, std::size_t row, const Rect<WorkFrame>& strip) const {
    const auto cut = [](const Rect<WorkFrame>& part, const Rect<WorkFrame>& to) {
      return part.clipped(to).empty() ? Rect<WorkFrame>{} : part.clipped(to);
    };
    const auto within = [&](const Rect<WorkFrame>& own, std::int64_t reach) {
      const Rect<WorkFrame> near = tissue_.around(own.grown(reach).clipped(strip));
      return near.empty() ? Rect<WorkFrame>{} : cut(near.grown(reach), own);
    };
    // Nothing is found where nothing is seen: what lies at the border of it may have its centre beside it.
    constexpr std::int64_t kBeside = kGlassUm * kWorkPerUm;
    const auto found = [&](std::int64_t reach) {
      const Rect<WorkFrame> own = rect(column, row, reach);
      return cut(within(own, reach), seen_.around(own.grown(kBeside)).grown(kBeside));
    };
    const Rect<WorkFrame> own = rect(column, row, reach_.planes);
    return {cut(within(own, reach_.planes), seen_.around(own).clipped(slide_)),
            cut(within(own, reach_.membranes), slide_),
            found(reach_.spots),
            found(reach_.outlines),
            found(reach_.nuclei),
            within(rect(column, row, 0), 0),
            within(rect(column, row, reach_.spots), 0)};
  }

  Rect<WorkFrame> slide_;
  TissueSquares tissue_, seen_;
  double bytes_per_work_px_;  // haematoxylin and DAB, and the DAB of the slide's own pixels in it
  Reach reach_;
  std::vector<std::int64_t> columns_, rows_;  // rows: of planes
  std::size_t above_ = 0, held_rows_ = 0;
  std::vector<double> bytes_;  // of planes, by block
};

}  // namespace

ScanPlan plan_scan(const TissueMask& tissue, const Size<SlideFrame>& extent, double pitch_um,
                   const GridOptions& options) {
  const Planner planner(tissue, extent, pitch_um, options);
  ScanPlan plan{planner.seen(), {}};
  for (std::size_t first = 0; first < planner.columns();) {
    const std::size_t end = planner.strip_end(first, options.plane_bytes);
    Sweep sweep = planner.sweep(first, end);
    const auto& blocks = sweep.blocks;
    if (std::any_of(blocks.begin(), blocks.end(), [](const BlockPlan& b) { return !b.cells.empty(); }))
      plan.sweeps.push_back(std::move(sweep));
    first = end;
  }
  return plan;
}

}  // namespace annulet
