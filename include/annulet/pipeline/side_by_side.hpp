#pragma once
#include <functional>
#include <vector>

namespace annulet {

/// Runs tasks that do not depend on each other on up to `threads` threads (0: one per core), this one among
/// them. They start in order. Throws what the first task that failed threw, when no task runs any more; those
/// not yet begun may be left out.
void side_by_side(int threads, const std::vector<std::function<void()>>& tasks);

}  // namespace annulet
