// Folds: tissue that lies double.
#include <vector>

#include "annulet/pipeline/quality_finder.hpp"
#include "pipeline/od_planes.hpp"

namespace annulet {
namespace {

// Source of all of it: docs/science/quality.md.
constexpr double kGridUm = 4;  // where a band is compared with what lies beside it
constexpr double kBandUm = 12, kAroundUm = 84;
constexpr int kDarker = 120;  // per cent of what is around, to be looked at
constexpr int kAlong = 6;     // squares to either side of the middle along the band: 52 um in all
constexpr int kAcross = 1;    // ... across it: 12 um
constexpr int kBesideFrom = 5,
              kBesideTo = 8;      // ... from 18 to 34 um beside it: beyond the widest fold's border
constexpr int kLeastTissue = 60;  // per cent of a strip that must be tissue
constexpr std::array<int, 3> kQuantiles{15, 50, 85};  // per cent: what lies between nuclei, and the nuclei
constexpr std::array<int, 3> kTimes{150, 150, 145};   // per cent, the least of the band over beside it
constexpr int kMostTimes = 400;
constexpr int kSameHue = 4;  // per cent of the sum by which a channel's share may differ
constexpr int kFewest = 4;   // middles that agree within a fold
constexpr double kFringeUm = 6;

/// cos and sin of eight directions over half a turn, 1/1024.
constexpr std::array<std::array<int, 2>, 8> kDirections{
    {{1024, 0}, {946, 392}, {724, 724}, {392, 946}, {0, 1024}, {-392, 946}, {-724, 724}, {-946, 392}}};

/// Overview in squares of kGridUm or its own: OD of each channel and their sum.
struct Grid {
  double pitch_um = 0;
  OdPlanes od;
  cv::Mat sum;     ///< 1/100 OD, of three channels, 16 bit
  cv::Mat tissue;  ///< 1 where all of the square is tissue without a flag
};

Grid grid_of(const Overview& overview, const Rgb& white, const TissueMask& tissue, const QcMap& quality) {
  Grid grid;
  const int step = std::max(1, static_cast<int>(kGridUm / overview.pitch_um + 0.5));
  grid.pitch_um = step * overview.pitch_um;
  grid.od = od_planes(overview.rgb, white);
  const cv::Size size(overview.rgb.width / step, overview.rgb.height / step);
  for (cv::Mat& plane : grid.od) {
    cv::Mat small(size, CV_8U);
    for (int y = 0; y < size.height; ++y) {
      for (int x = 0; x < size.width; ++x) {
        int sum = step * step / 2;
        for (int dy = 0; dy < step; ++dy) {
          for (int dx = 0; dx < step; ++dx) sum += plane.at<std::uint8_t>(y * step + dy, x * step + dx);
        }
        small.at<std::uint8_t>(y, x) = static_cast<std::uint8_t>(sum / (step * step));
      }
    }
    plane = small;
  }
  grid.sum.create(size, CV_16U);
  grid.tissue = cv::Mat(size, CV_8U, cv::Scalar(0));
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      grid.sum.at<std::uint16_t>(y, x) =
          static_cast<std::uint16_t>(grid.od[0].at<std::uint8_t>(y, x) + grid.od[1].at<std::uint8_t>(y, x) +
                                     grid.od[2].at<std::uint8_t>(y, x));
      const int cx = x * step + step / 2, cy = y * step + step / 2;
      grid.tissue.at<std::uint8_t>(y, x) = tissue.piece(cx, cy) != 0 && quality.flag(cx, cy) == 0 ? 1 : 0;
    }
  }
  return grid;
}

/// What a strip of the grid holds.
struct Strip {
  std::vector<std::uint16_t> sums;
  std::array<int, 3> od{};
  int places = 0;

  void clear() {
    sums.clear();
    od = {};
    places = 0;
  }
  void add(const Grid& grid, int x, int y) {
    ++places;
    if (x < 0 || y < 0 || x >= grid.sum.cols || y >= grid.sum.rows || grid.tissue.at<std::uint8_t>(y, x) == 0)
      return;
    sums.push_back(grid.sum.at<std::uint16_t>(y, x));
    for (std::size_t c = 0; c < 3; ++c) od[c] += grid.od[c].at<std::uint8_t>(y, x);
  }
  bool enough() const { return 100 * sums.size() >= static_cast<std::size_t>(kLeastTissue * places); }
  void sort() { std::sort(sums.begin(), sums.end()); }
  int quantile(int percent) const {
    return sums[(sums.size() - 1) * static_cast<std::size_t>(percent) / 100];
  }
  int share(std::size_t c) const { return 100 * od[c] / std::max(1, od[0] + od[1] + od[2]); }
};

bool doubles(const Strip& band, const Strip& beside) {
  for (std::size_t i = 0; i < kQuantiles.size(); ++i) {
    const int inside = 100 * band.quantile(kQuantiles[i]),
              outside = std::max(1, beside.quantile(kQuantiles[i]));
    if (inside < kTimes[i] * outside || inside > kMostTimes * outside) return false;
  }
  for (std::size_t c = 0; c < 3; ++c) {
    if (std::abs(band.share(c) - beside.share(c)) > kSameHue) return false;
  }
  return true;
}

