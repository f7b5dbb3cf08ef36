#include "annulet/cohort/folder_lock.hpp"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "annulet/base/error.hpp"
#include "annulet/base/printable.hpp"

namespace annulet {
namespace {

std::string holder(int file) {
  std::array<char, 512> text{};
  const ssize_t bytes = ::pread(file, text.data(), text.size() - 1, 0);
  return bytes > 0 ? printable(std::string_view(text.data(), static_cast<std::size_t>(bytes)))
                   : std::string("another process");
}

std::string own_name() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '?';
  const std::string since = fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", fmt::gmtime(std::time(nullptr)));
  return fmt::format("process {} on {} since {}", ::getpid(), host.data(), since);
}

}  // namespace

FolderLock::FolderLock(const std::filesystem::path& folder, const std::string& name, bool shared) {
  const std::filesystem::path path = folder / name;
  file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file_ < 0)
    throw Error(Code::Output, path.string() + ": cannot be made: " + std::strerror(errno) +
                                  "; check the permissions of the folder");
  if (::flock(file_, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0) {
    const int why = errno;
    const std::string who = why == EWOULDBLOCK ? holder(file_) : "";
    ::close(file_);
    if (why == EWOULDBLOCK)
      throw Error(Code::Usage, folder.string() + ": is being worked in by " + who +
                                   "; wait for it to end, or use another folder");
    throw Error(Code::Output, folder.string() + ": its file system offers no locks (" + std::strerror(why) +
                                  "); use a folder on another one");
  }
  // Of several sharers nobody knows who goes last: they all leave the same words.
  const std::string name_of_holder = shared ? "a part of the batch (--shard or --index)" : own_name();
  [[maybe_unused]] const int cut = ::ftruncate(file_, 0);
  [[maybe_unused]] const ssize_t written = ::pwrite(file_, name_of_holder.data(), name_of_holder.size(), 0);
}

FolderLock::~FolderLock() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace annulet
