#pragma once
#include <cstdint>
#include <exception>
#include <vector>

#include "annulet/cell/membrane.hpp"
#include "annulet/cell/nucleus.hpp"
#include "annulet/model/problem.hpp"
#include "annulet/model/tissue.hpp"
#include "annulet/pipeline/stage_seconds.hpp"
#include "annulet/pipeline/stain_reader.hpp"
#include "annulet/pipeline/tile_plan.hpp"

namespace annulet {

struct TileResult {
  std::size_t ordinal = 0;
  CellTable cells;  ///< sorted by `before`; centres in the core and on tissue
  std::vector<Problem> problems;
  StageSeconds seconds;
  std::exception_ptr error;  ///< what went wrong, rethrown by the consumer in tile order
};

/// Everything a worker does with one tile. One per worker: holds scratch, carries nothing from tile to tile.
class TileAnalysis {
 public:
  TileAnalysis(const SlideSource& source, const StainModel& stain, double pitch_um, const TissueMask& tissue,
               const NucleusOptions& options)
      : reader_(source, stain, pitch_um), tissue_(tissue), options_(options) {}
  TileResult operator()(const TileSpec& spec);

 private:
  struct Chosen {
    std::int32_t strip;
    std::size_t nucleus;
    std::uint16_t piece;
  };
  void choose_cells(const TileSpec& spec, const std::vector<Nucleus>& nuclei);

  StainReader reader_;
  const TissueMask& tissue_;
  NucleusOptions options_;
  NucleusFinder find_nuclei_;
  MembraneMeter measure_;
  std::vector<Chosen> cells_;
};

}  // namespace annulet
