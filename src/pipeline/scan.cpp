#include "annulet/pipeline/scan.hpp"

#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_sort.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <memory>
#include <mutex>
#include <opencv2/core.hpp>

#include "annulet/base/hand_back.hpp"
#include "annulet/pipeline/block_steps.hpp"
#include "annulet/pipeline/doubtful_tiles.hpp"
#include "annulet/pipeline/side_by_side.hpp"
#include "annulet/pipeline/tile_account.hpp"
#include "pipeline/packed_cells.hpp"

namespace annulet {
namespace {

/// Threads that a row of blocks keeps busy while each waits for those beside it.
constexpr std::size_t kThreadsPerRow = 4;

using Workers = tbb::enumerable_thread_specific<BlockSteps>;

/// Blocks whose memory waits for the next use.
class BlockPool {
 public:
  /// A block for `pixels` of the slide and `work` px: the smallest that has held as many, else the largest.
  std::unique_ptr<Block> take(std::size_t pixels, std::size_t work) {
    const std::lock_guard lock(mutex_);
    if (spare_.empty()) return std::make_unique<Block>();
    const auto room = [](const std::unique_ptr<Block>& block) { return block->planes.dab_native.capacity(); };
    const auto better = [&](const std::unique_ptr<Block>& a, const std::unique_ptr<Block>& b) {
      const bool fits = room(a) >= pixels;
      if (fits != (room(b) >= pixels)) return fits;
      return fits ? room(a) < room(b) : room(a) > room(b);
    };
    const auto best = std::min_element(spare_.begin(), spare_.end(), better);
    std::unique_ptr<Block> block = std::move(*best);
    spare_.erase(best);
    StainTile& planes = block->planes;
    hand_back_beyond(pixels, planes.dab_native);
    hand_back_beyond(work, planes.haematoxylin);
    hand_back_beyond(work, planes.dab);
    return block;
  }
  void give(std::unique_ptr<Block> block) {
    block->clear();
    const std::lock_guard lock(mutex_);
    spare_.push_back(std::move(block));
  }

 private:
  /// A block at the tissue's border would go on holding the memory of the whole one before it.
  static void hand_back_beyond(std::size_t used, const Plane<std::uint8_t>& plane) {
    if (plane.capacity() > used) hand_back(plane.data() + used, plane.data() + plane.capacity());
  }

  std::mutex mutex_;
  std::vector<std::unique_ptr<Block>> spare_;
};

/// Where finished blocks go, and where errors and the wish to stop come to light.
class Collector {
 public:
  Collector(std::size_t blocks, const RunControl& control) : blocks_(blocks), control_(control) {}

  /// Runs `work` unless the run was given up; keeps the first error.
  template <class Work>
  void guard(Work&& work) {
    if (given_up_.load(std::memory_order_relaxed)) return;
    try {
      work();
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!error_) error_ = std::current_exception();
      given_up_ = true;
    }
  }

  void take(const CellTable& of_block) {
    const std::lock_guard lock(mutex_);
    for (const CellRow& row : of_block) {
      if (piles_.empty() || !piles_.back().has_room()) piles_.emplace_back();
      piles_.back().add(row);
    }
    count_ += of_block.size();
  }

  /// Nothing looks at the block any more.
  void close(const Block& block) {
    guard([&] {
      const std::lock_guard lock(mutex_);
      scan_.problems.insert(scan_.problems.end(), block.problems.begin(), block.problems.end());
    });
    guard([&] {
      const std::lock_guard lock(report_);
      control_.report({"scan", ++done_, blocks_, count_.load()});
    });
  }

  /// On the threads of the arena it is called in.
  Scan finish() {
    if (error_) std::rethrow_exception(error_);
    place_cells();
    sort_once(scan_.problems);
    return std::move(scan_);
  }

 private:
  /// Where a cell is found, and its place in the table.
  struct Key {
    std::int32_t y, x;
    std::uint32_t pile, begin;
    friend bool operator<(const Key& a, const Key& b) { return a.y != b.y ? a.y < b.y : a.x < b.x; }
  };

  /// Rows are large: their keys are sorted, and each row goes to its place once.
  void place_cells() {
    std::vector<Key> keys;
    keys.reserve(count_);
    std::vector<std::size_t> left;  // rows of each pile that are still to be placed
    for (std::uint32_t pile = 0; pile < piles_.size(); ++pile) {
      left.push_back(piles_[pile].count());
      piles_[pile].each_place([&](std::uint32_t begin, std::int32_t x, std::int32_t y) {
        keys.push_back({y, x, pile, begin});
      });
    }
    tbb::parallel_sort(keys);
    scan_.cells.reserve(count_);
    constexpr std::size_t kAhead = 8;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (i + kAhead < keys.size()) piles_[keys[i + kAhead].pile].prefetch(keys[i + kAhead].begin);
      const Key& key = keys[i];
      scan_.cells.push_back(piles_[key.pile].at(key.begin));
      // The whole table never lies in memory twice.
      if (--left[key.pile] == 0) piles_[key.pile].give_back();
    }
  }

