#include <opencv2/imgcodecs.hpp>
#include <vector>

#include "annulet/base/error.hpp"
#include "report/picture_bytes.hpp"

namespace annulet::report {
namespace {

/// OpenCV's codecs take blue first.
cv::Mat blue_first(const RgbImage& image) {
  expects(image.width > 0 && image.height > 0, "a picture to encode has pixels");
  cv::Mat out(image.height, image.width, CV_8UC3);
  for (int y = 0; y < image.height; ++y) {
    const std::uint8_t* from = image.row(y);
    std::uint8_t* to = out.ptr<std::uint8_t>(y);
    for (int x = 0; x < image.width; ++x, from += 3, to += 3) {
      to[0] = from[2];
      to[1] = from[1];
      to[2] = from[0];
    }
  }
  return out;
}

}  // namespace

std::string encode_jpeg(const RgbImage& image, int quality) {
  std::vector<std::uint8_t> bytes;
  expects(cv::imencode(".jpg", blue_first(image), bytes, {cv::IMWRITE_JPEG_QUALITY, quality}),
          "a picture can be encoded");
  return {bytes.begin(), bytes.end()};
}

std::string base64(std::string_view bytes) {
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const auto byte = [&](std::size_t i) {
      return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U;
    };
    const std::uint32_t three = byte(at) << 16 | byte(at + 1) << 8 | byte(at + 2);
    for (int digit = 0; digit < 4; ++digit) {
      const bool padding = at + static_cast<std::size_t>(digit) > bytes.size();
      out += padding ? '=' : kDigits[three >> (18 - 6 * digit) & 63];
    }
  }
  return out;
}

}  // namespace annulet::report
