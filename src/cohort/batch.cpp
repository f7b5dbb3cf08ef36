#include "annulet/cohort/batch.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <list>
#include <memory>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "annulet/cohort/standing.hpp"
#include "annulet/pipeline/score_slide.hpp"
#include "annulet/report/result_folder.hpp"
#include "cohort/slide_bytes.hpp"
#include "cohort/worker.hpp"

namespace annulet {
namespace fs = std::filesystem;
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kWaitMs = 50;                          // between two looks at whether to stop
constexpr int kMostTries = 2;                        // of a slide whose process dies
constexpr auto kFarewell = std::chrono::seconds(5);  // for processes that were asked to stop

bool crashed_or_timed_out(Status status) {
  return status == Status::Crashed || status == Status::TimedOut;
}

struct Running {
  std::size_t row;
  RowRecord record;
  Clock::time_point started;
  std::uint64_t bytes;
  bool overdue = false;
  std::unique_ptr<Program> program;
};

class Batch {
 public:
  Batch(const CohortFolder& folder, const std::vector<ManifestRow>& rows, const CohortOptions& options,
        const BatchOptions& how, const BatchControl& control)
      : folder_(folder),
        rows_(rows),
        places_(places_of(rows)),
        options_(options),
        how_(how),
        control_(control),
        standing_(folder, [this] { look_up(); }),
        common_(common_digest(options)),
        shared_(shared_digest(options, common_)) {}

  void run() {
    plan();
    if (!queue_.empty()) {
      for (const char* table : {kCohortCsv, kPatientsCsv}) folder_.withdraw(table);
    }
    try {
      while (!queue_.empty() || !running_.empty()) {
        while (!queue_.empty() && std::ssize(running_) < how_.workers) start(take_next());
        wait();
        for (auto at = running_.begin(); at != running_.end();) {
          at = settle(*at) ? running_.erase(at) : std::next(at);
        }
      }
    } catch (...) {
      stop_all();
      throw;
    }
  }

 private:
  void look_up() const {
    if (control_.cancelled != nullptr && control_.cancelled->load(std::memory_order_relaxed))
      throw Cancelled{};
    if (control_.at_each_wait) control_.at_each_wait();
  }
  void tell(const BatchEvent& event) const {
    if (control_.at_each_event) control_.at_each_event(event);
  }

  /// What was under way when an earlier process ended comes last: should one slide be what ended it, the
  /// others are done first.
  void plan() {
    BatchEvent planned;
    std::deque<std::size_t> last;
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      if (!how_.shard.takes(row)) continue;
      look_up();
      std::optional<RowRecord> record = folder_.record(places_[row]);
      if (record && record->finished)
        drop_earlier(row, *record);  // by a process that was ended before it did
      const bool interrupted = folder_.clear_workplace(places_[row]);
      if (stands(row, std::move(record))) {
        ++planned.kept;
        continue;
      }
      ++planned.to_do;
      planned.bytes += cohort::bytes_of(rows_[row].path);
      (interrupted ? last : queue_).push_back(row);
    }
    queue_.insert(queue_.end(), last.begin(), last.end());
    tell(planned);
  }

  /// Whether a row needs nothing. A slide that was touched and is still the same is taken note of, and so are
  /// options that come to the same for it.
  bool stands(std::size_t row, std::optional<RowRecord> record) const {
    const ManifestRow& asked = rows_[row];
    const std::string key = row_key(asked, options_, common_);
    const std::string why = standing_.why_to_do(places_[row], asked, record, key, how_.retry_failed);
    if (!why.empty() && why != kTouched) return false;
    RowRecord now = *record;
    note_asked(asked, key, now);
    if (why == kTouched) {
      now.stamp = slide_stamp(asked.path);
      if (!is_same_slide(*record, asked, [this] { look_up(); })) return false;
    }
    if (now.stamp != record->stamp || now.asked != record->asked || now.common != record->common)
      folder_.write(places_[row], now);
    return true;
  }

  void note_asked(const ManifestRow& asked, const std::string& key, RowRecord& record) const {
    record.slide = asked.slide;
    record.common = shared_;
    record.asked = asked_digest(asked);
    record.key = key;
  }

  std::size_t take_next() {
    const std::size_t row = queue_.front();
    queue_.pop_front();
    return row;
  }

  void start(std::size_t row) {
    const ManifestRow& asked = rows_[row];
    RowRecord record;
    if (auto earlier = folder_.record(places_[row])) record = std::move(*earlier);
    const std::string key = row_key(asked, options_, common_);
    if (record.finished || record.key != key) record.tries = 0;
    if (record.finished) record.earlier = record.outcome.folder;
    if (standing_.is_anothers(record.earlier, places_[row])) record.earlier.clear();
    note_asked(asked, key, record);
    record.stamp = slide_stamp(asked.path);
    const fs::path out = folder_.workplace(places_[row]);
    std::error_code failed;
    fs::create_directories(out.parent_path(), failed);
    if (failed)
      throw Error(Code::Output, out.string() + ": cannot be made: " + failed.message() +
                                    "; free space, then run the same command again");
    BatchEvent event{record.tries == 0 ? BatchEvent::Kind::Started : BatchEvent::Kind::Retried,
                     row,
                     record.tries + 1,
                     {},
                     0,
                     {},
                     0,
                     0,
                     cohort::bytes_of(asked.path)};
    if (const auto why = why_.find(row); why != why_.end()) event.why = why->second;
    tell(event);
    auto program = std::make_unique<Program>(
        cohort::score_arguments(asked.path, options_of(asked, options_), options_.geojson, out, how_));
    running_.push_back({row, std::move(record), Clock::now(), event.bytes, false, std::move(program)});
  }

