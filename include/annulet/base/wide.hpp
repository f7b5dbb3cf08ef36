#pragma once
// Integer kernels are compiled once for every processor and once for those with AVX2; the choice falls at run
// time. Both give the same values: tests force each path and ask which one ran.
#include <string_view>
#include <utility>

namespace annulet {

enum class KernelPath { Portable, Avx2 };

/// The path that kernels take: the widest that this processor has, unless another was chosen.
KernelPath kernel_path();
/// Whether this processor, and this build, can take the path.
bool has_kernel_path(KernelPath path);
/// For tests and comparisons, before any kernel runs on another thread. Expects has_kernel_path(path).
void choose_kernel_path(KernelPath path);
/// The path that the last kernel of this thread took.
KernelPath last_kernel_path();
std::string_view name(KernelPath path);  ///< portable | avx2

namespace wide {
// Sanitizers and other compilers take the portable path alone.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define ANNULET_HAS_AVX2 1
#define ANNULET_AVX2 __attribute__((target("avx2,bmi,bmi2")))
#else
#define ANNULET_HAS_AVX2 0
#define ANNULET_AVX2
#endif
/// After the parameters of a kernel's lambda: it becomes part of each of its versions.
#if defined(__GNUC__) && defined(__OPTIMIZE__)
#define ANNULET_KERNEL __attribute__((always_inline))
#else
#define ANNULET_KERNEL
#endif

extern KernelPath in_force;
inline thread_local constinit KernelPath last_taken = KernelPath::Portable;

template <class Body, class... Args>
ANNULET_AVX2 __attribute__((noinline)) auto run_avx2(const Body& body, Args&&... args) {
  return body(std::forward<Args>(args)...);
}
}  // namespace wide

/// A kernel: `constexpr Wide sum = [](const int* v, int n) ANNULET_KERNEL { ... };`, called like a function.
/// The body is plain code that the compiler turns into vector code for each path: integers only, no calls
/// that could not be inlined.
template <class Body>
struct Wide : Body {
  constexpr Wide(Body body) : Body(std::move(body)) {}
  template <class... Args>
  auto operator()(Args&&... args) const {
    const KernelPath path = wide::in_force;
    wide::last_taken = path;
    const Body& body = *this;
#if ANNULET_HAS_AVX2
    if (path == KernelPath::Avx2) return wide::run_avx2(body, std::forward<Args>(args)...);
#endif
    return body(std::forward<Args>(args)...);
  }
};

}  // namespace annulet
