#include "annulet/pipeline/chromogen_hue.hpp"

#include <fmt/format.h>

#include <array>

#include "annulet/pixel/optical_density.hpp"

namespace annulet {
namespace {

constexpr int kStep = 4;  // pixels beside one another say the same: their colours are subsampled
constexpr std::int32_t kColourOdSum = kOdOne * 20 / 100;     // enough light absorbed to have a colour
constexpr std::int32_t kChromogenOdSum = kOdOne * 45 / 100;  // enough to have one beside haematoxylin
// Painted AEC 92 % and purple 100 %; brown slides at most 17 %, DAB shifted to red 77 %.
constexpr std::uint64_t kRedPercent = 50;
constexpr std::uint64_t kLeastPerMille = 2;  // of the dense pixels: less says nothing

}  // namespace

ChromogenHue& ChromogenHue::operator+=(const ChromogenHue& other) {
  dense += other.dense;
  chromogen += other.chromogen;
  red += other.red;
  return *this;
}

ChromogenHue chromogen_hue(const RgbImage& rgb, const Rgb& white) {
  const OdTables od = od_tables(white);
  ChromogenHue hue;
  for (int y = 0; y < rgb.height; y += kStep) {
    const std::uint8_t* row = rgb.row(y);
    for (int x = 0; x < rgb.width; x += kStep) {
      const std::uint8_t* px = row + 3 * x;
      const std::int32_t r = od[0][px[0]], g = od[1][px[1]], b = od[2][px[2]], sum = r + g + b;
      hue.dense += sum > kColourOdSum ? 1 : 0;
      const bool is_chromogen = sum > kChromogenOdSum && 5 * r < 3 * g;
      hue.chromogen += is_chromogen ? 1 : 0;
      hue.red += is_chromogen && b < g ? 1 : 0;
    }
  }
  return hue;
}

std::optional<Remark> suspect_chromogen(const ChromogenHue& hue) {
  if (hue.chromogen * 1000 < hue.dense * kLeastPerMille || hue.red * 100 < hue.chromogen * kRedPercent ||
      hue.chromogen == 0)
    return std::nullopt;
  return Remark{
      "chromogen-red",
      fmt::format("{} % of the second stain is redder than DAB: is it AEC or another red or purple "
                  "chromogen? annulet measures DAB; look at the slide, or fit its stains (--stain fit)",
                  hue.red * 100 / hue.chromogen)};
}

}  // namespace annulet
