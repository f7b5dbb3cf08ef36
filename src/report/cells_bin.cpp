// cells.bin: the compact cell table, column by column (columns of like values compress far better than rows).
// Layout: docs/formats/cells-bin.md. Little-endian whatever the machine.
#include <algorithm>
#include <bit>
#include <cstring>
#include <type_traits>

#include "annulet/base/error.hpp"
#include "annulet/model/cell_check.hpp"
#include "annulet/report/writers.hpp"
#include "report/pieces.hpp"
#include "report/scan_pitch.hpp"

namespace annulet {
namespace {

constexpr std::string_view kMagic = "ANNULETC";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kDigestBytes = 64;  // SHA-256 in hexadecimal, of the slide and of the file itself
constexpr std::size_t kHeaderBytes = 8 + 4 + 4 + 4 + 8 + kDigestBytes + 8;
constexpr std::size_t kRowBytes =
    2 * 4 + 9 * 2 + 2 * 1 + 3 * 2 + 2 * 2 + 2 * 1 + 2 * 2 + 3 * kRays + kNeighbours * 4;

/// Calls `column` with a pointer to each member of CellRow, in the order in which they are declared.
template <class Column>
void for_each_column(Column&& column) {
  column(&CellRow::x), column(&CellRow::y);
  column(&CellRow::nucleus_area), column(&CellRow::cell_area);
  column(&CellRow::haematoxylin_od), column(&CellRow::haematoxylin_sd);
  column(&CellRow::haematoxylin_outside), column(&CellRow::haematoxylin_outside_sd);
  column(&CellRow::nucleus_dab_od), column(&CellRow::edge), column(&CellRow::edge_quartile);
  column(&CellRow::weak_edge_share), column(&CellRow::circularity);
  column(&CellRow::min_diameter), column(&CellRow::max_diameter), column(&CellRow::score);
  column(&CellRow::cytoplasm_od), column(&CellRow::contrast_od);
  column(&CellRow::width), column(&CellRow::neighbours), column(&CellRow::flags), column(&CellRow::piece);
  column(&CellRow::radius), column(&CellRow::ridge), column(&CellRow::facing), column(&CellRow::neighbour);
}

/// Little-endian bytes of an entry; returns where they end.
template <class T>
char* put(char* to, const T& value) {
  if constexpr (std::is_integral_v<T>) {
    const auto bits = static_cast<std::make_unsigned_t<T>>(value);
    for (std::size_t i = 0; i < sizeof(T); ++i)
      to[i] = static_cast<char>(static_cast<std::uint64_t>(bits) >> (8 * i) & 255);
    return to + sizeof(T);
  } else if constexpr (sizeof(typename T::value_type) == 1) {
    std::memcpy(to, value.data(), value.size());
    return to + value.size();
  } else {
    for (const auto& part : value) to = put(to, part);
    return to;
  }
}

/// Entries of one column, in a piece of the file.
struct Stretch {
  std::size_t column, first, last;
};

/// What each piece holds: as many entries as go into kTablePiece, first the header.
std::vector<std::vector<Stretch>> pieces_of(std::size_t cells) {
  std::vector<std::vector<Stretch>> pieces(1);
  std::size_t used = kHeaderBytes, column = 0;
  for_each_column([&](auto member) {
    constexpr std::size_t kBytes = sizeof(CellRow{}.*member);
    for (std::size_t first = 0; first < cells;) {
      const std::size_t last = std::min(cells, first + (kTablePiece - used) / kBytes);
      if (last > first) pieces.back().push_back({column, first, last});
      used += (last - first) * kBytes;
      if (last < cells) {
        pieces.emplace_back();
        used = 0;
      }
      first = last;
    }
    ++column;
  });
  return pieces;
}

char* put_text(char* to, std::string_view text) {
  std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

char* put_header(char* to, const SlideResult& result) {
  to = put_text(to, kMagic);
  to = put(to, kVersion);
  to = put(to, std::uint32_t{kRays});
  to = put(to, std::uint32_t{kNeighbours});
  to = put(to, std::bit_cast<std::uint64_t>(report::scan_pitch_um(result)));
  std::string slide = result.slide_sha256;
  slide.resize(kDigestBytes, '0');
  to = put_text(to, slide);
  return put(to, static_cast<std::uint64_t>(result.cells.size()));
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  std::string_view text(std::size_t length) {
    if (bytes_.size() < length)
      throw Error(Code::Corrupt, "the cell table ends too early: score the slide again");
    const std::string_view taken = bytes_.substr(0, length);
    bytes_.remove_prefix(length);
    return taken;
  }
  template <class T>
  void take(T& value) {
    if constexpr (std::is_integral_v<T>) {
      std::uint64_t bits = 0;
      const std::string_view bytes = text(sizeof(T));
      for (std::size_t i = 0; i < sizeof(T); ++i)
        bits |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
      value = static_cast<T>(bits);
    } else {
      for (auto& part : value) take(part);
    }
  }
  template <class T>
  T take() {
    T value{};
    take(value);
    return value;
  }

 private:
  std::string_view bytes_;
};

[[noreturn]] void refuse(const std::string& why) {
  throw Error(Code::Corrupt, "the cell table cannot be used: " + why + "; score the slide again");
}

/// Number of cells, after everything that can be checked without reading a cell.
std::uint64_t check_header(const std::string& bytes) {
  if (bytes.size() < kHeaderBytes + kDigestBytes)
    refuse("it holds " + std::to_string(bytes.size()) + " bytes, less than its header");
  Reader reader(bytes);
  if (reader.text(kMagic.size()) != kMagic) refuse("it does not start with " + std::string(kMagic));
  const auto version = reader.take<std::uint32_t>();
  if (version != kVersion)
    refuse("its version is " + std::to_string(version) + ", known is " + std::to_string(kVersion));
  if (reader.take<std::uint32_t>() != kRays || reader.take<std::uint32_t>() != kNeighbours)
    refuse("its cells have other rays");
  reader.text(sizeof(std::uint64_t) + kDigestBytes);
  const auto count = reader.take<std::uint64_t>();
  if (count > kMostCells) refuse("it claims " + std::to_string(count) + " cells");
  if (bytes.size() != kHeaderBytes + count * kRowBytes + kDigestBytes) {
    refuse("it holds " + std::to_string(bytes.size()) + " bytes, which is not what " + std::to_string(count) +
           " cells take");
  }
  const std::string_view whole(bytes);
  const std::size_t body = bytes.size() - kDigestBytes;
  if (sha256_of(whole.substr(0, body)) != whole.substr(body))
    refuse("it was altered: its digest does not fit");
  return count;
}

}  // namespace

std::size_t cells_bin_parts(const SlideResult& result) {
  return pieces_of(result.cells.size()).size();
}

std::string cells_bin_part(const SlideResult& result, std::size_t part) {
  expects(result.cells.size() <= kMostCells, "a table has at most kMostCells");
  const std::vector<std::vector<Stretch>> pieces = pieces_of(result.cells.size());
  std::string bytes(kTablePiece, '\0');
  char* to = bytes.data();
  if (part == 0) to = put_header(to, result);
  std::size_t column = 0;
  for_each_column([&](auto member) {
    for (const Stretch& stretch : pieces[part]) {
      if (stretch.column != column) continue;
      for (std::size_t i = stretch.first; i < stretch.last; ++i) to = put(to, result.cells[i].*member);
    }
    ++column;
  });
  bytes.resize(static_cast<std::size_t>(to - bytes.data()));
  return bytes;
}

void CellsBinSeal::operator()(std::string& part) {
  digest_.add(part);
  if (--parts_ == 0) part += digest_.hex();
}

void write_cells_bin(const SlideResult& result, const Append& out) {
  const std::size_t parts = cells_bin_parts(result);
  CellsBinSeal seal(parts);
  for (std::size_t i = 0; i < parts; ++i) {
    std::string part = cells_bin_part(result, i);
    seal(part);
    out(part);
  }
}

std::string write_cells_bin(const SlideResult& result) {
  return report::whole_text([&](const Append& out) { write_cells_bin(result, out); });
}

std::string cells_bin_slide(const std::string& bytes) {
  constexpr std::size_t kAt = kHeaderBytes - sizeof(std::uint64_t) - kDigestBytes;
  return bytes.substr(kAt, kDigestBytes);
}

CellTable read_cells_bin(const std::string& bytes) {
  CellTable cells(static_cast<std::size_t>(check_header(bytes)));
  Reader reader(std::string_view(bytes).substr(kHeaderBytes));
  for_each_column([&](auto member) {
    for (CellRow& row : cells) reader.take(row.*member);
  });
  if (const char* fault = fault_of_rows(cells)) refuse(fault);
  return cells;
}

}  // namespace annulet
