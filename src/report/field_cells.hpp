#pragma once
#include <cstddef>
#include <vector>

#include "annulet/model/result.hpp"
#include "report/canvas.hpp"

namespace annulet::report {

/// Indices of the cells whose outline can reach into the field, in the order in which they are drawn: other
/// kinds than tumour first, then by pattern, so that the strongest lies on top.
std::vector<std::size_t> cells_of(const SlideResult& result, const FieldPicture& field);

/// Outline of a cell in pixels of the field's picture, drawn 0.5 um inside the wall so that two neighbours
/// and the wall between them are all seen. Thinned, but where it is to be dashed: dashes are counted in rays.
std::vector<Spot> ring_in(const SlideResult& result, const FieldPicture& field, const CellRow& row,
                          bool dashed);

inline constexpr double kRingInsetUm = 0.5;

}  // namespace annulet::report
