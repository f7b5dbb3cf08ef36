// Folds: tissue that lies double.
#include <algorithm>
#include <array>
#include <numeric>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "annulet/pipeline/fold_trace.hpp"
#include "annulet/pipeline/sharpness.hpp"
#include "pipeline/mask_runs.hpp"

namespace annulet {
namespace {

using Detail = SharpnessMap::Detail;

// Source of all of it: docs/science/quality.md. Lengths in half squares of 4 um.
constexpr int kAlong = 6;                        // to either side: a band of 56 um
constexpr int kBandReach = 3;                    // squares from the middle of a band to its farthest
constexpr std::array<int, 2> kBand{-1, 1};       // its rows: 16 um wide
constexpr std::array<int, 3> kBeside{6, 8, 10};  // rows 24 to 40 um from its middle
constexpr int kLeastTissue = 60;                 // per cent of a strip that must be tissue
constexpr int kLeastFloor = 3;                   // 1/200 OD: beside glass and in fat nothing is doubled
constexpr int kLeastHighPeak = 40;               // 1/200 OD: paler nuclei tell nothing
constexpr int kOfHighPeak =
    130;  // per cent of the peak that a tenth of the squares exceed: too dark for one layer

/// What a band has to have against what lies beside it, per cent. Two layers have 200 in floor and mean.
struct Demands {
  int too_dark;         ///< squares of the band
  int too_dark_beside;  ///< of that share, at most
  int floor, mean;      ///< of those on both sides, on each side
};
constexpr Demands kSure{13, 32, 150, 155}, kLikely{16, 40, 117, 106};  // where a sure fold goes on
constexpr int kSureDab = 108, kLikelyDab = 112;  // per cent of the floor of DAB on both sides
constexpr int kLeastDab = 4;                     // 1/800 OD: less of DAB says nothing
constexpr int kMostMean = 240;                   // per cent of both sides: more than two layers' nuclei
constexpr int kContinued = 7;                    // squares around a sure place
constexpr int kDarkerNear = 3, kDarkerFar = 13, kDarker = 115;  // squares; per cent, to be looked at
constexpr int kMarked = 6, kMarkedAcross = 2;                   // half squares from a middle that are marked
constexpr int kFewest = 5;                                      // middles that agree within a fold
constexpr int kBorder = 10;  // per cent of the way from beside the band to its own mean
constexpr int kHoles = 5;    // squares, the side of the largest gap that is closed

/// cos and sin of eight directions over half a turn, 1/1024.
constexpr std::array<std::array<int, 2>, 8> kDirections{
    {{1024, 0}, {946, 392}, {724, 724}, {392, 946}, {0, 1024}, {-392, 946}, {-724, 724}, {-946, 392}}};

/// The square that a place so far (1/1024 half squares) from the middle of a square lies in, relative to it.
int steps(int away) {
  return (away + 1024 + (1 << 21)) / 2048 - 1024;
}

/// Squares with tissue, and what they hold.
struct Field {
  const SparsePlane<SharpnessMap::Square>& squares;
  Plane<std::uint8_t> on;
  int too_dark = 255;  ///< a higher peak is more than one layer
  const Detail& detail(int x, int y) const { return squares(x, y).detail; }
};

class Strip {
 public:
  void add(const Field& field, int x, int y) {
    ++places_;
    if (!field.on.contains(x, y) || field.on(x, y) == 0) return;
    const Detail& detail = field.detail(x, y);
    ++squares_;
    floor_ += detail.floor;
    mean_ += detail.mean;
    dab_ += detail.dab_floor;
    too_dark_ += detail.peak > field.too_dark ? 1 : 0;
  }
  bool enough() const { return 100 * squares_ >= kLeastTissue * places_; }
  int floor() const { return 100 * floor_ / squares_; }  ///< 1/20000 OD
  int mean() const { return 100 * mean_ / squares_; }    ///< the same
  int dab() const { return 100 * dab_ / squares_; }      ///< its floor, 1/80000 OD
  int too_dark() const { return 100 * too_dark_ / squares_; }

