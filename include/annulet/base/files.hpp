#pragma once
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace annulet {

/// Whole text of a small file. Throws Error NotFound, Permission.
std::string read_text(const std::filesystem::path& path);

/// A folder that appears whole or not at all: files are written into a hidden sibling folder, fsynced, and
/// the folder is renamed to its name by `commit`. Without `commit` (an exception, Ctrl-C) nothing is left
/// behind. Throws Error Output (a write), Usage (the target holds something that may not be replaced).
class AtomicFolder {
 public:
  /// `target` must not exist, or be an empty folder; with `replace` an earlier result folder (one that holds
  /// `marker`) is replaced. Anything else throws Error Usage and changes nothing.
  AtomicFolder(const std::filesystem::path& target, std::string_view marker, bool replace);
  ~AtomicFolder();
  AtomicFolder(const AtomicFolder&) = delete;
  AtomicFolder& operator=(const AtomicFolder&) = delete;

  /// Where the files are to be written until `commit`.
  const std::filesystem::path& path() const { return temporary_; }
  void write(std::string_view name, std::string_view bytes);
  void commit();

 private:
  std::filesystem::path target_, temporary_;
  bool replace_, committed_ = false;
};

/// Removes every temporary folder of this process that is not committed. Async-signal-unsafe: call it from a
/// normal thread after a signal was noted.
void remove_uncommitted_folders();

/// Writes one file whole or not at all (temporary name, fsync, rename). Throws Error Output.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

}  // namespace annulet
