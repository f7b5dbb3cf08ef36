#include "annulet/cell/membrane.hpp"

#include <algorithm>

#include "annulet/base/error.hpp"
#include "cell/ring.hpp"

namespace annulet {
namespace {

void copy_nucleus(const Nucleus& nucleus, CellRow& row) {
  row.x = nucleus.centre.x;
  row.y = nucleus.centre.y;
  row.nucleus_area = nucleus.area;
  row.haematoxylin_od = nucleus.haematoxylin_od;
  row.haematoxylin_sd = nucleus.haematoxylin_sd;
  row.haematoxylin_outside = nucleus.haematoxylin_outside;
  row.haematoxylin_outside_sd = nucleus.haematoxylin_outside_sd;
  row.nucleus_dab_od = nucleus.nucleus_dab_od;
  row.edge = nucleus.edge;
  row.edge_quartile = nucleus.edge_quartile;
  row.weak_edge_share = nucleus.weak_edge_share;
  row.circularity = nucleus.circularity;
  row.min_diameter = nucleus.min_diameter;
  row.max_diameter = nucleus.max_diameter;
  row.score = nucleus.score;
  if (nucleus.interior) row.flags |= kFlagInterior;
}

struct Seen {
  int nucleus, rays;
};

// The neighbours that limit most rays, in the order of the table; a row can name eight of them.
std::vector<Seen> named_neighbours(const ring::Prior& prior) {
  std::vector<Seen> seen;
  for (const int nucleus : prior.facing) {
    if (nucleus < 0) continue;
    const auto at =
        std::find_if(seen.begin(), seen.end(), [nucleus](const Seen& s) { return s.nucleus == nucleus; });
    if (at == seen.end()) {
      seen.push_back({nucleus, 1});
    } else {
      ++at->rays;
    }
  }
  std::sort(seen.begin(), seen.end(), [](const Seen& a, const Seen& b) {
    return a.rays != b.rays ? a.rays > b.rays : a.nucleus < b.nucleus;
  });
  if (seen.size() > kNeighbours) seen.resize(kNeighbours);
  std::sort(seen.begin(), seen.end(), [](const Seen& a, const Seen& b) { return a.nucleus < b.nucleus; });
  return seen;
}

void name_neighbours(std::span<const Nucleus> nuclei, std::size_t index, const ring::Prior& prior,
                     CellRow& row) {
  const std::vector<Seen> named = named_neighbours(prior);
  row.neighbours = static_cast<std::uint8_t>(named.size());
  row.facing.fill(kNoNeighbour);
  const auto& own = nuclei[index].centre;
  for (std::size_t i = 0; i < named.size(); ++i) {
    const auto& other = nuclei[static_cast<std::size_t>(named[i].nucleus)].centre;
    row.neighbour[i] = {static_cast<std::int16_t>(other.x - own.x),
                        static_cast<std::int16_t>(other.y - own.y)};
    for (std::size_t ray = 0; ray < kRays; ++ray) {
      if (prior.facing[ray] == named[i].nucleus) row.facing[ray] = static_cast<std::uint8_t>(i);
    }
  }
}

}  // namespace

struct MembraneMeter::Scratch {
  ring::Samples samples;
  ring::PathScratch path;
};

MembraneMeter::MembraneMeter() : scratch_(std::make_unique<Scratch>()) {}
MembraneMeter::~MembraneMeter() = default;

int MembraneMeter::neighbour_reach_um() {
  return ring::kNeighbourReachUm;
}

int MembraneMeter::ring_reach_um() {
  return (ring::kLargestStep + ring::kBaselineFar) / ring::kStepsPerUm +
         1;  // and the pixel beside for interpolation
}

CellRow MembraneMeter::operator()(const StainTile& tile, std::span<const Nucleus> nuclei, std::size_t index) {
  expects(index < nuclei.size(), "a ring was asked for a nucleus that is not there");
  expects(tile.pitch_um > 0 && tile.dab_native.width() > 1 && tile.dab_native.height() > 1,
          "a ring was asked for on a window without pixels");
  CellRow row;
  copy_nucleus(nuclei[index], row);
  const ring::Prior prior = ring::prior_of(nuclei, index);
  ring::sample(tile, nuclei[index].centre, prior, scratch_->samples);
  ring::measure_wall(scratch_->samples, ring::wall_path(scratch_->samples, prior, scratch_->path), row);
  name_neighbours(nuclei, index, prior, row);
  return row;
}

}  // namespace annulet
