// Dust, and the rims of air bubbles: what takes light without colour.
#include <vector>

#include "annulet/pipeline/quality_finder.hpp"
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
  for (int y = 0; y < mask.rows; ++y) {
    const std::uint8_t *r = planes[0].ptr(y), *g = planes[1].ptr(y), *b = planes[2].ptr(y);
    for (int x = 0; x < mask.cols; ++x) {
      const int least = std::min({r[x], g[x], b[x]}), most = std::max({r[x], g[x], b[x]});
      mask.at<std::uint8_t>(y, x) = least >= od && 100 * most <= hue_percent * least ? 1 : 0;
    }
  }
  return mask;
}

void flag_places(const cv::Mat& mask, QcFlag flag, const TissueMask& tissue, QcMap& quality) {
  for (int y = 0; y < mask.rows; ++y) {
    for (int x = 0; x < mask.cols; ++x) {
      if (mask.at<std::uint8_t>(y, x) != 0 && tissue.piece(x, y) != 0 && quality.flag(x, y) == 0)
        quality.flag(x, y) = static_cast<std::uint8_t>(flag);
    }
  }
}

using Contours = std::vector<std::vector<cv::Point>>;

/// The round areas that a colourless rim encloses.
cv::Mat bubbles_in(const cv::Mat& rim, double pitch_um) {
  cv::Mat inside = 1 - rim, found(rim.rows, rim.cols, CV_8U, cv::Scalar(0));
  Contours all;
  std::vector<cv::Vec4i> nesting;
  cv::findContours(inside, all, nesting, cv::RETR_CCOMP, cv::CHAIN_APPROX_NONE);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (nesting[i][3] >= 0) continue;  // the hole that a rim makes in what is outside
    const cv::Rect box = cv::boundingRect(all[i]);
    const int side = std::min(box.width, box.height), longest = std::max(box.width, box.height);
    if (side * pitch_um < 2 * kLeastRadiusUm || longest * 100 > side * 120) continue;
    if (box.x == 0 || box.y == 0 || box.x + box.width == rim.cols || box.y + box.height == rim.rows) continue;
    const double area = cv::contourArea(all[i]), circle = kCircleOfBox * box.width * box.height;
    if (area * 100 < kRoundPercent * circle || area * 100 > kMostRoundPercent * circle) continue;
    cv::drawContours(found, all, static_cast<int>(i), cv::Scalar(1), cv::FILLED);
  }
  return found;
}

void drop_by_size(cv::Mat& mask, double pitch_um) {
  cv::Mat labels;
  const int count = cv::connectedComponents(mask, labels, 8, CV_32S);
  std::vector<int> size(static_cast<std::size_t>(count));
  for (int y = 0; y < mask.rows; ++y) {
    for (int x = 0; x < mask.cols; ++x) ++size[static_cast<std::size_t>(labels.at<int>(y, x))];
  }
  for (int y = 0; y < mask.rows; ++y) {
    for (int x = 0; x < mask.cols; ++x) {
      const double um2 = size[static_cast<std::size_t>(labels.at<int>(y, x))] * pitch_um * pitch_um;
      if (um2 < kSmallestDustUm2 || um2 > kLargestDustUm2) mask.at<std::uint8_t>(y, x) = 0;
    }
  }
}

}  // namespace

void find_bubbles_and_dust(const Overview& overview, const Rgb& white, const TissueMask& tissue,
                           QcMap& quality) {
  const OdPlanes planes = od_planes(overview.rgb, white);
  cv::Mat rim = colourless(planes, kRimOd, kRimHue);
  cv::morphologyEx(rim, rim, cv::MORPH_CLOSE, square(overview.pitch_um, overview.pitch_um));
  cv::Mat bubbles = bubbles_in(rim, overview.pitch_um);
  cv::dilate(bubbles, bubbles, disc(kRimUm, overview.pitch_um));
  flag_places(bubbles, QcFlag::Bubble, tissue, quality);
  cv::Mat dust = colourless(planes, kDustOd, kDustHue);
  drop_by_size(dust, overview.pitch_um);
  cv::dilate(dust, dust, disc(kDustFringeUm, overview.pitch_um));
  flag_places(dust, QcFlag::Dust, tissue, quality);
}

}  // namespace annulet
