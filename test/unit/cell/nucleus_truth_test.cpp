// Nuclei of real tiles where experts drew them.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "painted_nuclei.hpp"
#include "support/catch.hpp"

using namespace annulet;
using namespace annulet::painted;

namespace {

// Rows of the inverse of the preset's vectors (Ruifrok and Johnston 2001): OD of red, green, blue to an
// amount.
constexpr double kToH[3] = {1.2001, 0.6852, -0.9178}, kToD[3] = {-0.6894, 0.0236, 1.5087};

// Stain amounts of a real tile of 0.25 um/px with white 224: its OD in the preset's vectors.
StainTile real_tile(const cv::Mat& picture) {
  const int width = picture.cols / 2, height = picture.rows / 2;
  Plane<std::uint8_t> haematoxylin(width, height), dab(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      double h = 0, d = 0;
      for (int s = 0; s < 4; ++s) {
        const auto& bgr = picture.at<cv::Vec3b>(2 * y + s / 2, 2 * x + s % 2);
        const auto od = [&](int channel) {
          return std::max(0.0, -std::log10(std::max<int>(bgr[channel], 1) / 224.0));
        };
        h += std::max(0.0, kToH[0] * od(2) + kToH[1] * od(1) + kToH[2] * od(0));
        d += std::max(0.0, kToD[0] * od(2) + kToD[1] * od(1) + kToD[2] * od(0));
      }
      haematoxylin(x, y) = static_cast<std::uint8_t>(std::clamp(h / 4 * 100, 0.0, 255.0));
      dab(x, y) = static_cast<std::uint8_t>(std::clamp(d / 4 * 100, 0.0, 255.0));
    }
  }
  return whole_slide(std::move(haematoxylin), std::move(dab));
}

// Centroids in um of what is drawn red or blue, at least 40 px.
std::vector<std::pair<double, double>> centres_of(const cv::Mat& truth) {
  cv::Mat mask(truth.size(), CV_8U), labels, stats, centroids;
  for (int y = 0; y < truth.rows; ++y) {
    for (int x = 0; x < truth.cols; ++x) {
      const auto& bgr = truth.at<cv::Vec3b>(y, x);
      mask.at<std::uint8_t>(y, x) = (bgr[0] > 128 || bgr[2] > 128) && bgr[1] < 128 ? 255 : 0;
    }
  }
  const int count = cv::connectedComponentsWithStats(mask, labels, stats, centroids, 4);
  std::vector<std::pair<double, double>> centres;
  for (int i = 1; i < count; ++i) {
    if (stats.at<int>(i, cv::CC_STAT_AREA) <= 40) continue;
    centres.emplace_back((centroids.at<double>(i, 0) + 0.5) / 4, (centroids.at<double>(i, 1) + 0.5) / 4);
  }
  return centres;
}

}  // namespace

// DeepLIIF's Ki67 tiles (about 0.25 um/px), whose masks paint positive nuclei red, negative blue, borders
// green; measured as any other picture, with the gain that it asks for.
TEST_CASE("nuclei of real Ki67 tiles are found where experts drew them", "[real]") {
  const char* data = std::getenv("ANNULET_TEST_DATA");
  if (data == nullptr) {
    std::puts("skipped: nuclei of real Ki67 tiles: ANNULET_TEST_DATA is not set");
    return;
  }
  int all_matched = 0;
  std::size_t all_found = 0, all_drawn = 0;
  for (const auto& [tile_name, least_f1] : {std::pair{"22_2", 0.80}, {"34_3", 0.70}}) {
    const std::filesystem::path folder = std::filesystem::path(data) / "nuclei";
    const cv::Mat picture = cv::imread((folder / (std::string(tile_name) + ".png")).string());
    const cv::Mat truth = cv::imread((folder / (std::string(tile_name) + "_truth.png")).string());
    REQUIRE_FALSE(picture.empty());
    REQUIRE_FALSE(truth.empty());
    const StainTile tile = real_tile(picture);
    const auto nuclei = find(tile, {nucleus_gain_percent(nucleus_contrast(tile)), true});
    const auto drawn = centres_of(truth);
    std::vector<char> taken(nuclei.size(), 0);
    int matched = 0;
    for (const auto& [x, y] : drawn) {
      double best = 3.0;
      std::size_t at = nuclei.size();
      for (std::size_t i = 0; i < nuclei.size(); ++i) {
        const double distance = std::hypot(x_um(nuclei[i]) - x, y_um(nuclei[i]) - y);
        if (taken[i] == 0 && distance < best) {
          best = distance;
          at = i;
        }
      }
      if (at == nuclei.size()) continue;
      taken[at] = 1;
      ++matched;
    }
    const double f1 = 2.0 * matched / static_cast<double>(nuclei.size() + drawn.size());
    INFO(tile_name << ": F1 " << f1);
    CHECK(f1 > least_f1);
    all_matched += matched;
    all_found += nuclei.size();
    all_drawn += drawn.size();
  }
  const double f1 = 2.0 * all_matched / static_cast<double>(all_found + all_drawn);
  INFO("both tiles together: F1 " << f1);
  CHECK(f1 >= 0.80);
}
