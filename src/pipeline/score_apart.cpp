#include "annulet/pipeline/score_apart.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <string>

#include "annulet/pipeline/result_message.hpp"
#include "pipeline/reader_process.hpp"

namespace annulet {
namespace fs = std::filesystem;
namespace {

using Clock = std::chrono::steady_clock;
using reader::Kind;
using reader::speak;

constexpr int kWallFactor = 4;  // wall-clock seconds for each of processor time: even with a slow disk
constexpr auto kSpeakEvery = std::chrono::milliseconds(100);

// --- the child's side ---

/// Tells the parent what it would have been told in one process.
class Voice {
 public:
  explicit Voice(const Reply& reply) : reply_(reply) {}
  RunControl control() {
    return {[this](const Progress& at) { tell(at); }, nullptr, [this] { tell_alive(); }};
  }

 private:
  void tell(Progress at) {
    const Clock::time_point now = Clock::now();
    if (at.stage == stage_ && now - told_ < kSpeakEvery) return;
    told_ = now;
    stage_ = at.stage;
    speak(reply_, Kind::Progress, at);
  }
  /// One thread at a time speaks for all.
  void tell_alive() {
    const auto now = Clock::now().time_since_epoch().count();
    auto last = alive_.load(std::memory_order_relaxed);
    const auto every = std::chrono::duration_cast<Clock::duration>(kSpeakEvery).count();
    if (now - last < every || !alive_.compare_exchange_strong(last, now)) return;
    speak(reply_, Kind::Alive);
  }

  const Reply& reply_;
  std::string stage_;
  Clock::time_point told_{};
  std::atomic<Clock::rep> alive_{0};
};

void score_and_reply(const Reply& reply,
                     const std::function<SlideResult(const RunControl&, RunRecord&)>& score, RunRecord run) {
  reader::or_say_error(reply, [&] {
    Voice voice(reply);
    SlideResult result = score(voice.control(), run);
    speak(reply, Kind::Result);
    send_result(std::move(result), run, [&](const void* data, std::size_t size) { reply.send(data, size); });
  });
}

// --- the parent's side ---

/// Listens to the child until it has said all.
class Listener {
 public:
  Listener(Child& child, const RunControl& control)
      : child_(child), control_(control), reader_(source(), std::uint64_t{1} << 40) {}

  /// True when a result came; false when the child ended before. Throws what it was told to throw.
  bool hear(SlideResult& result, RunRecord& run) {
    while (!reader_.at_end()) {
      std::uint8_t kind = 0;
      reader_(kind);
      switch (static_cast<Kind>(kind)) {
        case Kind::Alive:
          break;
        case Kind::Progress:
          show();
          break;
        case Kind::Error:
          pass_on();
        case Kind::Result:
          receive_result([&](void* to, std::size_t most) { return reader_.some_or_none(to, most); }, result,
                         run);
          return true;
        default:
          throw message::Malformed("it has a part of unknown kind");
      }
    }
    return false;
  }
  /// It said no more; not that we stopped listening.
  bool child_ended() const { return ended_; }

 private:
  message::Reader::Source source() {
    return [this](void* to, std::size_t most) {
      const std::size_t taken = child_.receive(to, most);
      ended_ = taken == 0;
      return taken;
    };
  }
  void show() {
    Progress at;
    reader_(at);
    const bool known = at.stage == "survey" || at.stage == "scan" || at.stage == "conclude" ||
                       at.stage == "digest" || at.stage == "write";
    if (!known) throw message::Malformed("it is at a stage that does not exist");
    control_.report(at);
  }
  [[noreturn]] void pass_on() {
    Code code{};
    std::string what;
    reader_(code, what);
    // Every other code is a result's reason.
    if (code != Code::Usage && code != Code::Output && code != Code::Internal)
      throw message::Malformed("it has an error that should be a result");
    throw Error(code, what);
  }

