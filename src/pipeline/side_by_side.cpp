#include "annulet/pipeline/side_by_side.hpp"

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/parallel_pipeline.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>
#include <utility>

namespace annulet {
namespace {

constexpr std::size_t kRange = 2048;  // rows of a table: some ms of work, and enough ranges for many threads

/// Runs `work(threads)` with as many threads as are asked for.
template <class Work>
void on_threads(int asked, const Work& work) {
  const int threads = thread_count(asked);
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(threads));
  tbb::task_arena arena(threads);
  arena.execute([&] { work(threads); });
}

/// Hands on what `steps` make of 0 ... count - 1, in order.
void run_pipeline(int threads, std::size_t count, const tbb::filter<std::size_t, std::string>& steps,
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
        tbb::make_filter<void, std::size_t>(tbb::filter_mode::serial_in_order, claim) & steps &
            tbb::make_filter<std::string, void>(tbb::filter_mode::serial_in_order,
                                                [&](const std::string& part) { out(part); }));
  });
}

}  // namespace

int thread_count(int asked) {
  return asked > 0 ? asked : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

void side_by_side(int threads, const std::vector<std::function<void()>>& tasks) {
  std::atomic<std::size_t> next{0};
  on_threads(threads, [&](int count) {
    tbb::parallel_for(0, count, [&](int) {
      for (std::size_t i; (i = next.fetch_add(1)) < tasks.size();) tasks[i]();
    });
  });
}

void in_ranges(int threads, std::size_t count,
               const std::function<void(std::size_t first, std::size_t last)>& work) {
  on_threads(threads, [&](int) {
    tbb::parallel_for(std::size_t{0}, (count + kRange - 1) / kRange, [&](std::size_t range) {
      work(range * kRange, std::min(count, (range + 1) * kRange));
    });
  });
}

void beside(int threads, const std::function<void()>& aside, const std::function<void()>& work) {
  on_threads(threads, [&](int count) {
    if (count == 1) {
      aside();
      return work();
    }
    std::exception_ptr failed;
    tbb::task_group other;
    other.run(aside);
    try {
      work();
    } catch (...) {
      failed = std::current_exception();
    }
    other.wait();
    if (failed) std::rethrow_exception(failed);
  });
}

void in_order(int threads, std::size_t count, const std::function<std::string(std::size_t)>& make,
              const std::function<void(std::string_view)>& out) {
  run_pipeline(threads, count, tbb::make_filter<std::size_t, std::string>(tbb::filter_mode::parallel, make),
               out);
}

void in_order(int threads, std::size_t count, const std::function<std::string(std::size_t)>& make,
              const std::function<void(std::string&)>& seal,
              const std::function<std::string(std::string_view)>& pack,
              const std::function<void(std::string_view)>& out) {
  const auto sealed = [&](std::string part) {
    seal(part);
    return part;
  };
  const auto packed = [&](const std::string& part) { return pack(part); };
  run_pipeline(threads, count,
               tbb::make_filter<std::size_t, std::string>(tbb::filter_mode::parallel, make) &
                   tbb::make_filter<std::string, std::string>(tbb::filter_mode::serial_in_order, sealed) &
                   tbb::make_filter<std::string, std::string>(tbb::filter_mode::parallel, packed),
               out);
}

}  // namespace annulet
