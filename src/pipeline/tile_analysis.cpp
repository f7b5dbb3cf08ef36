#include "annulet/pipeline/tile_analysis.hpp"

#include <algorithm>

namespace annulet {
namespace {

// Work px around the core whose nuclei its rings need: one more, since a centre lies anywhere in its pixel.
const std::int64_t kNeighbourhood = MembraneMeter::neighbour_reach_um() * kMicroUnits / kMicroPerWork + 1;

// Rings are measured strip by strip: what neighbours read is still in the cache.
constexpr std::int32_t kStrip = 64 * kMicroUnits;

}  // namespace

// Which nuclei are cells of the tile: in its core and on tissue.
void TileAnalysis::choose_cells(const TileSpec& spec, const std::vector<Nucleus>& nuclei) {
  cells_.clear();
  for (std::size_t i = 0; i < nuclei.size(); ++i) {
    const Point<MicroFrame, std::int32_t> centre = nuclei[i].centre;
    const Point<WorkFrame> work{centre.x / kMicroPerWork, centre.y / kMicroPerWork};
    if (centre.x < 0 || centre.y < 0 || !spec.core.contains(work)) continue;
    const std::uint16_t piece = tissue_.at_um(static_cast<double>(centre.x) / kMicroUnits,
                                              static_cast<double>(centre.y) / kMicroUnits);
    if (piece != 0) cells_.push_back({centre.x / kStrip, i, piece});
  }
  std::sort(cells_.begin(), cells_.end(), [](const Chosen& a, const Chosen& b) {
    return a.strip != b.strip ? a.strip < b.strip : a.nucleus < b.nucleus;
  });
}

TileResult TileAnalysis::operator()(const TileSpec& spec) {
  TileResult result;
  result.ordinal = spec.ordinal;
  const StainTile& tile = reader_.read(spec.window, spec.core, result.seconds);
  result.problems = reader_.problems();
  Stopwatch watch;
  const std::vector<Nucleus> nuclei = find_nuclei_(tile, options_);
  watch.lap(result.seconds.nuclei);
  choose_cells(spec, nuclei);
  result.cells.reserve(cells_.size());
  for (const Chosen& cell : cells_) {
    result.cells.push_back(measure_(tile, nuclei, cell.nucleus));
    result.cells.back().piece = cell.piece;
  }
  std::sort(result.cells.begin(), result.cells.end(), before);
  watch.lap(result.seconds.membranes);
  return result;
}

}  // namespace annulet
