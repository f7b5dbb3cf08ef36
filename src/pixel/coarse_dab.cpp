#include "annulet/pixel/coarse_dab.hpp"

#include <algorithm>
#include <cstdlib>

#include "annulet/base/error.hpp"
#include "annulet/base/wide.hpp"
#include "annulet/pixel/optical_density.hpp"
#include "annulet/pixel/resample.hpp"

namespace annulet {
namespace {

// docs/science/membrane.md, "Coarse pixels".
// Sigma of what is replaced by the luma's detail, um: halved chroma is averaged over 1 um and interpolated
// over 2 um; full chroma is only noisier than luma.
constexpr double kHalvedChromaBlurUm = 0.5, kFullChromaBlurUm = 0.35;

constexpr int kHalvedLostPercent = 20;  // what 4:2:0 still takes from a wall

double blur_um(int lost_percent) {
  return 2 * lost_percent >= kHalvedLostPercent ? kHalvedChromaBlurUm : kFullChromaBlurUm;
}

constexpr int kLightUnits = 200;  // of one OD: luma OD is stored in 1/200
// Pure DAB of the preset has a luma OD of 0.50 of its amount, so in 1/100 and 1/200 OD it is never more than
// the luma: no ratio above 1.
constexpr int kLeastLight = 4;  // 0.02 OD: below it a ratio is noise
// Colour's detail over light's: 4:2:0 reads 115-187 when it was compressed once, full colour 210-562. A copy
// that was compressed twice, and some real tiles, lie between: there a part is given back.
constexpr int kHalvedPerMille = 180, kFullPerMille = 290;
constexpr int kGreyPerMille = 20;       // less colour than that is none
constexpr int kLuma[] = {77, 150, 29};  // BT.601 in 1/256, the luma of JPEG

int luma_of(const std::uint8_t* rgb) {
  return (rgb[0] * kLuma[0] + rgb[1] * kLuma[1] + rgb[2] * kLuma[2] + 128) >> 8;
}

int luma_of(const Rgb& rgb) {
  return (rgb[0] * kLuma[0] + rgb[1] * kLuma[1] + rgb[2] * kLuma[2] + 128) >> 8;
}

// A quotient of whole numbers below 2^17 and 2^8 lies at least 1/255 from the next whole number that it is
// not, which a float tells apart: cut off, it is the quotient of the integers, and there is a vector
// instruction.
constexpr Wide add_detail = [](const std::uint8_t* light, const std::uint8_t* smooth,
                               const std::uint8_t* amount, int n,
                               std::uint8_t* __restrict out) ANNULET_KERNEL {
  for (int x = 0; x < n; ++x) {
    const int least = std::max<int>(smooth[x], kLeastLight), share = std::min<int>(amount[x], least);
    const int detail = light[x] - smooth[x];
    const int wanted = share * detail + (detail < 0 ? -least : least) / 2;
    const int value = amount[x] + static_cast<int>(static_cast<float>(wanted) / static_cast<float>(least));
    out[x] = static_cast<std::uint8_t>(std::clamp(value, 0, 255));
  }
};

}  // namespace

void ChromaDetail::add(const RgbImage& image, const Plane<std::uint8_t>* covered) {
  for (int y = 0; y + 1 < image.height; ++y) {
    const std::uint8_t *upper = image.row(y), *lower = image.row(y + 1);
    for (int x = 0; x + 1 < image.width; ++x, upper += 3, lower += 3) {
      if (covered != nullptr && (covered->row(y)[x] == 0 || covered->row(y)[x + 1] == 0 ||
                                 covered->row(y + 1)[x] == 0 || covered->row(y + 1)[x + 1] == 0)) {
        continue;
      }
      const int light = luma_of(upper) - luma_of(upper + 3) - luma_of(lower) + luma_of(lower + 3);
      const int blue = upper[2] - upper[5] - lower[2] + lower[5];
      this->luma += std::abs(light);
      chroma += std::abs(blue - light);
    }
  }
}

int ChromaDetail::lost_percent() const {
  if (chroma * 1000 <= luma * kGreyPerMille) return 0;
  const auto per_mille = static_cast<int>(std::min<std::int64_t>(chroma * 1000 / luma, kFullPerMille));
  return kHalvedLostPercent * std::min(kFullPerMille - per_mille, kFullPerMille - kHalvedPerMille) /
         (kFullPerMille - kHalvedPerMille);
}

CoarseDab::CoarseDab(const StainModel& stain, double pitch_um)
    : sigma_px_(blur_um(stain.lost_detail_percent) / pitch_um) {
  const int white = std::clamp(luma_of(stain.white), 1, 255);
  for (int v = 0; v < 256; ++v) {
    const int od = (od_of(v, white) * kLightUnits + kOdOne / 2) / kOdOne;
    od_of_light_[v] = static_cast<std::uint8_t>(std::min(od, 255));
  }
}

int CoarseDab::reach_px(double pitch_um) {
  return gaussian_reach(kHalvedChromaBlurUm / pitch_um);
}

void CoarseDab::operator()(const RgbImage& image, const Plane<std::uint8_t>& dab,
                           Plane<std::uint8_t>& sharp) {
  expects(dab.width() == image.width && dab.height() == image.height, "DAB has another size than the image");
  const int width = image.width, height = image.height;
  light_.resize(width, height);
  for (int y = 0; y < height; ++y) {
    const std::uint8_t* rgb = image.row(y);
    std::uint8_t* light = light_.row(y);
    for (int x = 0; x < width; ++x, rgb += 3) light[x] = od_of_light_[luma_of(rgb)];
  }
  gaussian(light_, sigma_px_, smooth_light_);
  gaussian(dab, sigma_px_, smooth_dab_);
  sharp.resize(width, height);
  for (int y = 0; y < height; ++y)
    add_detail(light_.row(y), smooth_light_.row(y), smooth_dab_.row(y), width, sharp.row(y));
}

}  // namespace annulet
