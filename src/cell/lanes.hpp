#pragma once
// Sixteen 16-bit values in a register, and their neighbours in a row of such registers.
#include "annulet/base/wide.hpp"

#if ANNULET_HAS_AVX2
#include <immintrin.h>

#include <cstdint>

namespace annulet::lanes {

/// The sixteen values that begin `kBack` (1 .. 8) before `current`.
template <int kBack>
ANNULET_AVX2 inline __m256i back(__m256i previous, __m256i current) {
  const __m256i between = _mm256_permute2x128_si256(previous, current, 0x21);
  if constexpr (kBack == 8) return between;
  return _mm256_alignr_epi8(current, between, 16 - 2 * kBack);
}

/// The sixteen values that begin `kOn` (1 .. 7) after the first of `current`.
template <int kOn>
ANNULET_AVX2 inline __m256i on(__m256i current, __m256i next) {
  return _mm256_alignr_epi8(_mm256_permute2x128_si256(current, next, 0x21), current, 2 * kOn);
}

/// The greatest of the sixteen, in all of them.
ANNULET_AVX2 inline __m256i greatest(__m256i v) {
  v = _mm256_max_epi16(v, _mm256_permute2x128_si256(v, v, 0x01));
  v = _mm256_max_epi16(v, _mm256_shuffle_epi32(v, 0x4e));
  v = _mm256_max_epi16(v, _mm256_shuffle_epi32(v, 0xb1));
  return _mm256_max_epi16(v, _mm256_or_si256(_mm256_slli_epi32(v, 16), _mm256_srli_epi32(v, 16)));
}

ANNULET_AVX2 inline __m256i load(const std::int16_t* at) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
}

ANNULET_AVX2 inline void store(std::int16_t* at, __m256i v) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(at), v);
}

/// 0, 1, ... 15.
ANNULET_AVX2 inline __m256i counted() {
  return _mm256_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}

}  // namespace annulet::lanes
#endif
