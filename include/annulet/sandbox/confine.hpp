#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace annulet {

/// What is left to a process that reads foreign bytes.
struct Confinement {
  std::vector<std::filesystem::path> readable;  ///< files and folders beside the system's own libraries
  std::uint64_t memory = 0;                     ///< bytes of address space; 0: no limit
  std::uint64_t cpu_seconds = 0;                ///< of all its threads together; 0: no limit
  std::uint64_t open_files = 256;
};

/// Which walls stand.
struct Walls {
  bool landlock = false;  ///< nothing but `readable` and the system's libraries can be opened
  bool seccomp = false;   ///< no writing, no sockets, no programs, no processes, no signals to others
  bool limits = false;    ///< processor time, open files, no core file, no file longer than 0 bytes
  bool memory = false;    ///< the limit on memory; sanitizers reserve more addresses than any limit allows
  bool required() const { return seccomp && limits; }
};

/// The walls as they stand in run.json: "landlock+seccomp+limits", "seccomp+limits-but-memory", "none".
std::string name(const Walls& walls);

/// Confines the calling process for good, which must not have started a thread yet: those that it starts
/// later stand behind the same walls. `writable` are the only descriptors that it may still write to. A
/// wall that the system refuses is missing from what is returned; nothing is thrown. About 2 ms.
Walls confine(const Confinement& confinement, const std::vector<int>& writable);

}  // namespace annulet
