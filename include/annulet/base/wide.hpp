#pragma once
// ANNULET_WIDE before a function compiles it for AVX2 as well and picks at run time. Such functions are
// integer only, so both versions give the same values. Off under sanitizers, whose runtime is not up when the
// choice is made.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && defined(__OPTIMIZE__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define ANNULET_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define ANNULET_WIDE
#endif
