#pragma once
#include <filesystem>
#include <vector>

namespace annulet::sandbox {

/// Leaves to this process only reading below `readable` and below the system's libraries. False where the
/// kernel has no Landlock, or refuses.
bool raise_landlock(const std::vector<std::filesystem::path>& readable);

/// Leaves to this process the system calls that reading a slide takes, and writing to `writable`; every
/// other fails with EPERM. False where the kernel refuses. Needs "no new privileges".
bool raise_syscall_filter(const std::vector<int>& writable);

}  // namespace annulet::sandbox
