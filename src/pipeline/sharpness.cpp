#include "annulet/pipeline/sharpness.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <opencv2/imgproc.hpp>

#include "annulet/base/error.hpp"
#include "annulet/base/integer_math.hpp"
#include "annulet/base/wide.hpp"

namespace annulet {
namespace {

constexpr std::int64_t kWorkPerSquare = SharpnessMap::kSquareUm * 2;
constexpr int kSquare = SharpnessMap::kSquareUm;    // px of 1 um
constexpr int kFar = 4;                             // px of 1 um to either side: 8 um apart, a nucleus
constexpr int kFineScale = 64, kCoarseScale = 128;  // of sums over a square of 64 px

// What sharp and blurred tissue have, and where the cuts come from: docs/science/quality.md.
constexpr int kNear = 2, kWide = 5;         // squares around one that are judged with it: 40 um, 88 um
constexpr std::uint64_t kLeastCoarse = 10;  // 1/200 OD, half of it between places 8 um apart
constexpr int kShareOfSharp = 48;           // per cent of the slide's upper quartile of fine over coarse
constexpr int kLeastCut = 125,
              kMostCut = 240;  // per mille; sharp tissue has 200 and more, blurred 150 at most
constexpr int kGap = 7;        // squares: what lies between blurred places and has no contrast of its own
constexpr int kSmallest = 3;   // squares, the width of the smallest area
constexpr int kBordering = 3, kBorderShare = 115;  // squares; per cent of the cut that its border may have

struct Sums {
  std::uint64_t fine = 0, coarse = 0, weight = 0;
  bool telling() const { return weight > 0 && coarse >= kLeastCoarse * weight; }
  /// Fine over coarse, per mille.
  int ratio() const { return static_cast<int>(500 * fine / std::max<std::uint64_t>(coarse, 1)); }
};

using Squares = SparsePlane<SharpnessMap::Square>;

/// Sums over the squares around one, near ones with more weight.
Sums sums_around(const Squares& squares, const Plane<std::uint8_t>& on, int x, int y, int reach) {
  Sums sums;
  for (int dy = std::max(-reach, -y); dy <= std::min(reach, on.height() - 1 - y); ++dy) {
    for (int dx = std::max(-reach, -x); dx <= std::min(reach, on.width() - 1 - x); ++dx) {
      if (on(x + dx, y + dy) == 0) continue;
      const auto weight = static_cast<std::uint64_t>((reach + 1 - std::abs(dx)) * (reach + 1 - std::abs(dy)));
      const SharpnessMap::Detail& detail = squares(x + dx, y + dy).detail;
      sums.fine += weight * detail.fine;
      sums.coarse += weight * detail.coarse;
      sums.weight += weight;
    }
  }
  return sums;
}

constexpr std::uint16_t kNotTelling = 0xffff;

Plane<std::uint16_t> ratios_of(const Squares& squares, const Plane<std::uint8_t>& on,
                               const OverRanges& over) {
  Plane<std::uint16_t> ratios(on.width(), on.height(), kNotTelling);
  const auto width = static_cast<std::size_t>(on.width());
  over(on.values().size(), [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      const int x = static_cast<int>(i % width), y = static_cast<int>(i / width);
      if (on(x, y) == 0) continue;
      Sums sums = sums_around(squares, on, x, y, kNear);
      if (!sums.telling()) sums = sums_around(squares, on, x, y, kWide);
      if (sums.telling()) ratios(x, y) = static_cast<std::uint16_t>(std::min(sums.ratio(), 2000));
    }
  });
  return ratios;
}

/// The upper quartile of the ratios, of which blurred tissue has less than the cut.
int cut_of(const Plane<std::uint16_t>& ratios) {
  std::array<std::uint64_t, 2001> histogram{};
  std::uint64_t total = 0, above = 0;
  for (const std::uint16_t ratio : ratios.values()) {
    if (ratio == kNotTelling) continue;
    ++histogram[ratio];
    ++total;
  }
  int quartile = 2000;
  for (; quartile > 0; --quartile) {
    above += histogram[static_cast<std::size_t>(quartile)];
    if (4 * above >= total) break;
  }
  return std::clamp(quartile * kShareOfSharp / 100, kLeastCut, kMostCut);
}

cv::Mat square(int side) {
  return cv::getStructuringElement(cv::MORPH_RECT, {side, side});
}

/// Adds what lies near a blurred area and is hardly sharper: there the sums reach into what is sharp.
void grow_into_half_sharp(const Plane<std::uint16_t>& ratios, int cut, cv::Mat& blurred) {
  cv::Mat near;
  cv::dilate(blurred, near, square(2 * kBordering + 1));
  for (int y = 0; y < blurred.rows; ++y) {
    for (int x = 0; x < blurred.cols; ++x) {
      if (near.at<std::uint8_t>(y, x) != 0 && 100 * ratios(x, y) < kBorderShare * cut)
        blurred.at<std::uint8_t>(y, x) = 1;
    }
  }
}

constexpr Wide halve_rows = [](const std::uint8_t* h0, const std::uint8_t* h1, const std::uint8_t* d0,
                               const std::uint8_t* d1, int width, std::int16_t* __restrict haematoxylin,
                               std::int16_t* __restrict both) ANNULET_KERNEL {
  for (int x = 0; x < width; ++x) {
    const int h = h0[2 * x] + h0[2 * x + 1] + h1[2 * x] + h1[2 * x + 1];
    haematoxylin[x] = static_cast<std::int16_t>(h);
    both[x] = static_cast<std::int16_t>(h + d0[2 * x] + d0[2 * x + 1] + d1[2 * x] + d1[2 * x + 1]);
  }
};

/// Sums of 2 x 2 px of `part`, which begins on an even one.
void halve(const StainTile& window, const Rect<WorkFrame>& part, SharpnessMap::Scratch& scratch) {
  const int width = static_cast<int>(part.width() / 2), height = static_cast<int>(part.height() / 2);
  scratch.haematoxylin.resize(width, height);
  scratch.both.resize(width, height);
  const std::int64_t at = part.x0 - window.work.x0;
  for (int y = 0; y < height; ++y) {
    const int row = static_cast<int>(part.y0 - window.work.y0) + 2 * y;
    halve_rows(window.haematoxylin.row(row) + at, window.haematoxylin.row(row + 1) + at,
               window.dab.row(row) + at, window.dab.row(row + 1) + at, width, scratch.haematoxylin.row(y),
               scratch.both.row(y));
  }
}

// Adds a row of px to what its columns hold: 16 bits hold eight rows, 8 x 4 x 2040 at most.
constexpr Wide add_contrast = [](const std::int16_t* here, std::ptrdiff_t stride, int width,
                                 std::uint16_t* __restrict fine,
                                 std::uint16_t* __restrict coarse) ANNULET_KERNEL {
  const std::int16_t *above = here - stride, *below = here + stride;
  for (int x = 0; x < width; ++x) {
    const int off = 4 * here[x] - here[x - 1] - here[x + 1] - above[x] - below[x];
    fine[x] = static_cast<std::uint16_t>(fine[x] + (off < 0 ? -off : off));
  }
  const std::int16_t *far_above = here - kFar * stride, *far_below = here + kFar * stride;
  for (int x = 0; x < width; ++x) {
    const int along = here[x - kFar] - here[x + kFar], down = far_above[x] - far_below[x];
    coarse[x] =
        static_cast<std::uint16_t>(coarse[x] + (along < 0 ? -along : along) + (down < 0 ? -down : down));
  }
};

// Places of 2 um, 2 x 2 px, that begin at each px of a row: their haematoxylin and DAB.
constexpr Wide sum_places = [](const std::int16_t* haematoxylin, const std::int16_t* both,
                               std::ptrdiff_t stride, int width, std::uint16_t* __restrict place,
                               std::uint16_t* __restrict dab) ANNULET_KERNEL {
  const std::int16_t *below = haematoxylin + stride, *both_below = both + stride;
  for (int x = 0; x < width; ++x) {
    const int of_both = both[x] + both[x + 1] + both_below[x] + both_below[x + 1];
    const int of_one = haematoxylin[x] + haematoxylin[x + 1] + below[x] + below[x + 1];
    place[x] = static_cast<std::uint16_t>(of_one);
    dab[x] = static_cast<std::uint16_t>(of_both - of_one);
  }
};

constexpr Wide add_row = [](const auto* row, int width, std::uint16_t* __restrict sum) ANNULET_KERNEL {
  for (int x = 0; x < width; ++x) sum[x] = static_cast<std::uint16_t>(sum[x] + row[x]);
};
constexpr Wide keep_least = [](const std::uint16_t* row, int width,
                               std::uint16_t* __restrict least_of_column) ANNULET_KERNEL {
  for (int x = 0; x < width; ++x)
    least_of_column[x] = row[x] < least_of_column[x] ? row[x] : least_of_column[x];
};
constexpr Wide keep_most = [](const std::uint16_t* row, int width,
                              std::uint16_t* __restrict most_of_column) ANNULET_KERNEL {
  for (int x = 0; x < width; ++x) most_of_column[x] = row[x] > most_of_column[x] ? row[x] : most_of_column[x];
};

using Columns = SharpnessMap::Columns;

void begin(std::size_t width, Columns::Places& places) {
  places.least.assign(width, 0xffff);
  for (auto* values : {&places.most, &places.sum, &places.dab}) values->assign(width, 0);
}

/// What the columns of a row of squares hold, which begins at `first_row`, from px kFar on.
void sum_columns(const SharpnessMap::Scratch& scratch, int first_row, int width, Columns& columns) {
  const auto size = static_cast<std::size_t>(width);
  for (auto* values : {&columns.fine, &columns.coarse, &columns.sum, &columns.most}) values->assign(size, 0);
  for (auto* values : {&columns.least, &columns.least_dab}) values->assign(size, 0xffff);
  for (auto* values : {&columns.place, &columns.dab}) values->resize(size);
  for (Columns::Places& places : columns.half) begin(size, places);
  std::uint16_t *place = columns.place.data(), *dab = columns.dab.data();
  for (int row = 0; row < kSquare; ++row) {
    const std::int16_t *haematoxylin = scratch.haematoxylin.row(first_row + row) + kFar,
                       *both = scratch.both.row(first_row + row) + kFar;
    add_contrast(both, scratch.both.width(), width, columns.fine.data(), columns.coarse.data());
    sum_places(haematoxylin, both, scratch.both.width(), width, place, dab);
    add_row(haematoxylin, width, columns.sum.data());
    keep_least(place, width, columns.least.data());
    keep_most(place, width, columns.most.data());
    keep_least(dab, width, columns.least_dab.data());
    if (row % 2 != 0) continue;
    Columns::Places& half = columns.half[row < kSquare / 2 ? 0 : 1];
    keep_least(place, width, half.least.data());
    keep_most(place, width, half.most.data());
    add_row(place, width, half.sum.data());
    add_row(dab, width, half.dab.data());
  }
}

std::uint8_t clipped(int value) {
  return static_cast<std::uint8_t>(std::min(value, 255));
}

/// The square whose columns begin at `column`.
SharpnessMap::Detail detail_of(const Columns& columns, std::size_t column) {
  int fine = 0, coarse = 0, sum = 0, least = 0xffff, most = 0, least_dab = 0xffff;
  for (std::size_t x = column; x < column + kSquare; ++x) {
    fine += columns.fine[x];
    coarse += columns.coarse[x];
    sum += columns.sum[x];
    least = std::min<int>(least, columns.least[x]);
    most = std::max<int>(most, columns.most[x]);
    least_dab = std::min<int>(least_dab, columns.least_dab[x]);
  }
  SharpnessMap::Detail detail;
  detail.fine = clipped(fine / kFineScale);
  detail.coarse = clipped(coarse / kCoarseScale);
  detail.floor = clipped(least / 8);
  detail.mean = clipped(sum / (2 * kSquare * kSquare));
  detail.peak = clipped(most / 8);
  detail.dab_floor = clipped(least_dab / 2);
  return detail;
}

/// A quarter of a square: its four places of 2 um.
SharpnessMap::Layer layer_of(const Columns::Places& half, std::size_t column) {
  int sum = 0, dab = 0, least = 0xffff, most = 0;
  for (std::size_t x = column; x < column + kSquare / 2; x += 2) {
    sum += half.sum[x];
    dab += half.dab[x];
    least = std::min<int>(least, half.least[x]);
    most = std::max<int>(most, half.most[x]);
  }
  return {clipped(least / 16), clipped(sum / 64), clipped(most / 16), clipped(dab / 64)};
}

}  // namespace

