#include "annulet/pipeline/side_by_side.hpp"

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/parallel_pipeline.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

namespace annulet {
namespace {

/// Runs `work(threads)` with as many threads as are asked for.
template <class Work>
void on_threads(int threads, const Work& work) {
  if (threads <= 0) threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(threads));
  tbb::task_arena arena(threads);
  arena.execute([&] { work(threads); });
}

}  // namespace

void side_by_side(int threads, const std::vector<std::function<void()>>& tasks) {
  std::atomic<std::size_t> next{0};
  on_threads(threads, [&](int count) {
    tbb::parallel_for(0, count, [&](int) {
      for (std::size_t i; (i = next.fetch_add(1)) < tasks.size();) tasks[i]();
    });
  });
}

void in_order(int threads, std::size_t count, const std::function<std::string(std::size_t)>& make,
              const std::function<void(std::string_view)>& out) {
  std::size_t next = 0;
  const auto claim = [&](tbb::flow_control& flow) -> std::size_t {
    if (next == count) {
      flow.stop();
      return 0;
    }
    return next++;
  };
  on_threads(threads, [&](int workers) {
    tbb::parallel_pipeline(
        2 * static_cast<std::size_t>(workers),
        tbb::make_filter<void, std::size_t>(tbb::filter_mode::serial_in_order, claim) &
            tbb::make_filter<std::size_t, std::string>(tbb::filter_mode::parallel, make) &
            tbb::make_filter<std::string, void>(tbb::filter_mode::serial_in_order,
                                                [&](const std::string& part) { out(part); }));
  });
}

}  // namespace annulet
