#include "store/cell_pack.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <type_traits>

#include "annulet/base/error.hpp"
#include "annulet/base/integer_math.hpp"
#include "annulet/pipeline/edge_effect.hpp"

namespace annulet::store {
namespace {

// The bytes of a row are those of the machine: little-endian, without gaps.
static_assert(std::endian::native == std::endian::little);
static_assert(sizeof(CellRow) == 268 && std::is_trivially_copyable_v<CellRow> &&
              std::has_unique_object_representations_v<CellRow>);

// Bits of a byte of `kinds`.
constexpr unsigned kKindBits = 7, kBlank = 8, kInEdgeBand = 16;
constexpr std::size_t kPairBytes = 8;

constexpr std::size_t kPlaceDigits = 10, kNumberDigits = 5;

char* put_digits(char* to, std::int64_t value, std::size_t digits) {
  const bool negative = value < 0;
  auto left = static_cast<std::uint64_t>(negative ? -value : value);
  for (std::size_t i = digits; i-- > 0; left /= 10) to[i] = static_cast<char>('0' + left % 10);
  if (negative) to[0] = '-';
  return to + digits;
}

void put_cell(char* to, const CellRow& row, const GradedCell& shown) {
  to = put_digits(to, row.y, kPlaceDigits);
  to = put_digits(to, row.x, kPlaceDigits);
  *to++ = static_cast<char>('0' + static_cast<int>(shown.kind));
  *to++ = static_cast<char>('0' + static_cast<int>(shown.pattern));
  *to++ = shown.borrowed ? '1' : '0';
  const bool judged = shown.pattern != Pattern::Unmeasurable;
  for (const int value : {int{shown.completeness}, int{shown.longest_arc}, int{shown.strength_od},
                          int{shown.median_od}, int{row.width}, int{row.contrast_od}})
    to = put_digits(to, judged ? value : 0, kNumberDigits);
  for (const int value :
       {int{row.nucleus_area}, int{row.cell_area}, int{row.haematoxylin_od}, int{row.flags}})
    to = put_digits(to, value, kNumberDigits);
}

std::int32_t tile_of(std::int32_t place) {
  return static_cast<std::int32_t>(divide_floor(place, kStoreTileUm * kMicroUnits));
}

[[noreturn]] void refuse(const std::string& why) {
  throw Error(Code::Corrupt, "the stored cells cannot be used: " + why +
                                 "; remove the store and run annulet batch again: it is made anew from the "
                                 "result folders");
}

}  // namespace

std::vector<PackedTile> pack_tiles(const CellTable& cells, const ShownCells& shown) {
  expects(cells.size() == shown.size(), "every cell is graded");
  constexpr std::size_t kStep = kCellText + 3;  // quotes and comma
  std::vector<PackedTile> tiles;
  std::vector<std::size_t> open;  // tiles of this row of them, by x
  for (std::size_t first = 0, last = 0; first < cells.size(); first = last) {
    const std::int32_t y = tile_of(cells[first].y);
    while (last < cells.size() && tile_of(cells[last].y) == y) ++last;
    std::vector<std::int32_t> columns;
    for (std::size_t i = first; i < last; ++i) columns.push_back(tile_of(cells[i].x));
    std::vector<std::int32_t> present = columns;
    std::sort(present.begin(), present.end());
    present.erase(std::unique(present.begin(), present.end()), present.end());
    const std::size_t start = tiles.size();
    for (const std::int32_t x : present) tiles.push_back({x, y, 0, {}});
    const auto tile_at = [&](std::int32_t x) -> PackedTile& {
      const auto at = std::lower_bound(present.begin(), present.end(), x);
      return tiles[start + static_cast<std::size_t>(at - present.begin())];
    };
    for (const std::int32_t x : columns) ++tile_at(x).cells;
    for (std::size_t t = start; t < tiles.size(); ++t) {
      tiles[t].text.reserve(tiles[t].cells * kStep + 2);
      tiles[t].text = "[";
    }
    for (std::size_t i = first; i < last; ++i) {
      char text[kStep];
      text[0] = '"';
      put_cell(text + 1, cells[i], shown[i]);
      text[kStep - 2] = '"';
      text[kStep - 1] = ',';
      tile_at(columns[i - first]).text.append(text, kStep);
    }
    for (std::size_t t = start; t < tiles.size(); ++t) tiles[t].text.back() = ']';
  }
  return tiles;
}

std::uint64_t checksum_of(std::uint64_t before, const void* bytes, std::size_t count) {
  constexpr std::uint64_t kFactor = 0x9e3779b97f4a7c15;
  std::uint64_t lanes[4] = {before, ~before, before ^ kFactor, count};
  const auto* at = static_cast<const unsigned char*>(bytes);
  for (; count >= 32; count -= 32, at += 32) {
    std::uint64_t words[4];
    std::memcpy(words, at, sizeof(words));
    for (std::size_t k = 0; k < 4; ++k) lanes[k] = std::rotl((lanes[k] ^ words[k]) * kFactor, 29);
  }
  for (; count > 0; --count, ++at) lanes[0] = std::rotl((lanes[0] ^ *at) * kFactor, 29);
  std::uint64_t sum = 0;
  for (const std::uint64_t lane : lanes) sum = std::rotl((sum ^ lane) * kFactor, 29);
  return sum;
}

std::uint64_t PackedPart::checksum() const {
  std::uint64_t sum = checksum_of(cells, kinds.data(), kinds.size());
  sum = checksum_of(sum, touching.data(), touching.size());
  return checksum_of(sum, measured.data(), measured.size_bytes());
}

std::vector<PackedPart> pack_parts(const SlideCells& slide) {
  const std::size_t count = slide.cells.size();
  expects(slide.ground.kinds.size() == count && slide.edge_distances.size() == count,
          "every cell has a kind and a distance");
  std::string kinds(count, '\0');
  for (std::size_t i = 0; i < count; ++i) {
    unsigned bits = static_cast<unsigned>(slide.ground.kinds[i]);
    if (slide.edge_distances[i] < kEdgeBandUm) bits |= kInEdgeBand;
    kinds[i] = static_cast<char>(bits);
  }
  for (const std::uint32_t i : slide.ground.blanks) kinds[i] = static_cast<char>(kinds[i] | kBlank);
  std::vector<PackedPart> parts;
  auto pair = slide.ground.touching.begin();
  for (std::size_t first = 0; first < count; first += kPartCells) {
    const std::size_t cells = std::min(kPartCells, count - first);
    PackedPart part{cells, kinds.substr(first, cells), {}, {slide.cells.data() + first, cells}};
    for (; pair != slide.ground.touching.end() && pair->first < first + cells; ++pair) {
      const std::uint32_t indices[2] = {pair->first, pair->second};
      part.touching.append(reinterpret_cast<const char*>(indices), kPairBytes);
    }
    parts.push_back(std::move(part));
  }
  return parts;
}

PartReader::PartReader(std::uint64_t cells, SlideCells room_of)
    : slide_(std::move(room_of)), expected_(cells) {
  if (cells > UINT32_MAX) refuse("a slide claims " + std::to_string(cells) + " cells");
  slide_.ground.kinds.clear();
  slide_.ground.blanks.clear();
  slide_.ground.touching.clear();
  slide_.edge_distances.clear();
}

std::span<CellRow> PartReader::room(std::uint64_t cells) {
  if (cells == 0 || cells > kPartCells || end_ + cells > expected_)
    refuse("a part holds another number of cells than the slide");
  first_ = end_;
  end_ += cells;
  // Not by what the slide claims, but as parts are really there.
  if (slide_.cells.size() < end_) slide_.cells.resize(std::min<std::size_t>(expected_, 2 * end_));
  return std::span(slide_.cells).subspan(first_, cells);
}

void PartReader::add(std::span<const std::uint8_t> kinds, std::span<const std::uint8_t> touching,
                     std::uint64_t checksum) {
  const std::size_t cells = end_ - first_;
  if (kinds.size() != cells || touching.size() % kPairBytes != 0)
    refuse("a part holds another number of bytes than its cells take");
  std::uint64_t sum = checksum_of(cells, kinds.data(), kinds.size());
  sum = checksum_of(sum, touching.data(), touching.size());
  if (checksum_of(sum, slide_.cells.data() + first_, cells * sizeof(CellRow)) != checksum)
    refuse("a part was altered: its checksum does not fit");
  check_rows(first_);
  for (std::size_t i = 0; i < cells; ++i) {
    const unsigned bits = kinds[i];
    if ((bits & kKindBits) >= kKinds) refuse("a cell is of a kind that there is not");
    slide_.ground.kinds.push_back(static_cast<CellKind>(bits & kKindBits));
    if ((bits & kBlank) != 0) slide_.ground.blanks.push_back(static_cast<std::uint32_t>(first_ + i));
    slide_.edge_distances.push_back((bits & kInEdgeBand) != 0 ? 0 : kFarFromEdge);
  }
  for (std::size_t at = 0; at < touching.size(); at += kPairBytes) {
    std::uint32_t indices[2];
    std::memcpy(indices, touching.data() + at, kPairBytes);
    if (indices[0] >= indices[1] || indices[1] >= expected_) refuse("cells touch that there are not");
    slide_.ground.touching.emplace_back(indices[0], indices[1]);
  }
}

void PartReader::check_rows(std::size_t first) const {
  for (std::size_t i = first; i < end_; ++i) {
    const CellRow& row = slide_.cells[i];
    if (row.neighbours > kNeighbours) refuse("a cell names more neighbours than there is room for");
    if (i > 0 && !before(slide_.cells[i - 1], row)) refuse("its cells are not in order");
  }
}

SlideCells PartReader::take() {
  if (end_ != expected_) refuse("parts of a slide are missing");
  slide_.cells.resize(end_);
  return std::move(slide_);
}

}  // namespace annulet::store
