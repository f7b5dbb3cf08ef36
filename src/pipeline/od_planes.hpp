#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <opencv2/imgproc.hpp>

#include "annulet/base/plane.hpp"
#include "annulet/model/stain.hpp"
#include "annulet/pixel/optical_density.hpp"

namespace annulet {

using OdPlanes = std::array<cv::Mat, 3>;  ///< red, green, blue; 1/100 OD, 8 bit

inline OdPlanes od_planes(const RgbImage& rgb, const Rgb& white) {
  std::array<std::array<std::uint8_t, 256>, 3> od;
  for (std::size_t c = 0; c < 3; ++c) {
    for (int v = 0; v < 256; ++v)
      od[c][static_cast<std::size_t>(v)] =
          static_cast<std::uint8_t>(std::min((100 * od_of(v, white[c]) + kOdOne / 2) / kOdOne, 255));
  }
  OdPlanes planes;
  for (cv::Mat& plane : planes) plane.create(rgb.height, rgb.width, CV_8U);
  for (int y = 0; y < rgb.height; ++y) {
    const std::uint8_t* in = rgb.row(y);
    std::array<std::uint8_t*, 3> out{planes[0].ptr(y), planes[1].ptr(y), planes[2].ptr(y)};
    for (int x = 0; x < rgb.width; ++x, in += 3) {
      for (std::size_t c = 0; c < 3; ++c) out[c][x] = od[c][in[c]];
    }
  }
  return planes;
}

/// A disc of about `um` across, at least 3 px.
inline cv::Mat disc(double um, double pitch_um) {
  const int side = 2 * std::max(1, static_cast<int>(um / pitch_um / 2 + 0.5)) + 1;
  return cv::getStructuringElement(cv::MORPH_ELLIPSE, {side, side});
}
inline cv::Mat square(double um, double pitch_um) {
  const int side = 2 * std::max(1, static_cast<int>(um / pitch_um / 2 + 0.5)) + 1;
  return cv::getStructuringElement(cv::MORPH_RECT, {side, side});
}

}  // namespace annulet
