#include "annulet/pipeline/sharpness.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <limits>
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

/// Squares that hold tissue in their middle.
Plane<std::uint8_t> squares_on(const TissueMask& tissue, int width, int height) {
  Plane<std::uint8_t> on(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x)
      on(x, y) = tissue.at_um((x + 0.5) * kSquare, (y + 0.5) * kSquare) != 0 ? 1 : 0;
  }
  return on;
}

/// Sums over the squares around one, near ones with more weight.
Sums sums_around(const Plane<SharpnessMap::Detail>& details, const Plane<std::uint8_t>& on, int x, int y,
                 int reach) {
  Sums sums;
  for (int dy = std::max(-reach, -y); dy <= std::min(reach, on.height() - 1 - y); ++dy) {
    for (int dx = std::max(-reach, -x); dx <= std::min(reach, on.width() - 1 - x); ++dx) {
      if (on(x + dx, y + dy) == 0) continue;
      const auto weight = static_cast<std::uint64_t>((reach + 1 - std::abs(dx)) * (reach + 1 - std::abs(dy)));
      const SharpnessMap::Detail& detail = details(x + dx, y + dy);
      sums.fine += weight * detail.fine;
      sums.coarse += weight * detail.coarse;
      sums.weight += weight;
    }
  }
  return sums;
}

constexpr std::uint16_t kNotTelling = 0xffff;

