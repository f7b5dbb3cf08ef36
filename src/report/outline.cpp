#include "report/outline.hpp"

#include <algorithm>

#include "annulet/base/directions.hpp"
#include "annulet/base/integer_math.hpp"

namespace annulet::report {
namespace {

constexpr std::int64_t kUnitsARadius = kOutlineUnits / 8;  // CellRow::radius counts 1/8 um
constexpr std::int64_t kLeastRadius = kOutlineUnits / 2;
constexpr std::int64_t kTolerance = kOutlineUnits / 8;

using Vertex = Point<MicroFrame, std::int32_t>;

/// True where every vertex between `first` and `last` (cyclic) lies within the tolerance of the chord.
bool chord_fits(const Outline& outline, int first, int last) {
  const auto at = [&](int i) { return outline.vertex[static_cast<std::size_t>(i % outline.count)]; };
  const Vertex a = at(first), b = at(last);
  const std::int64_t dx = b.x - a.x, dy = b.y - a.y, length2 = dx * dx + dy * dy;
  for (int i = first + 1; i < last; ++i) {
    const Vertex p = at(i);
    const std::int64_t cross = dx * (p.y - a.y) - dy * (p.x - a.x);
    if (cross * cross > kTolerance * kTolerance * length2) return false;
  }
  return true;
}

}  // namespace

Outline outline_of(const CellRow& row, double inset_um) {
  const auto inset = static_cast<std::int64_t>(inset_um * kOutlineUnits);
  Outline outline;
  outline.count = kRays;
  for (std::size_t i = 0; i < kRays; ++i) {
    const std::int64_t radius = std::max(row.radius[i] * kUnitsARadius - inset, kLeastRadius);
    outline.vertex[i] = {
        static_cast<std::int32_t>(divide_round(radius * kDirections64[i][0], kDirectionOne)),
        static_cast<std::int32_t>(divide_round(radius * kDirections64[i][1], kDirectionOne))};
  }
  return outline;
}

Outline thinned(const Outline& outline) {
  Outline out;
  for (int first = 0; first < outline.count;) {
    out.vertex[static_cast<std::size_t>(out.count++)] = outline.vertex[static_cast<std::size_t>(first)];
    int last = first + 1;
    while (last < std::min(first + kMostSkipped, outline.count) && chord_fits(outline, first, last + 1))
      ++last;
    first = last;
  }
  return out;
}

}  // namespace annulet::report
