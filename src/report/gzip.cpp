#include <libdeflate.h>

#include <utility>

#include "annulet/base/error.hpp"
#include "annulet/report/writers.hpp"

namespace annulet {
namespace {

constexpr std::size_t kModifiedAt = 4;  // RFC 1952 2.3: four bytes of time
constexpr std::size_t kSystemAt = 9;    // the operating system; 255 is "unknown"
constexpr std::size_t kHeaderBytes = 10;

}  // namespace

struct GzipMembers::Compressor {
  libdeflate_compressor* handle;
  explicit Compressor(int level) : handle(libdeflate_alloc_compressor(level)) {
    expects(handle != nullptr, "there is memory to compress with");
  }
  ~Compressor() { libdeflate_free_compressor(handle); }
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;
};

GzipMembers::GzipMembers(Append out, int level) : out_(std::move(out)) {
  expects(level >= 1 && level <= 12, "libdeflate has levels 1 to 12");
  compressor_ = std::make_unique<Compressor>(level);
}

GzipMembers::~GzipMembers() = default;

void GzipMembers::operator()(std::string_view piece) {
  const std::size_t bound = libdeflate_gzip_compress_bound(compressor_->handle, piece.size());
  if (member_.size() < bound) member_.resize(bound);
  const std::size_t size = libdeflate_gzip_compress(compressor_->handle, piece.data(), piece.size(),
                                                    member_.data(), member_.size());
  expects(size > kHeaderBytes, "libdeflate compresses into a buffer of its own bound");
  for (std::size_t i = 0; i < 4; ++i) member_[kModifiedAt + i] = '\0';
  member_[kSystemAt] = '\xFF';
  out_(std::string_view(member_).substr(0, size));
}

}  // namespace annulet
