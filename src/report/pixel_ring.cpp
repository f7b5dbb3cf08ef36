#include "report/pixel_ring.hpp"

#include <cmath>

namespace annulet::report {
namespace {

/// um: scans at 40x and finer keep whole pixels. The path of the wall is sought in steps of 0.25 um
/// (docs/science/membrane.md), so a finer grid would only write out the steps.
constexpr double kCoarsestWhole = 0.3;

/// The centre lies on a finer grid than the corners, so that corners a pixel or two away are seen from where
/// it is.
constexpr std::int32_t kFiner = 16;

using Corner = PixelGrid::Corner;

std::int32_t rounded(double value) {
  return static_cast<std::int32_t>(value + (value < 0 ? -0.5 : 0.5));
}

}  // namespace

PixelGrid::PixelGrid(double um_a_px)
    : decimals_(um_a_px <= kCoarsestWhole ? 0 : 1), units_((decimals_ == 0 ? 1 : 10) / um_a_px) {}

// A corner lies 0.5 um from the centre at least, 1.6 units of the grid, and is moved by at most 0.75: by less
// than 28 degrees as seen from the centre. Two that follow each other were at most 45 degrees apart
// (kMostSkipped), so between those that are kept lie less than 180.
PixelGrid::Ring PixelGrid::ring_of(const CellRow& row) const {
  const Outline outline = thinned(outline_of(row));
  const double centre_x = row.x * units_ / kMicroUnits, centre_y = row.y * units_ / kMicroUnits;
  const Corner centre{rounded(centre_x * kFiner), rounded(centre_y * kFiner)};
  const auto is_beyond = [&](const Corner& corner, const Corner& last) {
    const std::int64_t x = corner.x * kFiner - centre.x, y = corner.y * kFiner - centre.y;
    return (last.x * kFiner - centre.x) * y - (last.y * kFiner - centre.y) * x > 0;
  };
  Ring ring;
  const double scale = units_ / kOutlineUnits;
  for (int i = 0; i < outline.count; ++i) {
    const auto& vertex = outline.vertex[static_cast<std::size_t>(i)];
    const Corner corner{rounded(centre_x + vertex.x * scale), rounded(centre_y + vertex.y * scale)};
    if (i > 0 && !is_beyond(corner, ring.corner[static_cast<std::size_t>(ring.count - 1)])) continue;
    ring.corner[static_cast<std::size_t>(ring.count++)] = corner;
  }
  while (!is_beyond(ring.corner[0], ring.corner[static_cast<std::size_t>(ring.count - 1)])) --ring.count;
  return ring;
}

}  // namespace annulet::report
