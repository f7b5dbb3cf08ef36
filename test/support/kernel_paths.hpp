#pragma once
#include "annulet/base/wide.hpp"
#include "support/catch.hpp"

namespace annulet::test {

/// Runs `body`, which calls kernels, once on each path that this processor has, and checks that its kernels
/// took it.
template <class Body>
void on_each_kernel_path(Body&& body) {
  const KernelPath before = kernel_path();
  for (const KernelPath path : {KernelPath::Portable, KernelPath::Avx2}) {
    if (!has_kernel_path(path)) continue;
    INFO("kernel path " << name(path));
    choose_kernel_path(path);
    body();
    CHECK(last_kernel_path() == path);
  }
  choose_kernel_path(before);
}

}  // namespace annulet::test