  std::size_t blocks_, done_ = 0;
  const RunControl& control_;
  std::mutex mutex_, report_;
  std::atomic<bool> given_up_{false};
  std::exception_ptr error_;
  std::vector<PackedCells> piles_;  // in the order in which cells came
  std::atomic<std::size_t> count_{0};
  Scan scan_;
};

/// One step of one block.
struct Task {
  std::size_t step, row, column;
};

bool has_work(const BlockPlan& plan, std::size_t step) {
  const Rect<WorkFrame>* parts[kSteps] = {&plan.planes, &plan.spots, &plan.outlines, &plan.nuclei,
                                          &plan.cells};
  return !parts[step]->empty();
}

bool has_any_work(const BlockPlan& plan) {
  for (std::size_t step = 0; step < kSteps; ++step) {
    if (has_work(plan, step)) return true;
  }
  return false;
}

/// One sweep. A step of a block begins when the step before is done in the block, in those beside it and in
/// those above that it looks at; planes are made when the cells of so many rows above are measured that no
/// more than the plan's rows lie in memory.
class Sweeper {
 public:
  Sweeper(const Sweep& plan, std::size_t rows_ahead, Workers& workers, Collector& collector)
      : plan_(plan),
        rows_ahead_(rows_ahead),
        workers_(workers),
        collector_(collector),
        blocks_(plan.blocks.size()),
        waits_for_(plan.blocks.size() * kSteps),
        cells_awaited_(plan.blocks.size()) {}

  void run() {
    const BlockSteps& reader = workers_.local();
    each_block([&](std::size_t row, std::size_t column) {
      reader.announce(plan_.at(column, row));
      each_looked_at(row, column, [&](std::size_t other_row, std::size_t other_column) {
        for (std::size_t step = 1; step < kSteps; ++step) ++waits({step, row, column});
        ++cells_awaited_[at(other_row, other_column)];
      });
      waits({0, row, column}) = row < rows_ahead_ ? 0 : 1;
    });
    each_block([&](std::size_t row, std::size_t column) {
      if (row < rows_ahead_) start({0, row, column});
    });
    group_.wait();
  }

 private:
  std::size_t at(std::size_t row, std::size_t column) const { return row * plan_.columns + column; }
  std::atomic<int>& waits(const Task& task) {
    return waits_for_[at(task.row, task.column) * kSteps + task.step];
  }

  template <class Visit>
  void each_block(Visit&& visit) const {
    for (std::size_t row = 0; row < plan_.rows; ++row) {
      for (std::size_t column = 0; column < plan_.columns; ++column) visit(row, column);
    }
  }
  template <class Visit>
  void each_within(std::size_t first_row, std::size_t last_row, std::size_t column, Visit&& visit) const {
    for (std::size_t r = first_row; r <= last_row; ++r) {
      for (std::size_t c = std::max<std::size_t>(column, 1) - 1; c <= std::min(column + 1, plan_.columns - 1);
           ++c) {
        visit(r, c);
      }
    }
  }
  /// The blocks that a step of this one looks at.
  template <class Visit>
  void each_looked_at(std::size_t row, std::size_t column, Visit&& visit) const {
    each_within(std::max(row, plan_.above) - plan_.above, row, column, visit);
  }
  /// The blocks of which a step looks at this one.
  template <class Visit>
  void each_looking(std::size_t row, std::size_t column, Visit&& visit) const {
    each_within(row, std::min(row + plan_.above, plan_.rows - 1), column, visit);
  }

  void start(const Task& task) {
    group_.run([this, task] {
      collector_.guard([&] { work(task); });
      finish(task);
    });
  }

  void work(const Task& task) {
    const BlockPlan& plan = plan_.at(task.column, task.row);
    std::unique_ptr<Block>& block = blocks_[at(task.row, task.column)];
    if (task.step == 0 && has_any_work(plan)) {
      block = pool_.take(workers_.local().membrane_pixels(plan),
                         plan.planes.empty() ? 0 : static_cast<std::size_t>(plan.planes.area()));
    }
    if (!has_work(plan, task.step)) return;
    BlockSteps& worker = workers_.local();
    const Neighbourhood near = task.step > 0 ? around(task) : Neighbourhood{};
    switch (task.step) {
      case 0:
        if (task.row + 1 < plan_.rows) worker.fetch_ahead(plan_.at(task.column, task.row + 1));
        return worker.make_planes(plan, *block);
      case 1:
        return worker.find_spots(plan, near, *block);
      case 2:
        return worker.fit_outlines(plan, near, *block);
      case 3:
        return worker.choose_nuclei(plan, near, *block);
      default:
        return collector_.take(worker.measure_cells(plan, near));
    }
  }