 private:
  int places_ = 0, squares_ = 0, floor_ = 0, mean_ = 0, dab_ = 0, too_dark_ = 0;
};

/// The peak that a tenth of the tissue's squares exceed.
int high_peak(const Field& field) {
  std::array<std::uint64_t, 256> histogram{};
  std::uint64_t total = 0, above = 0;
  for (int y = 0; y < field.on.height(); ++y) {
    for (int x = 0; x < field.on.width(); ++x) {
      if (field.on(x, y) == 0) continue;
      ++histogram[field.detail(x, y).peak];
      ++total;
    }
  }
  int high = 255;
  for (; high > 0; --high) {
    above += histogram[static_cast<std::size_t>(high)];
    if (10 * above >= total) break;
  }
  return high;
}

/// The strip of these rows on one side of (x, y).
template <std::size_t N>
Strip strip_of(const Field& field, int x, int y, std::size_t direction, const std::array<int, N>& rows,
               int side) {
  Strip strip;
  const auto [c, s] = kDirections[direction];
  for (int along = -kAlong; along <= kAlong; along += 2) {
    for (const int row : rows) {
      const int across = side * row;
      strip.add(field, x + steps(along * c - across * s), y + steps(along * s + across * c));
    }
  }
  return strip;
}

bool meets(const Strip& band, const Strip& left, const Strip& right, const Demands& demands) {
  return band.too_dark() >= demands.too_dark &&
         100 * std::max(left.too_dark(), right.too_dark()) <= demands.too_dark_beside * band.too_dark() &&
         left.floor() + right.floor() >= 200 * kLeastFloor &&
         200 * band.floor() >= demands.floor * (left.floor() + right.floor()) &&
         100 * band.mean() >= demands.mean * std::max(left.mean(), right.mean()) &&
         200 * band.mean() <= kMostMean * (left.mean() + right.mean());
}

/// A strand of other tissue has more haematoxylin; that has more DAB between its membranes only if it is
/// double.
bool of_both_stains(const Strip& band, const Strip& left, const Strip& right, int demanded) {
  const int beside = left.dab() + right.dab();
  return beside < 200 * kLeastDab || 200 * band.dab() >= demanded * beside;
}

/// How sure it is that a fold lies in the band: 0, 1 (as the continuation of another) or 2.
std::uint8_t how_sure(const Strip& band, const Strip& left, const Strip& right) {
  if (meets(band, left, right, kSure) && of_both_stains(band, left, right, kSureDab)) return 2;
  if (meets(band, left, right, kLikely) && of_both_stains(band, left, right, kLikelyDab)) return 1;
  return 0;
}

/// A square that may be the middle of a fold.
struct Middle {
  int x, y;
  int border = 0;              ///< mean from which a square belongs to the band, 1/200 OD
  std::uint8_t direction = 0;  ///< of kDirections
  std::uint8_t sure = 0;       ///< how_sure; where it is not 0 the others are the fold's
};

/// Looks for a fold through the middle, in every direction.
void probe(const Field& field, Middle& middle) {
  for (std::size_t d = 0; d < kDirections.size() && middle.sure < 2; ++d) {
    const Strip band = strip_of(field, middle.x, middle.y, d, kBand, 1);
    if (!band.enough() || band.too_dark() < kLikely.too_dark) continue;
    const Strip right = strip_of(field, middle.x, middle.y, d, kBeside, 1),
                left = strip_of(field, middle.x, middle.y, d, kBeside, -1);
    if (!right.enough() || !left.enough()) continue;
    const std::uint8_t sure = how_sure(band, left, right);
    if (sure <= middle.sure) continue;
    middle.sure = sure;
    middle.direction = static_cast<std::uint8_t>(d);
    middle.border = (kBorder * band.mean() + (100 - kBorder) * std::max(left.mean(), right.mean())) / 10000;
  }
}

cv::Mat square(int side) {
  return cv::getStructuringElement(cv::MORPH_RECT, {side, side});
}

/// Squares with tissue that are darker than what lies around them, and so near to one too dark for one layer
/// that a band may hold both: those of `rows`, with planes that reach around these alone.
void add_darker(const Field& field, const cv::Range& rows, std::vector<Middle>& middles) {
  constexpr int kReach = kDarkerFar / 2;
  static_assert(kReach >= kBandReach);
  const int first = std::max(rows.start - kReach, 0), end = std::min(rows.end + kReach, field.on.height());
  cv::Mat mean(end - first, field.on.width(), CV_16U, cv::Scalar(0)), near, far;
  cv::Mat too_dark(mean.size(), CV_8U, cv::Scalar(0));
  for (int y = first; y < end; ++y) {
    auto* mean_row = mean.ptr<std::uint16_t>(y - first);
    auto* too_dark_row = too_dark.ptr<std::uint8_t>(y - first);
    for (int x = 0; x < mean.cols; ++x) {
      if (field.on(x, y) == 0) continue;
      const Detail& detail = field.detail(x, y);
      mean_row[x] = static_cast<std::uint16_t>(64 * detail.mean);
      too_dark_row[x] = detail.peak > field.too_dark ? 1 : 0;
    }
  }
  cv::blur(mean, near, {kDarkerNear, kDarkerNear});
  cv::blur(mean, far, {kDarkerFar, kDarkerFar});
  cv::dilate(too_dark, too_dark, square(2 * kBandReach + 1));
  for (int y = rows.start; y < rows.end; ++y) {
    const auto *near_row = near.ptr<std::uint16_t>(y - first), *far_row = far.ptr<std::uint16_t>(y - first);
    const auto* too_dark_row = too_dark.ptr<std::uint8_t>(y - first);
    for (int x = 0; x < mean.cols; ++x) {
      if (too_dark_row[x] != 0 && field.on(x, y) != 0 && 100 * near_row[x] >= kDarker * far_row[x])
        middles.push_back({x, y});
    }
  }
}

std::vector<Middle> darker_places(const Field& field) {
  constexpr int kRows = 256;  // at once: their planes take 7 bytes a square
  std::vector<Middle> middles;
  for (int y = 0; y < field.on.height(); y += kRows)
    add_darker(field, {y, std::min(y + kRows, field.on.height())}, middles);
  return middles;
}

/// Marks the squares of the band through a middle that are as dark as the fold; `marked` begins at `box`.
void mark(const Field& field, const Middle& middle, const cv::Rect& box, cv::Mat& marked) {
  const auto [c, s] = kDirections[middle.direction];
  for (int along = -kMarked; along <= kMarked; ++along) {
    for (int across = -kMarkedAcross; across <= kMarkedAcross; ++across) {
      const int x = middle.x + steps(along * c - across * s), y = middle.y + steps(along * s + across * c);
      if (!field.on.contains(x, y) || field.on(x, y) == 0) continue;
      const Detail& detail = field.detail(x, y);
      if (detail.mean >= middle.border || detail.peak > field.too_dark)
        marked.at<std::uint8_t>(y - box.y, x - box.x) = 1;
    }
  }
}

/// Leaves of `marked` the areas in which enough places are sure of a fold.
void keep_agreed(const cv::Mat& middles, cv::Mat& marked) {
  const std::vector<MaskRun> runs = runs_of(marked);
  Groups areas = components_of(runs, Neighbours::Eight);
  std::vector<int> agreeing(runs.size());
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto* row = middles.ptr<std::uint8_t>(runs[i].y);
    agreeing[areas.first(i)] += std::accumulate(row + runs[i].x0, row + runs[i].x1, 0);
  }
  for (std::size_t i = 0; i < runs.size(); ++i) {
    auto* row = marked.ptr<std::uint8_t>(runs[i].y);
    if (agreeing[areas.first(i)] < kFewest) std::fill(row + runs[i].x0, row + runs[i].x1, std::uint8_t{0});
  }
}

/// What the places reach that may be a fold's, with what is looked at around it: planes of the whole slide
/// would be the largest that there are.
cv::Rect box_of(const std::vector<Middle>& places, const Plane<std::uint8_t>& on) {
  constexpr int kReach = (kMarked + kMarkedAcross) / 2 + 1 + kAroundSeeds;
  static_assert(kAroundSeeds >= kHoles / 2);
  cv::Rect box;
  for (const Middle& place : places)
    box |= cv::Rect(place.x - kReach, place.y - kReach, 2 * kReach + 1, 2 * kReach + 1);
  return box & cv::Rect(0, 0, on.width(), on.height());
}

FoldSeeds folds_in(const Field& field, const OverRanges& over) {
  std::vector<Middle> places = darker_places(field);
  over(places.size(), [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) probe(field, places[i]);
  });
  std::erase_if(places, [](const Middle& place) { return place.sure == 0; });
  if (places.empty()) return {};
  const cv::Rect box = box_of(places, field.on);
  cv::Mat middles(box.size(), CV_8U, cv::Scalar(0)), sure = middles.clone(), likely = middles.clone();
  for (const Middle& place : places) {
    mark(field, place, box, place.sure == 2 ? sure : likely);
    if (place.sure == 2) middles.at<std::uint8_t>(place.y - box.y, place.x - box.x) = 1;
  }
  keep_agreed(middles, sure);
  cv::Mat& near = middles;
  cv::dilate(sure, near, square(2 * kContinued + 1));
  sure |= likely & near;
  cv::morphologyEx(sure, sure, cv::MORPH_CLOSE, square(kHoles));
  return {sure, box.x, box.y};
}

