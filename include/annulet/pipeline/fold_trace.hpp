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

/// Follows the folds through the squares of `seeds` (not 0 where a square of 8 um is sure of one) along their
/// axes, place by place, and returns what they consist of. What a seed has no band through is left out. Cost:
/// 10-20 us and 8 bytes a place on a fold and around it.
std::vector<FoldStrip> trace_folds(const FoldCourse& course, const cv::Mat& seeds);

/// True where a point, given from a strip's place in um, lies in it.
bool in_strip(const FoldStrip& strip, int right_um, int down_um);

/// um from a strip's place beyond which nothing lies in it.
int reach_um(const FoldStrip& strip);

}  // namespace annulet
