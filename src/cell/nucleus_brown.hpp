#pragma once
#include "cell/nucleus_plane.hpp"
#include "cell/star_outline.hpp"

namespace annulet::nuclei {

/// Whether the outline holds a body filled with brown that stands alone: as brown in the middle as at its
/// rim, and hardly any brown around. A stained wall is brown at its rim; where walls meet, brown leads away.
bool is_filled_brown(const StainTile& tile, const Star& star);

}  // namespace annulet::nuclei
