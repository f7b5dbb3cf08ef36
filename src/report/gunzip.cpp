#include <libdeflate.h>

#include <memory>

#include "annulet/base/error.hpp"
#include "annulet/report/stored_result.hpp"
#include "annulet/report/writers.hpp"

namespace annulet {
namespace {

constexpr std::size_t kMostOfMember = kTablePiece + 4096;  // a piece, and a digest behind the last

[[noreturn]] void refuse(const char* why) {
  throw Error(Code::Corrupt,
              std::string("the compressed table cannot be used: ") + why + "; score the slide again");
}

}  // namespace

std::string gunzip_members(std::string_view bytes, std::uint64_t most) {
  const std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> unpacker(
      libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
  expects(unpacker != nullptr, "there is memory to unpack with");
  std::string whole, piece(kMostOfMember, '\0');
  while (!bytes.empty()) {
    std::size_t taken = 0, made = 0;
    const libdeflate_result result = libdeflate_gzip_decompress_ex(unpacker.get(), bytes.data(), bytes.size(),
                                                                   piece.data(), piece.size(), &taken, &made);
    if (result == LIBDEFLATE_INSUFFICIENT_SPACE) refuse("a part of it is larger than annulet writes");
    if (result != LIBDEFLATE_SUCCESS || taken == 0) refuse("it is no gzip file, or damaged");
    if (made > most - whole.size()) refuse("it holds more than the result says");
    whole.append(piece, 0, made);
    bytes.remove_prefix(taken);
  }
  return whole;
}

}  // namespace annulet
