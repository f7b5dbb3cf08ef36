#include "base/siblings.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

#include "annulet/base/error.hpp"

namespace annulet {
namespace fs = std::filesystem;
namespace {

constexpr const char* kEarlier = "old";

/// Everything of a sibling's name before its process. The host is part of it because folders are shared
/// between machines and containers: a process is only known to be gone on its own.
std::string sibling_prefix(const fs::path& target, std::string_view purpose) {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
  return "." + target.filename().string() + "." + std::string(purpose) + "." + host.data() + ".";
}

/// True for "PID.N" of a process that does not exist.
bool is_of_dead_process(std::string_view tail) {
  const char* const end = tail.data() + tail.size();
  pid_t process = 0;
  const auto [after, bad] = std::from_chars(tail.data(), end, process);
  if (bad != std::errc{} || process <= 0 || after == end || *after != '.' || after + 1 == end) return false;
  if (!std::all_of(after + 1, end, [](char c) { return c >= '0' && c <= '9'; })) return false;
  return ::kill(process, 0) != 0 && errno == ESRCH;
}

}  // namespace

fs::path sibling(const fs::path& target, std::string_view purpose) {
  static std::atomic<int> counter{0};
  return target.parent_path() /
         (sibling_prefix(target, purpose) + std::to_string(::getpid()) + "." + std::to_string(counter++));
}

std::vector<fs::path> stale_siblings(const fs::path& target, std::string_view purpose) {
  const std::string prefix = sibling_prefix(target, purpose);
  std::vector<fs::path> found;
  std::error_code failed;
  for (fs::directory_iterator it(target.parent_path(), failed), end; !failed && it != end;
       it.increment(failed)) {
    const std::string name = it->path().filename().string();
    if (name.starts_with(prefix) && is_of_dead_process(std::string_view(name).substr(prefix.size())))
      found.push_back(it->path());
  }
  return found;
}

void throw_output(const fs::path& path, const char* did) {
  throw Error(Code::Output, path.string() + ": " + did + " failed: " + std::strerror(errno) +
                                "; check free space and permissions of the output folder");
}

std::vector<fs::path> put_back(const fs::path& target) {
  std::vector<fs::path> left;
  for (const fs::path& earlier : stale_siblings(target, kEarlier)) {
    std::error_code failed;
    const bool gone = fs::symlink_status(target, failed).type() == fs::file_type::not_found;
    if (!gone || ::rename(earlier.c_str(), target.c_str()) != 0) left.push_back(earlier);
  }
  return left;
}

fs::path change_places(const fs::path& from, const fs::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE) == 0) return from;
  if (errno != EINVAL && errno != ENOSYS) throw_output(to, "replacing");
  const fs::path earlier = sibling(to, kEarlier);
  if (::rename(to.c_str(), earlier.c_str()) != 0) throw_output(to, "replacing");
  if (::rename(from.c_str(), to.c_str()) != 0) {
    const int why = errno;
    (void)::rename(earlier.c_str(), to.c_str());
    errno = why;
    throw_output(to, "replacing");
  }
  return ::rename(earlier.c_str(), from.c_str()) == 0 ? from : earlier;
}

void sync_path(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw_output(path, "opening for fsync");
  const int bad = ::fsync(fd);
  ::close(fd);
  if (bad != 0) throw_output(path, "fsync");
}

void sync_name(const fs::path& path) {
  const fs::path parent = path.parent_path();
  if (::access(parent.c_str(), R_OK) == 0) return sync_path(parent);
  // A folder to drop files into may be written, not read: then the whole file system is flushed.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw_output(path, "opening for syncfs");
  const int bad = ::syncfs(fd);
  ::close(fd);
  if (bad != 0) throw_output(path, "syncfs");
}

void write_synced(const fs::path& path, const std::function<void(const Append&)>& fill,
                  std::optional<mode_t> mode) {
  struct File {
    int fd;
    ~File() {
      if (fd >= 0) ::close(fd);
    }
  } file{::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)};
  if (file.fd < 0) throw_output(path, "creating");
  if (mode && ::fchmod(file.fd, *mode) != 0) throw_output(path, "setting its permissions");
  fill([&](std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t put = ::write(file.fd, bytes.data(), bytes.size());
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) throw_output(path, "writing");
      bytes.remove_prefix(static_cast<std::size_t>(put));
    }
  });
  // Pipes and devices have nothing to flush.
  if (::fsync(file.fd) != 0 && errno != EINVAL) throw_output(path, "fsync");
  if (::close(std::exchange(file.fd, -1)) != 0) throw_output(path, "closing");
}

void write_synced(const fs::path& path, std::string_view bytes) {
  write_synced(path, [&](const Append& out) { out(bytes); });
}

}  // namespace annulet
