#pragma once
#include <array>
#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "annulet/cohort/cohort_folder.hpp"
#include "annulet/cohort/row_key.hpp"

namespace annulet {

/// Which rows of a manifest a process takes: all of them, or one part of several.
struct Shard {
  std::size_t part = 0, of = 1;  ///< every row r with r mod of == part
  bool takes(std::size_t row) const { return row % of == part; }
  bool whole() const { return of == 1; }
};

/// How a batch runs; none of it changes a result.
struct BatchOptions {
  std::vector<std::string> program;  ///< what scores a slide, to which the arguments of `score` are added
  int workers = 1;                   ///< slides at a time
  int threads = 1;                   ///< of each
  int slide_limit = 4 * 3600;        ///< seconds after which a slide's process is ended
  bool retry_failed = false;         ///< do what failed, crashed or timed out once more
  Shard shard;
};

/// What happens in a batch, for a display or a log.
struct BatchEvent {
  enum class Kind { Planned, Started, Retried, Ended } kind = Kind::Planned;
  std::size_t row = 0;              ///< Started, Retried, Ended
  int attempt = 1;                  ///< Started, Retried: the attempt that begins
  SlideOutcome outcome;             ///< Ended
  double seconds = 0;               ///< Ended: since it was started
  std::string why;                  ///< Retried: how the first attempt ended
  std::size_t to_do = 0, kept = 0;  ///< Planned: rows to score, rows that were done before
  std::uint64_t bytes = 0;          ///< Planned: size of what is to do; else of the slide
};

struct BatchControl {
  std::function<void(const BatchEvent&)> at_each_event;
  std::function<void()> at_each_wait;  ///< at least every tenth of a second
  const std::atomic<bool>* cancelled = nullptr;
};

/// Scores every row of the shard that has no result yet for these options, each in a process of its own,
/// several at a time, and returns when each has one of the six statuses on disk. A process that dies without
/// a result, or whose reader crashes or times out, is started once more, then the row ends as crashed or
/// timed-out. Killed at any moment, the same call goes on where it was; what was under way then comes last.
/// Where there is anything to score, cohort.csv and patients.csv of before are taken away first.
/// Throws Cancelled, Error Output (a full disk ends a batch, not a slide), Usage. Memory: the rows and some
/// 100 bytes a row. One thread; none may run beside it.
void run_batch(const CohortFolder& folder, const std::vector<ManifestRow>& rows, const CohortOptions& options,
               const BatchOptions& how, const BatchControl& control);

/// Calls `take` for every row in order, whose `places` are those of places_of, with how it ended, or with
/// nothing where it has not. Reads one record at a time.
void each_row(const CohortFolder& folder, const std::vector<ManifestRow>& rows,
              const std::vector<RowPlace>& places,
              const std::function<void(const ManifestRow&, const RowRecord*)>& take);

}  // namespace annulet
