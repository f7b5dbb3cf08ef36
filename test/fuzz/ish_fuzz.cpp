// The words of --ish.
#include "annulet/base/error.hpp"
#include "annulet/guideline/guideline.hpp"

using namespace annulet;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const Ish ish = Ish::parse({reinterpret_cast<const char*>(data), size});
    if (ish.group() < 0 || ish.group() > 5) __builtin_trap();
  } catch (const Error& error) {
    if (error.code() != Code::Usage) throw;
  }
  return 0;
}
