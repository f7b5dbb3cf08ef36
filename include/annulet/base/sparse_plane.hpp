#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <vector>

namespace annulet {

/// A plane that has values in places alone, such as on tissue: its memory is theirs and that of the places
/// within kSide of them. Different places that are held may be written on several threads at once; one that
/// is not may be taken up by one thread alone.
template <class T>
class SparsePlane {
 public:
  static constexpr int kSide = 8;  ///< places of a tile, across and down

  SparsePlane() = default;
  /// Holds nothing yet: 1/8 byte a place.
  SparsePlane(int width, int height)
      : width_(width),
        height_(height),
        columns_(tiles(width)),
        tiles_(static_cast<std::size_t>(columns_) * static_cast<std::size_t>(tiles(height))) {}

  int width() const { return width_; }
  int height() const { return height_; }
  bool empty() const { return tiles_.empty(); }
  bool contains(int x, int y) const { return x >= 0 && y >= 0 && x < width_ && y < height_; }

  bool holds(int x, int y) const { return tiles_[tile(x, y)] != nullptr; }
  /// The value of a place of the plane; T{} where none is held.
  const T& operator()(int x, int y) const {
    static constexpr T kNone{};
    const Tile* held = tiles_[tile(x, y)];
    return held != nullptr ? (*held)[within(x, y)] : kNone;
  }
  /// The same to be written; the place is held from now on.
  T& hold(int x, int y) {
    Tile*& held = tiles_[tile(x, y)];
    if (held == nullptr) held = another();
    return (*held)[within(x, y)];
  }

  /// The places of row `y` from x0 up to x1 are held from now on, with this value.
  void fill(int y, int x0, int x1, const T& value) {
    for (int x = x0; x < x1;) {
      const int end = std::min(x1, (x / kSide + 1) * kSide);
      std::fill_n(&hold(x, y), end - x, value);
      x = end;
    }
  }

  /// Calls visit(x, y, value) for every place that is held, tile after tile.
  template <class Visit>
  void each(Visit&& visit) const {
    for (int y0 = 0; y0 < height_; y0 += kSide) {
      for (int x0 = 0; x0 < width_; x0 += kSide) {
        const Tile* held = tiles_[tile(x0, y0)];
        if (held == nullptr) continue;
        for (int y = y0; y < y0 + kSide && y < height_; ++y) {
          for (int x = x0; x < x0 + kSide && x < width_; ++x) visit(x, y, (*held)[within(x, y)]);
        }
      }
    }
  }

 private:
  using Tile = std::array<T, std::size_t{kSide} * kSide>;
  static constexpr std::size_t kStock = 64;  // tiles that are made at once
  Tile* another() {
    if (left_ == 0) {
      stocks_.push_back(std::make_unique<Tile[]>(kStock));
      left_ = kStock;
    }
    return &stocks_.back()[kStock - left_--];
  }
  static int tiles(int places) { return (places + kSide - 1) / kSide; }
  std::size_t tile(int x, int y) const {
    return static_cast<std::size_t>(y) / kSide * static_cast<std::size_t>(columns_) +
           static_cast<std::size_t>(x) / kSide;
  }
  static std::size_t within(int x, int y) {
    return static_cast<std::size_t>(y) % kSide * kSide + static_cast<std::size_t>(x) % kSide;
  }

  int width_ = 0, height_ = 0, columns_ = 0;
  std::vector<Tile*> tiles_;                     // of the plane, row by row; nullptr where nothing is held
  std::vector<std::unique_ptr<Tile[]>> stocks_;  // what they point into
  std::size_t left_ = 0;                         // of the last of these
};

}  // namespace annulet
