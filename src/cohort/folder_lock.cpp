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

int opened(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0)
    throw Error(Code::Output, path.string() + ": cannot be made: " + std::strerror(errno) +
                                  "; check the permissions of the folder");
  return file;
}

[[noreturn]] void throw_no_locks(const std::filesystem::path& folder, int why) {
  throw Error(Code::Output, folder.string() + ": its file system offers no locks (" + std::strerror(why) +
                                "); use a folder on another one");
}

std::string words_in(int file) {
  std::array<char, 512> text{};
  const ssize_t bytes = ::pread(file, text.data(), text.size() - 1, 0);
  return bytes > 0 ? printable(std::string_view(text.data(), static_cast<std::size_t>(bytes)))
                   : std::string("another process");
}

void write_words(int file, const std::string& words) {
  [[maybe_unused]] const int cut = ::ftruncate(file, 0);
  [[maybe_unused]] const ssize_t written = ::pwrite(file, words.data(), words.size(), 0);
}

std::string own_name() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '?';
  const std::string since = fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", fmt::gmtime(std::time(nullptr)));
  return fmt::format("process {} on {} since {}", ::getpid(), host.data(), since);
}

}  // namespace

FolderLock::FolderLock(const std::filesystem::path& folder, const std::string& name, bool shared)
    : file_(opened(folder / name)) {
  if (::flock(file_, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0) {
    const int why = errno;
    const std::string who = why == EWOULDBLOCK ? words_in(file_) : "";
    ::close(file_);
    if (why == EWOULDBLOCK)
      throw Error(Code::Usage, folder.string() + ": is being worked in by " + who +
                                   "; wait for it to end, or use another folder");
    throw_no_locks(folder, why);
  }
  // Of several sharers nobody knows who goes last: they all leave the same words.
  write_words(file_, shared ? "a part of the batch (--shard or --index)" : own_name());
}

FolderLock::~FolderLock() {
  if (file_ >= 0) ::close(file_);
}

SplitLock::SplitLock(const std::filesystem::path& folder, const std::string& split)
    : file_(opened(folder / "lock.split")) {
  // Whoever holds it alone may say which split it is; then all share it, so that the words stay.
  if (::flock(file_, LOCK_EX | LOCK_NB) == 0) write_words(file_, split);
  int held = 0;
  while ((held = ::flock(file_, LOCK_SH)) != 0 && errno == EINTR) {
  }
  const int why = errno;
  const std::string words = words_in(file_);
  if (held == 0 && words == split) return;
  ::close(file_);
  if (held != 0) throw_no_locks(folder, why);
  throw Error(Code::Usage, folder.string() + ": is being worked in by parts of " + words + ", and not of " +
                               split +
                               "; wait for them to end, or give the same manifest and number of parts");
}

SplitLock::~SplitLock() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace annulet
