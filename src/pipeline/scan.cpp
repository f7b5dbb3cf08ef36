#include "annulet/pipeline/scan.hpp"

#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_pipeline.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <memory>
#include <opencv2/core.hpp>
#include <thread>
#include <tuple>

namespace annulet {
namespace {

auto place(const Problem& p) {
  return std::tie(p.where.y0, p.where.x0, p.where.y1, p.where.x1, p.what);
}

/// A tile of the file that lies in several windows is one problem.
void sort_once(std::vector<Problem>& problems) {
  std::sort(problems.begin(), problems.end(),
            [](const Problem& a, const Problem& b) { return place(a) < place(b); });
  problems.erase(std::unique(problems.begin(), problems.end(),
                             [](const Problem& a, const Problem& b) { return place(a) == place(b); }),
                 problems.end());
}

/// The one consumer: sees the tiles in order.
class Collector {
 public:
  Collector(std::size_t tiles, const RunControl& control) : tiles_(tiles), control_(control) {}

  void take(TileResult& tile) {
    if (tile.error) std::rethrow_exception(tile.error);
    scan_.cells.insert(scan_.cells.end(), tile.cells.begin(), tile.cells.end());
    scan_.problems.insert(scan_.problems.end(), tile.problems.begin(), tile.problems.end());
    scan_.seconds += tile.seconds;
    control_.report({"scan", tile.ordinal + 1, tiles_, scan_.cells.size()});
  }

  Scan finish() {
    std::sort(scan_.cells.begin(), scan_.cells.end(), before);
    sort_once(scan_.problems);
    return std::move(scan_);
  }

 private:
  std::size_t tiles_;
  const RunControl& control_;
  Scan scan_;
};

}  // namespace

Scan scan_slide(const SlideSource& source, const Survey& survey, const ScoreOptions& options,
                const RunControl& control) {
  cv::setNumThreads(1);  // OpenCV's own pool would compete with the tiles
  const int threads = options.threads > 0
                          ? options.threads
                          : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  const auto tokens = static_cast<std::size_t>(options.tokens > 0 ? options.tokens : threads);
  const std::vector<TileSpec>& tiles = survey.plan.tiles;
  tbb::enumerable_thread_specific<TileAnalysis> workers(
      [&] { return TileAnalysis(source, survey.stain, survey.pitch.mean(), survey.tissue, survey.nuclei); });
  Collector collector(tiles.size(), control);
  std::size_t next = 0;
  const auto claim = [&](tbb::flow_control& flow) -> std::size_t {
    if (next == tiles.size()) {
      flow.stop();
      return 0;
    }
    return next++;
  };
  const auto analyse = [&](std::size_t ordinal) {
    auto result = std::make_shared<TileResult>();
    try {
      *result = workers.local()(tiles[ordinal]);
    } catch (...) {
      result->ordinal = ordinal;
      result->error = std::current_exception();
    }
    return result;
  };
  const auto consume = [&](const std::shared_ptr<TileResult>& tile) { collector.take(*tile); };
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(threads));
  tbb::task_arena arena(threads);
  arena.execute([&] {
    tbb::parallel_pipeline(
        tokens,
        tbb::make_filter<void, std::size_t>(tbb::filter_mode::serial_in_order, claim) &
            tbb::make_filter<std::size_t, std::shared_ptr<TileResult>>(tbb::filter_mode::parallel, analyse) &
            tbb::make_filter<std::shared_ptr<TileResult>, void>(tbb::filter_mode::serial_in_order, consume));
  });
  return collector.finish();
}

}  // namespace annulet
