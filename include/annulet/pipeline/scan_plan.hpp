#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "annulet/base/geometry.hpp"
#include "annulet/model/tissue.hpp"
#include "annulet/pipeline/tissue_squares.hpp"

namespace annulet {

/// One block of the scan's grid: what of it each step has to look at, so that every cell on tissue is found.
/// A step reaches farther than the one after it; a part is empty where there is nothing to do. Each step's
/// grid lies higher than that of the step before, by as far as the step looks: it never looks below its row.
struct BlockPlan {
  Rect<WorkFrame> planes;     ///< stains at 0.5 um; ends with the slide
  Rect<WorkFrame> membranes;  ///< DAB at the slide's own pitch
  Rect<WorkFrame> spots, outlines, nuclei;
  Rect<WorkFrame> cells;  ///< on tissue; a cell belongs to the block that holds its centre
  Rect<WorkFrame> sharp;  ///< tissue whose sharpness is measured on the planes of the search for spots
};

/// Blocks that are swept from top to bottom, row by row.
struct Sweep {
  std::size_t columns = 0, rows = 0;
  std::size_t above = 0;          ///< rows above its own that a step looks at, besides the columns beside it
  std::vector<BlockPlan> blocks;  ///< row by row
  const BlockPlan& at(std::size_t column, std::size_t row) const { return blocks[row * columns + column]; }
};

/// The slide's tissue, cut into sweeps side by side of which none holds more planes at once than its budget.
struct ScanPlan {
  TissueSquares seen;  ///< tissue and the glass beside it; what lies farther off is taken as glass, unread
  std::vector<Sweep> sweeps;
};

inline constexpr std::size_t kSteps = 5;      ///< planes, spots, outlines, nuclei, cells
inline constexpr std::size_t kMostAbove = 3;  ///< of Sweep::above

struct GridOptions {
  int block_um = 0;            ///< edge of a block, at least 64; 0: the program's choice
  int offset_um = 0;           ///< shifts the grid
  std::size_t rows_ahead = 1;  ///< rows whose planes are made before the cells of a row are measured
  std::uint64_t plane_bytes = std::uint64_t{88} << 20;  ///< of planes held at once by one sweep
};

/// The cells of a slide do not depend on `options`.
ScanPlan plan_scan(const TissueMask& tissue, const Size<SlideFrame>& extent, double pitch_um,
                   const GridOptions& options);

}  // namespace annulet
