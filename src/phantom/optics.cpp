#include "phantom/optics.hpp"

#include <algorithm>
#include <cmath>

namespace annulet::phantom {
namespace {

constexpr float kLn10 = 2.302585093F;
constexpr int kSharpenReach = 2;  // px of the 1 4 6 4 1 kernel

std::vector<float> gaussian_weights(double sigma_px) {
  const int reach = static_cast<int>(std::ceil(3.5 * sigma_px));
  std::vector<float> weights;
  double sum = 0;
  for (int i = -reach; i <= reach; ++i) sum += std::exp(-0.5 * i * i / (sigma_px * sigma_px));
  for (int i = -reach; i <= reach; ++i)
    weights.push_back(static_cast<float>(std::exp(-0.5 * i * i / (sigma_px * sigma_px)) / sum));
  return weights;
}

void convolve_rows(const Plane<float>& from, const std::vector<float>& weights, Plane<float>& to) {
  const int reach = static_cast<int>(weights.size() / 2), width = from.width();
  std::vector<float> line(static_cast<std::size_t>(width + 2 * reach));
  for (int y = 0; y < from.height(); ++y) {
    const float* row = from.row(y);
    std::fill_n(line.begin(), reach, row[0]);
    std::copy_n(row, width, line.begin() + reach);
    std::fill_n(line.end() - reach, reach, row[width - 1]);
    float* out = to.row(y);
    std::fill_n(out, width, 0.0F);
    for (std::size_t k = 0; k < weights.size(); ++k) {
      const float weight = weights[k];
      const float* shifted = line.data() + k;
      for (int x = 0; x < width; ++x) out[x] += weight * shifted[x];
    }
  }
}

void convolve_columns(const Plane<float>& from, const std::vector<float>& weights, Plane<float>& to) {
  const int reach = static_cast<int>(weights.size() / 2), width = from.width();
  for (int y = 0; y < from.height(); ++y) {
    float* out = to.row(y);
    std::fill_n(out, width, 0.0F);
    for (std::size_t k = 0; k < weights.size(); ++k) {
      const float weight = weights[k];
      const float* row = from.row(std::clamp(y + static_cast<int>(k) - reach, 0, from.height() - 1));
      for (int x = 0; x < width; ++x) out[x] += weight * row[x];
    }
  }
}

/// One standard normal number per place and channel: sum of four 16-bit uniforms of a hash.
float noise_at(std::uint64_t seed, int x, int y, int channel) {
  Random random(seed ^ (static_cast<std::uint64_t>(y) * 0x100000001b3ULL + static_cast<std::uint64_t>(x) * 4 +
                        static_cast<std::uint64_t>(channel)) *
                           0x9e3779b97f4a7c15ULL);
  const std::uint64_t bits = random.next();
  const auto sum =
      static_cast<float>((bits & 0xffff) + ((bits >> 16) & 0xffff) + ((bits >> 32) & 0xffff) + (bits >> 48));
  return (sum / 65536.0F - 2) * 1.7320508F;  // four uniforms have the variance 1/3
}

/// OD of a stroke of felt-tip ink by channel. Chosen to look like strokes on scanned slides.
std::array<double, 3> ink_od(const std::string& colour) {
  if (colour == "green") return {1.3, 0.45, 0.9};
  if (colour == "black") return {1.0, 0.95, 0.9};
  if (colour == "red") return {0.12, 1.0, 0.9};
  return {1.2, 0.75, 0.22};
}

/// The camera's own curve: grey levels stretched about the middle one, then a power. What leaves 0 .. 255 is
/// clipped.
float tone(const PhantomRecipe& recipe, float grey) {
  constexpr float kMiddle = 128, kMost = 255;
  grey = kMiddle + (grey - kMiddle) * static_cast<float>(1 + recipe.contrast);
  if (recipe.gamma == 1) return grey;
  return kMost * std::pow(std::clamp(grey / kMost, 0.0F, 1.0F), static_cast<float>(recipe.gamma));
}

/// Transmitted light of slide rows first - reach .. last + reach, averaged over paint pixels: clean grey
/// levels.
Plane<float> transmit(const PhantomRecipe& recipe, const Band& band, int averaging, int first, int rows,
                      std::size_t channel) {
  const int width = band.width() / averaging;
  Plane<float> light(width, rows);
  const auto h = static_cast<float>(recipe.haematoxylin_vector[channel] * kLn10);
  const auto d = static_cast<float>(recipe.chromogen_vector[channel] * kLn10);
  const auto white = static_cast<float>(recipe.white[channel]) / static_cast<float>(averaging * averaging);
  const auto saturation = static_cast<float>(recipe.chromogen_saturation);
  const float pen = band.ink.empty() ? 0 : static_cast<float>(ink_od(recipe.pen_colour)[channel] * kLn10);
  for (int y = 0; y < rows; ++y) {
    float* out = light.row(y);
    std::fill_n(out, width, 0.0F);
    for (int s = 0; s < averaging; ++s) {
      const int source = std::clamp((first + y) * averaging + s - band.first_row, 0, band.rows() - 1);
      const float *hs = band.haematoxylin.row(source), *cs = band.chromogen.row(source),
                  *ms = band.membrane.row(source);
      for (int x = 0; x < width * averaging; ++x) {
        float brown = d * (cs[x] + ms[x]);
        if (saturation > 0) brown /= 1 + saturation * brown / kLn10;
        float light_left = std::exp(-h * hs[x] - brown);
        if (!band.shade.empty()) light_left *= std::exp(-kLn10 * band.shade(x, source));
        if (pen > 0) light_left *= std::exp(-pen * band.ink(x, source));
        out[x / averaging] += white * light_left;
      }
    }
  }
  return light;
}

}  // namespace

void blur(Plane<float>& plane, double sigma_px, Plane<float>& scratch) {
  if (sigma_px <= 0.05) return;
  const std::vector<float> weights = gaussian_weights(sigma_px);
  scratch.resize(plane.width(), plane.height());
  convolve_rows(plane, weights, scratch);
  convolve_columns(scratch, weights, plane);
}

void expose(const PhantomRecipe& recipe, const Band& band, int averaging, int first, int last,
            RgbImage& rgb) {
  const std::vector<float> binomial{1 / 16.F, 4 / 16.F, 6 / 16.F, 4 / 16.F, 1 / 16.F};
  const auto seed = static_cast<std::uint64_t>(recipe.seed) * 7919 + 3;
  const auto sharpen = static_cast<float>(recipe.sharpen), noise = static_cast<float>(recipe.noise_grey);
  const bool camera = recipe.contrast > 0 || recipe.gamma != 1;
  Plane<float> rows, soft;
  for (std::size_t channel = 0; channel < 3; ++channel) {
    const int top = first - kSharpenReach;
    const Plane<float> light =
        transmit(recipe, band, averaging, top, last - first + 2 * kSharpenReach, channel);
    rows.resize(light.width(), light.height());
    soft.resize(light.width(), light.height());
    convolve_rows(light, binomial, rows);
    convolve_columns(rows, binomial, soft);
    const auto white = static_cast<float>(recipe.white[channel]);
    for (int y = first; y < last; ++y) {
      std::uint8_t* out = rgb.row(y) + channel;
      for (int x = 0; x < light.width(); ++x) {
        const float clean = light(x, y - top), sharp = clean + sharpen * (clean - soft(x, y - top));
        float grey = sharp + noise * std::sqrt(std::max(0.0F, clean) / white) *
                                 noise_at(seed, x, y, static_cast<int>(channel));
        if (camera) grey = tone(recipe, grey);
        out[3 * x] = static_cast<std::uint8_t>(std::clamp(grey + 0.5F, 0.0F, 255.0F));
      }
    }
  }
}

}  // namespace annulet::phantom
