#include "annulet/sandbox/confine.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <array>

#include "sandbox/walls.hpp"

namespace annulet {
namespace {

// After the soft limit SIGXCPU, which tells what happened; after the hard one SIGKILL.
constexpr std::uint64_t kLastWords = 5;  // s

bool limit(__rlimit_resource resource, std::uint64_t soft, std::uint64_t hard) {
  rlimit now{};
  if (::getrlimit(resource, &now) != 0) return false;
  // A limit that was lower before stays as it was.
  const rlimit next{std::min<rlim_t>(soft, now.rlim_max), std::min<rlim_t>(hard, now.rlim_max)};
  return ::setrlimit(resource, &next) == 0;
}

bool raise_limits(const Confinement& confinement) {
  bool raised = limit(RLIMIT_CORE, 0, 0);
  raised = limit(RLIMIT_FSIZE, 0, 0) && raised;  // files only: pipes have no such limit
  raised = limit(RLIMIT_NOFILE, confinement.open_files, confinement.open_files) && raised;
  if (confinement.cpu_seconds > 0)
    raised = limit(RLIMIT_CPU, confinement.cpu_seconds, confinement.cpu_seconds + kLastWords) && raised;
  return raised;
}

}  // namespace

std::string name(const Walls& walls) {
  std::string text;
  const auto add = [&](bool stands, const char* wall) {
    if (stands) text += (text.empty() ? "" : "+") + std::string(wall);
  };
  add(walls.landlock, "landlock");
  add(walls.seccomp, "seccomp");
  add(walls.limits, walls.memory ? "limits" : "limits-but-memory");
  return text.empty() ? "none" : text;
}

Walls confine(const Confinement& confinement, const std::vector<int>& writable) {
  Walls walls;
  walls.limits = raise_limits(confinement);
  walls.memory = !sandbox::kSanitized && confinement.memory > 0 &&
                 limit(RLIMIT_AS, confinement.memory, confinement.memory);
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return walls;
  walls.landlock = sandbox::raise_landlock(confinement.readable);
  walls.seccomp = sandbox::raise_syscall_filter(writable);
  return walls;
}

}  // namespace annulet
