#pragma once
// Components of a mask from its runs: a mask has few of these, and no picture of labels is made.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <opencv2/core.hpp>
#include <vector>

#include "pipeline/groups.hpp"

namespace annulet {

/// A stretch of a row of a mask; half-open.
struct MaskRun {
  int y, x0, x1;
};

/// Where a mask of 0 and one other value is not 0; by y, then x.
inline std::vector<MaskRun> runs_of(const cv::Mat& mask) {
  std::vector<MaskRun> runs;
  for (int y = 0; y < mask.rows; ++y) {
    const auto *row = mask.ptr<std::uint8_t>(y), *end = row + mask.cols;
    for (const auto* at = row; at != end;) {
      at = std::find_if(at, end, [](std::uint8_t value) { return value != 0; });
      if (at == end) break;
      const void* zero = std::memchr(at, 0, static_cast<std::size_t>(end - at));
      const auto* last = zero != nullptr ? static_cast<const std::uint8_t*>(zero) : end;
      runs.push_back({y, static_cast<int>(at - row), static_cast<int>(last - row)});
      at = last;
    }
  }
  return runs;
}

enum class Neighbours { Four, Eight };

/// The components that runs make up, sized by pixels. Runs as runs_of gives them.
inline Groups components_of(const std::vector<MaskRun>& runs, Neighbours neighbours) {
  std::vector<std::uint32_t> lengths;
  lengths.reserve(runs.size());
  for (const MaskRun& run : runs) lengths.push_back(static_cast<std::uint32_t>(run.x1 - run.x0));
  Groups groups(std::move(lengths));
  const int corner = neighbours == Neighbours::Eight ? 1 : 0;
  std::size_t above = 0;  // the first run of the row above that may touch a later run
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const MaskRun& run = runs[i];
    while (runs[above].y < run.y - 1 || (runs[above].y == run.y - 1 && runs[above].x1 + corner <= run.x0))
      ++above;
    for (std::size_t k = above; runs[k].y == run.y - 1 && runs[k].x0 < run.x1 + corner; ++k)
      groups.join(k, i);
  }
  return groups;
}

}  // namespace annulet