Plane<std::uint8_t> squares_on(const TissueMask& tissue, int width, int height) {
  Plane<std::uint8_t> on(width, height);
  if (tissue.piece.empty()) return on;
  const auto pixel = [&](int square) { return static_cast<int>((square + 0.5) * kSquare / tissue.pitch_um); };
  std::vector<int> columns;
  for (int x = 0; x < width; ++x) columns.push_back(pixel(x));
  const auto inside = std::lower_bound(columns.begin(), columns.end(), tissue.piece.width());
  for (int y = 0; y < height && pixel(y) < tissue.piece.height(); ++y) {
    const std::uint16_t* piece = tissue.piece.row(pixel(y));
    std::transform(columns.begin(), inside, on.row(y),
                   [&](int column) { return piece[column] != 0 ? std::uint8_t{1} : std::uint8_t{0}; });
  }
  return on;
}

SharpnessMap::SharpnessMap(const Size<WorkFrame>& slide, const TissueMask& tissue)
    : squares_(static_cast<int>(slide.width / kWorkPerSquare),
               static_cast<int>(slide.height / kWorkPerSquare)) {
  const Plane<std::uint8_t> on = squares_on(tissue, squares_.width(), squares_.height());
  for (int y = 0; y < on.height(); ++y) {
    for (int x = 0; x < on.width(); ++x) {
      if (on(x, y) != 0) squares_.hold(x, y);
    }
  }
}

