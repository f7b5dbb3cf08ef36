#include "annulet/base/files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <system_error>

#include "annulet/base/error.hpp"
#include "base/siblings.hpp"

namespace annulet {
namespace fs = std::filesystem;
namespace {

constexpr const char* kPurpose = "partial";

/// Holds SIGINT and SIGTERM back while a temporary file exists, so that it is not left behind.
class SignalHold {
 public:
  SignalHold() {
    sigset_t held;
    sigemptyset(&held);
    sigaddset(&held, SIGINT);
    sigaddset(&held, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &held, &before_);
  }
  ~SignalHold() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalHold(const SignalHold&) = delete;
  SignalHold& operator=(const SignalHold&) = delete;

 private:
  sigset_t before_{};
};

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
  const fs::path target = fs::absolute(path);
  std::error_code ignored;
  for (const fs::path& stale : stale_siblings(target, kPurpose)) fs::remove(stale, ignored);
  const SignalHold hold;
  const fs::path temporary = sibling(target, kPurpose);
  try {
    write_synced(temporary, fill);
    if (::rename(temporary.c_str(), target.c_str()) != 0) throw_output(target, "renaming");
  } catch (...) {
    fs::remove(temporary, ignored);
    throw;
  }
  sync_path(target.parent_path());
}

void move_folder(const fs::path& from, const fs::path& to) {
  int bad = ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE);
  if (bad != 0 && errno == EEXIST)
    bad = ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE);
  if (bad != 0 && (errno == EINVAL || errno == ENOSYS)) {  // a file system without either
    const fs::path earlier = sibling(to, "old");
    const bool stands = ::rename(to.c_str(), earlier.c_str()) == 0;
    bad = ::rename(from.c_str(), to.c_str());
    if (bad != 0) throw_output(to, "renaming");
    if (stands && ::rename(earlier.c_str(), from.c_str()) != 0) throw_output(from, "renaming");
  }
  if (bad != 0) throw_output(to, "renaming");
  sync_path(to.parent_path());
}

}  // namespace annulet
