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
  /// From here on cells of this window are measured; both must stay where and as they are meanwhile. `nuclei`
  /// is sorted by (y, x) and holds every nucleus within neighbour_reach_um() of those that will be asked for.
  void look_at(const StainTile& tile, std::span<const Nucleus> nuclei);
  /// Row of nuclei[index]. All fields but `piece` are filled. The window must reach
  /// ring_reach_um(nuclei[index]) around the centre, or be cut by the slide.
  CellRow operator()(std::size_t index);
  /// One row of a window: both of the above.
  CellRow operator()(const StainTile& tile, std::span<const Nucleus> nuclei, std::size_t index);
  static int neighbour_reach_um();                   ///< 30
  static int ring_reach_um();                        ///< how far a ring and its baseline look from the centre
  static int ring_reach_um(const Nucleus& nucleus);  ///< the same of one nucleus; mostly much less

 private:
  struct Scratch;
  std::unique_ptr<Scratch> scratch_;
};

}  // namespace annulet
