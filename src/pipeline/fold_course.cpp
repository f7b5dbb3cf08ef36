// The course of a fold: bands of several widths and directions through places of 4 um.
#include "annulet/pipeline/fold_course.hpp"

#include <algorithm>
#include <cstdlib>

namespace annulet {
namespace {

// Source of all of it: docs/science/quality.md, "Fold". Lengths in um, across from a band's middle.
constexpr int kPlace = FoldCourse::kPlaceUm;
constexpr int kAlong = 7;                          // places to either side: a band of 60 um
constexpr int kOutermost = 34;                     // the middle of the last row
constexpr int kGap = 4, kBeside = 4;               // um between band and sides; rows of a side
constexpr int kLeastBand = 80, kLeastBeside = 50;  // per cent of a strip that must be tissue
constexpr int kTooDark = 130;                      // per cent of the high peak: more than one layer
constexpr int kFoot = 3;                           // 1/200 OD: less is noise
constexpr int kLogScale = 64;

/// cos and sin of sixteen directions over half a turn, 1/1024.
constexpr std::array<std::array<int, 2>, FoldCourse::kDirections> kTurns{{{1024, 0},
                                                                          {1004, 200},
                                                                          {946, 392},
                                                                          {851, 569},
                                                                          {724, 724},
                                                                          {569, 851},
                                                                          {392, 946},
                                                                          {200, 1004},
                                                                          {0, 1024},
                                                                          {-200, 1004},
                                                                          {-392, 946},
                                                                          {-569, 851},
                                                                          {-724, 724},
                                                                          {-851, 569},
                                                                          {-946, 392},
                                                                          {-1004, 200}}};

/// 64 log2(value), by squaring.
constexpr int log_of(std::uint64_t value) {
  int whole = 0;
  while (value >> (whole + 1) != 0) ++whole;
  std::uint64_t mantissa = (value << 30) >> whole;  // 1 to 2, in 1/2^30
  int result = whole;
  for (int bit = 0; bit < 7; ++bit) {
    mantissa = (mantissa * mantissa) >> 30;
    result *= 2;
    if (mantissa >> 31 != 0) {
      mantissa >>= 1;
      ++result;
    }
  }
  return (result + 1) / 2;
}

constexpr auto kLog = [] {
  std::array<std::int16_t, 512> table{};
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = static_cast<std::int16_t>(log_of(i + kFoot));
  return table;
}();

/// Of the features, in their order, and what is added: hundredths of a logit, times kWeightScale.
constexpr std::array<int, FoldCourse::kFeatures + 1> kWeights{
    50, 139, 728, 724, 412, 352, -770, -588, 772, -877, 1088, -1867, 316, -250, 54, -48, -3886};
constexpr int kWeightScale = 64;

int weigh(const FoldCourse::Features& found) {
  int sum = kWeights[FoldCourse::kFeatures];
  for (std::size_t i = 0; i < found.size(); ++i) sum += kWeights[i] * found[i];
  return std::clamp(sum / kWeightScale, -20000, 20000);
}

/// Places so far (1/1024 um) away.
int places(int away) {
  constexpr int kUnit = 1024 * kPlace;
  return (away + kUnit / 2 + (kUnit << 10)) / kUnit - (1 << 10);
}

}  // namespace

struct FoldCourse::Row {
  int places = 0, squares = 0, floor = 0, mean = 0, dab = 0, both = 0, too_dark = 0, dark = 0;
  void add(const Row& row) {
    places += row.places;
    squares += row.squares;
    floor += row.floor;
    mean += row.mean;
    dab += row.dab;
    both += row.both;
    too_dark += row.too_dark;
    dark += row.dark;
  }
  bool enough(int percent) const { return 100 * squares >= percent * places; }
  void to_means() {
    const int n = std::max(squares, 1);
    floor /= n;
    mean /= n;
    dab /= n;
    both /= n;
    too_dark = 256 * too_dark / n;
    dark = 256 * dark / n;
  }
};

std::array<int, 2> FoldCourse::across(int direction, int steps) {
  const auto [c, s] = kTurns[static_cast<std::size_t>(direction)];
  return {places(-kPlace * steps * s), places(kPlace * steps * c)};
}

std::array<int, 2> FoldCourse::turned(int direction, int right, int down) {
  const auto [c, s] = kTurns[static_cast<std::size_t>(direction)];
  return {right * c + down * s, down * c - right * s};
}

FoldCourse::FoldCourse(const SparsePlane<SharpnessMap::Square>& squares, const Plane<std::uint8_t>& on,
                       int high_peak)
    : squares_(squares), on_(on), high_peak_(high_peak) {}

void FoldCourse::sum_rows(int x, int y, int direction, Rows& rows) const {
  const auto [c, s] = kTurns[static_cast<std::size_t>(direction)];
  const int too_dark = high_peak_ * kTooDark / 100;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const int across = kPlace * static_cast<int>(i) - kOutermost;
    Row row;
    for (int step = -kAlong; step <= kAlong; ++step) {
      const int along = kPlace * step;
      const int px = x + places(along * c - across * s), py = y + places(along * s + across * c);
      ++row.places;
      if (!is_on(px, py)) continue;
      const SharpnessMap::Layer& here = squares_(px / 2, py / 2).layer(px, py);
      ++row.squares;
      row.floor += kLog[here.floor];
      row.mean += kLog[here.mean];
      row.dab += kLog[here.dab];
      row.both += kLog[static_cast<std::size_t>(here.mean + here.dab)];
      row.too_dark += here.peak > too_dark ? 1 : 0;
      row.dark += here.peak > high_peak_ ? 1 : 0;
    }
    rows[i] = row;
  }
}

