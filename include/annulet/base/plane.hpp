#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <utility>
#include <vector>

namespace annulet {

/// Leaves new elements of a vector as they are: large planes are about to be written, not read.
template <class T>
struct Unspecified : std::allocator<T> {
  Unspecified() = default;
  template <class U>
  Unspecified(const Unspecified<U>&) {}
  template <class U>
  struct rebind {
    using other = Unspecified<U>;
  };
  template <class U>
  void construct(U* at) {
    ::new (static_cast<void*>(at)) U;
  }
  template <class U, class... Args>
  void construct(U* at, Args&&... args) {
    ::new (static_cast<void*>(at)) U(std::forward<Args>(args)...);
  }
};

/// Dense image of one value a pixel, row-major without padding. Reused planes keep their memory.
template <class T>
class Plane {
 public:
  Plane() = default;
  Plane(int width, int height, T value = T{})
      : width_(width),
        height_(height),
        data_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), value) {}

  /// Gives the plane another size; the values are unspecified afterwards.
  void resize(int width, int height) {
    width_ = width;
    height_ = height;
    data_.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  }
  void fill(T value) { data_.assign(data_.size(), value); }

  int width() const { return width_; }
  int height() const { return height_; }
  bool empty() const { return data_.empty(); }
  std::size_t size() const { return data_.size(); }
  std::size_t capacity() const { return data_.capacity(); }
  bool contains(int x, int y) const { return x >= 0 && y >= 0 && x < width_ && y < height_; }

  T* row(int y) { return data_.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width_); }
  const T* row(int y) const {
    return data_.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width_);
  }
  T& operator()(int x, int y) { return row(y)[x]; }
  const T& operator()(int x, int y) const { return row(y)[x]; }
  T* data() { return data_.data(); }
  const T* data() const { return data_.data(); }
  std::span<T> values() { return data_; }
  std::span<const T> values() const { return data_; }

  friend bool operator==(const Plane&, const Plane&) = default;

 private:
  int width_ = 0, height_ = 0;
  std::vector<T, Unspecified<T>> data_;
};

/// Interleaved 8-bit RGB picture.
struct RgbImage {
  int width = 0, height = 0;
  std::vector<std::uint8_t> data;  ///< 3 bytes a pixel, row-major without padding

  RgbImage() = default;
  RgbImage(int w, int h, std::uint8_t value = 255) {
    resize(w, h);
    data.assign(data.size(), value);
  }
  void resize(int w, int h) {
    width = w;
    height = h;
    data.resize(static_cast<std::size_t>(w) * static_cast<std::size_t>(h) * 3);
  }
  std::uint8_t* row(int y) {
    return data.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width) * 3;
  }
  const std::uint8_t* row(int y) const {
    return data.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width) * 3;
  }
};

}  // namespace annulet
