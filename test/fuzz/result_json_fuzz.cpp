// Foreign bytes as result.json: every input is read or refused as corrupt, never more.
#include <cstdint>
#include <string_view>

#include "annulet/base/error.hpp"
#include "annulet/report/stored_result.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    (void)annulet::parse_stored_result({reinterpret_cast<const char*>(data), size});
  } catch (const annulet::Error& error) {
    if (error.code() != annulet::Code::Corrupt) throw;
  }
  return 0;
}
