#include "annulet/pipeline/tile_plan.hpp"

#include <algorithm>
#include <cmath>

#include "annulet/cell/membrane.hpp"
#include "annulet/cell/nucleus.hpp"

namespace annulet {
namespace {

constexpr int kCorePx = 4096;  // level-0 px: what a worker holds at once stays near 100 MB
constexpr int kSmallestCoreUm = 128, kLargestCoreUm = 1024;
constexpr int kWorkPerUm = 2;  // work px of 0.5 um

/// The part of a core around its tissue; empty where there is none. No centre outside it lies on tissue.
Rect<WorkFrame> around_tissue(const TissueMask& tissue, const Rect<WorkFrame>& core) {
  const double cells = kWorkPitch / tissue.pitch_um;
  const auto cell = [&](std::int64_t work) {
    return static_cast<int>(std::floor(static_cast<double>(work) * cells));
  };
  const int x0 = std::max(0, cell(core.x0)), y0 = std::max(0, cell(core.y0));
  const int x1 = std::min(tissue.piece.width() - 1, cell(core.x1 - 1)),
            y1 = std::min(tissue.piece.height() - 1, cell(core.y1 - 1));
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
      core);
}

}  // namespace

int scan_halo_um() {
  return std::max(NucleusFinder::reach_um() + MembraneMeter::neighbour_reach_um(),
                  MembraneMeter::ring_reach_um());
}

TilePlan plan_tiles(const TissueMask& tissue, const Size<SlideFrame>& extent, double pitch_um, int core_um,
                    int offset_um) {
  if (core_um <= 0)
    core_um = std::clamp(static_cast<int>(kCorePx * pitch_um) / 16 * 16, kSmallestCoreUm, kLargestCoreUm);
  TilePlan plan;
  plan.halo_um = scan_halo_um();
  const std::int64_t core = static_cast<std::int64_t>(core_um) * kWorkPerUm;
  const std::int64_t offset = static_cast<std::int64_t>(offset_um) * kWorkPerUm % core;
  const auto work = [&](std::int64_t px) {
    return static_cast<std::int64_t>(std::ceil(static_cast<double>(px) * pitch_um / kWorkPitch));
  };
  const std::int64_t width = work(extent.width), height = work(extent.height);
  const Rect<WorkFrame> slide{0, 0, width, height};
  const std::int64_t halo = static_cast<std::int64_t>(plan.halo_um) * kWorkPerUm;
  for (std::int64_t y = -offset; y < height; y += core) {
    for (std::int64_t x = -offset; x < width; x += core) {
      const Rect<WorkFrame> square = Rect<WorkFrame>{x, y, x + core, y + core}.clipped(slide);
      const Rect<WorkFrame> rect = square.empty() ? square : around_tissue(tissue, square);
      if (rect.empty()) continue;
      // A halo beyond the slide holds nothing: every window that meets the border ends there.
      plan.tiles.push_back({plan.tiles.size(), rect, rect.grown(halo).clipped(slide)});
    }
  }
  return plan;
}

}  // namespace annulet
