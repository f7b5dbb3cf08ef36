// The texts that list the files of MIRAX and Hamamatsu slides: no name leads out of the slide's folder.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "annulet/base/error.hpp"
#include "annulet/slide/slide_files.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto list : {annulet::mirax_members, annulet::hamamatsu_members}) {
    try {
      for (const std::string& name : list(text)) {
        if (name.empty() || name == ".." || name.find('/') != std::string::npos) std::abort();
      }
    } catch (const annulet::Error&) {
      continue;  // a verdict, too
    }
  }
  return 0;
}
