#include "report/canvas.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "report/text.hpp"

namespace annulet::report {
namespace {

constexpr int kFraction = 4;             // bits of sub-pixel position given to OpenCV
constexpr int kTextSuper = 4;            // letters are drawn four times as large and averaged
constexpr int kFontUnits = 21;           // height of a capital of the Hershey font at scale 1, px
constexpr int kDashed = 2, kPeriod = 4;  // vertices drawn of vertices
constexpr Colour kCasing{25, 25, 25};

cv::Mat view(RgbImage& image) {
  return {image.height, image.width, CV_8UC3, image.data.data()};
}
cv::Scalar scalar(Colour c) {
  return {double(c.red), double(c.green), double(c.blue)};
}

cv::Point fixed_point(const Spot& spot) {
  constexpr double kOne = 1 << kFraction;
  return {static_cast<int>(std::lround(spot.x * kOne)), static_cast<int>(std::lround(spot.y * kOne))};
}

double font_scale(int height) {
  return static_cast<double>(height * kTextSuper) / kFontUnits;
}
int font_line(int height) {
  return std::max(1, height * kTextSuper / 7);
}

std::uint8_t mix(int under, int over, int opacity) {
  return static_cast<std::uint8_t>((under * (256 - opacity) + over * opacity + 128) / 256);
}

void mix_pixel(std::uint8_t* pixel, Colour colour, int opacity) {
  pixel[0] = mix(pixel[0], colour.red, opacity);
  pixel[1] = mix(pixel[1], colour.green, opacity);
  pixel[2] = mix(pixel[2], colour.blue, opacity);
}

/// The Hershey font knows ASCII alone: the micro sign becomes "u", any other character "?".
std::string ascii(const std::string& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto byte = static_cast<unsigned char>(words[i]);
    if (byte < 0x80) {
      out += words[i];
    } else if (words.compare(i, 2, "µ") == 0) {
      out += 'u';
    } else if (byte >= 0xC0) {  // once a character: its first byte
      out += '?';
    }
  }
  return out;
}

void draw_lines(cv::Mat image, const std::vector<cv::Point>& points, Colour colour, int line, bool dashed) {
  if (!dashed) {
    cv::polylines(image, points, true, scalar(colour), line, cv::LINE_AA, kFraction);
    return;
  }
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (static_cast<int>(i % kPeriod) >= kDashed) continue;
    cv::line(image, points[i], points[(i + 1) % points.size()], scalar(colour), line, cv::LINE_AA, kFraction);
  }
}

}  // namespace

void Canvas::fill(const Box& box, Colour colour) {
  tint(box, colour, 256);
}

void Canvas::tint(const Box& box, Colour colour, int opacity) {
  const Box inside = box.clipped({0, 0, image_.width, image_.height});
  for (int y = inside.y0; y < inside.y1; ++y) {
    for (int x = inside.x0; x < inside.x1; ++x) mix_pixel(image_.row(y) + 3 * x, colour, opacity);
  }
}

void Canvas::frame(const Box& box, Colour colour, int line) {
  fill({box.x0, box.y0, box.x1, box.y0 + line}, colour);
  fill({box.x0, box.y1 - line, box.x1, box.y1}, colour);
  fill({box.x0, box.y0, box.x0 + line, box.y1}, colour);
  fill({box.x1 - line, box.y0, box.x1, box.y1}, colour);
}

void Canvas::ring(const std::vector<Spot>& spots, Colour colour, int line, bool dashed) {
  std::vector<cv::Point> points;
  points.reserve(spots.size());
  for (const Spot& spot : spots) points.push_back(fixed_point(spot));
  if (dashed) draw_lines(view(image_), points, kCasing, line + 1, false);
  draw_lines(view(image_), points, colour, line, dashed);
}

int Canvas::text_width(const std::string& words, int height) {
  int below = 0;
  const cv::Size size =
      cv::getTextSize(ascii(words), cv::FONT_HERSHEY_SIMPLEX, font_scale(height), font_line(height), &below);
  return (size.width + kTextSuper - 1) / kTextSuper;
}

void Canvas::text(int x, int y, const std::string& words, int height, Colour colour) {
  const int width = text_width(words, height) + 4, tall = 2 * height;
  cv::Mat ink(tall * kTextSuper, width * kTextSuper, CV_8UC1, cv::Scalar(0));
  const cv::Point foot(kTextSuper, (height + height / 4) * kTextSuper);
  cv::putText(ink, ascii(words), foot, cv::FONT_HERSHEY_SIMPLEX, font_scale(height), cv::Scalar(255),
              font_line(height), cv::LINE_8);
  for (int row = 0; row < tall; ++row) {
    for (int column = 0; column < width; ++column) {
      const int to_x = x + column, to_y = y + row - height / 4;
      if (to_x < 0 || to_y < 0 || to_x >= image_.width || to_y >= image_.height) continue;
      int covered = 0;
      for (int i = 0; i < kTextSuper * kTextSuper; ++i) {
        covered += ink.at<std::uint8_t>(row * kTextSuper + i / kTextSuper,
                                        column * kTextSuper + i % kTextSuper) != 0;
      }
      mix_pixel(image_.row(to_y) + 3 * to_x, colour, covered * 256 / (kTextSuper * kTextSuper));
    }
  }
}

void Canvas::paste(const RgbImage& picture, int x, int y) {
  const Box inside =
      Box{x, y, x + picture.width, y + picture.height}.clipped({0, 0, image_.width, image_.height});
  for (int row = inside.y0; row < inside.y1; ++row) {
    const std::uint8_t* from = picture.row(row - y) + 3 * (inside.x0 - x);
    std::copy(from, from + 3 * std::max(0, inside.width()), image_.row(row) + 3 * inside.x0);
  }
}

void Canvas::scale_bar(int x, int y, double um_a_px, int longest) {
  constexpr int kThick = 5, kText = 11;
  constexpr Colour kInk{20, 20, 20}, kGround{255, 255, 255};
  const double um = round_length_um(um_a_px * longest);
  const int length = static_cast<int>(std::lround(um / um_a_px));
  const std::string words = length_words(um, "um");
  const int wide = std::max(length, text_width(words, kText));
  tint({x - 6, y - kThick - kText - 16, x + wide + 8, y + 6}, kGround, 210);
  fill({x, y - kThick, x + length, y}, kInk);
  text(x, y - kThick - kText - 8, words, kText, kInk);
}

double round_length_um(double longest_um) {
  double length = 0.1;
  for (double decade = 0.1; decade <= longest_um; decade *= 10) {
    for (const double step : {1.0, 2.0, 5.0}) {
      if (decade * step <= longest_um) length = decade * step;
    }
  }
  return length;
}

std::string length_words(double um, const char* micrometre) {
  if (um >= 1000) return fixed(um / 1000, 0) + " mm";
  return fixed(um, um < 1 ? 1 : 0) + " " + micrometre;
}

RgbImage faded(const RgbImage& picture, int fade) {
  RgbImage out = picture;
  for (std::uint8_t& value : out.data) value = mix(value, 255, fade);
  return out;
}

RgbImage enlarged(const RgbImage& picture, int times) {
  if (times <= 1) return picture;
  RgbImage source = picture, out(picture.width * times, picture.height * times);
  cv::Mat target = view(out);
  cv::resize(view(source), target, target.size(), 0, 0, cv::INTER_LINEAR_EXACT);
  return out;
}

}  // namespace annulet::report
