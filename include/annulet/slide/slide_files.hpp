#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace annulet {

/// The files that make up a slide: the one named, then the members it lists, in the order of their names
/// (MIRAX: those of Slidedat.ini; Hamamatsu VMS and VMU: those of the file itself). Every member is there, is
/// a regular file and is not empty. Throws Error NotFound, Permission, NotAFile, Empty, Corrupt, OverLimit;
/// the message names the slide and the member.
std::vector<std::filesystem::path> slide_files(const std::filesystem::path& slide);

/// Names of the members that MIRAX's Slidedat.ini, or a VMS or VMU file, lists, sorted. Throws Error Corrupt,
/// OverLimit without the slide's name.
std::vector<std::string> mirax_members(std::string_view slidedat);
std::vector<std::string> hamamatsu_members(std::string_view vms);

/// What tells one state of a file from another. An edit cannot put back the time of its last change (ctime),
/// whatever it does to the time of its contents.
struct FileStamp {
  std::uint64_t device = 0, inode = 0, bytes = 0;
  std::int64_t modified_ns = 0, changed_ns = 0;
  bool operator==(const FileStamp&) const = default;
};

/// Holds a slide's files to the state in which it found them. Const and safe from many threads.
class SlideWatch {
 public:
  /// Throws as `slide_files`. Waits at most 20 ms where a file was changed just now: clocks of file systems
  /// tick every few ms, and a second change within a tick would not show.
  explicit SlideWatch(const std::filesystem::path& slide);

  /// SHA-256 that identifies the slide. Of a slide of one file that of its bytes; of several that of the
  /// files' digests, in the order of slide_files, each followed by a line feed. `at_each_piece` (1 MiB) may
  /// throw to stop. Throws Error Changed where a file is no longer what it was before or after its bytes were
  /// read, Permission, Corrupt (the disk).
  std::string digest(const std::function<void()>& at_each_piece = {}) const;
  /// Throws Error Changed where a file is not as it was found. What was read in between is then of no use.
  void check() const;

 private:
  struct Watched {
    std::filesystem::path path;
    FileStamp stamp;
  };
  std::string digest_of(const Watched& watched, const std::function<void()>& at_each_piece) const;
  [[noreturn]] void fail(const Watched& watched) const;

  std::string name_;
  std::vector<Watched> files_;
};

}  // namespace annulet
