#include "annulet/pipeline/sharpness.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <opencv2/imgproc.hpp>

#include "annulet/base/error.hpp"
#include "annulet/base/integer_math.hpp"

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

/// Sums of 2 x 2 px of `part`, which begins on an even one.
void halve(const StainTile& window, const Rect<WorkFrame>& part, SharpnessMap::Scratch& scratch) {
  const int width = static_cast<int>(part.width() / 2), height = static_cast<int>(part.height() / 2);
  scratch.haematoxylin.resize(width, height);
  scratch.both.resize(width, height);
  const std::int64_t at = part.x0 - window.work.x0;
  for (int y = 0; y < height; ++y) {
    const int row = static_cast<int>(part.y0 - window.work.y0) + 2 * y;
    const std::uint8_t *h0 = window.haematoxylin.row(row) + at, *h1 = window.haematoxylin.row(row + 1) + at;
    const std::uint8_t *d0 = window.dab.row(row) + at, *d1 = window.dab.row(row + 1) + at;
    std::int16_t *haematoxylin = scratch.haematoxylin.row(y), *both = scratch.both.row(y);
    for (int x = 0; x < width; ++x) {
      const int h = h0[2 * x] + h0[2 * x + 1] + h1[2 * x] + h1[2 * x + 1];
      haematoxylin[x] = static_cast<std::int16_t>(h);
      both[x] = static_cast<std::int16_t>(h + d0[2 * x] + d0[2 * x + 1] + d1[2 * x] + d1[2 * x + 1]);
    }
  }
}

void contrast_of(const Plane<std::int16_t>& both, int column, int first_row, SharpnessMap::Detail& detail) {
  int fine = 0, coarse = 0;
  for (int row = first_row; row < first_row + kSquare; ++row) {
    const std::int16_t *here = both.row(row) + column, *above = both.row(row - 1) + column,
                       *below = both.row(row + 1) + column, *far_above = both.row(row - kFar) + column,
                       *far_below = both.row(row + kFar) + column;
    for (int dx = 0; dx < kSquare; ++dx) {
      fine += std::abs(4 * here[dx] - here[dx - 1] - here[dx + 1] - above[dx] - below[dx]);
      coarse += std::abs(here[dx - kFar] - here[dx + kFar]) + std::abs(far_above[dx] - far_below[dx]);
    }
  }
  detail.fine = static_cast<std::uint8_t>(std::min(fine / kFineScale, 255));
  detail.coarse = static_cast<std::uint8_t>(std::min(coarse / kCoarseScale, 255));
}

void levels_of(const SharpnessMap::Scratch& scratch, int column, int first_row,
               SharpnessMap::Detail& detail) {
  int sum = 0, least = 1 << 15, most = 0, least_dab = 1 << 15;
  for (int row = first_row; row < first_row + kSquare; ++row) {
    const std::int16_t *here = scratch.haematoxylin.row(row) + column,
                       *below = scratch.haematoxylin.row(row + 1) + column;
    const std::int16_t *both = scratch.both.row(row) + column,
                       *both_below = scratch.both.row(row + 1) + column;
    for (int dx = 0; dx < kSquare; ++dx) {
      const int place = here[dx] + here[dx + 1] + below[dx] + below[dx + 1];
      sum += here[dx];
      least = std::min(least, place);
      most = std::max(most, place);
      least_dab = std::min(least_dab, both[dx] + both[dx + 1] + both_below[dx] + both_below[dx + 1] - place);
    }
  }
  detail.floor = static_cast<std::uint8_t>(std::min(least / 8, 255));
  detail.mean = static_cast<std::uint8_t>(std::min(sum / (2 * kSquare * kSquare), 255));
  detail.peak = static_cast<std::uint8_t>(std::min(most / 8, 255));
  detail.dab_floor = static_cast<std::uint8_t>(std::min(least_dab / 2, 255));
}

/// A quarter of a square: its four places of 2 um.
SharpnessMap::Layer layer_of(const SharpnessMap::Scratch& scratch, int column, int first_row) {
  int sum = 0, sum_of_both = 0, least = 1 << 15, most = 0;
  for (int row = first_row; row < first_row + kSquare / 2; row += 2) {
    const std::int16_t *here = scratch.haematoxylin.row(row) + column,
                       *below = scratch.haematoxylin.row(row + 1) + column;
    const std::int16_t *both = scratch.both.row(row) + column,
                       *both_below = scratch.both.row(row + 1) + column;
    for (int dx = 0; dx < kSquare / 2; dx += 2) {
      const int place = here[dx] + here[dx + 1] + below[dx] + below[dx + 1];
      sum += place;
      sum_of_both += both[dx] + both[dx + 1] + both_below[dx] + both_below[dx + 1];
      least = std::min(least, place);
      most = std::max(most, place);
    }
  }
  const auto clipped = [](int value) { return static_cast<std::uint8_t>(std::min(value, 255)); };
  return {clipped(least / 16), clipped(sum / 64), clipped(most / 16), clipped((sum_of_both - sum) / 64)};
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
      levels_of(scratch, column, row, detail);
      for (int quarter = 0; quarter < 4; ++quarter) {
        const int right = quarter % 2, down = quarter / 2;
        layers_(2 * x + right, 2 * y + down) =
            layer_of(scratch, column + right * kSquare / 2, row + down * kSquare / 2);
      }
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
