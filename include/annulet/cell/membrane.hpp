#pragma once
#include <memory>
#include <span>
#include <vector>

#include "annulet/cell/nucleus.hpp"
#include "annulet/model/cell_row.hpp"

namespace annulet {

/// Measures the membrane ring of nuclei along rays at the slide's own pitch (`StainTile::dab_native`): border
/// prior by closed-form midlines to the neighbours, wall by a circular shortest path on the ridge, contrast
/// against the local baseline. One per worker: holds scratch, carries nothing over. Integer arithmetic only.
/// docs/science/membrane.md.
class MembraneMeter {
 public:
  MembraneMeter();
  ~MembraneMeter();
  /// Row of nuclei[index]; `nuclei` must hold every nucleus within neighbour_reach_um() of it, sorted by (y,
  /// x). All fields but `piece` are filled. The window must reach ring_reach_um() around the centre, or be
  /// cut by the slide.
  CellRow operator()(const StainTile& tile, std::span<const Nucleus> nuclei, std::size_t index);
  static int neighbour_reach_um();  ///< 30
  static int ring_reach_um();       ///< how far a ring and its baseline look from the centre

 private:
  struct Scratch;
  std::unique_ptr<Scratch> scratch_;
};

}  // namespace annulet
