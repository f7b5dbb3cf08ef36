#include "pipeline/reader_process.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <new>
#include <system_error>

#include "annulet/pipeline/side_by_side.hpp"
#include "annulet/slide/slide_files.hpp"

namespace annulet::reader {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20, kGiB = std::uint64_t{1} << 30;
// Room for addresses, most of which no memory stands behind: the libraries, what a sound file may make a
// reader ask for at once, twice the pixels in work, stack and heap of a thread, and some 6 million cells,
// twice, of a slide of 1 GB.
constexpr std::uint64_t kRoom = 4 * kGiB, kRoomAThread = 256 * kMiB;
constexpr std::uint64_t kRoomAByte = 8;
constexpr std::uint64_t kProgramsPixels = 112 * kMiB;  // where --memory is not given
// A slide of 1 GB takes about 5 minutes of one processor; slow machines get a hundred times as long.
constexpr std::uint64_t kCpuSeconds = 3600, kCpuSecondsAMiB = 30;
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

std::string how_it_ended(const Ending& ending) {
  switch (ending.kind) {
    case Ending::Kind::Killed: {
      const char *name = sigabbrev_np(ending.value), *words = sigdescr_np(ending.value);
      return fmt::format("died of {} ({})",
                         name != nullptr ? std::string("SIG") + name : std::to_string(ending.value),
                         words != nullptr ? words : "?");
    }
    case Ending::Kind::Unknown:
      return "ended without a result, and the system does not tell how";
    case Ending::Kind::Exited:
      break;
  }
  return fmt::format("ended without a result (exit {})", ending.value);
}

/// The members of a slide of several files where links lead elsewhere; nothing where the reader will say what
/// is wrong with them.
void add_members(const fs::path& slide, std::vector<fs::path>& readable) {
  try {
    for (const fs::path& file : slide_files(slide)) readable.push_back(fs::canonical(file));
  } catch (const std::exception&) {
  }
}

void say_error(const Reply& reply, Code code, std::string what) {
  what.resize(std::min(what.size(), Reply::kWholePiece / 2));
  speak(reply, Kind::Error, code, what);
}

}  // namespace

Confinement confinement_of(const fs::path& slide, const ScoreOptions& options) {
  Confinement walls;
  add_with_folder(slide, walls.readable);
  add_members(slide, walls.readable);
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

void or_say_error(const Reply& reply, const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    say_error(reply, error.code(), error.what());
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    say_error(reply, Code::Internal, error.what());
  }
}

Error untrusted(const fs::path& slide, const std::string& why) {
  return {Code::Crashed, slide.filename().string() + ": the process that read it cannot be trusted (" + why +
                             "): the file may be made to harm; report it"};
}

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
  if ((ending.kind == Ending::Kind::Exited && ending.value == Child::kNoMemory) ||
      (killed && ending.said.find("failed to allocate") != std::string::npos)) {
    return {Code::Crashed,
            file +
                ": the reader ran out of the memory that a slide of its size may take: the file is "
                "likely damaged, or the system grants less (ulimit -v); copy or scan it again" +
                words};
  }
  if (ending.kind == Ending::Kind::Exited && ending.value == Child::kNotSetUp) {
    return {Code::Crashed, file + ": the process that was to read it could not be set up" + words +
                               "; raise the limit on open files (ulimit -n) and score it again"};
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
              file, how_it_ended(ending), words)};
}

}  // namespace annulet::reader
