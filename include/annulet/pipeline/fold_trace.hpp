#pragma once
#include <opencv2/core.hpp>
#include <vector>

#include "annulet/pipeline/fold_course.hpp"

namespace annulet {

/// A piece of a fold: a strip around a place of 4 um, along the fold's axis.
struct FoldStrip {
  int x = 0, y = 0;  ///< the place
  int direction = 0;
  int half_width_um = 0;
};

/// Squares of 8 um in a part of the slide, not 0 where one is sure of a fold. The part reaches kAroundSeeds
/// beyond each of these, or to the slide's border.
struct FoldSeeds {
  cv::Mat mask;
  int x0 = 0, y0 = 0;  ///< its first square
};
inline constexpr int kFromSeed = 5;  ///< squares from a seed to where a fold may still go on
inline constexpr int kAroundSeeds = kFromSeed + 1;

/// Follows the folds through the squares of `seeds` along their
/// axes, place by place, and returns what they consist of. What a seed has no band through is left out. Cost:
/// 10-20 us and 8 bytes a place on a fold and around it.
std::vector<FoldStrip> trace_folds(const FoldCourse& course, const FoldSeeds& seeds);

/// True where a point, given from a strip's place in um, lies in it.
bool in_strip(const FoldStrip& strip, int right_um, int down_um);

/// um from a strip's place beyond which nothing lies in it.
int reach_um(const FoldStrip& strip);

}  // namespace annulet
