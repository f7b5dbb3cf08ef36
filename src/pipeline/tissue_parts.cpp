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

/// Squares of a row that belong to a part; half-open.
struct Stretch {
  int y, x0, x1;
  std::int32_t part;
};

/// A number for each component of the mask (of four neighbours), from 1 on by y, then x of its first pixel.
std::vector<Stretch> label_components(const std::vector<MaskRun>& runs, Labels& label) {
  Groups groups = components_of(runs, Neighbours::Four);
  std::vector<Stretch> stretches(runs.size());
  std::int32_t count = 0;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto& [y, x0, x1] = runs[i];
    const std::size_t first = groups.first(i);
    stretches[i] = {y, x0, x1, first == i ? ++count : stretches[first].part};
    label.fill(y, x0, x1, stretches[i].part);
  }
  return stretches;
}

struct Place {
  int x, y;
};

std::size_t squares_of(const std::vector<MaskRun>& runs) {
  std::size_t squares = 0;
  for (const MaskRun& run : runs) squares += static_cast<std::size_t>(run.x1 - run.x0);
  return squares;
}

/// Squares of tissue that no part has yet: `kept` lies within `tissue`.
std::vector<Place> taken_off(const std::vector<MaskRun>& tissue, const std::vector<MaskRun>& kept) {
  std::vector<Place> open;
  open.reserve(squares_of(tissue) - squares_of(kept));
  auto next = kept.begin();
  for (const auto& [y, x0, x1] : tissue) {
    int x = x0;
    const auto open_up_to = [&open, &x, row = y](int end) {
      for (; x < end; ++x) open.push_back({x, row});
    };
    for (; next != kept.end() && next->y == y && next->x1 <= x1; ++next) {
      open_up_to(next->x0);
      x = next->x1;
    }
    open_up_to(x1);
  }
  return open;
}

/// Gives what was taken off back to the part beside it, one square all around. Those of `open` that are given
/// back leave it for `stretches`.
void grow(Labels& label, std::vector<Place>& open, std::vector<Stretch>& stretches) {
  const auto part_beside = [&](const Place& place) {
    std::int32_t part = 0;
    for (const auto& [dx, dy] : {std::pair{-1, 0}, {1, 0}, {0, -1}, {0, 1}}) {
      if (label.contains(place.x + dx, place.y + dy))
        part = std::max(part, label(place.x + dx, place.y + dy));
    }
    return part;
  };
  // What is given back is no part of its neighbours' yet: below 0 until all have been asked.
  const std::size_t first = stretches.size();
  std::erase_if(open, [&](const Place& place) {
    const std::int32_t part = part_beside(place);
    if (part == 0) return false;
    label.hold(place.x, place.y) = -part;
    stretches.push_back({place.y, place.x, place.x + 1, part});
    return true;
  });
  for (std::size_t i = first; i < stretches.size(); ++i)
    label.hold(stretches[i].x0, stretches[i].y) = stretches[i].part;
}

struct Sums {
  std::int64_t squares = 0, x = 0, y = 0;
  double farthest = 0;  // squared, in squares
  double middle_x() const { return static_cast<double>(x) / static_cast<double>(squares); }
  double middle_y() const { return static_cast<double>(y) / static_cast<double>(squares); }
};

/// Sums over the squares of each part; of none at 0.
std::vector<Sums> sums_of(const std::vector<Stretch>& stretches) {
  std::vector<Sums> sums(1);
  for (const Stretch& stretch : stretches) {
    const auto part = static_cast<std::size_t>(stretch.part);
    if (part >= sums.size()) sums.resize(part + 1);
    const std::int64_t squares = stretch.x1 - stretch.x0;
    sums[part].squares += squares;
    sums[part].x += squares * (stretch.x0 + stretch.x1 - 1) / 2;
    sums[part].y += squares * stretch.y;
  }
  std::vector<std::pair<double, double>> middles;
  for (const Sums& s : sums) middles.emplace_back(s.middle_x(), s.middle_y());
  for (const auto& [y, x0, x1, part] : stretches) {
    const auto& [middle_x, middle_y] = middles[static_cast<std::size_t>(part)];
    Sums& s = sums[static_cast<std::size_t>(part)];
    for (const int end : {x0, x1 - 1}) {  // of a stretch one end is the farthest
      const double dx = end - middle_x, dy = y - middle_y;
      s.farthest = std::max(s.farthest, dx * dx + dy * dy);
    }
  }
  return sums;
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
  if (shrink == 1) {
    std::transform(tissue.piece.values().begin(), tissue.piece.values().end(), halves.data(),
                   [](std::uint16_t piece) { return static_cast<std::uint8_t>(piece != 0); });
    return halves;
  }
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
  const cv::Mat whole(squares.height(), squares.width(), CV_8U, squares.data());
  cv::Mat eroded;
  constexpr int kWide = 2 * kNeckSquares + 1;
  cv::erode(whole, eroded, cv::getStructuringElement(cv::MORPH_RECT, {kWide, kWide}));
  const std::vector<MaskRun> kept = runs_of(eroded);
  eroded.release();
  std::vector<Place> open = taken_off(runs_of(whole), kept);
  squares = {};
  std::vector<Stretch> stretches = label_components(kept, found.label);
  for (int i = 0; i < kNeckSquares; ++i) grow(found.label, open, stretches);
  const std::vector<Sums> sums = sums_of(stretches);
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
