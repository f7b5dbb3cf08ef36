#include <algorithm>
#include <cmath>
#include <cstring>

#include "annulet/base/directions.hpp"
#include "annulet/base/integer_math.hpp"
#include "annulet/base/wide.hpp"
#include "cell/lanes.hpp"
#include "cell/ring.hpp"

namespace annulet::ring {
namespace {

constexpr int kFixed = 16;  // fractional bits of a pixel position
constexpr std::int64_t kHalf = std::int64_t{1} << (kFixed - 1);
constexpr std::int64_t kFraction = (1 << kFixed) - 1;

// Pixels per 1/64 um to 2^-32, so that positions do not drift over a slide. Rounded to an integer at once.
std::int64_t scale_of(const StainTile& tile) {
  return static_cast<std::int64_t>(std::floor(4294967296.0 / (kMicroUnits * tile.pitch_um) + 0.5));
}

// 0.25 um in px, 16.16 fixed point.
std::int64_t step_of(const StainTile& tile) {
  return (kMicroPerStep * scale_of(tile) + (1 << (31 - kFixed))) >> (32 - kFixed);
}

// Positions of one cell in the pixels of the window, 16.16 fixed point, measured from pixel centres.
struct Frame {
  std::int64_t x, y;  // the cell's centre
  int width, height;  // of the window
  // the slide's extent in the same frame: a position below low or above high lies outside
  std::int64_t low_x, low_y, high_x, high_y;
};

Frame frame_of(const StainTile& tile, Point<MicroFrame, std::int32_t> centre) {
  const std::int64_t scale = scale_of(tile);
  Frame frame{};
  frame.x = ((centre.x * scale) >> (32 - kFixed)) - (tile.native.x0 << kFixed) - kHalf;
  frame.y = ((centre.y * scale) >> (32 - kFixed)) - (tile.native.y0 << kFixed) - kHalf;
  frame.width = tile.dab_native.width();
  frame.height = tile.dab_native.height();
  frame.low_x = (-tile.native.x0 << kFixed) - kHalf;
  frame.low_y = (-tile.native.y0 << kFixed) - kHalf;
  frame.high_x = ((tile.slide.width - tile.native.x0) << kFixed) - kHalf;
  frame.high_y = ((tile.slide.height - tile.native.y0) << kFixed) - kHalf;
  return frame;
}

// Whether all within `reach` px / 65536 of the centre lies on the slide.
bool on_slide(const Frame& frame, std::int64_t reach) {
  return frame.x - reach >= frame.low_x && frame.y - reach >= frame.low_y && frame.x + reach < frame.high_x &&
         frame.y + reach < frame.high_y;
}

bool in_window(const Frame& frame, std::int64_t reach) {
  return frame.x >= reach && frame.y >= reach && frame.x + reach < (std::int64_t{frame.width} << kFixed) &&
         frame.y + reach < (std::int64_t{frame.height} << kFixed);
}

// Bilinear, 16 levels in one of the plane.
inline std::int16_t bilinear(const std::uint8_t* p, std::ptrdiff_t below, int fx, int fy) {
  const int upper = p[0] * 256 + (p[1] - p[0]) * fx, lower = p[below] * 256 + (p[below + 1] - p[below]) * fx;
  return static_cast<std::int16_t>((upper * 256 + (lower - upper) * fy + 2048) >> 12);
}

// Before the centre the value of the centre counts: a baseline never looks at the far side of the cell.
void fill_before(std::int16_t* first) {
  std::fill(first - Samples::kBefore, first, *first);
}

// A ring that may leave the window.
void sample_ray(const Plane<std::uint8_t>& dab, const Frame& frame, std::int64_t step_x, std::int64_t step_y,
                int begin, int end, std::int16_t* out) {
  const std::int64_t largest_x = (std::int64_t{frame.width - 1} << kFixed) - 1;
  const std::int64_t largest_y = (std::int64_t{frame.height - 1} << kFixed) - 1;
  for (int k = begin; k < end; ++k) {
    // Outside the window the nearest pixel counts; only the slide's border comes to that.
    const std::int64_t x = std::clamp(frame.x + step_x * k, std::int64_t{0}, largest_x);
    const std::int64_t y = std::clamp(frame.y + step_y * k, std::int64_t{0}, largest_y);
    const std::uint8_t* p = dab.row(static_cast<int>(y >> kFixed)) + (x >> kFixed);
    out[k] = bilinear(p, frame.width, static_cast<int>((x >> 8) & 255), static_cast<int>((y >> 8) & 255));
  }
  fill_before(out + begin);
}

// A ring well inside the window: no position needs a bound, and 32 bits hold them from the centre's pixel on.
struct Inside {
  const std::uint8_t* origin;  // the centre's pixel
  std::int32_t width;          // of the plane
  std::int32_t x, y;           // of the centre, from that pixel on
};

void sample_ray_inside(const Inside& from, std::int32_t step_x, std::int32_t step_y, int begin, int end,
                       std::int16_t* out) {
  std::int32_t pixels[Samples::kRow];
  for (int k = begin; k < end; ++k) {
    const std::int32_t place =
        ((from.y + k * step_y) >> kFixed) * from.width + ((from.x + k * step_x) >> kFixed);
    const std::uint8_t *p = from.origin + place, *q = p + from.width;
    pixels[k] = p[0] | p[1] << 8 | q[0] << 16 | q[1] << 24;
  }
  for (int k = begin; k < end; ++k) {  // the same values as `bilinear`: this one becomes vector code
    const std::int32_t fx = ((from.x + k * step_x) >> 8) & 255, fy = ((from.y + k * step_y) >> 8) & 255;
    const std::int32_t a = pixels[k] & 255, b = (pixels[k] >> 16) & 255;
    const std::int32_t upper = a * 256 + (((pixels[k] >> 8) & 255) - a) * fx;
    const std::int32_t lower = b * 256 + (((pixels[k] >> 24) & 255) - b) * fx;
    out[k] = static_cast<std::int16_t>((upper * 256 + (lower - upper) * fy + 2048) >> 12);
  }
  fill_before(out + begin);
}

#if ANNULET_HAS_AVX2
constexpr int kEight = 8;  // positions at once

ANNULET_AVX2 inline std::uint16_t two_pixels(const std::uint8_t* at) {
  std::uint16_t pair;
  std::memcpy(&pair, at, sizeof pair);
  return pair;
}

// Of four places the pixel, the one beside it, the one below, and the one beside that.
ANNULET_AVX2 inline __m128i fours_of_pixels(const std::uint8_t* above, std::ptrdiff_t width,
                                            const std::int32_t* place) {
  const std::uint8_t* below = above + width;
  __m128i v = _mm_cvtsi32_si128(two_pixels(above + place[0]));
  v = _mm_insert_epi16(v, two_pixels(below + place[0]), 1);
  v = _mm_insert_epi16(v, two_pixels(above + place[1]), 2);
  v = _mm_insert_epi16(v, two_pixels(below + place[1]), 3);
  v = _mm_insert_epi16(v, two_pixels(above + place[2]), 4);
  v = _mm_insert_epi16(v, two_pixels(below + place[2]), 5);
  v = _mm_insert_epi16(v, two_pixels(above + place[3]), 6);
  return _mm_insert_epi16(v, two_pixels(below + place[3]), 7);
}

// The same values as `bilinear`, eight positions at once, 32 bits each.
ANNULET_AVX2 inline __m256i bilinear_avx2(__m256i pixels, __m256i x, __m256i y) {
  const __m256i fraction = _mm256_setr_epi8(1, -1, 1, -1, 5, -1, 5, -1, 9, -1, 9, -1, 13, -1, 13, -1,  //
                                            1, -1, 1, -1, 5, -1, 5, -1, 9, -1, 9, -1, 13, -1, 13, -1);
  const __m256i fx = _mm256_shuffle_epi8(x, fraction), fy = _mm256_shuffle_epi8(y, fraction);
  const __m256i left = _mm256_and_si256(pixels, _mm256_set1_epi16(255)), right = _mm256_srli_epi16(pixels, 8);
  const __m256i rows =
      _mm256_add_epi16(_mm256_slli_epi16(left, 8), _mm256_mullo_epi16(_mm256_sub_epi16(right, left), fx));
  // The rows are unsigned, the multiplication is not: 32768 is taken off and put back.
  const __m256i weights =
      _mm256_add_epi16(_mm256_sign_epi16(fy, _mm256_set1_epi32(0x0001'ffff)), _mm256_set1_epi32(256));
  const __m256i sum = _mm256_madd_epi16(_mm256_xor_si256(rows, _mm256_set1_epi16(-32768)), weights);
  return _mm256_srli_epi32(_mm256_add_epi32(sum, _mm256_set1_epi32(32768 * 256 + 2048)), 12);
}

// Positions from `begin` on of one ray in whole groups of eight. Rows and columns of the plane fit into 16
// bits.
ANNULET_AVX2 inline void sample_ray_avx2(const Inside& from, std::int32_t step_x, std::int32_t step_y,
                                         int begin, int end, std::int16_t* out) {
  // All places first, then all pixels: so the processor waits for many pixels at once.
  alignas(32) std::int32_t places[Samples::kRow];
  const __m256i count = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  const __m256i first_x = _mm256_add_epi32(_mm256_set1_epi32(from.x + begin * step_x),
                                           _mm256_mullo_epi32(count, _mm256_set1_epi32(step_x)));
  const __m256i first_y = _mm256_add_epi32(_mm256_set1_epi32(from.y + begin * step_y),
                                           _mm256_mullo_epi32(count, _mm256_set1_epi32(step_y)));
  const __m256i on_x = _mm256_set1_epi32(kEight * step_x), on_y = _mm256_set1_epi32(kEight * step_y);
  const __m256i row_and_column = _mm256_set1_epi32(from.width << 16 | 1);
  __m256i x = first_x, y = first_y;
  for (int i = 0; i < end - begin; i += kEight) {
    const __m256i pixel = _mm256_blend_epi16(_mm256_srli_epi32(x, 16), y, 0xaa);
    _mm256_store_si256(reinterpret_cast<__m256i*>(places + i), _mm256_madd_epi16(pixel, row_and_column));
    x = _mm256_add_epi32(x, on_x);
    y = _mm256_add_epi32(y, on_y);
  }
  x = first_x;
  y = first_y;
  for (int i = 0; i < end - begin; i += kEight) {
    const __m256i pixels = _mm256_set_m128i(fours_of_pixels(from.origin, from.width, places + i + 4),
                                            fours_of_pixels(from.origin, from.width, places + i));
    const __m256i values = bilinear_avx2(pixels, x, y);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + begin + i),
                     _mm_packs_epi32(_mm256_castsi256_si128(values), _mm256_extracti128_si256(values, 1)));
    x = _mm256_add_epi32(x, on_x);
    y = _mm256_add_epi32(y, on_y);
  }
  static_assert(Samples::kBefore == 2 * kLanes);  // as fill_before
  const __m256i centre = _mm256_set1_epi16(out[begin]);
  lanes::store(out + begin - kLanes, centre);
  lanes::store(out + begin - 2 * kLanes, centre);
}

ANNULET_AVX2 void sample_rays_avx2(const Inside& from, const Steps& steps, int begin, Samples& out) {
  for (std::size_t ray = 0; ray < kRays; ++ray) {
    sample_ray_avx2(from, steps.x.data()[ray], steps.y.data()[ray], begin,
                    out.high.data()[ray] + kBaselineFar + 1, out.dab[ray] + Samples::kBefore);
  }
}
#endif

// Of every ray the positions that anything reads.
void sample_rays(const Plane<std::uint8_t>& dab, const Frame& frame, const Steps& steps, bool inside,
                 Samples& out) {
  const Inside from{inside ? dab.row(static_cast<int>(frame.y >> kFixed)) + (frame.x >> kFixed) : nullptr,
                    frame.width, static_cast<std::int32_t>(frame.x & kFraction),
                    static_cast<std::int32_t>(frame.y & kFraction)};
  const int begin = std::max(out.first - kBaselineFar, 0);
#if ANNULET_HAS_AVX2
  const bool wide = kernel_path() == KernelPath::Avx2 && frame.width <= INT16_MAX;
  if (inside && wide) return sample_rays_avx2(from, steps, begin, out);
#endif
  for (std::size_t ray = 0; ray < kRays; ++ray) {
    std::int16_t* values = out.dab[ray] + Samples::kBefore;
    const int end = out.high[ray] + kBaselineFar + 1;
    if (!inside) {
      sample_ray(dab, frame, steps.x[ray], steps.y[ray], begin, end, values);
    } else {
      sample_ray_inside(from, steps.x[ray], steps.y[ray], begin, end, values);
    }
  }
}

// First position of the ray that lies off the slide, and first that no pixel covers.
void mark_lost(const StainTile& tile, const Frame& frame, std::int64_t step_x, std::int64_t step_y,
               std::size_t ray, Samples& out) {
  out.rays_off_slide_from[ray] = out.rays_uncovered_from[ray] = Samples::kLength;
  for (int k = 0; k <= out.high[ray] + kBaselineFar; ++k) {
    const std::int64_t x = frame.x + step_x * k, y = frame.y + step_y * k;
    if (x < frame.low_x || y < frame.low_y || x >= frame.high_x || y >= frame.high_y) {
      out.rays_off_slide_from[ray] = k;
      return;
    }
    const int px = static_cast<int>((x + kHalf) >> kFixed), py = static_cast<int>((y + kHalf) >> kFixed);
    if (tile.covered_native.contains(px, py) && tile.covered_native(px, py) == 0) {
      out.rays_uncovered_from[ray] = std::min(out.rays_uncovered_from[ray], k);
    }
  }
}

// Where a wall may be on each ray, and on any.
constexpr Wide find_ranges = [](const Prior& prior, Samples& out) ANNULET_KERNEL {
  std::int32_t first = kLargestStep, last = 0;
  for (std::size_t ray = 0; ray < kRays; ++ray) {
    const std::int32_t edge = prior.nucleus[ray], low = edge > 0 ? edge - 1 : 0;
    const std::int32_t high = prior.wall[ray] + kBeyondPrior;
    out.low[ray] = low;
    out.high[ray] = high;
    out.clear[ray] = edge + kEdgeBlur;
    first = low < first ? low : first;
    last = high > last ? high : last;
  }
  out.first = first;
  out.last = last;
};

}  // namespace

Steps steps_of(const StainTile& tile) {
  const std::int64_t step = step_of(tile);
  Steps steps;
  for (std::size_t ray = 0; ray < kRays; ++ray) {
    steps.x[ray] = static_cast<std::int32_t>(divide_round(kDirections64[ray][0] * step, kDirectionOne));
    steps.y[ray] = static_cast<std::int32_t>(divide_round(kDirections64[ray][1] * step, kDirectionOne));
  }
  return steps;
}

void sample(const StainTile& tile, const Steps& steps, Point<MicroFrame, std::int32_t> centre,
            const Prior& prior, Samples& out) {
  out.coarse = tile.coarse;
  out.lost_detail_percent = tile.lost_detail_percent;
  find_ranges(prior, out);
  const Frame frame = frame_of(tile, centre);
  const std::int64_t margin = std::int64_t{2} << kFixed;  // px for interpolation
  const std::int64_t reach = (out.last + kBaselineFar + 1) * step_of(tile) + margin;
  out.whole = on_slide(frame, reach) && tile.covered_native.empty();
  sample_rays(tile.dab_native, frame, steps, in_window(frame, reach + kLanes * step_of(tile)), out);
  for (std::size_t ray = 0; !out.whole && ray < kRays; ++ray) {
    mark_lost(tile, frame, steps.x[ray], steps.y[ray], ray, out);
  }
}

}  // namespace annulet::ring
