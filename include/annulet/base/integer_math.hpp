#pragma once
#include <cmath>
#include <cstdint>

namespace annulet {

/// Largest integer whose square is at most v. v >= 0.
constexpr std::int64_t integer_sqrt(std::int64_t v) {
  if (v <= 0) return 0;
  std::int64_t root = 0;
  for (std::int64_t bit = std::int64_t{1}
                          << ((63 - __builtin_clzll(static_cast<unsigned long long>(v))) & ~1);
       bit != 0; bit >>= 2) {
    if (v >= root + bit) {
      v -= root + bit;
      root = (root >> 1) + bit;
    } else {
      root >>= 1;
    }
  }
  return root;
}

/// a / b rounded to nearest, halves away from zero. b > 0.
constexpr std::int64_t divide_round(std::int64_t a, std::int64_t b) {
  return a >= 0 ? (a + b / 2) / b : -((-a + b / 2) / b);
}

/// a / b rounded towards minus infinity. b > 0.
constexpr std::int64_t divide_floor(std::int64_t a, std::int64_t b) {
  return a >= 0 ? a / b : -((-a + b - 1) / b);
}

}  // namespace annulet
