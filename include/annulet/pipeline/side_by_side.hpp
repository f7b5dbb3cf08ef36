#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace annulet {

/// How many threads `asked` stands for: 0 is one per core.
int thread_count(int asked);

/// Runs tasks that do not depend on each other on up to `threads` threads (0: one per core), this one among
/// them. They start in order. Throws what the first task that failed threw, when no task runs any more; those
/// not yet begun may be left out.
void side_by_side(int threads, const std::vector<std::function<void()>>& tasks);

/// Calls `work(first, last)` for ranges of a few thousand that together are 0 ... count - 1 on up to
/// `threads` threads (0: one per core), this one among them; see OverRanges. Throws what the first that
/// failed threw.
void in_ranges(int threads, std::size_t count,
               const std::function<void(std::size_t first, std::size_t last)>& work);

/// Runs `aside` on another thread while this one does `work`; with one thread first `aside`, then `work`.
/// Both are at their end when it returns or throws: what `aside` threw, else what `work` threw.
void beside(int threads, const std::function<void()>& aside, const std::function<void()>& work);

/// Makes the parts 0 ... count - 1 of a file on up to `threads` threads (0: one per core) and hands them on
/// in their order, one at a time: the same bytes for any number of threads. At most two parts a thread are
/// held. Throws what `make` or `out` threw.
void in_order(int threads, std::size_t count, const std::function<std::string(std::size_t)>& make,
              const std::function<void(std::string_view)>& out);

/// The same where the parts go through `seal` in their order, one at a time, before `pack` makes of each what
/// is handed on, on all threads again.
void in_order(int threads, std::size_t count, const std::function<std::string(std::size_t)>& make,
              const std::function<void(std::string&)>& seal,
              const std::function<std::string(std::string_view)>& pack,
              const std::function<void(std::string_view)>& out);

}  // namespace annulet