void SharpnessMap::measure(const StainTile& window, const Rect<WorkFrame>& part, Scratch& scratch) {
  const auto first = [](std::int64_t at) {
    return static_cast<int>(divide_floor(at + kWorkPerSquare - 1, kWorkPerSquare));
  };
  const int x0 = std::max(0, first(part.x0)), x1 = std::min(squares_.width(), first(part.x1));
  const int y0 = std::max(0, first(part.y0)), y1 = std::min(squares_.height(), first(part.y1));
  if (x0 >= x1 || y0 >= y1) return;
  const Rect<WorkFrame> needed{x0 * kWorkPerSquare - 2 * kFar, y0 * kWorkPerSquare - 2 * kFar,
                               x1 * kWorkPerSquare + 2 * kFar, y1 * kWorkPerSquare + 2 * kFar};
  expects(needed.clipped(window.work) == needed, "the window reaches 12 um around the squares");
  halve(window, needed, scratch);
  for (int y = y0; y < y1; ++y) {
    sum_columns(scratch, (y - y0) * kSquare + kFar, (x1 - x0) * kSquare, scratch.columns);
    for (int x = x0; x < x1; ++x) {
      if (!squares_.holds(x, y)) continue;
      Square& square = squares_.hold(x, y);
      const auto column = static_cast<std::size_t>((x - x0) * kSquare);
      square.detail = detail_of(scratch.columns, column);
      for (std::size_t quarter = 0; quarter < square.quarters.size(); ++quarter) {
        square.quarters[quarter] =
            layer_of(scratch.columns.half[quarter / 2], column + quarter % 2 * kSquare / 2);
      }
    }
  }
}

