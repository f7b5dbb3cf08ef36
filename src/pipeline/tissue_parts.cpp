#include "annulet/pipeline/tissue_parts.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace annulet {
namespace {

constexpr double kPi = 3.14159265358979;
constexpr int kNeckSquares = 2;  // squares taken off all around: bridges of up to about 16 um part
constexpr int kBeside = 3;       // squares from a part that still belong to it

/// Gives what was taken off back to the part beside it, one square all around.
void grow(Plane<std::int32_t>& label, const Plane<std::uint8_t>& squares) {
  const Plane<std::int32_t> before = label;
  for (int y = 0; y < label.height(); ++y) {
    for (int x = 0; x < label.width(); ++x) {
      if (before(x, y) != 0 || squares(x, y) == 0) continue;
      for (const auto& [dx, dy] : {std::pair{-1, 0}, {1, 0}, {0, -1}, {0, 1}}) {
        if (before.contains(x + dx, y + dy)) label(x, y) = std::max(label(x, y), before(x + dx, y + dy));
      }
    }
  }
}

struct Sums {
  std::int64_t squares = 0, x = 0, y = 0;
  double farthest = 0;  // squared, in squares
};

/// Calls visit(x, y, sums) for each square of a part.
template <class Visit>
void each_square(const Plane<std::int32_t>& label, std::vector<Sums>& sums, Visit&& visit) {
  for (int y = 0; y < label.height(); ++y) {
    const std::int32_t* row = label.row(y);
    for (int x = 0; x < label.width(); ++x) {
      if (row[x] != 0) visit(x, y, sums[static_cast<std::size_t>(row[x])]);
    }
  }
}

}  // namespace

double TissuePart::diameter_um() const {
  return 2000 * std::sqrt(area_mm2 / kPi);
}

int TissueParts::at_um(double x_um, double y_um) const {
  if (label.empty()) return 0;
  const int x = static_cast<int>(x_um / grid_um), y = static_cast<int>(y_um / grid_um);
  for (int away = 0; away <= kBeside; ++away) {
    for (int dy = -away; dy <= away; ++dy) {
      const int step = dy == -away || dy == away ? 1 : std::max(1, 2 * away);  // only the rim of the square
      for (int dx = -away; dx <= away; dx += step) {
        if (label.contains(x + dx, y + dy) && label(x + dx, y + dy) != 0) return label(x + dx, y + dy);
      }
    }
  }
  return 0;
}

Plane<std::uint8_t> tissue_halves(const TissueMask& tissue, int shrink) {
  const int width = (tissue.piece.width() + shrink - 1) / shrink,
            height = (tissue.piece.height() + shrink - 1) / shrink;
  Plane<std::uint16_t> filled(width, height, 0);
  for (int y = 0; y < tissue.piece.height(); ++y) {
    const std::uint16_t* piece = tissue.piece.row(y);
    std::uint16_t* row = filled.row(y / shrink);
    for (int x = 0; x < tissue.piece.width(); ++x)
      row[x / shrink] = static_cast<std::uint16_t>(row[x / shrink] + (piece[x] != 0));
  }
  Plane<std::uint8_t> halves(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) halves(x, y) = 2 * filled(x, y) >= shrink * shrink;
  }
  return halves;
}

TissueParts find_parts(const TissueMask& tissue) {
  TissueParts found;
  if (tissue.piece.empty() || tissue.pitch_um <= 0) return found;
  const int shrink = std::max(1, static_cast<int>(kPartGridUm / tissue.pitch_um + 0.5));
  found.grid_um = shrink * tissue.pitch_um;
  Plane<std::uint8_t> squares = tissue_halves(tissue, shrink);
  found.label = Plane<std::int32_t>(squares.width(), squares.height());
  cv::Mat labels(squares.height(), squares.width(), CV_32S, found.label.data()), eroded;
  constexpr int kWide = 2 * kNeckSquares + 1;
  cv::erode(cv::Mat(squares.height(), squares.width(), CV_8U, squares.data()), eroded,
            cv::getStructuringElement(cv::MORPH_RECT, {kWide, kWide}));
  const int count = cv::connectedComponents(eroded, labels, 4, CV_32S) - 1;
  for (int i = 0; i < kNeckSquares; ++i) grow(found.label, squares);

  std::vector<Sums> sums(static_cast<std::size_t>(count) + 1);
  each_square(found.label, sums, [](int x, int y, Sums& s) {
    ++s.squares;
    s.x += x;
    s.y += y;
  });
  each_square(found.label, sums, [](int x, int y, Sums& s) {
    const double n = static_cast<double>(s.squares), dx = x - static_cast<double>(s.x) / n,
                 dy = y - static_cast<double>(s.y) / n;
    s.farthest = std::max(s.farthest, dx * dx + dy * dy);
  });
  for (std::size_t i = 1; i < sums.size(); ++i) {
    const double n = static_cast<double>(sums[i].squares);
    found.parts.push_back({n * found.grid_um * found.grid_um * 1e-6,
                           (static_cast<double>(sums[i].x) / n + 0.5) * found.grid_um,
                           (static_cast<double>(sums[i].y) / n + 0.5) * found.grid_um,
                           std::min(1.0, n / (kPi * std::max(1.0, sums[i].farthest)))});
  }
  return found;
}

}  // namespace annulet
