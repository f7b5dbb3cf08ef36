#include "annulet/pipeline/tissue_finder.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <numeric>
#include <opencv2/imgproc.hpp>

#include "annulet/pixel/optical_density.hpp"
#include "pipeline/mask_runs.hpp"

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
  const std::uint8_t *px = rgb.data.data(), *end = px + rgb.data.size();
  for (; px != end; px += 3) {
    const int sum = px[0] + px[1] + px[2];
    if (sum < at_least || (skip_filler && sum == 765)) continue;
    for (std::size_t c = 0; c < 3; ++c) ++histograms[c][px[c]];
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
  const OdTables od = od_tables(white);
  cv::Mat mask(overview.rgb.height, overview.rgb.width, CV_8U);
  for (int y = 0; y < mask.rows; ++y) {
    const std::uint8_t* in = overview.rgb.row(y);
    auto* out = mask.ptr<std::uint8_t>(y);
    for (int x = 0; x < mask.cols; ++x, in += 3) {
      const bool dense = od[0][in[0]] + od[1][in[1]] + od[2][in[2]] > kTissueOdSum;
      out[x] = dense & (in[0] + in[1] + in[2] >= kBlackSum) ? 255 : 0;
    }
  }
  return mask;
}

int odd_size(double um, double pitch_um) {
  return 2 * std::max(1, static_cast<int>(um / pitch_um / 2 + 0.5)) + 1;
}

/// Leaves out the runs of components (of eight neighbours) that are too small.
void drop_specks(std::vector<MaskRun>& runs, double pitch_um) {
  Groups groups = components_of(runs, Neighbours::Eight);
  const double least_px = kSmallestSpeckMm2 * 1e6 / (pitch_um * pitch_um);
  std::vector<MaskRun> kept;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (static_cast<double>(groups.size(i)) >= least_px) kept.push_back(runs[i]);
  }
  runs = std::move(kept);
}

/// Calls visit(column, row, part) for each part of each run that lies in one square of `shrink` px.
template <class Visit>
void each_part(const std::vector<MaskRun>& runs, int shrink, Visit&& visit) {
  for (const MaskRun& run : runs) {
    for (int x0 = run.x0; x0 < run.x1;) {
      const int column = x0 / shrink, x1 = std::min(run.x1, (column + 1) * shrink);
      visit(column, run.y / shrink, MaskRun{run.y, x0, x1});
      x0 = x1;
    }
  }
}

/// Components of the tissue on a coarse grid, joined over kPieceGapUm.
cv::Mat piece_labels(const std::vector<MaskRun>& runs, const cv::Size& size, int shrink, double pitch_um,
                     int& pieces) {
  cv::Mat coarse((size.height + shrink - 1) / shrink, (size.width + shrink - 1) / shrink, CV_8U,
                 cv::Scalar(0));
  each_part(runs, shrink,
            [&](int column, int row, const MaskRun&) { coarse.at<std::uint8_t>(row, column) = 255; });
  const int gap = odd_size(kPieceGapUm, pitch_um * shrink);
  cv::dilate(coarse, coarse, cv::getStructuringElement(cv::MORPH_RECT, {gap, gap}));
  cv::Mat labels;
  pieces = cv::connectedComponents(coarse, labels, 8, CV_32S) - 1;
  return labels;
}

}  // namespace

WhitePoint find_white(const Overview& overview) {
  const RgbImage& rgb = overview.rgb;
  std::array<std::array<std::size_t, 766>, 4> by_turn{};  // glass would count into one and the same number
  const std::size_t total = rgb.data.size() / 3;
  const std::uint8_t* px = rgb.data.data();
  for (std::size_t i = 0; i < total; ++i, px += 3)
    ++by_turn[i % 4][static_cast<std::size_t>(px[0] + px[1] + px[2])];
  std::array<std::size_t, 766> sums{};
  for (const auto& part : by_turn) {
    for (std::size_t v = 0; v < sums.size(); ++v) sums[v] += part[v];
  }
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
  std::vector<MaskRun> runs = runs_of(mask);
  drop_specks(runs, overview.pitch_um);

  TissueMask tissue;
  tissue.pitch_um = overview.pitch_um;
  tissue.piece = Plane<std::uint16_t>(mask.cols, mask.rows);
  const int shrink = std::max(1, static_cast<int>(kPieceGridUm / overview.pitch_um + 0.5));
  int pieces = 0;
  const cv::Mat labels = piece_labels(runs, mask.size(), shrink, overview.pitch_um, pieces);
  const double px_mm2 = overview.pitch_um * overview.pitch_um * 1e-6;
  std::vector<std::int64_t> pixels(static_cast<std::size_t>(pieces) + 1, 0);
  const auto end = std::int64_t{1} << 40;
  std::vector<Rect<SlideFrame>> bounds(pixels.size(), {end, end, 0, 0});
  const double px_per_cell = overview.pitch_um / pitch_um_x;
  const auto px = [&](int cell) { return static_cast<std::int64_t>(cell * px_per_cell); };
  each_part(runs, shrink, [&](int column, int row, const MaskRun& part) {
    const auto id = static_cast<std::size_t>(std::min(labels.at<int>(row, column), 65535));
    std::fill(tissue.piece.row(part.y) + part.x0, tissue.piece.row(part.y) + part.x1,
              static_cast<std::uint16_t>(id));
    pixels[id] += part.x1 - part.x0;
    Rect<SlideFrame>& r = bounds[id];
    r.x0 = std::min(r.x0, px(part.x0));
    r.y0 = std::min(r.y0, px(part.y));
    r.x1 = std::max(r.x1, std::min(extent.width, px(part.x1)));
    r.y1 = std::max(r.y1, std::min(extent.height, px(part.y + 1)));
  });
  for (std::size_t id = 1; id < pixels.size(); ++id) {
    if (pixels[id] == 0) continue;
    const double mm2 = static_cast<double>(pixels[id]) * px_mm2;
    tissue.pieces.push_back({static_cast<std::uint16_t>(id), mm2, bounds[id]});
    tissue.area_mm2 += mm2;
  }
  return tissue;
}

}  // namespace annulet
