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
constexpr std::int64_t kBlockWidthUm = 512, kBlockHeightUm = 256;
constexpr std::int64_t kLeastBlockUm = 64;  // a step looks no farther than the blocks beside its own
constexpr std::int64_t kGlassUm = 12;  // a nucleus that the slide's border cuts may have its spot outside

/// How far around a cell on tissue each step has to look, in work px. A centre lies anywhere in its pixel.
struct Reach {
  std::int64_t nuclei = MembraneMeter::neighbour_reach_um() * kWorkPerUm + 1;
  std::int64_t outlines = nuclei + NucleusFinder::rival_reach_um() * kWorkPerUm;
  std::int64_t spots = outlines + NucleusFinder::thinning_reach_um() * kWorkPerUm;
  std::int64_t planes = spots + NucleusFinder::spot_reach_um() * kWorkPerUm;
  std::int64_t membranes = MembraneMeter::ring_reach_um() * kWorkPerUm + 1;
};

/// The part of `area` around its tissue; empty where there is none.
Rect<WorkFrame> around_tissue(const TissueMask& tissue, const Rect<WorkFrame>& area) {
  const double cells = kWorkPitch / tissue.pitch_um;
  const auto cell = [&](std::int64_t work) {
    return static_cast<int>(std::floor(static_cast<double>(work) * cells));
  };
  const int x0 = std::max(0, cell(area.x0)), y0 = std::max(0, cell(area.y0));
  const int x1 = std::min(tissue.piece.width() - 1, cell(area.x1 - 1)),
            y1 = std::min(tissue.piece.height() - 1, cell(area.y1 - 1));
  Rect<WorkFrame> held{x1 + 1, y1 + 1, x0, y0};  // in cells of the mask
  for (int y = y0; y <= y1; ++y) {
    const std::uint16_t* row = tissue.piece.row(y);
    for (int x = x0; x <= x1; ++x) {
      if (row[x] == 0) continue;
      held = {std::min<std::int64_t>(held.x0, x), std::min<std::int64_t>(held.y0, y),
              std::max<std::int64_t>(held.x1, x + 1), std::max<std::int64_t>(held.y1, y + 1)};
    }
  }
  if (held.empty()) return {};
  const auto work = [&](std::int64_t at, std::int64_t more) {
    return static_cast<std::int64_t>(std::floor(static_cast<double>(at) / cells)) + more;
  };
  return Rect<WorkFrame>{work(held.x0, -1), work(held.y0, -1), work(held.x1, 2), work(held.y1, 2)}.clipped(
      area);
}

/// Borders of the grid along an axis: blocks of `side`, the first and the last with the glass beside them.
std::vector<std::int64_t> borders(std::int64_t length, std::int64_t side, std::int64_t offset) {
  constexpr std::int64_t kGlass = kGlassUm * kWorkPerUm;
  std::vector<std::int64_t> all{-kGlass};
  for (std::int64_t at = side - offset % side; at < length; at += side) {
    // Blocks at the ends are never too thin for the steps beside them.
    if (at >= kLeastBlockUm * kWorkPerUm && length - at >= kLeastBlockUm * kWorkPerUm) all.push_back(at);
  }
  all.push_back(length + kGlass);
  return all;
}

class Planner {
 public:
  Planner(const TissueMask& tissue, const Size<SlideFrame>& extent, double pitch_um,
          const GridOptions& options)
      : tissue_(tissue), bytes_per_work_px_(2 + kWorkPitch * kWorkPitch / (pitch_um * pitch_um)) {
    const auto work = [&](std::int64_t px) {
      return static_cast<std::int64_t>(std::ceil(static_cast<double>(px) * pitch_um / kWorkPitch));
    };
    slide_ = {0, 0, work(extent.width), work(extent.height)};
    const std::int64_t width = options.block_um > 0 ? options.block_um : kBlockWidthUm;
    const std::int64_t height = options.block_um > 0 ? options.block_um : kBlockHeightUm;
    expects(std::min(width, height) >= kLeastBlockUm, "a block of the scan is at least 64 um wide");
    columns_ = borders(slide_.x1, width * kWorkPerUm, options.offset_um * kWorkPerUm);
    rows_ = borders(slide_.y1, height * kWorkPerUm, options.offset_um * kWorkPerUm);
  }

