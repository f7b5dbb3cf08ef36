#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <optional>
#include <system_error>

#include "annulet/base/error.hpp"
#include "annulet/base/files.hpp"
#include "base/siblings.hpp"

namespace annulet {
namespace fs = std::filesystem;
namespace {

constexpr const char* kPurpose = "partial";

[[noreturn]] void throw_usage(const fs::path& path, const std::string& why) {
  throw Error(Code::Usage, path.string() + ": " + why + "; give another --out");
}

[[noreturn]] void throw_usage(const fs::path& path, const char* what, const std::error_code& failed) {
  throw_usage(path, std::string(what) + ": " + failed.message());
}

std::error_code last_error() {
  return {errno, std::generic_category()};
}

/// The path without links, dots and a slash at its end: what rename() is to work on.
fs::path resolved(const fs::path& target) {
  if (target.empty()) throw Error(Code::Usage, "the name of the output folder is empty; give --out DIR");
  std::error_code failed;
  fs::path path = fs::absolute(target, failed);
  if (!failed) path = fs::weakly_canonical(path, failed);
  if (failed) throw_usage(target, "the folder cannot be reached", failed);
  return path.has_filename() ? path : path.parent_path();
}

/// Nothing where the path does not exist.
std::optional<struct stat> stat_of(const fs::path& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) == 0) return found;
  if (errno != ENOENT && errno != ENOTDIR) throw_usage(path, "the folder cannot be reached", last_error());
  if (::lstat(path.c_str(), &found) == 0) throw_usage(path, "is a link to nothing");
  return std::nullopt;
}

/// True where another file system, or another part of the same one, is mounted: rename() cannot replace it.
bool is_mount_point(const fs::path& path, const struct stat& found) {
  struct statx extended {};
  if (::statx(AT_FDCWD, path.c_str(), 0, STATX_BASIC_STATS, &extended) == 0 &&
      (extended.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) != 0)
    return (extended.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
  struct stat parent {};
  return ::stat(path.parent_path().c_str(), &parent) == 0 && parent.st_dev != found.st_dev;
}

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code failed;
  for (fs::directory_iterator it(folder, failed), end; !failed && it != end; it.increment(failed))
    entries.push_back(it->path());
  if (failed) throw_usage(folder, "the folder cannot be listed", failed);
  std::sort(entries.begin(), entries.end());
  return entries;
}

/// Why the entries are not those of a result, or nothing where they are.
std::string stranger_among(const std::vector<fs::path>& entries, const std::vector<std::string>& names) {
  bool marked = false;
  for (const fs::path& entry : entries) {
    const std::string name = entry.filename().string();
    std::error_code ignored;
    if (std::find(names.begin(), names.end(), name) == names.end() ||
        fs::symlink_status(entry, ignored).type() != fs::file_type::regular)
      return "holds '" + name + "', which is not of a result";
    marked = marked || name == names.front();
  }
  return marked ? "" : "holds files but no " + names.front() + ", so it is not a result";
}

/// Removes the files of a result and the folder they leave empty; false where something else keeps it.
bool remove_result(const fs::path& folder, const std::vector<std::string>& names) noexcept {
  for (const std::string& name : names) (void)::unlink((folder / name).c_str());
  return ::rmdir(folder.c_str()) == 0 || errno == ENOENT;
}

}  // namespace

AtomicFolder::AtomicFolder(const fs::path& target, std::span<const std::string_view> names, bool replace)
    : target_(resolved(target)), names_(names.begin(), names.end()) {
  expects(!names_.empty(), "an AtomicFolder knows what it may hold");
  for (const fs::path& left : put_back(target_)) remove_result(left, names_);
  check_target(replace);
  for (const fs::path& stale : stale_siblings(target_, kPurpose)) remove_result(stale, names_);
  try {
    create();
  } catch (...) {
    undo();
    throw;
  }
}

AtomicFolder::~AtomicFolder() {
  if (!committed_) undo();
}

