#include "annulet/base/files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <mutex>
#include <set>
#include <sstream>
#include <system_error>

#include "annulet/base/error.hpp"

namespace annulet {
namespace fs = std::filesystem;
namespace {

std::mutex uncommitted_mutex;
std::set<fs::path> uncommitted;

[[noreturn]] void throw_output(const fs::path& path, const char* did) {
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

void write_synced(const fs::path& path, std::string_view bytes) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) throw_output(path, "creating");
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) {
      ::close(fd);
      throw_output(path, "writing");
    }
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  if (::fsync(fd) != 0) {
    ::close(fd);
    throw_output(path, "fsync");
  }
  if (::close(fd) != 0) throw_output(path, "closing");
}

fs::path sibling(const fs::path& target, const char* purpose) {
  static std::atomic<int> counter{0};
  return target.parent_path() / ("." + target.filename().string() + "." + purpose + "." +
                                 std::to_string(::getpid()) + "." + std::to_string(counter++));
}

}  // namespace

std::string read_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    throw Error(errno == EACCES ? Code::Permission : Code::NotFound,
                path.string() + ": cannot be opened for reading; check the path and its permissions");
  }
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

AtomicFolder::AtomicFolder(const fs::path& target, std::string_view marker, bool replace)
    : replace_(replace) {
  target_ = fs::absolute(target).lexically_normal();
  if (target_.filename().empty()) target_ = target_.parent_path();
  std::error_code failed;
  const fs::file_status status = fs::status(target_, failed);
  if (fs::exists(status)) {
    if (!fs::is_directory(status))
      throw Error(Code::Usage, target_.string() + ": is not a folder; give another --out");
    if (!fs::is_empty(target_, failed) || failed) {
      if (!fs::exists(target_ / marker)) {
        throw Error(Code::Usage,
                    target_.string() + ": holds files that are not a result; give another --out");
      }
      if (!replace)
        throw Error(Code::Usage, target_.string() + ": holds a result already; --force replaces it");
    }
  }
  fs::create_directories(target_.parent_path(), failed);
  temporary_ = sibling(target_, "partial");
  if (failed || !fs::create_directory(temporary_, failed)) {
    throw Error(Code::Usage, target_.string() + ": the folder cannot be created: " + failed.message() +
                                 "; give another --out");
  }
  const std::lock_guard lock(uncommitted_mutex);
  uncommitted.insert(temporary_);
}

AtomicFolder::~AtomicFolder() {
  if (committed_) return;
  std::error_code ignored;
  fs::remove_all(temporary_, ignored);
  const std::lock_guard lock(uncommitted_mutex);
  uncommitted.erase(temporary_);
}

void AtomicFolder::write(std::string_view name, std::string_view bytes) {
  write_synced(temporary_ / name, bytes);
}

void AtomicFolder::commit() {
  sync_path(temporary_);
  fs::path old;
  if (fs::exists(target_)) {
    old = sibling(target_, "old");
    if (::rename(target_.c_str(), old.c_str()) != 0) throw_output(target_, "replacing");
  }
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) {
    if (!old.empty()) (void)::rename(old.c_str(), target_.c_str());
    throw_output(target_, "renaming");
  }
  committed_ = true;
  sync_path(target_.parent_path());
  std::error_code ignored;
  if (!old.empty()) fs::remove_all(old, ignored);
  const std::lock_guard lock(uncommitted_mutex);
  uncommitted.erase(temporary_);
}

void remove_uncommitted_folders() {
  const std::lock_guard lock(uncommitted_mutex);
  std::error_code ignored;
  for (const fs::path& folder : uncommitted) fs::remove_all(folder, ignored);
  uncommitted.clear();
}

void write_file_atomically(const fs::path& path, std::string_view bytes) {
  const fs::path target = fs::absolute(path);
  const fs::path temporary = sibling(target, "partial");
  try {
    write_synced(temporary, bytes);
    if (::rename(temporary.c_str(), target.c_str()) != 0) throw_output(target, "renaming");
  } catch (...) {
    std::error_code ignored;
    fs::remove(temporary, ignored);
    throw;
  }
  sync_path(target.parent_path());
}

}  // namespace annulet
