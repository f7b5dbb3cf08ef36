#include "report/field_cells.hpp"

#include <algorithm>

#include "report/outline.hpp"
#include "report/scan_pitch.hpp"

namespace annulet::report {
namespace {

constexpr std::int64_t kFarthest = 32 * kMicroUnits;  // 255 radii of 1/8 um

int drawing_order(const GradedCell& graded) {
  return graded.kind == CellKind::Tumour ? 1 + static_cast<int>(graded.pattern) : 0;
}

}  // namespace

std::vector<std::size_t> cells_of(const SlideResult& result, const FieldPicture& field) {
  const auto micro = [pitch = scan_pitch_um(result)](std::int64_t px) {
    return static_cast<std::int64_t>(static_cast<double>(px) * pitch * kMicroUnits);
  };
  const Rect<MicroFrame> where = Rect<MicroFrame>{micro(field.where.x0), micro(field.where.y0),
                                                  micro(field.where.x1), micro(field.where.y1)}
                                     .grown(kFarthest);
  std::vector<std::size_t> found;
  const auto first = std::lower_bound(result.cells.begin(), result.cells.end(), where.y0,
                                      [](const CellRow& row, std::int64_t y) { return row.y < y; });
  for (auto row = first; row != result.cells.end() && row->y < where.y1; ++row) {
    if (where.contains({row->x, row->y}))
      found.push_back(static_cast<std::size_t>(row - result.cells.begin()));
  }
  std::stable_sort(found.begin(), found.end(), [&](std::size_t a, std::size_t b) {
    return drawing_order(result.graded[a]) < drawing_order(result.graded[b]);
  });
  return found;
}

std::vector<Spot> ring_in(const SlideResult& result, const FieldPicture& field, const CellRow& row,
                          bool dashed) {
  const Outline whole = outline_of(row, kRingInsetUm), outline = dashed ? whole : thinned(whole);
  const double left_um = static_cast<double>(field.where.x0) * scan_pitch_um(result);
  const double top_um = static_cast<double>(field.where.y0) * scan_pitch_um(result);
  const double x_um = static_cast<double>(row.x) / kMicroUnits,
               y_um = static_cast<double>(row.y) / kMicroUnits;
  std::vector<Spot> ring;
  ring.reserve(static_cast<std::size_t>(outline.count));
  for (int i = 0; i < outline.count; ++i) {
    const auto& vertex = outline.vertex[static_cast<std::size_t>(i)];
    ring.push_back({(x_um + static_cast<double>(vertex.x) / kOutlineUnits - left_um) / field.pitch_um,
                    (y_um + static_cast<double>(vertex.y) / kOutlineUnits - top_um) / field.pitch_um});
  }
  return ring;
}

}  // namespace annulet::report
