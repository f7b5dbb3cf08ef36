// Landlock (Linux 5.13 and later) by its three system calls: the C library of Debian 12 has no wrappers, and
// its headers know the first two of the kernel's versions only.
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdint>

#include "sandbox/walls.hpp"

namespace annulet::sandbox {
namespace {

/// landlock_ruleset_attr as version 6 has it; older kernels take the rest as long as it is 0.
struct Ruleset {
  std::uint64_t files = 0, network = 0, scopes = 0;
};

constexpr std::uint64_t kAllNetwork = 3;  // LANDLOCK_ACCESS_NET_BIND_TCP, CONNECT_TCP
constexpr std::uint64_t kAllScopes = 3;   // LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET, SIGNAL
constexpr std::uint64_t kReading = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;

// What the dynamic loader, the C library and oneTBB open when a reader is loaded or threads are counted.
constexpr std::array<const char*, 11> kSystem{
    "/usr",          "/lib",          "/lib32",        "/lib64",     "/etc/ld.so.cache",
    "/proc/self",    "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/sys/devices/system",
    "/sys/fs/cgroup"};

/// Everything that this version of Landlock can forbid on files.
std::uint64_t all_files(long version) {
  constexpr std::array<int, 5> kBits{13, 14, 15, 15, 16};  // of versions 1 to 5
  const auto at = static_cast<std::size_t>(version > 5 ? 5 : version) - 1;
  return (std::uint64_t{1} << kBits[at]) - 1;
}

Ruleset ruleset_of(long version) {
  return {all_files(version), version >= 4 ? kAllNetwork : 0, version >= 6 ? kAllScopes : 0};
}

/// A path that is not there needs no permission.
void permit(int ruleset, const char* path) {
  const int place = ::open(path, O_PATH | O_CLOEXEC);
  if (place < 0) return;
  struct stat status {};
  landlock_path_beneath_attr rule{};
  rule.parent_fd = place;
  rule.allowed_access = kReading;
  if (::fstat(place, &status) == 0 && !S_ISDIR(status.st_mode))
    rule.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE;
  ::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
  ::close(place);
}

}  // namespace

bool raise_landlock(const std::vector<std::filesystem::path>& readable) {
  const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 1) return false;
  const Ruleset rules = ruleset_of(version);
  const int ruleset = static_cast<int>(::syscall(SYS_landlock_create_ruleset, &rules, sizeof rules, 0));
  if (ruleset < 0) return false;
  for (const char* path : kSystem) permit(ruleset, path);
  for (const std::filesystem::path& path : readable) permit(ruleset, path.c_str());
  const bool raised = ::syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
  ::close(ruleset);
  return raised;
}

}  // namespace annulet::sandbox