  Neighbourhood around(const Task& task) const {
    Neighbourhood near;
    std::size_t i = 0;
    each_looked_at(task.row, task.column, [&](std::size_t row, std::size_t column) {
      near.around[i++] = blocks_[at(row, column)].get();
    });
    return near;
  }

  void finish(const Task& task) {
    if (task.step + 1 < kSteps) {
      each_looking(task.row, task.column, [&](std::size_t row, std::size_t column) {
        arrive({task.step + 1, row, column});
      });
      return;
    }
    each_looked_at(task.row, task.column, [&](std::size_t row, std::size_t column) {
      if (--cells_awaited_[at(row, column)] == 0) release(row, column);
    });
    if (task.row + rows_ahead_ < plan_.rows) arrive({0, task.row + rows_ahead_, task.column});
  }

  void arrive(const Task& task) {
    if (--waits(task) == 0) start(task);
  }

  /// Nothing needs the block any more: its memory serves another.
  void release(std::size_t row, std::size_t column) {
    std::unique_ptr<Block>& block = blocks_[at(row, column)];
    if (!block) return;
    collector_.close(*block);
    pool_.give(std::move(block));
  }

  const Sweep& plan_;
  std::size_t rows_ahead_;
  Workers& workers_;
  Collector& collector_;
  BlockPool pool_;
  std::vector<std::unique_ptr<Block>> blocks_;
  std::vector<std::atomic<int>> waits_for_;      // steps before that are still to be done, by task
  std::vector<std::atomic<int>> cells_awaited_;  // blocks looking at it whose cells are still to be measured
  tbb::task_group group_;
};

std::size_t blocks_of(const ScanPlan& plan) {
  std::size_t count = 0;
  for (const Sweep& sweep : plan.sweeps) {
    for (const BlockPlan& block : sweep.blocks) count += has_any_work(block) ? 1 : 0;
  }
  return count;
}

/// Work px of a tile, without its outermost two pixels: whoever reads these pixels has read of the tile,
/// however coordinates are rounded.
Rect<WorkFrame> work_rect(const Rect<SlideFrame>& tile, double pitch_um) {
  const Rect<SlideFrame> inner = tile.grown(-2);
  const double work_per_px = pitch_um / kWorkPitch;
  const auto work = [&](std::int64_t px) {
    return static_cast<std::int64_t>(std::floor(static_cast<double>(px) * work_per_px));
  };
  return {work(inner.x0), work(inner.y0), work(inner.x1 - 1) + 1, work(inner.y1 - 1) + 1};
}

}  // namespace

Scan scan_slide(const SlideSource& source, const Survey& survey, const ScoreOptions& options,
                const RunControl& control) {
  cv::setNumThreads(1);  // OpenCV's own pool would compete with the blocks
  const int threads = thread_count(options.threads);
  GridOptions grid;
  grid.block_um = options.block_um;
  grid.offset_um = options.offset_um;
  if (options.memory > 0) grid.plane_bytes = options.memory;
  grid.rows_ahead += static_cast<std::size_t>(threads) / kThreadsPerRow;
  const double pitch_um = survey.pitch.mean();
  const ScanPlan plan = plan_scan(survey.counted, source.info().extent, pitch_um, grid);
  const auto work = [&](std::int64_t px) {
    return static_cast<std::int64_t>(static_cast<double>(px) * pitch_um / kWorkPitch);
  };
  SharpnessMap sharpness({work(source.info().extent.width), work(source.info().extent.height)},
                         survey.counted);
  Workers workers([&] {
    return BlockSteps(source, survey.stain, pitch_um, survey.counted, plan.seen, survey.nuclei, sharpness);
  });
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(threads));
  tbb::task_arena arena(threads);
  Collector collector(blocks_of(plan), control);
  for (const Sweep& sweep : plan.sweeps)
    arena.execute([&] { Sweeper(sweep, grid.rows_ahead, workers, collector).run(); });
  hand_back_freed();  // what the blocks held makes room for the table
  Scan scan;
  arena.execute([&] { scan = collector.finish(); });
  scan.sharpness = std::move(sharpness);
  for (const BlockSteps& worker : workers) scan.seconds += worker.seconds();
  // What is read beside the tissue depends on the grid; what lies near it is read by every one.
  const auto is_near = [&](const Rect<SlideFrame>& tile) {
    return plan.seen.meets(work_rect(tile, pitch_um));
  };
  std::erase_if(scan.problems, [&](const Problem& problem) { return !is_near(problem.where); });
  scan.doubts = doubtful_tiles(source.suspects(), survey.counted, pitch_um, is_near);
  return scan;
}

}  // namespace annulet
