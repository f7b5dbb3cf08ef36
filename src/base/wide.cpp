#include "annulet/base/wide.hpp"

#include "annulet/base/error.hpp"

namespace annulet {

bool has_kernel_path(KernelPath path) {
  if (path == KernelPath::Portable) return true;
#if ANNULET_HAS_AVX2
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
#else
  return false;
#endif
}

KernelPath wide::in_force = [] {
  return has_kernel_path(KernelPath::Avx2) ? KernelPath::Avx2 : KernelPath::Portable;
}();

KernelPath kernel_path() {
  return wide::in_force;
}

KernelPath last_kernel_path() {
  return wide::last_taken;
}

void choose_kernel_path(KernelPath path) {
  expects(has_kernel_path(path), "this processor cannot take that kernel path");
  wide::in_force = path;
}

std::string_view name(KernelPath path) {
  return path == KernelPath::Avx2 ? "avx2" : "portable";
}

}  // namespace annulet
