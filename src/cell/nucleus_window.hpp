#pragma once
#include "annulet/cell/nucleus.hpp"
#include "annulet/cell/stain_tile.hpp"
#include "cell/log_blobs.hpp"
#include "cell/star_outline.hpp"

namespace annulet::nuclei {

/// Glass painted around the picture where a window ends with it: a nucleus that the border cuts is closed
/// there.
inline constexpr int kGlassUm = 12;  ///< the longest outline, 9.5 um, and the kernels of its plane

/// Of the blobs of a window those whose centre lies in `part`.
BlobWindow blob_window(const StainTile& window, const Rect<WorkFrame>& part);

/// The part of `window` where spots are sure: `reach_um` from where `tile`, which lies in it, ends and the
/// slide does not.
Rect<WorkFrame> inner_part(const StainTile& tile, const StainTile& window, int reach_um);

/// True where the window ends with the slide on some side.
bool touches_border(const StainTile& tile);

/// The window with kGlassUm of unstained glass (no haematoxylin, no DAB) on the sides where the slide ends.
/// Cost: a copy of both planes.
void add_glass(const StainTile& tile, StainTile& padded);

/// Whether an outline in a window that reaches beyond the slide would be one without the glass: it has an
/// edge of more than `least_edge` (as Star::edge) on 18 of 32 of the rays that end inside the slide, and
/// these are 12 at least.
bool closes_inside(const StainTile& padded, const Star& star, int least_edge);

/// Whether the nucleus belongs to the slide: its centre lies there, and where the slide's border cuts it,
/// about four fifths of it or more (painted discs of 3 to 6 um: from 0.76 to 0.80 of the area on).
bool belongs_to(const StainTile& window, const Nucleus& nucleus);

}  // namespace annulet::nuclei