  void wait() {
    std::vector<pollfd> talks;
    for (const Running& running : running_) {
      if (running.program->talk() >= 0) talks.push_back({running.program->talk(), POLLIN, 0});
    }
    // One that has closed its stderr but not ended is looked at soon, without being asked all the time.
    ::poll(talks.data(), talks.size(), talks.size() == running_.size() ? kWaitMs : 1);
    look_up();
  }

  /// True when the row's process has ended and the row is dealt with.
  bool settle(Running& running) {
    if (!running.program->has_ended()) {
      if (Clock::now() - running.started > std::chrono::seconds(how_.slide_limit) && !running.overdue) {
        running.overdue = true;
        running.program->kill();
      }
      return false;
    }
    std::optional<Error> why = complaint(running);
    if (why && why->code() == Code::Output)
      throw Error(Code::Output, std::string(why->what()) +
                                    "; every result so far is whole: free space, then run the same command "
                                    "again");
    if (why && why->code() != Code::Usage && running.record.tries + 1 < kMostTries) {
      try_again(running, why->what());
      return true;
    }
    finish(running, why);
    return true;
  }

  /// Why the process is to be run again, or left no result; nothing where its result stands.
  std::optional<Error> complaint(const Running& running) const {
    if (running.overdue)
      return Error(Code::TimedOut,
                   fmt::format("scoring was not done after {} s (--slide-limit)", how_.slide_limit));
    try {
      const SlideOutcome outcome = read_outcome(folder_.workplace(places_[running.row]));
      if (!crashed_or_timed_out(outcome.status)) return std::nullopt;
      return Error(outcome.status == Status::Crashed ? Code::Crashed : Code::TimedOut, outcome.message);
    } catch (const Error& error) {
      if (error.code() == Code::NotFound) return cohort::why_no_result(running.program->ending());
      return Error(Code::Crashed, std::string("what the process left is no result: ") + error.what());
    }
  }

  void try_again(Running& running, const std::string& why) {
    RowRecord record = running.record;
    record.tries += 1;
    record.finished = false;
    folder_.write(places_[running.row], record);
    (void)folder_.clear_workplace(places_[running.row]);
    why_[running.row] = why;
    queue_.push_back(running.row);
  }

  /// A process that left nothing gets a result that says so.
  void leave_result(const Running& running, const Error& why) const {
    (void)folder_.clear_workplace(places_[running.row]);
    const ManifestRow& asked = rows_[running.row];
    RunRecord run;
    const SlideResult result = unread_slide(asked.path, options_of(asked, options_), why, run);
    AtomicFolder out(folder_.workplace(places_[running.row]), kResultFiles, true);
    (void)write_result_folder(result, run, false, 1, out);
    out.commit();
  }

  /// A result takes the place of an earlier one: should its record not follow, that of the earlier one must
  /// not stand for it.
  void begin_again(std::size_t row, RowRecord record) const {
    record.finished = false;
    folder_.write(places_[row], record);
  }

  /// A slide that changed has another result folder than before.
  void drop_earlier(std::size_t row, const RowRecord& record) const {
    if (record.earlier.empty() || record.earlier == record.outcome.folder) return;
    if (!standing_.is_anothers(record.earlier, places_[row])) folder_.remove_result(record.earlier);
  }

  void finish(Running& running, const std::optional<Error>& why) {
    const std::size_t row = running.row;
    std::error_code ignored;
    if (why && !fs::exists(folder_.workplace(places_[row]) / "result.json", ignored))
      leave_result(running, *why);
    RowRecord& record = running.record;
    if (!record.earlier.empty()) begin_again(row, record);
    record.outcome = folder_.take_over(
        places_[row], [&](const std::string& result) { return standing_.is_anothers(result, places_[row]); });
    record.finished = true;
    folder_.write(places_[row], record);
    standing_.take(record.outcome.folder, places_[row]);
    drop_earlier(row, record);
    why_.erase(row);
    const std::chrono::duration<double> took = Clock::now() - running.started;
    tell({BatchEvent::Kind::Ended, row, record.tries + 1, record.outcome, took.count(), "", 0, 0,
          running.bytes});
  }

  void stop_all() {
    for (Running& running : running_) running.program->ask_to_stop();
    const auto until = Clock::now() + kFarewell;
    for (Running& running : running_) {
      while (!running.program->has_ended() && Clock::now() < until) ::poll(nullptr, 0, kWaitMs / 5);
    }
    running_.clear();
  }

  const CohortFolder& folder_;
  const std::vector<ManifestRow>& rows_;
  const std::vector<RowPlace> places_;
  const CohortOptions& options_;
  const BatchOptions& how_;
  const BatchControl& control_;
  Standing standing_;
  const std::string common_, shared_;
  std::deque<std::size_t> queue_;
  std::list<Running> running_;
  std::unordered_map<std::size_t, std::string> why_;  // of rows to be tried again
};

}  // namespace

void run_batch(const CohortFolder& folder, const std::vector<ManifestRow>& rows, const CohortOptions& options,
               const BatchOptions& how, const BatchControl& control) {
  Batch(folder, rows, options, how, control).run();
}

void each_row(const CohortFolder& folder, const std::vector<ManifestRow>& rows,
              const std::vector<RowPlace>& places,
              const std::function<void(const ManifestRow&, const RowRecord*)>& take) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::optional<RowRecord> record = folder.record(places[i]);
    take(rows[i], record && record->finished ? &*record : nullptr);
  }
}

}  // namespace annulet
