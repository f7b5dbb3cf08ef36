#pragma once
#include <cmath>
#include <cstdint>

namespace annulet::nuclei {

/// Largest integer whose square is at most v, 0 <= v < 2^52: integer_sqrt by the processor's root, which is
/// the double nearest to the true one. The root of n^2 - 1 lies 1 / (2 n) > 2^-27 below n <= 2^26, where
/// doubles lie at most 2^-27 apart: it is never rounded up to n, and cutting off its fraction is exact.
inline std::int64_t exact_root(std::int64_t v) {
  return static_cast<std::int64_t>(std::sqrt(static_cast<double>(v)));
}

}  // namespace annulet::nuclei