  /// The sweep of the tissue between two borders of columns.
  Sweep sweep(std::size_t first, std::size_t end) const {
    const Rect<WorkFrame> strip{columns_[first], slide_.y0, columns_[end], slide_.y1};
    // What lies beside the strip takes part as far as the strip's cells need it.
    std::size_t from = first, to = end;
    while (from > 0 && strip.x0 - columns_[from] < reach_.planes) --from;
    while (to + 1 < columns_.size() && columns_[to] - strip.x1 < reach_.planes) ++to;
    Sweep sweep{to - from, rows_.size() - 1, {}};
    for (std::size_t row = 0; row < sweep.rows; ++row) {
      for (std::size_t column = from; column < to; ++column) {
        sweep.blocks.push_back(
            block({columns_[column], rows_[row], columns_[column + 1], rows_[row + 1]}, strip));
      }
    }
    return sweep;
  }

  std::size_t columns() const { return columns_.size() - 1; }

  /// Bytes of planes that a sweep holds at once.
  std::uint64_t most_bytes(const Sweep& sweep) const {
    std::vector<double> of_row(sweep.rows);
    for (std::size_t row = 0; row < sweep.rows; ++row) {
      for (std::size_t column = 0; column < sweep.columns; ++column)
        of_row[row] += static_cast<double>(sweep.at(column, row).planes.area()) * bytes_per_work_px_;
    }
    double most = 0;
    for (std::size_t row = 0; row < sweep.rows; ++row) {
      double held = 0;
      for (std::size_t i = row; i < std::min(row + kHeldRows + 1, sweep.rows); ++i) held += of_row[i];
      most = std::max(most, held);
    }
    return static_cast<std::uint64_t>(most);
  }

 private:
  BlockPlan block(const Rect<WorkFrame>& rect, const Rect<WorkFrame>& strip) const {
    const auto within = [&](std::int64_t reach) {
      const Rect<WorkFrame> near = around_tissue(tissue_, rect.grown(reach).clipped(strip));
      const Rect<WorkFrame> part = near.grown(reach).clipped(rect);
      return near.empty() || part.empty() ? Rect<WorkFrame>{} : part;
    };
    const auto on_slide = [&](const Rect<WorkFrame>& part) {
      return part.clipped(slide_).empty() ? Rect<WorkFrame>{} : part.clipped(slide_);
    };
    return {on_slide(within(reach_.planes)),
            on_slide(within(reach_.membranes)),
            within(reach_.spots),
            within(reach_.outlines),
            within(reach_.nuclei),
            within(0)};
  }

  const TissueMask& tissue_;
  double bytes_per_work_px_;  // haematoxylin and DAB, and the DAB of the slide's own pixels in it
  Rect<WorkFrame> slide_;
  std::vector<std::int64_t> columns_, rows_;
  Reach reach_;
};

}  // namespace

ScanPlan plan_scan(const TissueMask& tissue, const Size<SlideFrame>& extent, double pitch_um,
                   const GridOptions& options) {
  const Planner planner(tissue, extent, pitch_um, options);
  ScanPlan plan;
  for (std::size_t first = 0; first < planner.columns();) {
    // As wide as the budget allows: the whole of what is left, half of it, ...
    std::size_t width = planner.columns() - first;
    Sweep sweep = planner.sweep(first, first + width);
    while (width > 1 && planner.most_bytes(sweep) > options.plane_bytes) {
      width = (width + 1) / 2;
      sweep = planner.sweep(first, first + width);
    }
    const auto& blocks = sweep.blocks;
    if (std::any_of(blocks.begin(), blocks.end(), [](const BlockPlan& b) { return !b.cells.empty(); }))
      plan.sweeps.push_back(std::move(sweep));
    first += width;
  }
  return plan;
}

}  // namespace annulet
