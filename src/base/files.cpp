#include "annulet/base/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <optional>
#include <sstream>
#include <system_error>

#include "annulet/base/error.hpp"
#include "base/siblings.hpp"

namespace annulet {
namespace fs = std::filesystem;
namespace {

constexpr const char* kPurpose = "partial";

constexpr mode_t kPermissions = 0777;

/// Holds the signals that end a run back while a temporary file exists, so that it is not left behind.
class SignalHold {
 public:
  SignalHold() {
    sigset_t held;
    sigemptyset(&held);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&held, number);
    ::pthread_sigmask(SIG_BLOCK, &held, &before_);
  }
  ~SignalHold() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalHold(const SignalHold&) = delete;
  SignalHold& operator=(const SignalHold&) = delete;

 private:
  sigset_t before_{};
};

/// Kind and permissions of what stands there, behind links; nothing where nothing does.
std::optional<mode_t> mode_of(const fs::path& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) == 0) return found.st_mode;
  if (::lstat(path.c_str(), &found) == 0)
    throw Error(Code::Output, path.string() + ": is a link that leads to nothing; give another name");
  return std::nullopt;
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

void write_file_atomically(const fs::path& path, std::string_view bytes) {
  write_file_atomically(path, [bytes](const Append& file) { file(bytes); });
}

void write_file_atomically(const fs::path& path, const std::function<void(const Append&)>& fill) {
  const std::optional<mode_t> mode = mode_of(path);
  if (mode && !S_ISREG(*mode)) return write_synced(path, fill);  // a device or a pipe stays what it is
  const fs::path target = mode ? fs::canonical(path) : fs::absolute(path);
  std::error_code ignored;
  for (const fs::path& stale : stale_siblings(target, kPurpose)) fs::remove(stale, ignored);
  const SignalHold hold;
  const fs::path temporary = sibling(target, kPurpose);
  try {
    write_synced(temporary, fill, mode ? std::optional(*mode & kPermissions) : std::nullopt);
    if (::rename(temporary.c_str(), target.c_str()) != 0) throw_output(target, "renaming");
  } catch (...) {
    fs::remove(temporary, ignored);
    throw;
  }
  sync_name(target);
}

void move_folder(const fs::path& from, const fs::path& to) {
  (void)put_back(to);
  int bad = ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE);
  if (bad != 0 && (errno == EINVAL || errno == ENOSYS)) {  // a file system without such a rename
    if (::access(to.c_str(), F_OK) == 0) {
      errno = EEXIST;
    } else {
      bad = ::rename(from.c_str(), to.c_str());
    }
  }
  if (bad != 0 && errno != EEXIST) throw_output(to, "renaming");
  if (bad != 0) (void)change_places(from, to);  // wherever the earlier one is: nobody asks for it again
  sync_name(to);
}

}  // namespace annulet
