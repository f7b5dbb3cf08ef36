#pragma once
#include <algorithm>
#include <cstdint>

#include "annulet/base/plane.hpp"

namespace annulet::nuclei {

/// Asks for the pixels up to `reach` around (x, y) that are soon read: a star's lie on too many rows for the
/// processor to fetch them ahead by itself. Changes nothing but the time; a call of it would be taken for one
/// without effect and be left out, so it is always inlined.
__attribute__((always_inline)) inline void prefetch_around(const Plane<std::uint8_t>& plane, int x, int y,
                                                           int reach) {
  constexpr int kCacheLine = 64;
  const int left = std::clamp(x - reach, 0, plane.width() - 1),
            next = std::clamp(std::min(x + reach, left + kCacheLine), 0, plane.width() - 1),
            last = std::min(y + reach, plane.height() - 1);
  for (int row = std::max(y - reach, 0); row <= last; ++row) {
    __builtin_prefetch(plane.row(row) + left);
    __builtin_prefetch(plane.row(row) + next);
  }
}

}  // namespace annulet::nuclei