void AtomicFolder::check_target(bool replace) {
  const std::optional<struct stat> found = stat_of(target_);
  if (!found) return;
  existed_ = true;
  if (!S_ISDIR(found->st_mode)) throw_usage(target_, "is not a folder");
  if (is_mount_point(target_, *found)) {
    throw Error(Code::Usage, target_.string() +
                                 ": is a mount point, which cannot be put in place whole; give a folder "
                                 "inside it, for example --out " +
                                 (target_ / "result").string());
  }
  const std::vector<fs::path> entries = entries_of(target_);
  if (entries.empty()) return;
  const std::string stranger = stranger_among(entries, names_);
  if (!stranger.empty()) throw_usage(target_, stranger);
  if (!replace) throw Error(Code::Usage, target_.string() + ": holds a result already; --force replaces it");
  replaces_ = true;
  device_ = found->st_dev;
  inode_ = found->st_ino;
}

void AtomicFolder::create() {
  std::vector<fs::path> missing;
  for (fs::path parent = target_.parent_path(); !stat_of(parent); parent = parent.parent_path())
    missing.push_back(parent);
  for (auto parent = missing.rbegin(); parent != missing.rend(); ++parent) {
    if (::mkdir(parent->c_str(), 0777) == 0) {
      parents_.push_back(*parent);
    } else if (errno != EEXIST) {
      throw_usage(*parent, "the folder cannot be created", last_error());
    }
  }
  const fs::path temporary = sibling(target_, kPurpose);
  if (::mkdir(temporary.c_str(), 0777) != 0)
    throw_usage(target_, "no folder can be created beside it", last_error());
  temporary_ = temporary;
}

void AtomicFolder::undo() noexcept {
  if (!temporary_.empty()) remove_result(temporary_, names_);
  // Those that another process has used meanwhile are not empty, and stay.
  for (auto parent = parents_.rbegin(); parent != parents_.rend(); ++parent) (void)::rmdir(parent->c_str());
}

void AtomicFolder::write(std::string_view name, std::string_view bytes) {
  write(name, [&](const Append& out) { out(bytes); });
}

void AtomicFolder::write(std::string_view name, const std::function<void(const Append&)>& fill) {
  expects(std::find(names_.begin(), names_.end(), name) != names_.end(), "a file of the folder's names");
  write_synced(temporary_ / name, fill);
}

void AtomicFolder::commit() {
  sync_path(temporary_);
  struct stat now {};
  if (replaces_ && ::stat(target_.c_str(), &now) == 0 && now.st_dev == device_ && now.st_ino == inode_) {
    exchange();
  } else {
    place();
  }
  sync_name(target_);
}

/// Where nothing, or an empty folder, stands.
void AtomicFolder::place() {
  int bad = ::renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, target_.c_str(),
                        existed_ ? 0U : static_cast<unsigned>(RENAME_NOREPLACE));
  // Plain rename() of a folder replaces an empty one at most.
  if (bad != 0 && (errno == EINVAL || errno == ENOSYS)) bad = ::rename(temporary_.c_str(), target_.c_str());
  if (bad != 0 && (errno == EEXIST || errno == ENOTEMPTY || errno == ENOTDIR)) {
    throw Error(Code::Output, target_.string() +
                                  ": somebody else created or filled it during the run, and it stays as it "
                                  "is; run again with another --out");
  }
  if (bad != 0) throw_output(target_, "renaming");
  committed_ = true;
}

/// Where the earlier result stands.
void AtomicFolder::exchange() {
  const std::vector<fs::path> entries = entries_of(target_);
  const std::string stranger = entries.empty() ? "" : stranger_among(entries, names_);
  if (!stranger.empty()) {
    throw Error(Code::Output, target_.string() + ": since the run began it " + stranger +
                                  ", and it stays as it is; run again with another --out");
  }
  const fs::path earlier = change_places(temporary_, target_);
  committed_ = true;
  if (!remove_result(earlier, names_)) {
    throw Error(Code::Output, target_.string() + ": is replaced, but the earlier folder came to hold other " +
                                  "files and is kept as " + earlier.string());
  }
}

}  // namespace annulet
