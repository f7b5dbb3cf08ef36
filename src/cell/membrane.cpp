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

// Those of `faced`, in the order of the table, that limit most rays: a row can name eight of them.
void keep_nearest(const ring::Prior& prior, std::vector<std::uint32_t>& faced) {
  if (faced.size() <= kNeighbours) return;
  const auto rays = [&prior](std::uint32_t i) {
    return std::count(prior.facing.begin(), prior.facing.end(), static_cast<std::int32_t>(i));
  };
  std::sort(faced.begin(), faced.end(), [&](std::uint32_t a, std::uint32_t b) {
    const auto of_a = rays(a), of_b = rays(b);
    return of_a != of_b ? of_a > of_b : a < b;
  });
  faced.resize(kNeighbours);
  std::sort(faced.begin(), faced.end());
}

}  // namespace

struct MembraneMeter::Scratch {
  const StainTile* tile = nullptr;
  std::span<const Nucleus> nuclei;
  ring::NucleusTable table;
  ring::Steps steps;
  ring::Prior prior;
  ring::Samples samples;
  ring::PathScratch path;
  std::vector<std::uint32_t> faced;  // midlines that limit a ray
  std::vector<std::uint8_t> names;   // of a midline's neighbour in the row; the first stands for nobody

  void name_neighbours(CellRow& row) {
    constexpr std::uint8_t kFaced = 0;
    names.assign(prior.midlines.size() + 1, kNoNeighbour);
    for (const std::int32_t i : prior.facing) names[static_cast<std::size_t>(i + 1)] = kFaced;
    faced.clear();
    for (std::uint32_t i = 0; i < prior.midlines.size(); ++i) {
      if (names[i + 1] == kFaced) faced.push_back(i);
    }
    keep_nearest(prior, faced);
    names.assign(names.size(), kNoNeighbour);
    row.neighbours = static_cast<std::uint8_t>(faced.size());
    for (std::size_t i = 0; i < faced.size(); ++i) {
      const ring::Midline& midline = prior.midlines[faced[i]];
      row.neighbour[i] = {static_cast<std::int16_t>(midline.dx), static_cast<std::int16_t>(midline.dy)};
      names[faced[i] + 1] = static_cast<std::uint8_t>(i);
    }
    for (std::size_t ray = 0; ray < kRays; ++ray) {
      row.facing[ray] = names[static_cast<std::size_t>(prior.facing[ray] + 1)];
    }
  }
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

int MembraneMeter::ring_reach_um(const Nucleus& nucleus) {
  constexpr int kRadiiPerUm = 8;  // Nucleus::radius is 1/8 um
  const int radius = *std::max_element(nucleus.radius.begin(), nucleus.radius.end());
  return std::min(radius / kRadiiPerUm + 1 + ring_reach_um() - ring::kLargestNucleus / ring::kStepsPerUm,
                  ring_reach_um());
}

void MembraneMeter::look_at(const StainTile& tile, std::span<const Nucleus> nuclei) {
  expects(tile.pitch_um > 0 && tile.dab_native.width() > 1 && tile.dab_native.height() > 1,
          "a ring was asked for on a window without pixels");
  scratch_->tile = &tile;
  scratch_->nuclei = nuclei;
  scratch_->steps = ring::steps_of(tile);
  ring::fill_table(nuclei, scratch_->table);
}

CellRow MembraneMeter::operator()(std::size_t index) {
  Scratch& s = *scratch_;
  expects(index < s.nuclei.size(), "a ring was asked for a nucleus that is not there");
  const Nucleus& nucleus = s.nuclei[index];
  CellRow row;
  copy_nucleus(nucleus, row);
  ring::find_prior(nucleus, index, s.table, s.prior);
  ring::sample(*s.tile, s.steps, nucleus.centre, s.prior, s.samples);
  ring::find_prominence(s.prior, s.samples);
  ring::measure_wall(s.samples, ring::wall_path(s.samples, s.path), row);
  s.name_neighbours(row);
  return row;
}

CellRow MembraneMeter::operator()(const StainTile& tile, std::span<const Nucleus> nuclei, std::size_t index) {
  look_at(tile, nuclei);
  return (*this)(index);
}

}  // namespace annulet
