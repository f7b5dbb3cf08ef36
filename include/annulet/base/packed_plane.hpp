#pragma once
#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "annulet/base/plane.hpp"

namespace annulet {

/// A plane of few and large areas put by as its runs, while the memory is needed for something else: a mask
/// of tissue takes some kilobytes instead of megabytes.
template <class T>
class PackedPlane {
 public:
  explicit PackedPlane(Plane<T>&& plane) : width_(plane.width()), height_(plane.height()) {
    const auto values = plane.values();
    for (auto at = values.begin(); at != values.end();) {
      const auto end = std::find_if(at, values.end(), [&](const T& value) { return value != *at; });
      runs_.emplace_back(*at, static_cast<std::uint64_t>(end - at));
      at = end;
    }
    plane = Plane<T>();
  }

  Plane<T> unpack() const {
    Plane<T> plane(width_, height_);
    auto to = plane.values().begin();
    for (const auto& [value, length] : runs_) to = std::fill_n(to, length, value);
    return plane;
  }

 private:
  int width_, height_;
  std::vector<std::pair<T, std::uint64_t>> runs_;
};

}  // namespace annulet
