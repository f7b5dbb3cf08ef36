#include "annulet/sandbox/program.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "annulet/base/error.hpp"
#include "sandbox/ending_of.hpp"

namespace annulet {
namespace {

constexpr std::size_t kMostSaid = std::size_t{1} << 13;  // bytes of talk that are kept, the last ones

[[noreturn]] void throw_no_process(const char* what) {
  throw Error(Code::Internal, std::string("a program cannot be started (") + what + ": " +
                                  std::strerror(errno) +
                                  "); free memory or raise the limit on processes and open files");
}

/// Between fork and exec: system calls only.
[[noreturn]] void become(char* const* arguments, int talk, pid_t parent) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(Program::kNotRun);  // died before it could be noted
  for (int number = 1; number < SIGSYS; ++number) std::signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  const int nothing = ::open("/dev/null", O_RDWR);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(nothing, STDOUT_FILENO);
  ::dup2(talk, STDERR_FILENO);
  ::syscall(SYS_close_range, 3, ~0U, 0);
  ::execv(arguments[0], arguments);
  const char* why = std::strerror(errno);
  [[maybe_unused]] auto written = ::write(STDERR_FILENO, arguments[0], std::strlen(arguments[0]));
  written = ::write(STDERR_FILENO, ": ", 2);
  written = ::write(STDERR_FILENO, why, std::strlen(why));
  ::_exit(Program::kNotRun);
}

}  // namespace

Program::Program(const std::vector<std::string>& arguments) {
  expects(!arguments.empty(), "a program has a name");
  std::vector<char*> words;
  for (const std::string& word : arguments) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw_no_process("pipe");
  ::fcntl(pipe[0], F_SETFL, O_NONBLOCK);
  const pid_t parent = ::getpid();
  process_ = ::fork();
  if (process_ == 0) become(words.data(), pipe[1], parent);
  ::close(pipe[1]);
  if (process_ < 0) {
    ::close(pipe[0]);
    throw_no_process("fork");
  }
  ::setpgid(process_, process_);  // whichever of the two comes first
  talk_ = pipe[0];
}

Program::~Program() {
  if (!ended_) {
    kill();
    while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  if (talk_ >= 0) ::close(talk_);
}

void Program::listen() {
  std::array<char, 4096> piece;
  while (talk_ >= 0) {
    const ssize_t heard = ::read(talk_, piece.data(), piece.size());
    if (heard < 0 && errno == EINTR) continue;
    if (heard < 0) return;  // nothing more yet
    if (heard == 0) {
      ::close(talk_);
      talk_ = -1;
      return;
    }
    ending_.said.append(piece.data(), static_cast<std::size_t>(heard));
    if (ending_.said.size() > kMostSaid) ending_.said.erase(0, ending_.said.size() - kMostSaid);
  }
}

bool Program::has_ended() {
  if (ended_) return true;
  listen();
  int status = 0;
  rusage use{};
  const pid_t waited = ::wait4(process_, &status, WNOHANG, &use);
  if (waited == 0 || (waited < 0 && errno == EINTR)) return false;
  ended_ = true;
  listen();
  kill();  // what it left behind
  std::string said = std::move(ending_.said);
  ending_ = waited > 0 ? sandbox::ending_of(status, use) : Ending{Ending::Kind::Unknown, 0, "", 0};
  ending_.said = std::move(said);
  return true;
}

void Program::ask_to_stop() const {
  ::kill(-process_, SIGTERM);
}

void Program::kill() const {
  ::kill(-process_, SIGKILL);
}

}  // namespace annulet
