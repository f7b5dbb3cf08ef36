#pragma once
#include <optional>
#include <vector>

#include "annulet/model/result.hpp"

namespace annulet {

/// Puts each of the file's own level-0 tiles into exactly one account: background (no tissue in it),
/// analysed, excluded (tissue, but none of it `counted`), missing or undecodable. `problems` (of the scan)
/// cost the tiles with tissue that they touch. `unseen` (of the overview) is what no level shows: an
/// undecodable tile is lost, since nobody knows what was on it; a missing one is lost when at least
/// kTissueAround of what surrounds it is tissue or nothing of the slide was seen, and background otherwise,
/// since scanners leave empty tiles out. What no level shows and regions leave out altogether is excluded:
/// `left_out` is that of left_out_by.
TileAccount account_tiles(const SlideInfo& info, double pitch_um, const TissueMask& tissue,
                          const TissueMask& counted, const std::vector<Problem>& problems,
                          const std::vector<Problem>& unseen, const Plane<std::uint8_t>& left_out = {});

/// What of the tissue to be scored could not be read, in mm2: of the mask's squares, each once.
struct TissueLoss {
  double missing_mm2 = 0, undecodable_mm2 = 0;
  double counted_mm2 = 0;  ///< the part of it that is known to be tissue: the rest no level shows
  double of_mm2 = 0;       ///< tissue to be scored, with what no level shows
  double mm2() const { return missing_mm2 + undecodable_mm2; }
  double percent() const { return of_mm2 > 0 ? 100 * mm2() / of_mm2 : 0; }
};

/// The area behind the lost tiles of `account_tiles`, which takes the same arguments.
TissueLoss lost_tissue(const SlideInfo& info, double pitch_um, const TissueMask& tissue,
                       const TissueMask& counted, const std::vector<Problem>& problems,
                       const std::vector<Problem>& unseen, const Plane<std::uint8_t>& left_out = {});

/// Why a slide with lost tiles is `incomplete`, or what must be said of its score: empty where no tile with
/// tissue is lost.
struct Incompleteness {
  bool allowed = false;  ///< the lost share is at most what the user allows
  Remark remark;         ///< a caveat where it is allowed, else a reason
};
std::optional<Incompleteness> incompleteness(const TileAccount& tiles, const TissueLoss& loss,
                                             std::optional<double> allowed_percent);

/// The squares of the mask whose centre a rectangle holds: rectangles side by side share none.
Rect<WorkFrame> centres_in(const TissueMask& tissue, double pitch_um, const Rect<SlideFrame>& where);

/// By place; a tile of the file that several reads met is one problem.
void sort_once(std::vector<Problem>& problems);

/// Takes the cells away whose centre lies on lost pixels: what was found there is the border of the loss.
void drop_lost_cells(CellTable& cells, const std::vector<Problem>& problems, double pitch_um);

inline constexpr double kTissueAround = 0.25;  ///< share of the known border of a missing tile

}  // namespace annulet
