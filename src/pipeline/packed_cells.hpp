#pragma once
// Cells put by while the scan goes on: without the neighbours that a row has room for and does not name, and
// what a ray faces in half a byte. A fifth less than rows.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

#include "annulet/base/hand_back.hpp"
#include "annulet/model/cell_row.hpp"

namespace annulet {

/// A megabyte of cells, one after the other, each known by where its bytes begin. Of a row the neighbours
/// that it does not name are lost: they come back as 0.
class PackedCells {
 public:
  bool has_room() const { return used_ + sizeof(CellRow) <= kBytes; }

  void add(const CellRow& row) {
    std::uint8_t* to = bytes_.get() + used_;
    std::memcpy(to, &row, kPlain);
    to += kPlain;
    for (std::size_t ray = 0; ray < kRays; ray += 2)
      *to++ = static_cast<std::uint8_t>((row.facing[ray] & kHalf) | (row.facing[ray + 1] & kHalf) << 4);
    std::memcpy(to, row.neighbour.data(), neighbour_bytes(row));
    used_ += bytes_of(row);
    ++count_;
  }
  std::size_t count() const { return count_; }

  /// Asks for a cell that is soon taken.
  void prefetch(std::size_t begin) const {
    constexpr std::size_t kCacheLine = 64;
    for (std::size_t byte = 0; byte < sizeof(CellRow); byte += kCacheLine)
      __builtin_prefetch(bytes_.get() + begin + byte);
  }

  CellRow at(std::size_t begin) const {
    CellRow row;
    const std::uint8_t* from = bytes_.get() + begin;
    std::memcpy(static_cast<void*>(&row), from, kPlain);
    from += kPlain;
    const auto whole = [](int half) {
      return half == kHalf ? kNoNeighbour : static_cast<std::uint8_t>(half);
    };
    for (std::size_t ray = 0; ray < kRays; ray += 2, ++from) {
      row.facing[ray] = whole(*from & kHalf);
      row.facing[ray + 1] = whole(*from >> 4);
    }
    std::memcpy(row.neighbour.data(), from, neighbour_bytes(row));
    return row;
  }

  /// Calls visit(begin, x, y) for each, in the order in which they came.
  template <class Visit>
  void each_place(Visit&& visit) const {
    CellRow row;
    for (std::size_t begin = 0; begin < used_; begin += bytes_of(row)) {
      std::memcpy(static_cast<void*>(&row), bytes_.get() + begin, kPlain);
      visit(static_cast<std::uint32_t>(begin), row.x, row.y);
    }
  }

  /// Nothing is read any more: the memory goes to the system, not to a heap that keeps it.
  void give_back() {
    hand_back(bytes_.get(), bytes_.get() + kBytes);
    bytes_.reset();
  }

 private:
  static constexpr std::size_t kBytes = std::size_t{1} << 20;
  static constexpr std::size_t kPlain = offsetof(CellRow, facing);
  static constexpr int kHalf = 15;
  static_assert(kNeighbours <= kHalf && (kNoNeighbour & kHalf) == kHalf);
  static_assert(offsetof(CellRow, neighbour) == kPlain + kRays);

  static std::size_t neighbour_bytes(const CellRow& row) { return row.neighbours * sizeof row.neighbour[0]; }

  static std::size_t bytes_of(const CellRow& row) { return kPlain + kRays / 2 + neighbour_bytes(row); }

  std::unique_ptr<std::uint8_t[]> bytes_ = std::make_unique_for_overwrite<std::uint8_t[]>(kBytes);
  std::size_t used_ = 0, count_ = 0;
};

}  // namespace annulet
