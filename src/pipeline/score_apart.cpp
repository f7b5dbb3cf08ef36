#include "annulet/pipeline/score_apart.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstring>
#include <new>
#include <optional>
#include <string>
#include <system_error>

#include "annulet/pipeline/result_message.hpp"
#include "annulet/pipeline/side_by_side.hpp"
#include "annulet/sandbox/child.hpp"
#include "pipeline/result_members.hpp"

namespace annulet {
namespace fs = std::filesystem;
namespace {

using Clock = std::chrono::steady_clock;

/// Which kind of message follows.
enum class Kind : std::uint8_t { Alive = 1, Progress, Error, Result };

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20, kGiB = std::uint64_t{1} << 30;
// Room for addresses, most of which no memory stands behind: the libraries, what a sound file may make a
// reader ask for at once, twice the pixels in work, stack and heap of a thread, and some 6 million cells,
// twice, of a slide of 1 GB.
constexpr std::uint64_t kRoom = 4 * kGiB, kRoomAThread = 256 * kMiB;
constexpr std::uint64_t kRoomAByte = 8;
constexpr std::uint64_t kProgramsPixels = 112 * kMiB;  // where --memory is not given
// A slide of 1 GB takes about 5 minutes of one processor; slow machines get a hundred times as long.
constexpr std::uint64_t kCpuSeconds = 3600, kCpuSecondsAMiB = 30;
constexpr int kWallFactor = 4;  // wall-clock seconds for each of processor time: even with a slow disk
constexpr auto kSpeakEvery = std::chrono::milliseconds(100);
constexpr std::size_t kMostWords = 300;  // of what a reader said before it died

/// The file, and what lies in the folder of its name (MIRAX).
std::uint64_t bytes_of(const fs::path& slide) {
  std::error_code unknown;
  const auto size = [&](const fs::path& file) -> std::uint64_t {
    return fs::is_regular_file(file, unknown) ? fs::file_size(file, unknown) : 0;
  };
  std::uint64_t bytes = size(slide);
  fs::path folder = slide;
  folder.replace_extension();
  std::error_code ended;
  for (fs::directory_iterator at(folder, ended), end; !ended && at != end; at.increment(ended))
    bytes += size(at->path());
  return bytes;
}

std::uint64_t machine_memory() {
  return static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
         static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

/// A slide may have files beside it; a symbolic link leads to where they are.
void add_with_folder(const fs::path& file, std::vector<fs::path>& readable) {
  std::error_code failed;
  readable.push_back(fs::absolute(file, failed).parent_path());
  readable.push_back(fs::weakly_canonical(file, failed).parent_path());
}

Confinement confinement_of(const fs::path& slide, const ScoreOptions& options) {
  Confinement walls;
  add_with_folder(slide, walls.readable);
  for (const std::string& model : {options.guideline, options.grading, options.kind, options.stain})
    walls.readable.emplace_back(model);  // an id is no path: nothing to permit
  for (const fs::path& region : options.regions) walls.readable.push_back(region);
  const std::uint64_t bytes = bytes_of(slide);
  const auto threads = static_cast<std::uint64_t>(thread_count(options.threads));
  walls.memory = kRoom + std::min(kRoomAByte * bytes, machine_memory()) + kRoomAThread * threads +
                 2 * std::max(options.memory, kProgramsPixels);
  walls.cpu_seconds = kCpuSeconds + kCpuSecondsAMiB * (bytes / kMiB);
  walls.open_files = 256 + 4 * threads;
  return walls;
}

// --- the child's side ---

/// One small message as one piece, so that several threads may speak.
template <class... T>
void speak(const Reply& reply, Kind kind, T&... values) {
  std::string bytes(1, static_cast<char>(kind));
  message::Writer writer(
      [&](const void* data, std::size_t size) { bytes.append(static_cast<const char*>(data), size); });
  writer(values...);
  writer.flush();
  reply.send(bytes.data(), bytes.size());
}

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

void say_error(const Reply& reply, Code code, std::string what) {
  what.resize(std::min(what.size(), Reply::kWholePiece / 2));
  speak(reply, Kind::Error, code, what);
}

void score_and_reply(const Reply& reply,
                     const std::function<SlideResult(const RunControl&, RunRecord&)>& score, RunRecord run) {
  try {
    Voice voice(reply);
    SlideResult result = score(voice.control(), run);
    speak(reply, Kind::Result);
    send_result(std::move(result), run, [&](const void* data, std::size_t size) { reply.send(data, size); });
  } catch (const Error& error) {
    say_error(reply, error.code(), error.what());
  } catch (const std::bad_alloc&) {
    throw;  // Child::kNoMemory
  } catch (const std::exception& error) {
    say_error(reply, Code::Internal, error.what());
  }
}

// --- the parent's side ---

/// What stands in messages that name no reader's words: printable, without addresses and process numbers.
std::string first_line(const std::string& said, const fs::path& slide) {
  std::size_t from = said.find_first_not_of("\r\n ");
  if (from == std::string::npos) return "";
  std::string line = said.substr(from, said.find('\n', from) - from);
  const std::string folder = slide.parent_path().string() + "/";
  for (std::size_t at; folder.size() > 1 && (at = line.find(folder)) != std::string::npos;)
    line.erase(at, folder.size());
  std::string clean;
  for (const char c : line) {
    if (clean.size() >= kMostWords) break;
    clean += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  }
  // GLib: "(process:4711): GLib-ERROR **: 10:20:30.456: ..."
  if (const std::size_t colon = clean.find("**: "); colon != std::string::npos && clean.front() == '(') {
    clean.erase(0, colon + 4);
    if (clean.size() > 14 && clean[2] == ':' && clean[5] == ':' && clean[8] == '.') clean.erase(0, 14);
  }
  return clean;
}

/// How a reader died, in words for the user; its own words may hold what the slide says of the patient.
Error death(const Ending& ending, const fs::path& slide, const ScoreOptions& options,
            const Confinement& confinement) {
  const std::string file = slide.filename().string();
  const std::string said = options.deidentify ? "" : first_line(ending.said, slide);
  const std::string words = said.empty() ? "" : "; its last words: " + said;
  const bool killed = ending.kind == Ending::Kind::Killed;
  if (killed && ending.value == SIGXCPU) {
    return {Code::TimedOut,
            fmt::format("{}: reading it took more than {} s of processor time, far more than a slide "
                        "of its size needs: the file is likely damaged; copy or scan it again",
                        file, confinement.cpu_seconds)};
  }
  if ((!killed && ending.value == Child::kNoMemory) ||
      (killed && ending.said.find("failed to allocate") != std::string::npos)) {
    return {Code::Crashed,
            file +
                ": the reader ran out of the memory that a slide of its size may take: the file is "
                "likely damaged, or the system grants less (ulimit -v); copy or scan it again" +
                words};
  }
  if (killed && ending.value == SIGKILL) {
    return {Code::Crashed,
            file +
                ": the process that read it was killed, by the system for want of memory or by a "
                "user; free memory and score it again" +
                words};
  }
  return {Code::Crashed,
          fmt::format(
              "{}: the process that read it {}: the file is damaged, or annulet or a library has a defect; "
              "copy or scan the slide again, and report the file{}",
              file,
              killed ? fmt::format("died of {} ({})",
                                   sigabbrev_np(ending.value) != nullptr
                                       ? std::string("SIG") + sigabbrev_np(ending.value)
                                       : std::to_string(ending.value),
                                   sigdescr_np(ending.value) != nullptr ? sigdescr_np(ending.value) : "?")
                     : fmt::format("ended without a result (exit {})", ending.value),
              words)};
}

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
  const Confinement confinement = confinement_of(slide, options);
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
    if (listener.child_ended() && !sound) throw death(ending, slide, options, confinement);
    if (!distrust.empty()) {
      throw Error(Code::Crashed, file + ": the process that read it cannot be trusted (" + distrust +
                                     "): the file may be made to harm; report it");
    }
    if (!whole) throw death(ending, slide, options, confinement);
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