  Child& child_;
  const RunControl& control_;
  bool ended_ = false;
  message::Reader reader_;
};

std::uint64_t own_peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

Child::Patience patience_of(const ScoreOptions& options, const RunControl& control,
                            const Confinement& confinement) {
  const Clock::time_point last = Clock::now() + kWallFactor * std::chrono::seconds(confinement.cpu_seconds);
  return {std::chrono::seconds(options.timeout), [&control, last] {
            if (control.cancelled != nullptr && control.cancelled->load()) throw Cancelled{};
            if (Clock::now() > last) throw Child::TooLong{};
          }};
}

/// What the child knows of its run.
void take_over(RunRecord& told, RunRecord& run) {
  run.version = std::move(told.version);
  run.threads = told.threads;
  run.seconds_total = told.seconds_total;
  run.seconds = std::move(told.seconds);
  run.libraries = std::move(told.libraries);
  run.tiles_decoded = told.tiles_decoded;
}

/// The whole life of a reader; throws Error Crashed or TimedOut where it brings no result.
SlideResult read_apart(const fs::path& slide, const ScoreOptions& options, const RunControl& control,
                       RunRecord& run, const SlideScorer& score) {
  const Confinement confinement = reader::confinement_of(slide, options);
  const std::string file = slide.filename().string();
  const RunRecord started = run;
  try {
    Child child(
        confinement,
        [&](const Reply& reply) {
          score_and_reply(
              reply, [&](const RunControl& c, RunRecord& r) { return score(slide, options, c, r); }, started);
        },
        patience_of(options, control, confinement), options.require_sandbox);
    run.sandbox = name(child.walls());
    if (options.require_sandbox && !child.walls().required()) {
      throw Error(Code::Internal,
                  "the system refuses the sandbox that --require-sandbox asks for (there is: " + run.sandbox +
                      "); nothing was read. Allow seccomp filters, or leave the option out");
    }
    SlideResult result;
    RunRecord told = run;
    std::string distrust;
    bool whole = false;
    Listener listener(child, control);
    try {
      whole = listener.hear(result, told);
      if (whole && result.slide.file_name != slide.filename())
        distrust = "its result is that of another slide";
    } catch (const message::Malformed& why) {
      distrust = std::string("its reply is no result: ") + why.what();
    } catch (const Error& why) {
      if (why.code() != Code::Crashed) throw;
      distrust = why.what();
    }
    const Ending ending = child.end();
    run.peak_memory_bytes = std::max(ending.peak_memory_bytes, own_peak_memory());
    const bool sound = ending.kind == Ending::Kind::Exited && ending.value == 0;
    if (listener.child_ended() && !sound) throw reader::death(ending, slide, options, confinement);
    if (!distrust.empty()) throw reader::untrusted(slide, distrust);
    if (!whole) throw reader::death(ending, slide, options, confinement);
    take_over(told, run);
    return result;
  } catch (const Child::TooLong&) {
    throw Error(Code::TimedOut,
                fmt::format("{}: no progress for {} s; copy the slide to a local disk and score it again, or "
                            "give it longer (--timeout)",
                            file, options.timeout));
  }
}

}  // namespace

SlideResult score_apart(const fs::path& slide, const ScoreOptions& options, const RunControl& control,
                        RunRecord& run, const SlideScorer& score) {
  const Clock::time_point start = Clock::now();
  const RunRecord before = run;
  try {
    return read_apart(slide, options, control, run, score);
  } catch (const Error& why) {
    if (why.code() != Code::Crashed && why.code() != Code::TimedOut) throw;
    RunRecord none = before;
    none.sandbox = run.sandbox;
    SlideResult result = unread_slide(slide, options, why, none);
    none.peak_memory_bytes = std::max(none.peak_memory_bytes, run.peak_memory_bytes);
    none.seconds_total = std::chrono::duration<double>(Clock::now() - start).count();
    run = none;
    return result;
  }
}

}  // namespace annulet