Plane<std::uint16_t> ratios_of(const Plane<SharpnessMap::Detail>& details, const Plane<std::uint8_t>& on) {
  Plane<std::uint16_t> ratios(on.width(), on.height(), kNotTelling);
  for (int y = 0; y < on.height(); ++y) {
    for (int x = 0; x < on.width(); ++x) {
      if (on(x, y) == 0) continue;
      Sums sums = sums_around(details, on, x, y, kNear);
      if (!sums.telling()) sums = sums_around(details, on, x, y, kWide);
      if (sums.telling()) ratios(x, y) = static_cast<std::uint16_t>(std::min(sums.ratio(), 2000));
    }
  }
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
                               const std::uint8_t* d1, int n, std::int16_t* __restrict haematoxylin,
                               std::int16_t* __restrict both) ANNULET_KERNEL {
  for (int x = 0; x < n; ++x) {
    const auto h = static_cast<std::int16_t>(h0[2 * x] + h0[2 * x + 1] + h1[2 * x] + h1[2 * x + 1]);
    haematoxylin[x] = h;
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

/// The columns of a square, or of two quarters side by side. What is added down eight rows stays below 2^16.
using Eight [[gnu::vector_size(16)]] = std::int16_t;
using Sums8 [[gnu::vector_size(16)]] = std::uint16_t;
static_assert(kSquare == 8);

Eight eight(const std::int16_t* at) {
  Eight values;
  std::memcpy(&values, at, sizeof values);
  return values;
}
Eight lesser(Eight a, Eight b) {
  return a < b ? a : b;
}
Eight larger(Eight a, Eight b) {
  return a > b ? a : b;
}
Sums8 distance(Eight a, Eight b) {
  return std::bit_cast<Sums8>(larger(a - b, b - a));
}
int total(Sums8 sums) {
  int all = 0;
  for (int i = 0; i < kSquare; ++i) all += sums[i];
  return all;
}
std::uint8_t clipped(int value) {
  return static_cast<std::uint8_t>(std::min(value, 255));
}

void contrast_of(const Plane<std::int16_t>& both, int column, int first_row, SharpnessMap::Detail& detail) {
  Sums8 fine{}, coarse{};
  for (int row = first_row; row < first_row + kSquare; ++row) {
    const std::int16_t* here = both.row(row) + column;
    const auto from = [&](int dx, int dy) { return eight(both.row(row + dy) + column + dx); };
    fine += distance(4 * eight(here), from(-1, 0) + from(1, 0) + from(0, -1) + from(0, 1));
    coarse += distance(from(-kFar, 0), from(kFar, 0)) + distance(from(0, -kFar), from(0, kFar));
  }
  detail.fine = clipped(total(fine) / kFineScale);
  detail.coarse = clipped(total(coarse) / kCoarseScale);
}

/// Of places of 2 x 2 px.
struct Levels {
  Eight least = Eight{} + kUnseen, most{}, sum{}, sum_of_both{};
  static constexpr std::int16_t kUnseen = std::numeric_limits<std::int16_t>::max();
  void add(Eight place, Eight both) {
    least = lesser(least, place);
    most = larger(most, place);
    sum += place;
    sum_of_both += both;
  }
};

/// A quarter of a square: two of its four places of 2 um lie in each of two rows.
SharpnessMap::Layer layer_of(const Levels& levels, int right) {
  const int i = right * kSquare / 2, j = i + 2;
  const int sum = levels.sum[i] + levels.sum[j];
  return {clipped(std::min(levels.least[i], levels.least[j]) / 16), clipped(sum / 64),
          clipped(std::max(levels.most[i], levels.most[j]) / 16),
          clipped((levels.sum_of_both[i] + levels.sum_of_both[j] - sum) / 64)};
}

/// And of its quarters: two above, two below.
void levels_of(const SharpnessMap::Scratch& scratch, int column, int first_row, SharpnessMap::Detail& detail,
               SharpnessMap::Layer* above, SharpnessMap::Layer* below) {
  Levels half[2];
  Eight sum{}, least = half[0].least, most{}, least_dab = half[0].least;
  for (int dy = 0; dy < kSquare; ++dy) {
    const auto place_of = [&](const Plane<std::int16_t>& plane) {
      const std::int16_t *row = plane.row(first_row + dy) + column,
                         *next = plane.row(first_row + dy + 1) + column;
      return eight(row) + eight(row + 1) + eight(next) + eight(next + 1);
    };
    const Eight place = place_of(scratch.haematoxylin), both = place_of(scratch.both);
    sum += eight(scratch.haematoxylin.row(first_row + dy) + column);
    least = lesser(least, place);
    most = larger(most, place);
    least_dab = lesser(least_dab, both - place);
    if (dy % 2 == 0) half[dy / (kSquare / 2)].add(place, both);
  }
  int lowest = least[0], highest = most[0], lowest_dab = least_dab[0];
  for (int i = 1; i < kSquare; ++i) {
    lowest = std::min<int>(lowest, least[i]);
    highest = std::max<int>(highest, most[i]);
    lowest_dab = std::min<int>(lowest_dab, least_dab[i]);
  }
  detail.floor = clipped(lowest / 8);
  detail.mean = clipped(total(std::bit_cast<Sums8>(sum)) / (2 * kSquare * kSquare));
  detail.peak = clipped(highest / 8);
  detail.dab_floor = clipped(lowest_dab / 2);
  for (int right = 0; right < 2; ++right) {
    above[right] = layer_of(half[0], right);
    below[right] = layer_of(half[1], right);
  }
}

}  // namespace

SharpnessMap::SharpnessMap(const Size<WorkFrame>& slide) {
  details_.resize(static_cast<int>(slide.width / kWorkPerSquare),
                  static_cast<int>(slide.height / kWorkPerSquare));
  layers_.resize(2 * details_.width(), 2 * details_.height());
}

void SharpnessMap::measure(const StainTile& window, const Rect<WorkFrame>& part, Scratch& scratch) {
  const auto first = [](std::int64_t at) {
    return static_cast<int>(divide_floor(at + kWorkPerSquare - 1, kWorkPerSquare));
  };
  const int x0 = std::max(0, first(part.x0)), x1 = std::min(details_.width(), first(part.x1));
  const int y0 = std::max(0, first(part.y0)), y1 = std::min(details_.height(), first(part.y1));
  if (x0 >= x1 || y0 >= y1) return;
  const Rect<WorkFrame> needed{x0 * kWorkPerSquare - 2 * kFar, y0 * kWorkPerSquare - 2 * kFar,
                               x1 * kWorkPerSquare + 2 * kFar, y1 * kWorkPerSquare + 2 * kFar};
  expects(needed.clipped(window.work) == needed, "the window reaches 12 um around the squares");
  halve(window, needed, scratch);
  for (int y = y0; y < y1; ++y) {
    for (int x = x0; x < x1; ++x) {
      Detail& detail = details_(x, y);
      const int column = (x - x0) * kSquare + kFar, row = (y - y0) * kSquare + kFar;
      contrast_of(scratch.both, column, row, detail);
      levels_of(scratch, column, row, detail, &layers_(2 * x, 2 * y), &layers_(2 * x, 2 * y + 1));
    }
  }
}

void flag_blur(const SharpnessMap& sharpness, const TissueMask& tissue, QcMap& quality) {
  const Plane<SharpnessMap::Detail>& details = sharpness.details();
  if (details.empty()) return;
  const Plane<std::uint8_t> on = squares_on(tissue, details.width(), details.height());
  const Plane<std::uint16_t> ratios = ratios_of(details, on);
  const int cut = cut_of(ratios);
  cv::Mat blurred(details.height(), details.width(), CV_8U, cv::Scalar(0));
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
