#pragma once
#include <cstdint>

namespace annulet {

/// Bytes that this process and what it starts may take without others being pushed out: what the system says
/// is available, or the limit of the control group where that is less. 0 where neither is known.
std::uint64_t available_memory();

/// What a worker takes at its peak: pixels in work 88 MB, the program 100 MB, and the cells of all but the
/// largest slides (docs/validation/speed.md).
inline constexpr std::uint64_t kWorkerBytes = std::uint64_t{512} << 20;

/// Slides at a time within `threads` and `memory` bytes; at least one.
int workers_within(int threads, std::uint64_t memory);

}  // namespace annulet