bool FoldCourse::features_of(const Rows& rows, int width, Features& found) const {
  const int half = kHalfWidthUm[static_cast<std::size_t>(width)];
  Row band, left, right;
  const int middle = static_cast<int>(rows.size()) / 2, inside = half / kPlace, off = inside + kGap / kPlace;
  const auto row = [&](int i) { return rows[static_cast<std::size_t>(middle + i)]; };
  for (int i = -inside; i < inside; ++i) band.add(row(i));
  for (int i = off; i < off + kBeside; ++i) {
    right.add(row(i));
    left.add(row(-i - 1));
  }
  if (!band.enough(kLeastBand)) return false;
  const bool has_left = left.enough(kLeastBeside), has_right = right.enough(kLeastBeside);
  if (!has_left && !has_right) return false;
  if (!has_left) left = right;
  if (!has_right) right = left;
  band.to_means();
  left.to_means();
  right.to_means();
  std::size_t n = 0;
  const auto against = [&](int Row::*what) {
    const int a = band.*what - left.*what, b = band.*what - right.*what;
    found[n++] = std::min(a, b);
    found[n++] = std::max(a, b);
  };
  against(&Row::floor);
  against(&Row::mean);
  against(&Row::dab);
  against(&Row::both);
  found[n++] = band.too_dark;
  found[n++] = std::max(left.too_dark, right.too_dark);
  found[n++] = band.dark;
  found[n++] = std::max(left.dark, right.dark);
  const int high = kLog[static_cast<std::size_t>(high_peak_)];
  found[n++] = band.mean - high;
  found[n++] = std::max(left.mean, right.mean) - high;
  found[n++] = band.floor - band.mean;
  found[n++] = std::abs(left.mean - right.mean);
  return true;
}

bool FoldCourse::features(int x, int y, int direction, int width, Features& found) const {
  Rows rows;
  sum_rows(x, y, direction, rows);
  return features_of(rows, width, found);
}

FoldCourse::Band FoldCourse::best(int x, int y) const {
  Band best;
  Rows rows;
  Features found{};
  for (int direction = 0; direction < kDirections; ++direction) {
    sum_rows(x, y, direction, rows);
    for (int width = 0; width < kWidths; ++width) {
      if (!features_of(rows, width, found)) continue;
      const int score = weigh(found);
      if (score <= best.score) continue;
      best = {static_cast<std::int16_t>(score), static_cast<std::uint8_t>(direction),
              static_cast<std::uint8_t>(width)};
    }
  }
  return best;
}

}  // namespace annulet
