// Any bytes: the checks before the libraries end, in little time and memory, with a verdict.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "annulet/slide/preflight.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto refusal = annulet::preflight(std::span(data, size));
  if (refusal && (annulet::is_not_evaluable(refusal->code) || refusal->what.empty())) std::abort();
  return 0;
}