/// Looks for a fold through a place, in every direction.
class FoldProbe {
 public:
  explicit FoldProbe(const Grid& grid)
      : grid_(grid), coarser_(std::max(1, static_cast<int>(grid.pitch_um / kGridUm + 0.5))) {}

  /// The direction, or -1.
  int direction_at(int x, int y) {
    for (std::size_t d = 0; d < kDirections.size(); ++d) {
      take(x, y, d, -kAcross, kAcross, band_);
      if (!band_.enough()) continue;
      take(x, y, d, kBesideFrom, kBesideTo, left_);
      take(x, y, d, -kBesideTo, -kBesideFrom, right_);
      if (!left_.enough() || !right_.enough()) continue;
      for (Strip* strip : {&band_, &left_, &right_}) strip->sort();
      if (doubles(band_, left_) && doubles(band_, right_)) return static_cast<int>(d);
    }
    return -1;
  }
  /// Between the medians of the band and of what lies beside it, in the middle of their logarithms nearly.
  int middle() const {
    const int inside = band_.quantile(50), outside = std::max(left_.quantile(50), right_.quantile(50));
    return (2 * inside * outside + (inside + outside) / 2) / std::max(1, inside + outside);
  }

 private:
  void take(int x, int y, std::size_t direction, int from, int to, Strip& strip) const {
    strip.clear();
    const auto [c, s] = kDirections[direction];
    for (int along = -kAlong / coarser_; along <= kAlong / coarser_; ++along) {
      for (int across = from / coarser_; across <= to / coarser_; ++across) {
        const int dx = along * c - across * s, dy = along * s + across * c;
        strip.add(grid_, x + (dx + (dx < 0 ? -512 : 512)) / 1024, y + (dy + (dy < 0 ? -512 : 512)) / 1024);
      }
    }
  }
  const Grid& grid_;
  int coarser_;
  Strip band_, left_, right_;
};

}  // namespace

void find_folds(const Overview& overview, const Rgb& white, const TissueMask& tissue, QcMap& quality) {
  const Grid grid = grid_of(overview, white, tissue, quality);
  if (grid.sum.empty()) return;
  cv::Mat near, around;
  const auto box = [&](double um) {
    const int side = 2 * std::max(1, static_cast<int>(um / grid.pitch_um / 2)) + 1;
    return cv::Size(side, side);
  };
  cv::blur(grid.sum, near, box(kBandUm));
  cv::blur(grid.sum, around, box(kAroundUm));
  FoldProbe probe(grid);
  cv::Mat middles(grid.sum.rows, grid.sum.cols, CV_8U, cv::Scalar(0));
  cv::Mat marked = middles.clone();
  for (int y = 0; y < grid.sum.rows; ++y) {
    for (int x = 0; x < grid.sum.cols; ++x) {
      if (grid.tissue.at<std::uint8_t>(y, x) == 0) continue;
      if (100 * near.at<std::uint16_t>(y, x) < kDarker * around.at<std::uint16_t>(y, x)) continue;
      const int direction = probe.direction_at(x, y);
      if (direction < 0) continue;
      middles.at<std::uint8_t>(y, x) = 1;
      // The band's borders are where it is as dark as the mean of it and what lies beside it.
      const auto [c, s] = kDirections[static_cast<std::size_t>(direction)];
      for (int along = -2; along <= 2; ++along) {
        for (int across = -kBesideFrom + 1; across < kBesideFrom; ++across) {
          const int px = x + (along * c - across * s) / 1024, py = y + (along * s + across * c) / 1024;
          if (px < 0 || py < 0 || px >= near.cols || py >= near.rows) continue;
          if (near.at<std::uint16_t>(py, px) >= probe.middle()) marked.at<std::uint8_t>(py, px) = 1;
        }
      }
    }
  }
  cv::Mat labels;
  const int count = cv::connectedComponents(marked, labels, 8, CV_32S);
  std::vector<int> agreeing(static_cast<std::size_t>(count));
  for (int y = 0; y < labels.rows; ++y) {
    for (int x = 0; x < labels.cols; ++x)
      agreeing[static_cast<std::size_t>(labels.at<int>(y, x))] += middles.at<std::uint8_t>(y, x);
  }
  for (int y = 0; y < labels.rows; ++y) {
    for (int x = 0; x < labels.cols; ++x) {
      if (agreeing[static_cast<std::size_t>(labels.at<int>(y, x))] < kFewest)
        marked.at<std::uint8_t>(y, x) = 0;
    }
  }
  cv::Mat fold;
  cv::resize(marked, fold, cv::Size(quality.flag.width(), quality.flag.height()), 0, 0, cv::INTER_NEAREST);
  cv::morphologyEx(fold, fold, cv::MORPH_CLOSE, disc(20, overview.pitch_um));
  cv::dilate(fold, fold, disc(2 * kFringeUm, overview.pitch_um));
  for (int y = 0; y < fold.rows; ++y) {
    for (int x = 0; x < fold.cols; ++x) {
      if (fold.at<std::uint8_t>(y, x) != 0 && tissue.piece(x, y) != 0 && quality.flag(x, y) == 0)
        quality.flag(x, y) = static_cast<std::uint8_t>(QcFlag::Fold);
    }
  }
}

}  // namespace annulet
