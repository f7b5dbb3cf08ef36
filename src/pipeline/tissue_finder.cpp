#include "annulet/pipeline/tissue_finder.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <numeric>
#include <opencv2/imgproc.hpp>

#include "annulet/pixel/optical_density.hpp"

namespace annulet {
namespace {

constexpr int kBrightPercent = 2;       // of the pixels are taken for glass (docs/science/survey.md)
constexpr int kFewestOtherPercent = 4;  // pixels that are not filler, to do without the filler
constexpr int kDarkestWhite = 120;      // grey backgrounds of 170 occur; darker is no light at all
constexpr int kMostTintedWhite = 40;    // largest difference of channels of a believable white
constexpr std::int32_t kTissueOdSum =
    kOdOne * 15 / 100;                       // sum of the three channels' OD (BioMarkHER2's rule of mean OD)
constexpr int kBlackSum = 90;                // R + G + B below it: black surroundings, not stain
constexpr double kGapUm = 10;                // gaps up to it are closed
constexpr double kSmallestSpeckMm2 = 0.002;  // smaller specks are dust
constexpr double kPieceGridUm = 32, kPieceGapUm = 500;  // pieces closer than the gap are one (domain: 0.5 mm)

std::array<std::vector<std::size_t>, 3> channel_histograms(const RgbImage& rgb, int at_least,
                                                           bool skip_filler) {
  std::array<std::vector<std::size_t>, 3> histograms;
  for (auto& h : histograms) h.assign(256, 0);
  for (std::size_t i = 0; i < rgb.data.size(); i += 3) {
    const int sum = rgb.data[i] + rgb.data[i + 1] + rgb.data[i + 2];
    if (sum < at_least || (skip_filler && sum == 765)) continue;
    for (std::size_t c = 0; c < 3; ++c) ++histograms[c][rgb.data[i + c]];
  }
  return histograms;
}

int median_of(const std::vector<std::size_t>& histogram) {
  const std::size_t total = std::accumulate(histogram.begin(), histogram.end(), std::size_t{0});
  std::size_t sum = 0;
  for (std::size_t v = 0; v < histogram.size(); ++v) {
    sum += histogram[v];
    if (2 * sum >= total) return static_cast<int>(v);
  }
  return 255;
}

cv::Mat tissue_pixels(const Overview& overview, const Rgb& white) {
  cv::Mat mask(overview.rgb.height, overview.rgb.width, CV_8U);
  for (int y = 0; y < mask.rows; ++y) {
    const std::uint8_t* in = overview.rgb.row(y);
    for (int x = 0; x < mask.cols; ++x, in += 3) {
      const std::int32_t od = od_of(in[0], white[0]) + od_of(in[1], white[1]) + od_of(in[2], white[2]);
      mask.at<std::uint8_t>(y, x) = od > kTissueOdSum && in[0] + in[1] + in[2] >= kBlackSum ? 255 : 0;
    }
  }
  return mask;
}

int odd_size(double um, double pitch_um) {
  return 2 * std::max(1, static_cast<int>(um / pitch_um / 2 + 0.5)) + 1;
}

void drop_specks(cv::Mat& mask, double pitch_um) {
  cv::Mat labels, statistics, centres;
  const int n = cv::connectedComponentsWithStats(mask, labels, statistics, centres, 8, CV_32S);
  const double least_px = kSmallestSpeckMm2 * 1e6 / (pitch_um * pitch_um);
  std::vector<std::uint8_t> keep(static_cast<std::size_t>(n), 0);
  for (int i = 1; i < n; ++i)
    keep[static_cast<std::size_t>(i)] = statistics.at<int>(i, cv::CC_STAT_AREA) >= least_px ? 255 : 0;
  for (int y = 0; y < mask.rows; ++y) {
    for (int x = 0; x < mask.cols; ++x)
      mask.at<std::uint8_t>(y, x) = keep[static_cast<std::size_t>(labels.at<int>(y, x))];
  }
}

/// Components of the mask on a coarse grid, joined over kPieceGapUm.
cv::Mat piece_labels(const cv::Mat& mask, double pitch_um, int& shrink, int& pieces) {
  shrink = std::max(1, static_cast<int>(kPieceGridUm / pitch_um + 0.5));
  cv::Mat coarse((mask.rows + shrink - 1) / shrink, (mask.cols + shrink - 1) / shrink, CV_8U, cv::Scalar(0));
  for (int y = 0; y < mask.rows; ++y) {
    for (int x = 0; x < mask.cols; ++x) {
      if (mask.at<std::uint8_t>(y, x) != 0) coarse.at<std::uint8_t>(y / shrink, x / shrink) = 255;
    }
  }
  const int size = odd_size(kPieceGapUm, pitch_um * shrink);
  cv::dilate(coarse, coarse, cv::getStructuringElement(cv::MORPH_RECT, {size, size}));
  cv::Mat labels;
  pieces = cv::connectedComponents(coarse, labels, 8, CV_32S) - 1;
  return labels;
}

}  // namespace

WhitePoint find_white(const Overview& overview) {
  const RgbImage& rgb = overview.rgb;
  std::vector<std::size_t> sums(766, 0);
  for (std::size_t i = 0; i < rgb.data.size(); i += 3)
    ++sums[static_cast<std::size_t>(rgb.data[i] + rgb.data[i + 1] + rgb.data[i + 2])];
  const std::size_t total = rgb.data.size() / 3;
  const bool skip_filler = (total - sums[765]) * 100 >= total * kFewestOtherPercent;
  const std::size_t counted = skip_filler ? total - sums[765] : total;
  std::size_t bright = 0;
  int least = skip_filler ? 764 : 765;
  for (; least > 0; --least) {
    bright += sums[static_cast<std::size_t>(least)];
    if (bright * 100 >= counted * kBrightPercent) break;
  }
  const auto histograms = channel_histograms(rgb, least, skip_filler);
  WhitePoint white;
  for (std::size_t c = 0; c < 3; ++c) white.rgb[c] = median_of(histograms[c]);
  const auto [low, high] = std::minmax_element(white.rgb.begin(), white.rgb.end());
  white.certain = *low >= kDarkestWhite && *high - *low <= kMostTintedWhite;
  for (int& value : white.rgb) value = std::max(value, kDarkestWhite);
  return white;
}

TissueMask find_tissue(const Overview& overview, const Rgb& white, double pitch_um_x,
                       const Size<SlideFrame>& extent) {
  cv::Mat mask = tissue_pixels(overview, white);
  const int gap = odd_size(kGapUm, overview.pitch_um);
  cv::morphologyEx(mask, mask, cv::MORPH_CLOSE, cv::getStructuringElement(cv::MORPH_RECT, {gap, gap}));
  drop_specks(mask, overview.pitch_um);

  TissueMask tissue;
  tissue.pitch_um = overview.pitch_um;
  tissue.piece = Plane<std::uint16_t>(mask.cols, mask.rows);
  int shrink = 1, pieces = 0;
  const cv::Mat labels = piece_labels(mask, overview.pitch_um, shrink, pieces);
  const double px_mm2 = overview.pitch_um * overview.pitch_um * 1e-6;
  std::vector<std::int64_t> pixels(static_cast<std::size_t>(pieces) + 1, 0);
  const auto end = std::int64_t{1} << 40;
  std::vector<Rect<SlideFrame>> bounds(pixels.size(), {end, end, 0, 0});
  const double px_per_cell = overview.pitch_um / pitch_um_x;
  for (int y = 0; y < mask.rows; ++y) {
    for (int x = 0; x < mask.cols; ++x) {
      if (mask.at<std::uint8_t>(y, x) == 0) continue;
      const auto id = static_cast<std::size_t>(std::min(labels.at<int>(y / shrink, x / shrink), 65535));
      tissue.piece(x, y) = static_cast<std::uint16_t>(id);
      ++pixels[id];
      Rect<SlideFrame>& r = bounds[id];
      r.x0 = std::min(r.x0, static_cast<std::int64_t>(x * px_per_cell));
      r.y0 = std::min(r.y0, static_cast<std::int64_t>(y * px_per_cell));
      r.x1 = std::max(r.x1, std::min(extent.width, static_cast<std::int64_t>((x + 1) * px_per_cell)));
      r.y1 = std::max(r.y1, std::min(extent.height, static_cast<std::int64_t>((y + 1) * px_per_cell)));
    }
  }
  for (std::size_t id = 1; id < pixels.size(); ++id) {
    if (pixels[id] == 0) continue;
    const double mm2 = static_cast<double>(pixels[id]) * px_mm2;
    tissue.pieces.push_back({static_cast<std::uint16_t>(id), mm2, bounds[id]});
    tissue.area_mm2 += mm2;
  }
  return tissue;
}

}  // namespace annulet
