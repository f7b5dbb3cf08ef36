#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

namespace annulet {

/// Frames of coordinates. A value carries its frame in its type, so that frames are never mixed.
struct SlideFrame;  ///< level-0 pixels of the slide, x right, y down
struct LevelFrame;  ///< pixels of one level of the pyramid
struct WorkFrame;   ///< pixels of 0.5 um (kWorkPitch), origin at the slide's top left: nuclei are found here
struct MicroFrame;  ///< 1/64 um (kMicroUnits), origin at the slide's top left: every stored cell coordinate

inline constexpr int kMicroUnits = 64;     ///< units of MicroFrame in one um
inline constexpr int kMicroPerWork = 32;   ///< units of MicroFrame in one work pixel
inline constexpr double kWorkPitch = 0.5;  ///< um per work pixel

template <class Frame, class T = std::int64_t>
struct Point {
  T x{}, y{};
  friend bool operator==(const Point&, const Point&) = default;
};

/// Half-open rectangle [x0, x1) x [y0, y1).
template <class Frame, class T = std::int64_t>
struct Rect {
  T x0{}, y0{}, x1{}, y1{};
  T width() const { return x1 - x0; }
  T height() const { return y1 - y0; }
  bool empty() const { return x1 <= x0 || y1 <= y0; }
  T area() const { return empty() ? T{} : width() * height(); }
  bool contains(Point<Frame, T> p) const { return p.x >= x0 && p.x < x1 && p.y >= y0 && p.y < y1; }
  Rect grown(T by) const { return {x0 - by, y0 - by, x1 + by, y1 + by}; }
  Rect clipped(const Rect& o) const {
    return {std::max(x0, o.x0), std::max(y0, o.y0), std::min(x1, o.x1), std::min(y1, o.y1)};
  }
  friend bool operator==(const Rect&, const Rect&) = default;
};

template <class Frame, class T = std::int64_t>
struct Size {
  T width{}, height{};
  friend bool operator==(const Size&, const Size&) = default;
};

/// The same part of the slide in 1/64 um.
inline Rect<MicroFrame, std::int32_t> micro(const Rect<WorkFrame>& part) {
  const auto of = [](std::int64_t work) { return static_cast<std::int32_t>(work * kMicroPerWork); };
  return {of(part.x0), of(part.y0), of(part.x1), of(part.y1)};
}

/// Closed polygon without its last point repeated.
template <class Frame, class T = double>
using Polygon = std::vector<Point<Frame, T>>;

}  // namespace annulet
