#include "base/siblings.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

#include "annulet/base/error.hpp"

namespace annulet {
namespace fs = std::filesystem;
namespace {

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

void sync_path(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw_output(path, "opening for fsync");
  const int bad = ::fsync(fd);
  ::close(fd);
  if (bad != 0) throw_output(path, "fsync");
}

void write_synced(const fs::path& path, const std::function<void(const Append&)>& fill) {
  struct File {
    int fd;
    ~File() {
      if (fd >= 0) ::close(fd);
    }
  } file{::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)};
  if (file.fd < 0) throw_output(path, "creating");
  fill([&](std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t put = ::write(file.fd, bytes.data(), bytes.size());
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) throw_output(path, "writing");
      bytes.remove_prefix(static_cast<std::size_t>(put));
    }
  });
  if (::fsync(file.fd) != 0) throw_output(path, "fsync");
  if (::close(std::exchange(file.fd, -1)) != 0) throw_output(path, "closing");
}

void write_synced(const fs::path& path, std::string_view bytes) {
  write_synced(path, [&](const Append& out) { out(bytes); });
}

}  // namespace annulet
