#include "annulet/pipeline/tissue_parts.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <opencv2/imgproc.hpp>
#include <utility>

#include "pipeline/mask_runs.hpp"

namespace annulet {
namespace {

constexpr double kPi = 3.14159265358979;
constexpr int kNeckSquares = 2;  // squares taken off all around: bridges of up to about 16 um part
constexpr int kBeside = 3;       // squares from a part that still belong to it

using Labels = SparsePlane<std::int32_t>;

/// A number for each component of the mask (of four neighbours), from 1 on by y, then x of its first pixel;
/// how many there are.
int label_components(const cv::Mat& mask, Labels& label) {
  const std::vector<MaskRun> runs = runs_of(mask);
  Groups groups = components_of(runs, Neighbours::Four);
  std::vector<std::int32_t> numbers(runs.size());
  int count = 0;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const std::size_t first = groups.first(i);
    numbers[i] = first == i ? ++count : numbers[first];
    for (int x = runs[i].x0; x < runs[i].x1; ++x) label.hold(x, runs[i].y) = numbers[i];
  }
  return count;
}

struct Place {
  int x, y;
};

/// Squares of tissue that no part has yet.
std::vector<Place> taken_off(const Plane<std::uint8_t>& squares, const cv::Mat& eroded) {
  std::vector<Place> open;
  open.reserve(static_cast<std::size_t>(std::count(squares.values().begin(), squares.values().end(), 1) -
                                        cv::countNonZero(eroded)));
  for (int y = 0; y < squares.height(); ++y) {
    const std::uint8_t *tissue = squares.row(y), *kept = eroded.ptr<std::uint8_t>(y);
    for (int x = 0; x < squares.width(); ++x) {
      if (tissue[x] != kept[x]) open.push_back({x, y});
    }
  }
  return open;
}

/// Gives what was taken off back to the part beside it, one square all around. Those of `open` that are given
/// back leave it.
void grow(Labels& label, std::vector<Place>& open) {
  const auto part_beside = [&](const Place& place) {
    std::int32_t part = 0;
    for (const auto& [dx, dy] : {std::pair{-1, 0}, {1, 0}, {0, -1}, {0, 1}}) {
      if (label.contains(place.x + dx, place.y + dy))
        part = std::max(part, label(place.x + dx, place.y + dy));
    }
    return part;
  };
  // What is given back is no part of its neighbours' yet: below 0 until all have been asked.
  const auto given = std::partition(open.begin(), open.end(), [&](const Place& place) {
    const std::int32_t part = part_beside(place);
    if (part != 0) label.hold(place.x, place.y) = -part;
    return part == 0;
  });
  for (auto place = given; place != open.end(); ++place) {
    std::int32_t& part = label.hold(place->x, place->y);
    part = -part;
  }
  open.erase(given, open.end());
}

struct Sums {
  std::int64_t squares = 0, x = 0, y = 0;
  double farthest = 0;  // squared, in squares
  double middle_x() const { return static_cast<double>(x) / static_cast<double>(squares); }
  double middle_y() const { return static_cast<double>(y) / static_cast<double>(squares); }
};

/// Calls visit(x, y, sums) for each square of a part.
template <class Visit>
void each_square(const Labels& label, std::vector<Sums>& sums, Visit&& visit) {
  label.each([&](int x, int y, std::int32_t part) {
    if (part != 0) visit(x, y, sums[static_cast<std::size_t>(part)]);
  });
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
  Plane<std::uint8_t> halves(width, height);
  std::vector<std::uint16_t> filled(static_cast<std::size_t>(width * shrink));  // pixels of a column
  for (int y = 0; y < height; ++y) {
    std::fill(filled.begin(), filled.end(), std::uint16_t{0});
    for (int row = y * shrink; row < std::min((y + 1) * shrink, tissue.piece.height()); ++row) {
      const std::uint16_t* piece = tissue.piece.row(row);
      for (std::size_t x = 0; x < static_cast<std::size_t>(tissue.piece.width()); ++x)
        filled[x] = static_cast<std::uint16_t>(filled[x] + (piece[x] != 0 ? 1 : 0));
    }
    const std::uint16_t* of_square = filled.data();
    for (int x = 0; x < width; ++x, of_square += shrink)
      halves(x, y) = 2 * std::accumulate(of_square, of_square + shrink, 0) >= shrink * shrink ? 1 : 0;
  }
  return halves;
}

TissueParts find_parts(const TissueMask& tissue) {
  TissueParts found;
  if (tissue.piece.empty() || tissue.pitch_um <= 0) return found;
  const int shrink = std::max(1, static_cast<int>(kPartGridUm / tissue.pitch_um + 0.5));
  found.grid_um = shrink * tissue.pitch_um;
  Plane<std::uint8_t> squares = tissue_halves(tissue, shrink);
  found.label = Labels(squares.width(), squares.height());
  cv::Mat eroded;
  constexpr int kWide = 2 * kNeckSquares + 1;
  cv::erode(cv::Mat(squares.height(), squares.width(), CV_8U, squares.data()), eroded,
            cv::getStructuringElement(cv::MORPH_RECT, {kWide, kWide}));
  const int count = label_components(eroded, found.label);
  std::vector<Place> open = taken_off(squares, eroded);
  eroded.release();
  for (int i = 0; i < kNeckSquares; ++i) grow(found.label, open);

  std::vector<Sums> sums(static_cast<std::size_t>(count) + 1);
  each_square(found.label, sums, [](int x, int y, Sums& s) {
    ++s.squares;
    s.x += x;
    s.y += y;
  });
  std::vector<std::pair<double, double>> middles;
  for (const Sums& s : sums) middles.emplace_back(s.middle_x(), s.middle_y());
  each_square(found.label, sums, [&](int x, int y, Sums& s) {
    const auto& [middle_x, middle_y] = middles[static_cast<std::size_t>(&s - sums.data())];
    const double dx = x - middle_x, dy = y - middle_y;
    s.farthest = std::max(s.farthest, dx * dx + dy * dy);
  });
  for (std::size_t i = 1; i < sums.size(); ++i) {
    const double n = static_cast<double>(sums[i].squares);
    found.parts.push_back({n * found.grid_um * found.grid_um * 1e-6,
                           (sums[i].middle_x() + 0.5) * found.grid_um,
                           (sums[i].middle_y() + 0.5) * found.grid_um,
                           std::min(1.0, n / (kPi * std::max(1.0, sums[i].farthest)))});
  }
  return found;
}

}  // namespace annulet
