#include "annulet/sandbox/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <new>
#include <system_error>
#include <utility>

#include "annulet/base/error.hpp"
#include "sandbox/ending_of.hpp"
#include "sandbox/walls.hpp"

namespace annulet {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int kReplyDescriptor = 3;      // the first after stdin, stdout and stderr
constexpr int kPipeBytes = 1 << 20;      // as much as a process without privileges may ask for
constexpr milliseconds kWait{100};       // between two looks at whether to stop
constexpr milliseconds kFarewell{2000};  // from the end of the reply to the end of the process
constexpr std::size_t kMostSaid = std::size_t{1} << 14;  // bytes of talk that are kept

/// One byte says which walls stand.
std::uint8_t packed(const Walls& walls) {
  return static_cast<std::uint8_t>((walls.landlock ? 1 : 0) | (walls.seccomp ? 2 : 0) |
                                   (walls.limits ? 4 : 0) | (walls.memory ? 8 : 0));
}
Walls unpacked(std::uint8_t byte) {
  return {(byte & 1) != 0, (byte & 2) != 0, (byte & 4) != 0, (byte & 8) != 0};
}

[[noreturn]] void throw_no_process(const char* what) {
  throw Error(Code::Internal, std::string("the process that reads the slide cannot be started (") + what +
                                  ": " + std::strerror(errno) +
                                  "); free memory or raise the limit on processes");
}

/// Sanitizers may have a thread of their own.
void expect_single_thread() {
  if (sandbox::kSanitized) return;
  std::error_code failed;
  std::size_t threads = 0;
  for (std::filesystem::directory_iterator at("/proc/self/task", failed), end; !failed && at != end;
       at.increment(failed))
    ++threads;
  expects(threads <= 1, "a child is made before any thread");
}

/// When memory runs out, the system ends this process first.
void volunteer() {
  const int file = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  [[maybe_unused]] const auto written = ::write(file, "1000", 4);
  ::close(file);
}

void say_last_words(int talk, const char* words) {
  [[maybe_unused]] const auto written = ::write(talk, words, std::strlen(words));
}

/// Nothing of the parent's stays open but the two pipes; nothing is read from stdin.
void keep_pipes_only(int reply, int talk) {
  constexpr int kFree = kReplyDescriptor + 1;  // out of the way of those that the child is to have
  const int kept = ::fcntl(reply, F_DUPFD, kFree);
  const int nothing = ::open("/dev/null", O_RDONLY);
  const int spoken = ::fcntl(talk, F_DUPFD, kFree);
  if (kept < 0 || nothing < 0 || spoken < 0) {
    say_last_words(talk, std::strerror(errno));
    ::_exit(Child::kNotSetUp);
  }
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(spoken, STDOUT_FILENO);
  ::dup2(spoken, STDERR_FILENO);
  ::dup2(kept, kReplyDescriptor);
  ::syscall(SYS_close_range, kFree, ~0U, 0);
}

}  // namespace

void Reply::send(const void* data, std::size_t bytes) const {
  const char* at = static_cast<const char*>(data);
  while (bytes > 0) {
    const ssize_t sent = ::write(descriptor_, at, bytes);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) ::_exit(Child::kFailed);
    at += sent;
    bytes -= static_cast<std::size_t>(sent);
  }
}

Child::Child(const Confinement& confinement, const Work& work, Patience patience, bool walls_required)
    : patience_(std::move(patience)), parent_(::getpid()) {
  expect_single_thread();
  open_pipes();
  std::fflush(nullptr);  // or what the parent has not written yet might be written by the child, too
  process_ = ::fork();
  if (process_ < 0) {
    close_all();
    throw_no_process("fork");
  }
  if (process_ == 0) be_child(confinement, work, walls_required);
  ::close(std::exchange(reply_[1], -1));
  ::close(std::exchange(talk_[1], -1));
  std::uint8_t walls = 0;
  try {
    if (receive(&walls, 1) == 1) walls_ = unpacked(walls);
  } catch (...) {
    kill();
    (void)end();
    close_all();
    throw;
  }
}

