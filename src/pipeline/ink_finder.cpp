// Ink of a pen on the cover glass.
#include <cmath>
#include <map>
#include <vector>

#include "annulet/pipeline/quality_finder.hpp"
#include "pipeline/od_planes.hpp"

namespace annulet {
namespace {

// 1/100 OD; what ink and stained tissue have, and where the cuts come from: docs/science/quality.md.
constexpr double kTextureUm = 18;                // larger than a nucleus: what is everywhere in it is no cell
constexpr int kStrange = 15, kStrangeFrom = 95;  // off the stains' hues; sum of the channels
constexpr int kVeryStrange = 28, kVeryStrangeFrom = 50;  // a thin layer of a hue far off
constexpr int kBlackStrange = 10, kBlackFrom = 160;      // black is nearest to the stains, and deep
constexpr int kLightless = 30;                           // R + G + B: what the light never reached, no ink
constexpr double kFringeUm = 14;                         // twice what ink creeps beyond the half of its edge
constexpr double kSmallestUm2 = 1500;
constexpr double kWideGlassUm = 30;  // narrower glass is a lumen or a cleft

constexpr std::int64_t kUnit = 4096;
using Vector = std::array<std::int64_t, 3>;

std::int64_t dot(const Vector& a, const Vector& b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

Vector fixed(const std::array<double, 3>& v) {
  const double length = std::sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
  Vector out;
  for (std::size_t i = 0; i < 3; ++i)
    out[i] = static_cast<std::int64_t>(std::floor(v[i] / length * kUnit + 0.5));
  return out;
}

/// How far a colour is from every mixture of the two stains.
class Strangeness {
 public:
  explicit Strangeness(const StainVectors& stains)
      : haematoxylin_(fixed(stains.haematoxylin)),
        dab_(fixed(stains.dab)),
        common_(dot(haematoxylin_, dab_) / kUnit) {}

  /// Square of the distance, (1/100 OD)^2.
  std::int64_t squared(const Vector& od) const {
    const std::int64_t length = dot(od, od);
    const std::int64_t h = dot(od, haematoxylin_), d = dot(od, dab_);     // 1/kUnit
    if (h * kUnit <= common_ * d) return length - d / kUnit * d / kUnit;  // nearest is DAB alone
    if (d * kUnit <= common_ * h) return length - h / kUnit * h / kUnit;
    const std::int64_t both = h * h + d * d - 2 * common_ * h / kUnit * d;  // 1/kUnit^2
    return length - both / (kUnit * kUnit - common_ * common_);
  }

 private:
  Vector haematoxylin_, dab_;
  std::int64_t common_;
};

bool is_ink(const Strangeness& strangeness, const Vector& od) {
  const std::int64_t sum = od[0] + od[1] + od[2];
  if (sum < kVeryStrangeFrom) return false;
  const std::int64_t squared = strangeness.squared(od);
  return (sum >= kStrangeFrom && squared >= kStrange * kStrange) || squared >= kVeryStrange * kVeryStrange ||
         (sum >= kBlackFrom && squared >= kBlackStrange * kBlackStrange);
}

cv::Mat seeds_of(const Overview& overview, const StainModel& stain) {
  OdPlanes planes = od_planes(overview.rgb, stain.white);
  for (cv::Mat& plane : planes)
    cv::morphologyEx(plane, plane, cv::MORPH_OPEN, square(kTextureUm, overview.pitch_um));
  const Strangeness strangeness(stain.vectors);
  cv::Mat seeds(overview.rgb.height, overview.rgb.width, CV_8U);
  for (int y = 0; y < seeds.rows; ++y) {
    const std::uint8_t *r = planes[0].ptr(y), *g = planes[1].ptr(y), *b = planes[2].ptr(y);
    for (int x = 0; x < seeds.cols; ++x)
      seeds.at<std::uint8_t>(y, x) = is_ink(strangeness, {r[x], g[x], b[x]}) ? 1 : 0;
  }
  return seeds;
}

/// Leaves out what is too small for a stroke, and what is black because no light came there.
void drop_false(cv::Mat& seeds, const Overview& overview) {
  cv::Mat labels;
  const int count = cv::connectedComponents(seeds, labels, 8, CV_32S);
  std::vector<std::int64_t> size(static_cast<std::size_t>(count)), lightless(size);
  for (int y = 0; y < seeds.rows; ++y) {
    const std::uint8_t* rgb = overview.rgb.row(y);
    for (int x = 0; x < seeds.cols; ++x, rgb += 3) {
      const auto label = static_cast<std::size_t>(labels.at<int>(y, x));
      ++size[label];
      lightless[label] += rgb[0] + rgb[1] + rgb[2] < kLightless ? 1 : 0;
    }
  }
  const double px_um2 = overview.pitch_um * overview.pitch_um;
  for (int y = 0; y < seeds.rows; ++y) {
    for (int x = 0; x < seeds.cols; ++x) {
      const auto label = static_cast<std::size_t>(labels.at<int>(y, x));
      if (static_cast<double>(size[label]) * px_um2 < kSmallestUm2 || 2 * lightless[label] > size[label])
        seeds.at<std::uint8_t>(y, x) = 0;
    }
  }
}

/// Glass that is no gap within tissue.
cv::Mat wide_glass(const TissueMask& tissue) {
  cv::Mat glass(tissue.piece.height(), tissue.piece.width(), CV_8U);
  for (int y = 0; y < glass.rows; ++y) {
    for (int x = 0; x < glass.cols; ++x) glass.at<std::uint8_t>(y, x) = tissue.piece(x, y) == 0 ? 1 : 0;
  }
  cv::morphologyEx(glass, glass, cv::MORPH_OPEN, square(kWideGlassUm, tissue.pitch_um));
  return glass;
}

/// Gives each place under ink the ground (piece of tissue or glass) of the nearest place without.
void take_ground(const cv::Mat& ink, TissueMask& tissue) {
  struct Place {
    int x, y;
  };
  cv::Mat open = ink.clone();  // 1: ground not known yet
  const cv::Mat glass = wide_glass(tissue);
  std::vector<Place> front, next;
  const auto spread = [&](Place from) {
    for (const Place step : {Place{0, -1}, {-1, 0}, {1, 0}, {0, 1}}) {
      const Place at{from.x + step.x, from.y + step.y};
      if (!tissue.piece.contains(at.x, at.y) || open.at<std::uint8_t>(at.y, at.x) == 0) continue;
      open.at<std::uint8_t>(at.y, at.x) = 0;
      tissue.piece(at.x, at.y) = tissue.piece(from.x, from.y);
      next.push_back(at);
    }
  };
  for (int y = 0; y < ink.rows; ++y) {
    for (int x = 0; x < ink.cols; ++x) {
      if (ink.at<std::uint8_t>(y, x) == 0 && (tissue.piece(x, y) != 0 || glass.at<std::uint8_t>(y, x) != 0))
        spread({x, y});
    }
  }
  while (!next.empty()) {
    front.swap(next);
    next.clear();
    for (const Place& at : front) spread(at);
  }
}

void measure_pieces(TissueMask& tissue) {
  std::map<std::uint16_t, std::uint64_t> pixels;
  for (const std::uint16_t piece : tissue.piece.values()) {
    if (piece != 0) ++pixels[piece];
  }
  tissue.area_mm2 = 0;
  for (TissuePiece& piece : tissue.pieces) {
    piece.area_mm2 = static_cast<double>(pixels[piece.id]) * tissue.pitch_um * tissue.pitch_um * 1e-6;
    tissue.area_mm2 += piece.area_mm2;
  }
  std::erase_if(tissue.pieces, [](const TissuePiece& piece) { return piece.area_mm2 == 0; });
}

}  // namespace

void find_ink(const Overview& overview, const StainModel& stain, TissueMask& tissue, QcMap& quality) {
  cv::Mat ink = seeds_of(overview, stain);
  if (cv::countNonZero(ink) == 0) return;
  drop_false(ink, overview);
  if (cv::countNonZero(ink) == 0) return;
  cv::dilate(ink, ink, disc(kFringeUm, overview.pitch_um));
  if (cv::countNonZero(ink) < ink.rows * ink.cols) take_ground(ink, tissue);
  measure_pieces(tissue);
  for (int y = 0; y < ink.rows; ++y) {
    for (int x = 0; x < ink.cols; ++x) {
      if (ink.at<std::uint8_t>(y, x) != 0 && tissue.piece(x, y) != 0 && quality.flag(x, y) == 0)
        quality.flag(x, y) = static_cast<std::uint8_t>(QcFlag::Pen);
    }
  }
}

}  // namespace annulet
