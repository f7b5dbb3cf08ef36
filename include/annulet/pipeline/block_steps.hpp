#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "annulet/cell/membrane.hpp"
#include "annulet/cell/nucleus.hpp"
#include "annulet/cell/outline.hpp"
#include "annulet/model/problem.hpp"
#include "annulet/model/tissue.hpp"
#include "annulet/pipeline/scan_plan.hpp"
#include "annulet/pipeline/sharpness.hpp"
#include "annulet/pipeline/stage_seconds.hpp"
#include "annulet/pipeline/stain_reader.hpp"

namespace annulet {

/// What is known of a block of the slide so far.
struct Block {
  StainTile planes;  ///< of its parts `planes` and `membranes`; `dab_native` is not smoothed yet
  std::vector<Problem> problems;
  NucleusSpots spots;
  NucleusOutlines outlines;
  std::vector<Nucleus> nuclei;

  /// Forgets everything but the memory it lay in.
  void clear();
};

/// A block, those beside it, and those above these that a step looks at; nullptr where there is none.
struct Neighbourhood {
  std::array<const Block*, 3 * (1 + kMostAbove)> around{};
};

/// The steps of a worker, each on one block, with what the step before has left in the blocks around. Holds
/// scratch, carries nothing from call to call.
class BlockSteps {
 public:
  BlockSteps(const SlideSource& source, const StainModel& stain, double pitch_um, const TissueMask& tissue,
             const TissueSquares& seen, const NucleusOptions& options, SharpnessMap& sharpness);
  /// Says what make_planes will read, so that no tile is decoded twice.
  void announce(const BlockPlan& plan) const;
  /// Asks for its bytes.
  void fetch_ahead(const BlockPlan& plan) const;
  /// Pixels of the membrane plane.
  std::size_t membrane_pixels(const BlockPlan& plan) const;
  void make_planes(const BlockPlan& plan, Block& block);
  void find_spots(const BlockPlan& plan, const Neighbourhood& near, Block& block);
  void fit_outlines(const BlockPlan& plan, const Neighbourhood& near, Block& block);
  void choose_nuclei(const BlockPlan& plan, const Neighbourhood& near, Block& block);
  /// The block's cells by (y, x), until the next call.
  const CellTable& measure_cells(const BlockPlan& plan, const Neighbourhood& near);
  const StageSeconds& seconds() const { return seconds_; }

 private:
  struct Chosen {
    std::size_t nucleus;
    std::uint16_t piece;
  };
  const StainTile& work_window(const Rect<WorkFrame>& part, int reach_um, const Neighbourhood& near);
  const StainTile& membrane_window(const Rect<WorkFrame>& part, const Neighbourhood& near);
  void smooth_around(const Nucleus& nucleus, const Neighbourhood& near);
  void choose_cells(const Rect<WorkFrame>& part);

  StainReader reader_;
  const TissueMask& tissue_;
  const TissueSquares& seen_;
  NucleusOptions options_;
  SharpnessMap& sharpness_;  ///< shared: each worker writes the squares of its blocks
  SharpnessMap::Scratch sharpness_scratch_;
  NucleusFinder finder_;
  MembraneMeter measure_;
  StainTile window_;
  Plane<std::uint8_t> unsmoothed_;
  std::int64_t smoothed_to_ = 0;  ///< row of the slide: those from here on are not in the membrane plane yet
  NucleusSpots spots_;
  NucleusOutlines outlines_;
  std::vector<Nucleus> nuclei_;
  std::vector<Chosen> chosen_;
  int ring_reach_um_ = 0;  ///< of the farthest of them
  CellTable cells_;
  StageSeconds seconds_;
};

}  // namespace annulet
