#pragma once
#include "annulet/base/plane.hpp"
#include "annulet/model/problem.hpp"
#include "annulet/model/slide_info.hpp"
#include "annulet/pipeline/options.hpp"
#include "annulet/slide/slide_source.hpp"

namespace annulet {

/// The whole slide, small: means over squares of `pitch_um`, the first at the slide's top left.
struct Overview {
  double pitch_um = 0;
  RgbImage rgb;                 ///< what the slide does not cover is (255, 255, 255)
  std::vector<Problem> unseen;  ///< what could not be read on any level: not known to be background
};

/// Finest overview of 2, 4, 8 ... um per px that has at most kOverviewPixels pixels, from the coarsest level
/// that is still finer; what is lost there is read from the next finer level, down to level 0. Memory: the
/// overview and one block of 2048 px square. Throws what the source throws, and Cancelled.
Overview read_overview(const SlideSource& source, const Pitch& pitch, const RunControl& control);

/// The um per px that it takes for a slide of this size.
double overview_pitch(double width_um, double height_um);

inline constexpr double kOverviewPitch = 2.0;  ///< um; the gates of the survey were measured at it
inline constexpr std::int64_t kOverviewPixels = 16'000'000;  ///< 48 MB of RGB

/// The overview shrunk so that neither side is over `longest` px.
RgbImage thumbnail(const Overview& overview, int longest, double& pitch_um);

}  // namespace annulet
