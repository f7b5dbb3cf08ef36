#include "annulet/base/wide.hpp"

#include <cstdint>
#include <vector>

#include "support/catch.hpp"
#include "support/kernel_paths.hpp"

using namespace annulet;

namespace {

constexpr Wide scaled_sum = [](const std::int16_t* a, const std::int16_t* b, int n, std::int16_t* out)
                                ANNULET_KERNEL {
                                  for (int i = 0; i < n; ++i)
                                    out[i] = static_cast<std::int16_t>((a[i] + b[i]) * 3 >> 1);
                                };

}  // namespace

TEST_CASE("a kernel takes the path that was chosen and gives the same values on each") {
  std::vector<std::int16_t> a(77), b(77);
  for (std::size_t i = 0; i < a.size(); ++i) {
    a[i] = static_cast<std::int16_t>(13 * i);
    b[i] = static_cast<std::int16_t>(900 - 31 * static_cast<int>(i));
  }
  std::vector<std::int16_t> expected;
  test::on_each_kernel_path([&] {
    std::vector<std::int16_t> out(a.size());
    scaled_sum(a.data(), b.data(), static_cast<int>(a.size()), out.data());
    if (expected.empty()) expected = out;
    CHECK(out == expected);
  });
}

TEST_CASE("the widest path of the processor is in force from the start") {
  CHECK(has_kernel_path(KernelPath::Portable));
  CHECK(kernel_path() == (has_kernel_path(KernelPath::Avx2) ? KernelPath::Avx2 : KernelPath::Portable));
  CHECK(name(kernel_path()) == (has_kernel_path(KernelPath::Avx2) ? "avx2" : "portable"));
}