void Child::open_pipes() {
  if (::pipe2(reply_, O_CLOEXEC) != 0 || ::pipe2(talk_, O_CLOEXEC) != 0) {
    close_all();
    throw_no_process("pipe");
  }
  ::fcntl(reply_[0], F_SETPIPE_SZ, kPipeBytes);  // smaller is slower, no more
  ::fcntl(talk_[0], F_SETFL, O_NONBLOCK);
}

void Child::be_child(const Confinement& confinement, const Work& work, bool walls_required) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent_) ::_exit(kFailed);  // died before it could be noted
  for (int number = 1; number < SIGSYS; ++number) std::signal(number, SIG_DFL);  // no handler of the parent's
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) std::signal(number, SIG_IGN);
  int code = 0;
  try {
    keep_pipes_only(reply_[1], talk_[1]);
    volunteer();
    const Walls walls = confine(confinement, {STDOUT_FILENO, STDERR_FILENO, kReplyDescriptor});
    const Reply reply(kReplyDescriptor);
    const std::uint8_t said = packed(walls);
    reply.send(&said, 1);
    if (!walls_required || walls.required()) work(reply);
  } catch (const std::bad_alloc&) {
    code = kNoMemory;
  } catch (const std::exception& error) {
    say_last_words(STDERR_FILENO, error.what());
    code = kFailed;
  } catch (...) {
    code = kFailed;
  }
  ::_exit(code);  // what the parent's objects do at their end is for the parent
}

Child::~Child() {
  kill();
  (void)end();
  close_all();
}

void Child::kill() {
  if (process_ > 0) ::kill(process_, SIGKILL);
}

void Child::listen() {
  std::array<char, 4096> piece;
  for (;;) {
    const ssize_t heard = ::read(talk_[0], piece.data(), piece.size());
    if (heard > 0) {
      said_.append(piece.data(), std::min(static_cast<std::size_t>(heard), kMostSaid - said_.size()));
      if (static_cast<std::size_t>(heard) == piece.size()) continue;
    } else if (heard == 0) {
      ::close(std::exchange(talk_[0], -1));
    }
    return;
  }
}

std::size_t Child::receive(void* to, std::size_t most) {
  milliseconds silent{0};
  Clock::time_point last = Clock::now();
  for (;;) {
    std::array<pollfd, 2> ends{{{reply_[0], POLLIN, 0}, {talk_[0], POLLIN, 0}}};
    ::poll(ends.data(), ends.size(), static_cast<int>(kWait.count()));
    if (patience_.at_each_wait) patience_.at_each_wait();
    if (ends[1].revents != 0) listen();
    if (ends[0].revents != 0) {
      const ssize_t taken = ::read(reply_[0], to, most);
      if (taken >= 0) return static_cast<std::size_t>(taken);
      if (errno != EINTR) return 0;
    }
    // A process that was stopped finds hours gone: no wait counts for more than two.
    const Clock::time_point now = Clock::now();
    silent += std::min(std::chrono::duration_cast<milliseconds>(now - last), 2 * kWait);
    last = now;
    if (silent > patience_.silence) throw TooLong{};
  }
}

Ending Child::end() {
  if (process_ < 0) return {};
  ::close(std::exchange(reply_[0], -1));  // one that still writes ends by itself
  int status = 0;
  rusage usage{};
  const Clock::time_point until = Clock::now() + kFarewell;
  pid_t ended = 0;
  while ((ended = ::wait4(process_, &status, WNOHANG, &usage)) == 0 && Clock::now() < until) {
    if (talk_[0] >= 0) listen();
    ::usleep(500);
  }
  if (ended == 0) {
    kill();
    while ((ended = ::wait4(process_, &status, 0, &usage)) < 0 && errno == EINTR) {
    }
  }
  process_ = -1;
  if (talk_[0] >= 0) listen();
  Ending ending = ended > 0 ? sandbox::ending_of(status, usage) : Ending{Ending::Kind::Unknown, 0, "", 0};
  ending.said = said_;
  return ending;
}

void Child::close_all() {
  for (int* end : {&reply_[0], &reply_[1], &talk_[0], &talk_[1]}) {
    if (*end >= 0) ::close(std::exchange(*end, -1));
  }
}

}  // namespace annulet
