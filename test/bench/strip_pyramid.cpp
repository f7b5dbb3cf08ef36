#include "strip_pyramid.hpp"

#include <algorithm>

#include "annulet/base/error.hpp"

namespace annulet::bench {
namespace {

/// Means of 2 x 2 bytes of two rows, halves rounded up.
void halve(const std::uint8_t* top, const std::uint8_t* bottom, int width, std::uint8_t* out) {
  for (int u = 0; u < width; ++u) {
    for (int at = 6 * u; at < 6 * u + 3; ++at)
      *out++ = static_cast<std::uint8_t>((top[at] + top[at + 3] + bottom[at] + bottom[at + 3] + 2) / 4);
  }
}

}  // namespace

StripPyramid::StripPyramid(const SlideForm& form) : form_(form) {
  expects(form.side > 0 && form.side % kStripRows == 0, "a bench slide is a whole number of strips");
  levels_.emplace_back();
  for (std::size_t level = 1; side(level - 1) > kStripRows; ++level)
    levels_.emplace_back().strip.resize(side(level), kStripRows);
}

void StripPyramid::add(const RgbImage& strip) {
  expects(strip.width == form_.side && strip.height == kStripRows, "a strip is as wide as the slide");
  hand_on(0, strip, kStripRows);
}

void StripPyramid::hand_on(std::size_t number, const RgbImage& strip, int rows) {
  write(number, strip, rows);
  levels_[number].written += rows;
  if (number + 1 == levels_.size()) return;
  Level& next = levels_[number + 1];
  for (int v = 0; v + 1 < rows; v += 2)
    halve(strip.row(v), strip.row(v + 1), next.strip.width, next.strip.row(next.filled++));
  if (next.filled < kStripRows) return;
  next.filled = 0;
  hand_on(number + 1, next.strip, kStripRows);
}

void StripPyramid::drain() {
  for (std::size_t number = 1; number < levels_.size(); ++number) {
    Level& level = levels_[number];
    const int rows = std::min(level.filled, side(number) - level.written);
    level.filled = 0;
    if (rows > 0) hand_on(number, level.strip, rows);
  }
}

}  // namespace annulet::bench
