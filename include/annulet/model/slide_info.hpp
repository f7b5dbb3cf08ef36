#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "annulet/base/geometry.hpp"

namespace annulet {

enum class PitchOrigin { None, Header, User };

/// um per level-0 pixel.
struct Pitch {
  double x = 0, y = 0;
  PitchOrigin origin = PitchOrigin::None;
  bool known() const { return origin != PitchOrigin::None; }
  double mean() const { return (x + y) / 2; }
};

struct Level {
  Size<LevelFrame> extent;  ///< px of this level
  double downsample = 1;    ///< level-0 px per px of this level
};

/// What a slide file says of itself. Immutable once opened.
struct SlideInfo {
  std::string file_name;  ///< without folder
  std::string format;     ///< "aperio", "generic-tiff", "hamamatsu", ..., "jpeg", "png"
  std::string reader;     ///< "tiff" | "openslide" | "picture"
  std::uint64_t bytes = 0;
  Size<SlideFrame> extent;    ///< px of level 0
  std::vector<Level> levels;  ///< finest first; never empty
  Size<SlideFrame> tile;      ///< the file's own level-0 tiles; 256 x 256 where it has none
  Pitch pitch;                ///< as the file states it
  std::optional<double> objective_power;
  std::optional<Rect<SlideFrame>>
      scanned;                ///< the scanned part of level 0, where that is not the whole of it
  bool picture = false;       ///< a JPEG or PNG field, not a scanner's slide
  bool fluorescence = false;  ///< the file says that it is a fluorescence image
};

}  // namespace annulet
