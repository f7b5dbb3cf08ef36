// Dust, and the rims of air bubbles: what takes light without colour.
#include <algorithm>
#include <map>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "annulet/pipeline/quality_finder.hpp"
#include "pipeline/mask_runs.hpp"
#include "pipeline/od_planes.hpp"

namespace annulet {
namespace {

// Source of all of it: docs/science/quality.md. OD in 1/100.
constexpr int kDustOd = 60, kRimOd = 30;      // of the channel that absorbs least
constexpr int kDustHue = 125, kRimHue = 150;  // the most over the least absorbed channel, per cent
constexpr double kSmallestDustUm2 = 40, kLargestDustUm2 = 6000;
constexpr double kDustFringeUm = 8;
constexpr double kLeastRadiusUm = 35;                       // of a bubble
constexpr int kRoundPercent = 78, kMostRoundPercent = 106;  // of the ellipse in its bounding box
constexpr double kCircleOfBox = 0.7854;                     // of a square that its circle fills
constexpr double kRimUm = 30;  // twice what the rim reaches beyond its inner border

/// Where all three channels absorb at least `od` and about the same.
cv::Mat colourless(const OdPlanes& planes, int od, int hue_percent) {
  cv::Mat mask(planes[0].rows, planes[0].cols, CV_8U);
  const auto faintest = static_cast<std::uint16_t>(od), hue = static_cast<std::uint16_t>(hue_percent);
  const int width = mask.cols;  // a number of its own: bytes written to the mask could be the mask's
  for (int y = 0; y < mask.rows; ++y) {
    const std::uint8_t *r = planes[0].ptr(y), *g = planes[1].ptr(y), *b = planes[2].ptr(y);
    std::uint8_t* out = mask.ptr(y);
    for (int x = 0; x < width; ++x) {
      const std::uint16_t least = std::min(std::min(r[x], g[x]), b[x]),
                          most = std::max(std::max(r[x], g[x]), b[x]);
      const auto hundredfold = static_cast<std::uint16_t>(100 * most);
      const auto allowed = static_cast<std::uint16_t>(hue * least);  // below 2^16: 255 times 1.5
      out[x] = (least >= faintest) & (hundredfold <= allowed) ? 1 : 0;
    }
  }
  return mask;
}

/// Flags the tissue within the disc around each place of the runs.
void flag_around(const std::vector<MaskRun>& runs, const cv::Mat& disc, QcFlag flag, const TissueMask& tissue,
                 QcMap& quality) {
  const int reach = disc.rows / 2, width = quality.flag.width(), height = quality.flag.height();
  std::vector<int> half_widths;  // of the disc's rows
  for (int row = 0; row < disc.rows; ++row) half_widths.push_back(cv::countNonZero(disc.row(row)) / 2);
  for (const MaskRun& run : runs) {
    for (int y = std::max(run.y - reach, 0); y <= std::min(run.y + reach, height - 1); ++y) {
      const int half = half_widths[static_cast<std::size_t>(y - run.y + reach)];
      for (int x = std::max(run.x0 - half, 0); x < std::min(run.x1 + half, width); ++x) {
        if (tissue.piece(x, y) != 0 && quality.flag(x, y) == 0)
          quality.flag(x, y) = static_cast<std::uint8_t>(flag);
      }
    }
  }
}

using Contours = std::vector<std::vector<cv::Point>>;

/// What hangs together, and the smallest box around it.
struct Area {
  std::vector<MaskRun> runs;
  cv::Rect box;
};

/// The components of the mask, of eight neighbours, whose box a bubble of that size may have.
std::vector<Area> areas_in(const cv::Mat& mask, double pitch_um) {
  const std::vector<MaskRun> runs = runs_of(mask);
  Groups groups = components_of(runs, Neighbours::Eight);
  std::vector<cv::Rect> boxes(runs.size());
  for (std::size_t i = 0; i < runs.size(); ++i)
    boxes[groups.first(i)] |= cv::Rect(runs[i].x0, runs[i].y, runs[i].x1 - runs[i].x0, 1);
  const auto may_be_round = [&](const cv::Rect& box) {
    const int side = std::min(box.width, box.height), longest = std::max(box.width, box.height);
    return side * pitch_um >= 2 * kLeastRadiusUm && longest * 100 <= side * 120 && box.x > 0 && box.y > 0 &&
           box.x + box.width < mask.cols && box.y + box.height < mask.rows;
  };
  std::map<std::size_t, Area> areas;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const std::size_t first = groups.first(i);
    if (!may_be_round(boxes[first])) continue;
    areas[first].runs.push_back(runs[i]);
    areas[first].box = boxes[first];
  }
  std::vector<Area> list;
  for (auto& [first, area] : areas) list.push_back(std::move(area));
  return list;
}

/// The round areas that a colourless rim encloses, filled.
std::vector<MaskRun> bubbles_in(const cv::Mat& rim, double pitch_um) {
  std::vector<MaskRun> bubbles;
  if (cv::countNonZero(rim) == 0) return bubbles;
  for (const Area& area : areas_in(1 - rim, pitch_um)) {
    const cv::Rect& box = area.box;
    cv::Mat inside(box.height, box.width, CV_8U, cv::Scalar(0));
    for (const MaskRun& run : area.runs)
      std::fill(inside.ptr(run.y - box.y) + run.x0 - box.x, inside.ptr(run.y - box.y) + run.x1 - box.x, 1);
    Contours outer;
    cv::findContours(inside, outer, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_NONE);
    const double surface = cv::contourArea(outer.front()), circle = kCircleOfBox * box.width * box.height;
    if (surface * 100 < kRoundPercent * circle || surface * 100 > kMostRoundPercent * circle) continue;
    cv::drawContours(inside, outer, 0, cv::Scalar(1), cv::FILLED);
    for (const MaskRun& run : runs_of(inside))
      bubbles.push_back({run.y + box.y, run.x0 + box.x, run.x1 + box.x});
  }
  return bubbles;
}

/// The components of the mask that have the size of dust.
std::vector<MaskRun> specks_in(const cv::Mat& mask, double pitch_um) {
  std::vector<MaskRun> runs = runs_of(mask), specks;
  Groups groups = components_of(runs, Neighbours::Eight);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const double um2 = static_cast<double>(groups.size(i)) * pitch_um * pitch_um;
    if (um2 >= kSmallestDustUm2 && um2 <= kLargestDustUm2) specks.push_back(runs[i]);
  }
  return specks;
}

}  // namespace

void find_bubbles_and_dust(const Overview& overview, const Rgb& white, const TissueMask& tissue,
                           QcMap& quality) {
  const OdPlanes planes = od_planes(overview.rgb, white);
  cv::Mat rim = colourless(planes, kRimOd, kRimHue);
  cv::morphologyEx(rim, rim, cv::MORPH_CLOSE, square(overview.pitch_um, overview.pitch_um));
  flag_around(bubbles_in(rim, overview.pitch_um), disc(kRimUm, overview.pitch_um), QcFlag::Bubble, tissue,
              quality);
  flag_around(specks_in(colourless(planes, kDustOd, kDustHue), overview.pitch_um),
              disc(kDustFringeUm, overview.pitch_um), QcFlag::Dust, tissue, quality);
}

}  // namespace annulet
