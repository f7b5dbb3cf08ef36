#include "annulet/pipeline/tissue_squares.hpp"

#include <algorithm>
#include <cstring>

namespace annulet {

TissueSquares::TissueSquares(const TissueMask& tissue, const Size<WorkFrame>& slide)
    : held_(static_cast<int>(slide.width / kSquare) + 1, static_cast<int>(slide.height / kSquare) + 1) {
  const double side = tissue.pitch_um / kWorkPitch / static_cast<double>(kSquare);  // of a mask pixel
  const auto is_tissue = [](std::uint16_t piece) { return piece != 0; };
  for (int y = 0; y < tissue.piece.height(); ++y) {
    const std::uint16_t *row = tissue.piece.row(y), *end = row + tissue.piece.width();
    for (const std::uint16_t* first = row;;) {
      first = std::find_if(first, end, is_tissue);
      if (first == end) break;
      const std::uint16_t* last = std::find_if_not(first, end, is_tissue);
      mark(static_cast<double>(first - row) * side, static_cast<double>(last - 1 - row) * side, y * side,
           side);
      first = last;
    }
  }
}

/// Every square that mask pixels from `x` to `last` touch.
void TissueSquares::mark(double x, double last, double y, double side) {
  const int right = std::min(static_cast<int>(last + side), held_.width() - 1),
            bottom = std::min(static_cast<int>(y + side), held_.height() - 1);
  for (int j = static_cast<int>(y); j <= bottom; ++j) {
    for (int i = static_cast<int>(x); i <= right; ++i) held_(i, j) = 1;
  }
}

TissueSquares TissueSquares::grown(int squares) const {
  TissueSquares more;
  more.held_ = Plane<std::uint8_t>(held_.width(), held_.height());
  const int width = held_.width(), height = held_.height();
  for (int y = 0; y < height; ++y) {
    const std::uint8_t* row = held_.row(y);
    for (int x = 0; x < width;) {
      const int first = static_cast<int>(std::find(row + x, row + width, 1) - row);
      if (first == width) break;
      x = static_cast<int>(std::find(row + first, row + width, 0) - row);
      const int from = std::max(first - squares, 0), to = std::min(x + squares, width);
      for (int j = std::max(y - squares, 0); j <= std::min(y + squares, height - 1); ++j)
        std::fill(more.held_.row(j) + from, more.held_.row(j) + to, std::uint8_t{1});
    }
  }
  return more;
}

Rect<WorkFrame> TissueSquares::around(const Rect<WorkFrame>& area) const {
  const Rect<WorkFrame> inside = area.clipped({0, 0, held_.width() * kSquare, held_.height() * kSquare});
  if (inside.empty()) return {};
  const std::int64_t left = inside.x0 / kSquare, right = (inside.x1 - 1) / kSquare + 1;
  Rect<WorkFrame> found{inside.x1, inside.y1, inside.x0, inside.y0};
  for (std::int64_t y = inside.y0 / kSquare; y <= (inside.y1 - 1) / kSquare; ++y) {
    const std::uint8_t *row = held_.row(static_cast<int>(y)), *end = row + right;
    const auto* first =
        static_cast<const std::uint8_t*>(std::memchr(row + left, 1, static_cast<std::size_t>(right - left)));
    if (first == nullptr) continue;
    while (end[-1] == 0) --end;
    found = {std::min(found.x0, (first - row) * kSquare), std::min(found.y0, y * kSquare),
             std::max(found.x1, (end - row) * kSquare), std::max(found.y1, (y + 1) * kSquare)};
  }
  return found.empty() ? Rect<WorkFrame>{} : found.clipped(area);
}

bool TissueSquares::holds(Point<WorkFrame> place) const {
  const auto square = [](std::int64_t at, int count) {
    return static_cast<int>(std::clamp<std::int64_t>(at / kSquare, 0, count - 1));
  };
  return held_(square(place.x, held_.width()), square(place.y, held_.height())) != 0;
}

}  // namespace annulet
