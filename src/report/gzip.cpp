#include <libdeflate.h>

#include <memory>

#include "annulet/base/error.hpp"
#include "annulet/report/writers.hpp"

namespace annulet {
namespace {

constexpr std::size_t kModifiedAt = 4;  // RFC 1952 2.3: four bytes of time
constexpr std::size_t kSystemAt = 9;    // the operating system; 255 is "unknown"
constexpr std::size_t kHeaderBytes = 10;

}  // namespace

std::string gzip(const std::string& bytes, int level) {
  expects(level >= 1 && level <= 12, "libdeflate has levels 1 to 12");
  const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor(
      libdeflate_alloc_compressor(level), &libdeflate_free_compressor);
  expects(compressor != nullptr, "there is memory to compress with");
  std::string out(libdeflate_gzip_compress_bound(compressor.get(), bytes.size()), '\0');
  const std::size_t size =
      libdeflate_gzip_compress(compressor.get(), bytes.data(), bytes.size(), out.data(), out.size());
  expects(size > kHeaderBytes, "libdeflate compresses into a buffer of its own bound");
  out.resize(size);
  for (std::size_t i = 0; i < 4; ++i) out[kModifiedAt + i] = '\0';
  out[kSystemAt] = '\xFF';
  return out;
}

}  // namespace annulet
