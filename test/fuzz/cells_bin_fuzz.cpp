// Foreign bytes as cells.bin.gz: every input is read or refused as corrupt, never more. The first byte tells
// whether they are packed, or the table itself with a digest that fits, so that the columns are reached.
#include <cstdint>
#include <string>

#include "annulet/base/digest.hpp"
#include "annulet/base/error.hpp"
#include "annulet/report/stored_result.hpp"
#include "annulet/report/writers.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  constexpr std::uint64_t kMost = 1 << 24;
  try {
    const std::string table =
        data[0] % 2 == 0 ? annulet::gunzip_members(bytes, kMost) : bytes + annulet::sha256_of(bytes);
    const annulet::CellTable cells = annulet::read_cells_bin(table);
    for (const annulet::CellRow& row : cells) {
      for (std::size_t i = 0; i < row.neighbours; ++i) (void)annulet::neighbour_of(cells, row, i);
    }
  } catch (const annulet::Error& error) {
    if (error.code() != annulet::Code::Corrupt) throw;
  }
  return 0;
}
