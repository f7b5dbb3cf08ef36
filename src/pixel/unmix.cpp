#include "annulet/pixel/unmix.hpp"

#include <algorithm>
#include <cmath>

#include "annulet/base/error.hpp"
#include "annulet/base/wide.hpp"
#include "annulet/pixel/optical_density.hpp"

#if ANNULET_HAS_AVX2
#include <immintrin.h>
#endif

namespace annulet {
namespace {

using Vector = std::array<double, 3>;

constexpr int kAmountUnits = 100;  // amounts are 1/100 OD
constexpr int kFractionBits = 16;  // of an amount in the tables
// What no amount of three channels reaches, positive or negative: 3 x 2.41 OD over the least sine of two
// stains. Added once, it keeps both halves of a packed sum from borrowing.
constexpr std::int32_t kBiasAmount = 16384;
constexpr std::int32_t kBias = (kBiasAmount << kFractionBits) + (1 << (kFractionBits - 1));  // and rounds
constexpr int kRun = 256;            // px unmixed at once: their sums stay in the first cache
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
  const std::int32_t v = static_cast<std::int32_t>(biased >> kFractionBits) - kBiasAmount;
  const std::int32_t from_zero = v & ~(v >> 31);  // without branches: noise would mislead their prediction
  return static_cast<std::uint8_t>((from_zero | ((255 - from_zero) >> 31)) & 255);
}

// Both amounts of a run of packed sums: the look-ups before it cannot be vector code, this can.
constexpr Wide amounts_of = [](const std::uint64_t* sums, int n, std::uint8_t* __restrict haematoxylin,
                               std::uint8_t* __restrict dab) ANNULET_KERNEL {
  for (int i = 0; i < n; ++i) {
    haematoxylin[i] = amount_of(static_cast<std::uint32_t>(sums[i]));
    dab[i] = amount_of(static_cast<std::uint32_t>(sums[i] >> 32));
  }
};

// Sums and amounts of n px; the plain form of what unmix_sixteens does.
void unmix_runs(const Unmixer::Table& table, const std::uint8_t* rgb, int n, std::uint8_t* haematoxylin,
                std::uint8_t* dab) {
  const std::uint64_t *red = table[0].data(), *green = table[1].data(), *blue = table[2].data();
  std::uint64_t sums[kRun];
  for (int x = 0; x < n; x += kRun) {
    const int run = std::min(kRun, n - x);
    for (int i = 0; i < run; ++i, rgb += 3) sums[i] = red[rgb[0]] + green[rgb[1]] + blue[rgb[2]];
    amounts_of(sums, run, haematoxylin + x, dab + x);
  }
}

#if ANNULET_HAS_AVX2
// The entries of a channel for two neighbouring px, in one register.
ANNULET_AVX2 inline __m128i entries_of_two(const std::array<std::uint64_t, 256>& table,
                                           const std::uint8_t* channel) {
  const auto entry = [&](std::uint8_t v) { return reinterpret_cast<const double*>(table.data()) + v; };
  return _mm_castpd_si128(_mm_loadh_pd(_mm_load_sd(entry(channel[0])), entry(channel[3])));
}

ANNULET_AVX2 inline __m128i sums_of_two(const Unmixer::Table& table, const std::uint8_t* rgb) {
  return _mm_add_epi64(_mm_add_epi64(entries_of_two(table[0], rgb), entries_of_two(table[1], rgb + 1)),
                       entries_of_two(table[2], rgb + 2));
}

// Biased amounts of four px in 32 bits each: haematoxylin, DAB, haematoxylin, ...
ANNULET_AVX2 inline __m256i amounts_of_four(const Unmixer::Table& table, const std::uint8_t* rgb) {
  return _mm256_srli_epi32(_mm256_set_m128i(sums_of_two(table, rgb + 6), sums_of_two(table, rgb)),
                           kFractionBits);
}

// The first n / 16 x 16 px: the sums never leave the registers, and saturating packs clip the amounts.
ANNULET_AVX2 int unmix_sixteens(const Unmixer::Table& table, const std::uint8_t* rgb, int n,
                                std::uint8_t* haematoxylin, std::uint8_t* dab) {
  wide::last_taken = KernelPath::Avx2;
  const __m256i bias = _mm256_set1_epi16(static_cast<std::int16_t>(kBiasAmount));
  const __m256i parted =
      _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15));
  const __m256i ordered =
      _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15));
  int x = 0;
  for (; x + 16 <= n; x += 16, rgb += 48) {
    const __m256i front = _mm256_packus_epi32(amounts_of_four(table, rgb), amounts_of_four(table, rgb + 12)),
                  back =
                      _mm256_packus_epi32(amounts_of_four(table, rgb + 24), amounts_of_four(table, rgb + 36));
    // Two px of each four lie in either half: both stains of the lower halves, then of the upper ones.
    const __m256i both = _mm256_shuffle_epi8(
        _mm256_packus_epi16(_mm256_subs_epu16(front, bias), _mm256_subs_epu16(back, bias)), parted);
    const __m256i stains = _mm256_shuffle_epi8(_mm256_permute4x64_epi64(both, 0b11'01'10'00), ordered);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(haematoxylin + x), _mm256_castsi256_si128(stains));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(dab + x), _mm256_extracti128_si256(stains, 1));
  }
  return x;
}
#endif

void unmix_row(const Unmixer::Table& table, const std::uint8_t* rgb, int n, std::uint8_t* haematoxylin,
               std::uint8_t* dab) {
  int done = 0;
#if ANNULET_HAS_AVX2
  if (kernel_path() == KernelPath::Avx2) done = unmix_sixteens(table, rgb, n, haematoxylin, dab);
#endif
  unmix_runs(table, rgb + 3 * done, n - done, haematoxylin + done, dab + done);
}

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
  for (int y = 0; y < image.height; ++y) {
    std::uint8_t *h = haematoxylin.row(y0 + y) + x0, *d = dab.row(y0 + y) + x0;
    unmix_row(table_, image.row(y), image.width, h, d);
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
