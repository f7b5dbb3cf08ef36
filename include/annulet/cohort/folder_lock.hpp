#pragma once
#include <filesystem>
#include <string>

namespace annulet {

/// Holds a folder for this process, so that no two work in it. The lock is the kernel's: it ends with its
/// holder, however that ends, so there is nothing to take over from the dead.
class FolderLock {
 public:
  /// `name`: file below `folder`; `shared`: several may hold it that are shared. Throws Error Usage naming
  /// the holder (process, host, since when), Output where the file system offers no locks.
  FolderLock(const std::filesystem::path& folder, const std::string& name, bool shared = false);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int file_ = -1;
};

/// Keeps the parts of one batch to the same split of the same slides. Parts of two splits have rows in
/// common, and would take each other's work away.
class SplitLock {
 public:
  /// `split`: what every part must say. Throws Error Usage naming the split of those who are at work, Output.
  /// Waits only for one that is just beginning.
  SplitLock(const std::filesystem::path& folder, const std::string& split);
  ~SplitLock();
  SplitLock(const SplitLock&) = delete;
  SplitLock& operator=(const SplitLock&) = delete;

 private:
  int file_ = -1;
};

}  // namespace annulet