/// Squares with a flag in their middle are not looked at.
void take_flagged(const QcMap& quality, Plane<std::uint8_t>& on) {
  const auto pixel = [&](int square) {
    return static_cast<int>((square + 0.5) * SharpnessMap::kSquareUm / quality.pitch_um);
  };
  for (int y = 0; y < on.height(); ++y) {
    for (int x = 0; x < on.width(); ++x) {
      if (on(x, y) != 0 && quality.flag(pixel(x), pixel(y)) != 0) on(x, y) = 0;
    }
  }
}

void flag(const FoldStrip& strip, const TissueMask& tissue, QcMap& quality) {
  const double x_um = (strip.x + 0.5) * FoldCourse::kPlaceUm, y_um = (strip.y + 0.5) * FoldCourse::kPlaceUm;
  const int reach = reach_um(strip);
  const auto pixel = [&](double um) { return static_cast<int>(std::max(um, 0.0) / quality.pitch_um); };
  const auto off = [&](int at, double from) {  // whole um are fine enough
    return static_cast<int>((at + 0.5) * quality.pitch_um - from + 1000.5) - 1000;
  };
  const int x1 = std::min(pixel(x_um + reach), quality.flag.width() - 1),
            y1 = std::min(pixel(y_um + reach), quality.flag.height() - 1);
  for (int y = pixel(y_um - reach); y <= y1; ++y) {
    for (int x = pixel(x_um - reach); x <= x1; ++x) {
      if (tissue.piece(x, y) != 0 && quality.flag(x, y) == 0 && in_strip(strip, off(x, x_um), off(y, y_um)))
        quality.flag(x, y) = static_cast<std::uint8_t>(QcFlag::Fold);
    }
  }
}

}  // namespace

void flag_folds(const SharpnessMap& sharpness, const TissueMask& tissue, QcMap& quality,
                const OverRanges& over) {
  const SparsePlane<SharpnessMap::Square>& squares = sharpness.squares();
  if (squares.empty()) return;
  Field field{squares, squares_on(tissue, squares.width(), squares.height()), 255};
  take_flagged(quality, field.on);
  const int high = high_peak(field);
  if (high < kLeastHighPeak) return;
  field.too_dark = high * kOfHighPeak / 100;
  const FoldSeeds seeds = folds_in(field, over);
  if (seeds.mask.empty() || cv::countNonZero(seeds.mask) == 0) return;
  const FoldCourse course(squares, field.on, high);
  for (const FoldStrip& strip : trace_folds(course, seeds)) flag(strip, tissue, quality);
}

}  // namespace annulet
