#include "annulet/pipeline/block_steps.hpp"

#include <algorithm>
#include <cmath>

#include "annulet/base/integer_math.hpp"

namespace annulet {
namespace {

constexpr std::int64_t kWorkPerUm = 2;

template <class Frame>
void copy_common(const Plane<std::uint8_t>& from, const Rect<Frame>& from_rect, Plane<std::uint8_t>& to,
                 const Rect<Frame>& to_rect) {
  const Rect<Frame> common = from_rect.clipped(to_rect);
  if (common.empty()) return;
  for (std::int64_t y = common.y0; y < common.y1; ++y) {
    std::copy_n(from.row(static_cast<int>(y - from_rect.y0)) + (common.x0 - from_rect.x0), common.width(),
                to.row(static_cast<int>(y - to_rect.y0)) + (common.x0 - to_rect.x0));
  }
}

/// Makes `to` the plane of `rect`, from those of the blocks; what none of them holds is `beside`.
template <class Frame>
void gather(const Neighbourhood& near, Rect<Frame> StainTile::*held, Plane<std::uint8_t> StainTile::*plane,
            const Rect<Frame>& rect, std::uint8_t beside, Plane<std::uint8_t>& to) {
  to.resize(static_cast<int>(rect.width()), static_cast<int>(rect.height()));
  std::int64_t covered = 0;
  const auto has = [&](const Block* block) {
    return block != nullptr && !(block->planes.*plane).empty() &&
           !(block->planes.*held).clipped(rect).empty();
  };
  for (const Block* block : near.around) {
    if (has(block)) covered += (block->planes.*held).clipped(rect).area();
  }
  if (covered < rect.area()) to.fill(beside);
  for (const Block* block : near.around) {
    if (has(block)) copy_common(block->planes.*plane, block->planes.*held, to, rect);
  }
}

Point<MicroFrame, std::int32_t> place_of(const nuclei::Blob& spot) {
  return {spot.x, spot.y};
}
Point<MicroFrame, std::int32_t> place_of(const nuclei::Star& outline) {
  return outline.centre;
}
Point<MicroFrame, std::int32_t> place_of(const Nucleus& nucleus) {
  return nucleus.centre;
}

/// Of what `list_of` names in each block the items that lie in `part`.
template <class Item, class ListOf>
void gather_items(const Neighbourhood& near, const Rect<WorkFrame>& part, ListOf&& list_of,
                  std::vector<Item>& items) {
  const auto wanted = micro(part);
  items.clear();
  for (const Block* block : near.around) {
    if (block == nullptr) continue;
    for (const Item& item : list_of(*block)) {
      if (wanted.contains(place_of(item))) items.push_back(item);
    }
  }
}

}  // namespace

void Block::clear() {
  planes.work = {};
  planes.native = {};
  planes.covered_native = {};
  problems.clear();
  for (auto& of : spots) of.clear();
  for (auto& of : outlines) of.clear();
  nuclei.clear();
}

BlockSteps::BlockSteps(const SlideSource& source, const StainModel& stain, double pitch_um,
                       const TissueMask& tissue, const TissueSquares& seen, const NucleusOptions& options,
                       SharpnessMap& sharpness)
    : reader_(source, stain, pitch_um, &seen),
      tissue_(tissue),
      seen_(seen),
      options_(options),
      sharpness_(sharpness) {}

void BlockSteps::announce(const BlockPlan& plan) const {
  if (!plan.planes.empty()) reader_.announce(plan.planes);
}

void BlockSteps::fetch_ahead(const BlockPlan& plan) const {
  if (!plan.planes.empty()) reader_.fetch_ahead(plan.planes);
}

std::size_t BlockSteps::membrane_pixels(const BlockPlan& plan) const {
  return static_cast<std::size_t>(reader_.membrane_rect(plan.membranes).area());
}

void BlockSteps::make_planes(const BlockPlan& plan, Block& block) {
  reader_.read(plan.planes, plan.membranes, block.planes, seconds_);
  block.problems = reader_.problems();
}

/// The planes of 0.5 um of `part` and of so much around it.
const StainTile& BlockSteps::work_window(const Rect<WorkFrame>& part, int reach_um,
                                         const Neighbourhood& near) {
  reader_.describe(window_);
  window_.work = part.grown(reach_um * kWorkPerUm);
  gather(near, &StainTile::work, &StainTile::haematoxylin, window_.work, 0, window_.haematoxylin);
  gather(near, &StainTile::work, &StainTile::dab, window_.work, 0, window_.dab);
  return window_;
}

void BlockSteps::find_spots(const BlockPlan& plan, const Neighbourhood& near, Block& block) {
  Stopwatch watch;
  const StainTile& window = work_window(plan.spots, NucleusFinder::spot_reach_um(), near);
  if (!plan.sharp.empty()) sharpness_.measure(window, plan.sharp, sharpness_scratch_);
  const auto is_seen = [&](Point<MicroFrame, std::int32_t> spot) {
    return seen_.holds({divide_floor(spot.x, kMicroPerWork), divide_floor(spot.y, kMicroPerWork)});
  };
  finder_.find_spots(window, options_, plan.spots, is_seen, block.spots);
  watch.lap(seconds_.spots);
}

void BlockSteps::fit_outlines(const BlockPlan& plan, const Neighbourhood& near, Block& block) {
  Stopwatch watch;
  const auto wanted = plan.outlines.grown(NucleusFinder::thinning_reach_um() * kWorkPerUm);
  for (std::size_t sought = 0; sought < nuclei::kSought; ++sought) {
    const auto list_of = [&](const Block& other) -> const auto& {
      return other.spots[sought];
    };
    gather_items(near, wanted, list_of, spots_[sought]);
  }
  finder_.fit_outlines(work_window(plan.outlines, NucleusFinder::outline_reach_um(), near), options_,
                       plan.outlines, spots_, block.outlines);
  watch.lap(seconds_.outlines);
}

void BlockSteps::choose_nuclei(const BlockPlan& plan, const Neighbourhood& near, Block& block) {
  Stopwatch watch;
  const auto wanted = plan.nuclei.grown(NucleusFinder::rival_reach_um() * kWorkPerUm);
  for (std::size_t sought = 0; sought < nuclei::kSought; ++sought) {
    const auto list_of = [&](const Block& other) -> const auto& {
      return other.outlines[sought];
    };
    gather_items(near, wanted, list_of, outlines_[sought]);
  }
  finder_.choose_nuclei(work_window(plan.nuclei, NucleusFinder::nucleus_reach_um(), near), options_,
                        plan.nuclei, outlines_, block.nuclei);
  watch.lap(seconds_.nuclei);
}

/// The window of the membrane plane around the cells of `part`; its rows are made by smooth_around.
const StainTile& BlockSteps::membrane_window(const Rect<WorkFrame>& part, const Neighbourhood& near) {
  reader_.describe(window_);
  window_.native = reader_.membrane_rect(part.grown(ring_reach_um_ * kWorkPerUm + 1));
  window_.dab_native.resize(static_cast<int>(window_.native.width()),
                            static_cast<int>(window_.native.height()));
  smoothed_to_ = window_.native.y0;
  const bool lost = std::any_of(near.around.begin(), near.around.end(), [](const Block* other) {
    return other != nullptr && !other->planes.covered_native.empty();
  });
  if (lost) {
    gather(near, &StainTile::native, &StainTile::covered_native, window_.native, 1, window_.covered_native);
  } else {
    window_.covered_native = {};
  }
  return window_;
}

/// Makes the rows of the membrane plane that the cell's ring may look at. Cells come from top to bottom, so
/// that no row is made twice, none that no ring looks at, and all lie in the cache when they are looked at.
void BlockSteps::smooth_around(const Nucleus& nucleus, const Neighbourhood& near) {
  constexpr std::int64_t kAtOnce = 32;  // rows
  constexpr int kReach = 2;             // px: interpolation, and rounding to whole rows
  const auto row_at = [&](double um) { return static_cast<std::int64_t>(std::floor(um / window_.pitch_um)); };
  const double y = static_cast<double>(nucleus.centre.y) / kMicroUnits;
  const std::int64_t bottom = std::min(row_at(y + ring_reach_um_) + kReach, window_.native.y1);
  smoothed_to_ = std::max(smoothed_to_, std::min(row_at(y - ring_reach_um_) - kReach, window_.native.y1));
  while (smoothed_to_ < bottom) {
    Rect<SlideFrame> rows = window_.native;
    rows.y0 = smoothed_to_;
    rows.y1 = smoothed_to_ = std::min(smoothed_to_ + kAtOnce, window_.native.y1);
    gather(near, &StainTile::native, &StainTile::dab_native, rows.grown(reader_.smoothing_reach_px()), 0,
           unsmoothed_);
    reader_.smooth(unsmoothed_, window_.dab_native, static_cast<int>(rows.y0 - window_.native.y0));
  }
}

// Which nuclei are cells of the block: in its part and on tissue. And how far their rings reach.
void BlockSteps::choose_cells(const Rect<WorkFrame>& part) {
  chosen_.clear();
  ring_reach_um_ = 0;
  const auto area = micro(part);
  for (std::size_t i = 0; i < nuclei_.size(); ++i) {
    const Point<MicroFrame, std::int32_t> centre = nuclei_[i].centre;
    if (centre.x < 0 || centre.y < 0 || !area.contains(centre)) continue;
    const std::uint16_t piece = tissue_.at_um(static_cast<double>(centre.x) / kMicroUnits,
                                              static_cast<double>(centre.y) / kMicroUnits);
    if (piece == 0) continue;
    chosen_.push_back({i, piece});
    ring_reach_um_ = std::max(ring_reach_um_, MembraneMeter::ring_reach_um(nuclei_[i]));
  }
}

const CellTable& BlockSteps::measure_cells(const BlockPlan& plan, const Neighbourhood& near) {
  Stopwatch watch;
  const auto wanted = plan.cells.grown(MembraneMeter::neighbour_reach_um() * kWorkPerUm + 1);
  gather_items(
      near, wanted, [](const Block& other) -> const auto& { return other.nuclei; }, nuclei_);
  std::sort(nuclei_.begin(), nuclei_.end(), [](const Nucleus& a, const Nucleus& b) {
    return a.centre.y != b.centre.y ? a.centre.y < b.centre.y : a.centre.x < b.centre.x;
  });
  choose_cells(plan.cells);
  if (!chosen_.empty()) measure_.look_at(membrane_window(plan.cells, near), nuclei_);
  cells_.clear();
  for (std::size_t i = 0; i < chosen_.size(); ++i) {
    smooth_around(nuclei_[chosen_[i].nucleus], near);
    cells_.push_back(measure_(chosen_[i].nucleus));
    cells_.back().piece = chosen_[i].piece;
  }
  watch.lap(seconds_.membranes);
  return cells_;
}

}  // namespace annulet
