#pragma once
#include <cstdint>
#include <exception>
#include <span>
#include <vector>

#include "annulet/cell/membrane.hpp"
#include "annulet/cell/nucleus.hpp"
#include "annulet/model/problem.hpp"
#include "annulet/model/stain.hpp"
#include "annulet/model/tissue.hpp"
#include "annulet/pipeline/tile_plan.hpp"
#include "annulet/pixel/coarse_dab.hpp"
#include "annulet/pixel/unmix.hpp"
#include "annulet/slide/slide_source.hpp"

namespace annulet {

/// CPU seconds by stage of the scan.
struct StageSeconds {
  double read = 0, unmix = 0, nuclei = 0, membranes = 0;
  StageSeconds& operator+=(const StageSeconds& other);
};

struct TileResult {
  std::size_t ordinal = 0;
  CellTable cells;  ///< sorted by `before`; centres in the core and on tissue
  std::vector<Problem> problems;
  StageSeconds seconds;
  std::exception_ptr error;  ///< what went wrong, rethrown by the consumer in tile order
};

/// Reads a window and unmixes it into the planes that cells are measured on. One per worker: holds scratch.
class StainReader {
 public:
  StainReader(const SlideSource& source, const StainModel& stain, double pitch_um)
      : source_(source),
        unmixer_(stain),
        coarse_dab_(stain, pitch_um),
        chroma_halved_(stain.chroma_halved),
        pitch_um_(pitch_um) {}
  /// Pixels of the window and what the planes need around it.
  void fetch(const Rect<WorkFrame>& window);
  /// Planes of what was fetched; valid until the next fetch.
  const StainTile& unmix();
  const SlidePixels& pixels() const { return pixels_; }

 private:
  const SlideSource& source_;
  void find_membrane_plane();

  Unmixer unmixer_;
  CoarseDab coarse_dab_;
  bool chroma_halved_;
  double pitch_um_;
  SlidePixels pixels_;
  Plane<std::uint8_t> haematoxylin_native_, dab_raw_, dab_sharp_;
  StainTile tile_;
};

/// Everything a worker does with one tile. One per worker: holds scratch, carries nothing from tile to tile.
class TileAnalysis {
 public:
  TileAnalysis(const SlideSource& source, const StainModel& stain, double pitch_um, const TissueMask& tissue,
               const NucleusOptions& options)
      : reader_(source, stain, pitch_um), tissue_(tissue), options_(options) {}
  TileResult operator()(const TileSpec& spec);

 private:
  StainReader reader_;
  const TissueMask& tissue_;
  NucleusOptions options_;
  NucleusFinder find_nuclei_;
  MembraneMeter measure_;
};

}  // namespace annulet
