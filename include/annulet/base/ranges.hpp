#pragma once
#include <cstddef>
#include <functional>

namespace annulet {

/// Calls `work(first, last)` for ranges that together are 0 ... count - 1, in any order and perhaps several
/// at once: work on one index must neither read nor write what work on another writes. What `work` throws
/// comes out.
using OverRanges = std::function<void(std::size_t count,
                                      const std::function<void(std::size_t first, std::size_t last)>& work)>;

/// All of it as one range on this thread.
inline void in_one_range(std::size_t count,
                         const std::function<void(std::size_t first, std::size_t last)>& work) {
  if (count > 0) work(0, count);
}

}  // namespace annulet
