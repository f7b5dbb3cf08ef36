#include "report/outline.hpp"

#include <algorithm>

#include "annulet/base/directions.hpp"
#include "annulet/base/integer_math.hpp"

namespace annulet::report {
namespace {

constexpr std::int64_t kUnitsARadius = kOutlineUnits / 8;  // CellRow::radius counts 1/8 um
constexpr std::int64_t kLeastRadius = kOutlineUnits / 2;
constexpr std::int64_t kTolerance = kOutlineUnits / 4;  // one step of the radii in which the wall is sought

using Vertex = Point<MicroFrame, std::int32_t>;

/// True where every vertex between `first` and `last` lies within the tolerance of their chord.
bool chord_fits(const Vertex* first, const Vertex* last) {
  const std::int64_t dx = last->x - first->x, dy = last->y - first->y;
  const std::int64_t most = kTolerance * kTolerance * (dx * dx + dy * dy);
  for (const Vertex* p = first + 1; p < last; ++p) {
    const std::int64_t cross = dx * (p->y - first->y) - dy * (p->x - first->x);
    if (cross * cross > most) return false;
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
  std::array<Vertex, kRays + 1> closed;
  std::copy_n(outline.vertex.begin(), outline.count, closed.begin());
  closed[static_cast<std::size_t>(outline.count)] = outline.vertex[0];
  const Vertex *first = closed.data(), *end = first + outline.count;
  Outline out;
  while (first < end) {
    out.vertex[static_cast<std::size_t>(out.count++)] = *first;
    const Vertex *last = first + 1, *farthest = std::min(first + kMostSkipped, end);
    while (last < farthest && chord_fits(first, last + 1)) ++last;
    first = last;
  }
  return out;
}

}  // namespace annulet::report