void flag_blur(const SharpnessMap& sharpness, const TissueMask& tissue, QcMap& quality,
               const OverRanges& over) {
  const Squares& squares = sharpness.squares();
  if (squares.empty()) return;
  const Plane<std::uint8_t> on = squares_on(tissue, squares.width(), squares.height());
  const Plane<std::uint16_t> ratios = ratios_of(squares, on, over);
  const int cut = cut_of(ratios);
  cv::Mat blurred(squares.height(), squares.width(), CV_8U, cv::Scalar(0));
  for (int y = 0; y < blurred.rows; ++y) {
    for (int x = 0; x < blurred.cols; ++x) blurred.at<std::uint8_t>(y, x) = ratios(x, y) < cut ? 1 : 0;
  }
  cv::morphologyEx(blurred, blurred, cv::MORPH_OPEN, square(kSmallest));
  cv::morphologyEx(blurred, blurred, cv::MORPH_CLOSE, square(kGap));
  grow_into_half_sharp(ratios, cut, blurred);
  cv::morphologyEx(blurred, blurred, cv::MORPH_CLOSE, square(3));
  cv::dilate(blurred, blurred, square(3));  // its border is half sharp
  for (int y = 0; y < quality.flag.height(); ++y) {
    const int row = static_cast<int>((y + 0.5) * quality.pitch_um / kSquare);
    for (int x = 0; x < quality.flag.width(); ++x) {
      const int column = static_cast<int>((x + 0.5) * quality.pitch_um / kSquare);
      if (tissue.piece(x, y) == 0 || quality.flag(x, y) != 0) continue;
      if (row < blurred.rows && column < blurred.cols && blurred.at<std::uint8_t>(row, column) != 0)
        quality.flag(x, y) = static_cast<std::uint8_t>(QcFlag::Blur);
    }
  }
}

}  // namespace annulet
