#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace annulet {

/// Runs tasks that do not depend on each other on up to `threads` threads (0: one per core), this one among
/// them. They start in order. Throws what the first task that failed threw, when no task runs any more; those
/// not yet begun may be left out.
void side_by_side(int threads, const std::vector<std::function<void()>>& tasks);

/// Makes the parts 0 ... count - 1 of a file on up to `threads` threads (0: one per core) and hands them on
/// in their order, one at a time: the same bytes for any number of threads. At most two parts a thread are
/// held. Throws what `make` or `out` threw.
void in_order(int threads, std::size_t count, const std::function<std::string(std::size_t)>& make,
              const std::function<void(std::string_view)>& out);

}  // namespace annulet
