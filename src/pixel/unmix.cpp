#include "annulet/pixel/unmix.hpp"

#include <algorithm>
#include <cmath>

#include "annulet/base/error.hpp"
#include "annulet/base/wide.hpp"
#include "annulet/pixel/optical_density.hpp"

namespace annulet {
namespace {

using Vector = std::array<double, 3>;

constexpr int kAmountUnits = 100;        // amounts are 1/100 OD
constexpr int kFractionBits = 16;        // of an amount in the tables
constexpr std::int32_t kBias = 1 << 30;  // keeps both halves of a packed sum from borrowing
constexpr int kRun = 256;                // px unmixed at once: their sums stay in the first cache
constexpr double kLeastSine = 0.05;  // of the angle between two stains: below about 3 degrees noise decides

Vector unit(const Vector& v) {
  const double length = std::sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
  if (!(length > 0) || !std::isfinite(length)) {
    throw Error(Code::Usage, "a stain vector has no length: give three optical densities, not all 0");
  }
  return {v[0] / length, v[1] / length, v[2] / length};
}

Vector cross(const Vector& a, const Vector& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

std::int32_t rounded(double v) {
  return static_cast<std::int32_t>(std::floor(v + 0.5));
}

// high x 2^32 + low: a negative low half borrows from the high one, and the bias gives it back in the sum.
std::uint64_t pack(std::int64_t low, std::int64_t high) {
  return (static_cast<std::uint64_t>(high) << 32) + static_cast<std::uint64_t>(low);
}

inline std::uint8_t amount_of(std::uint32_t biased) {
  constexpr std::int32_t kHalf = 1 << (kFractionBits - 1);
  const std::int32_t v = (static_cast<std::int32_t>(biased) - kBias + kHalf) >> kFractionBits;
  const std::int32_t from_zero = v & ~(v >> 31);  // without branches: noise would mislead their prediction
  return static_cast<std::uint8_t>((from_zero | ((255 - from_zero) >> 31)) & 255);
}

// Both amounts of a run of packed sums: the look-ups before it cannot be vector code, this can.
constexpr Wide amounts_of = [](const std::uint64_t* sums, int n, std::uint8_t* haematoxylin,
                               std::uint8_t* dab) ANNULET_KERNEL {
  for (int i = 0; i < n; ++i) {
    haematoxylin[i] = amount_of(static_cast<std::uint32_t>(sums[i]));
    dab[i] = amount_of(static_cast<std::uint32_t>(sums[i] >> 32));
  }
};

// Byte whose OD over `white` is nearest to `od` (1/4096 OD), never darker than 1.
int byte_of(double od, int white) {
  const double wanted = od + kOdOfByte[static_cast<std::size_t>(white)];
  int low = 1, high = white;  // OD falls with the byte
  while (high - low > 1) {
    const int middle = (low + high) / 2;
    (kOdOfByte[static_cast<std::size_t>(middle)] > wanted ? low : high) = middle;
  }
  const double above = kOdOfByte[static_cast<std::size_t>(low)] - wanted;
  const double below = wanted - kOdOfByte[static_cast<std::size_t>(high)];
  return above < below ? low : high;
}

}  // namespace

std::array<std::array<double, 3>, 3> unmixing_matrix(const StainVectors& vectors) {
  const Vector h = unit(vectors.haematoxylin), d = unit(vectors.dab), normal = cross(h, d);
  const double sine = std::sqrt(normal[0] * normal[0] + normal[1] * normal[1] + normal[2] * normal[2]);
  if (sine < kLeastSine) {
    throw Error(Code::Usage,
                "the vectors of haematoxylin and DAB are nearly parallel and cannot be told apart");
  }
  const Vector r = unit(normal);
  // Columns of the inverse of the matrix with rows h, d, r: their cross products over the determinant, which
  // is `sine`.
  const Vector to_h = cross(d, r), to_d = cross(r, h);
  std::array<std::array<double, 3>, 3> inverse{};
  for (std::size_t i = 0; i < 3; ++i) inverse[i] = {to_h[i] / sine, to_d[i] / sine, r[i]};
  return inverse;
}

Unmixer::Unmixer(const StainModel& model) {
  const auto matrix = unmixing_matrix(model.vectors);
  constexpr double kScale = static_cast<double>(kAmountUnits << kFractionBits) / kOdOne;
  for (std::size_t channel = 0; channel < 3; ++channel) {
    const int white = model.white[channel];
    expects(white >= 1 && white <= 255, "the white point lies outside 1 .. 255");
    for (int v = 0; v < 256; ++v) {
      const double od = od_of(v, white) * kScale;
      const std::int64_t bias = channel == 0 ? kBias : 0;
      table_[channel][static_cast<std::size_t>(v)] =
          pack(rounded(od * matrix[channel][0]) + bias, rounded(od * matrix[channel][1]) + bias);
    }
  }
}

Unmixer::Amounts Unmixer::operator()(int r, int g, int b) const {
  const std::uint64_t sum = table_[0][static_cast<std::size_t>(r)] + table_[1][static_cast<std::size_t>(g)] +
                            table_[2][static_cast<std::size_t>(b)];
  return {amount_of(static_cast<std::uint32_t>(sum)), amount_of(static_cast<std::uint32_t>(sum >> 32))};
}

void Unmixer::operator()(const RgbImage& image, const Plane<std::uint8_t>* covered,
                         Plane<std::uint8_t>& haematoxylin, Plane<std::uint8_t>& dab) const {
  haematoxylin.resize(image.width, image.height);
  dab.resize(image.width, image.height);
  (*this)(image, covered, 0, 0, haematoxylin, dab);
}

void Unmixer::operator()(const RgbImage& image, const Plane<std::uint8_t>* covered, int x0, int y0,
                         Plane<std::uint8_t>& haematoxylin, Plane<std::uint8_t>& dab) const {
  expects(covered == nullptr || (covered->width() == image.width && covered->height() == image.height),
          "the cover has another size than the image");
  expects(x0 >= 0 && y0 >= 0 && x0 + image.width <= haematoxylin.width() &&
              y0 + image.height <= haematoxylin.height() && haematoxylin.width() == dab.width() &&
              haematoxylin.height() == dab.height(),
          "an image was unmixed beside its planes");
  const std::uint64_t *red = table_[0].data(), *green = table_[1].data(), *blue = table_[2].data();
  std::uint64_t sums[kRun];
  for (int y = 0; y < image.height; ++y) {
    const std::uint8_t* rgb = image.row(y);
    std::uint8_t *h = haematoxylin.row(y0 + y) + x0, *d = dab.row(y0 + y) + x0;
    for (int x = 0; x < image.width; x += kRun) {
      const int n = std::min(kRun, image.width - x);
      for (int i = 0; i < n; ++i, rgb += 3) sums[i] = red[rgb[0]] + green[rgb[1]] + blue[rgb[2]];
      amounts_of(sums, n, h + x, d + x);
    }
    if (covered == nullptr) continue;
    const std::uint8_t* real = covered->row(y);
    for (int x = 0; x < image.width; ++x) {
      if (real[x] == 0) h[x] = d[x] = 0;
    }
  }
}

Rgb paint(const StainModel& model, int haematoxylin, int dab) {
  expects(haematoxylin >= 0 && dab >= 0, "an amount of stain is negative");
  const Vector h = unit(model.vectors.haematoxylin), d = unit(model.vectors.dab);
  Rgb colour{};
  for (std::size_t channel = 0; channel < 3; ++channel) {
    const double od = (haematoxylin * h[channel] + dab * d[channel]) * kOdOne / kAmountUnits;
    colour[channel] = byte_of(od, model.white[channel]);
  }
  return colour;
}

}  // namespace annulet
