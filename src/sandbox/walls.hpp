#pragma once
#include <filesystem>
#include <vector>

namespace annulet::sandbox {

#if defined(__clang__) && defined(__has_feature)
inline constexpr bool kSanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

/// Leaves to this process only reading below `readable` and below the system's libraries. False where the
/// kernel has no Landlock, or refuses.
bool raise_landlock(const std::vector<std::filesystem::path>& readable);

/// Leaves to this process the system calls that reading a slide takes, and writing to `writable`; every
/// other fails with EPERM. False where the kernel refuses. Needs "no new privileges".
bool raise_syscall_filter(const std::vector<int>& writable);

}  // namespace annulet::sandbox
