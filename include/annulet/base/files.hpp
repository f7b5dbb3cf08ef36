#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace annulet {

/// Whole text of a small file. Throws Error NotFound, Permission.
std::string read_text(const std::filesystem::path& path);

/// Takes the bytes of a file piece by piece; a piece need not outlive the call.
using Append = std::function<void(std::string_view)>;

/// A folder that appears whole or not at all: files are written into a hidden sibling folder, fsynced, and
/// the folder is renamed to its name by `commit`. Without `commit` (an exception, Ctrl-C) nothing is left
/// behind, and what a killed process left beside the same target is removed by the next one, which puts back
/// an earlier result that was taken away to be replaced (on file systems without an exchange of names). A
/// file that is not of `names` is never removed. Several threads may write files of different names;
/// everything else is for one thread. A handful of system calls a file.
class AtomicFolder {
 public:
  /// `names` are the files that the folder may hold, first the one that it always holds. `target` must not
  /// exist, or be an empty folder; with `replace` a folder of nothing but files of `names` is replaced.
  /// Creates missing parents and the hidden folder, so that a bad target shows before the work. Throws Error
  /// Usage (the target cannot be made, or holds something that may not be replaced) and changes nothing.
  AtomicFolder(const std::filesystem::path& target, std::span<const std::string_view> names, bool replace);
  ~AtomicFolder();
  AtomicFolder(const AtomicFolder&) = delete;
  AtomicFolder& operator=(const AtomicFolder&) = delete;

  /// Where the files are to be written until `commit`.
  const std::filesystem::path& path() const { return temporary_; }
  /// `name` must be one of `names`. Throws Error Output.
  void write(std::string_view name, std::string_view bytes);
  /// The same for what `fill` appends: for files that are better never whole in memory.
  void write(std::string_view name, const std::function<void(const Append&)>& fill);
  /// Throws Error Output, also where the target appeared or was filled meanwhile: then it stays as it is.
  void commit();

 private:
  void check_target(bool replace);
  void create();
  void undo() noexcept;
  void place();
  void exchange();

  std::filesystem::path target_, temporary_;
  std::vector<std::string> names_;
  std::vector<std::filesystem::path> parents_;  // created for this folder, outermost first
  bool existed_ = false, replaces_ = false, committed_ = false;
  std::uint64_t device_ = 0, inode_ = 0;  // of the earlier result
};

/// Writes one file whole or not at all (temporary name, fsync, rename); SIGINT, SIGTERM and SIGHUP to the
/// calling thread wait until it is done. A file that stands there is replaced behind links and leaves its
/// permissions to the new one; into a device or a pipe the bytes are written as they come. Throws Error
/// Output.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);
void write_file_atomically(const std::filesystem::path& path, const std::function<void(const Append&)>& fill);

/// Gives a folder the name `to`, for good (fsync). Where a folder stands there the two change places, so that
/// at no moment there is none; a file system without that (NFS) has none for a moment, and what a process
/// that was killed in it took away is put back by the next one. Both on one file system. Throws Error Output.
void move_folder(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace annulet
