#pragma once
#include "annulet/model/result.hpp"

namespace annulet::report {

/// um per level-0 pixel along both axes: the one number by which the scan gave every cell its position, so
/// the only one that leads back from cells to pixels, also where a file states two pitches.
inline double scan_pitch_um(const SlideResult& result) {
  return result.pitch.mean();
}

}  // namespace annulet::report
