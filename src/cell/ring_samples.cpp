#include <algorithm>
#include <cmath>

#include "annulet/base/directions.hpp"
#include "annulet/base/integer_math.hpp"
#include "annulet/base/wide.hpp"
#include "cell/ring.hpp"

namespace annulet::ring {
namespace {

constexpr int kFixed = 16;  // fractional bits of a pixel position
constexpr std::int64_t kHalf = std::int64_t{1} << (kFixed - 1);
constexpr std::int16_t kNoProminence = -4 * kOdUnits;  // where the ray allows no wall
constexpr int kEdgeBlur = 2;  // steps: 0.5 um outside the outline nothing of the nucleus is left

// Positions of one cell in the pixels of the window, 16.16 fixed point, measured from pixel centres.
struct Frame {
  std::int64_t x, y;  // the cell's centre
  std::int64_t step;  // 0.25 um in px
  int width, height;  // of the window
  // the slide's extent in the same frame: a position below low or above high lies outside
  std::int64_t low_x, low_y, high_x, high_y;
};

Frame frame_of(const StainTile& tile, Point<MicroFrame, std::int32_t> centre) {
  // Pixels per 1/64 um to 2^-32, so that positions do not drift over a slide. Rounded to an integer at once.
  const auto scale =
      static_cast<std::int64_t>(std::floor(4294967296.0 / (kMicroUnits * tile.pitch_um) + 0.5));
  Frame frame{};
  frame.x = ((centre.x * scale) >> (32 - kFixed)) - (tile.native.x0 << kFixed) - kHalf;
  frame.y = ((centre.y * scale) >> (32 - kFixed)) - (tile.native.y0 << kFixed) - kHalf;
  frame.step = (kMicroPerStep * scale + (1 << (31 - kFixed))) >> (32 - kFixed);
  frame.width = tile.dab_native.width();
  frame.height = tile.dab_native.height();
  frame.low_x = (-tile.native.x0 << kFixed) - kHalf;
  frame.low_y = (-tile.native.y0 << kFixed) - kHalf;
  frame.high_x = ((tile.slide.width - tile.native.x0) << kFixed) - kHalf;
  frame.high_y = ((tile.slide.height - tile.native.y0) << kFixed) - kHalf;
  return frame;
}

// Bilinear, 16 levels in one of the plane.
inline std::int16_t bilinear(const std::uint8_t* p, std::ptrdiff_t below, int fx, int fy) {
  const int upper = p[0] * 256 + (p[1] - p[0]) * fx, lower = p[below] * 256 + (p[below + 1] - p[below]) * fx;
  return static_cast<std::int16_t>((upper * 256 + (lower - upper) * fy + 2048) >> 12);
}

// One step along a ray, 1/65536 px.
struct Step {
  std::int32_t x, y;
};

Step step_of(const Frame& frame, std::size_t ray) {
  return {static_cast<std::int32_t>(divide_round(kDirections64[ray][0] * frame.step, kDirectionOne)),
          static_cast<std::int32_t>(divide_round(kDirections64[ray][1] * frame.step, kDirectionOne))};
}

// Where the samples of a ray lie: index of the upper left of their four pixels, fractions of 1/256 to the
// next.
struct Places {
  std::int32_t index[Samples::kLength], fx[Samples::kLength], fy[Samples::kLength];
};

constexpr Wide places_of = [](std::int32_t x, std::int32_t y, Step step, std::int32_t width, int end,
                              Places& out) ANNULET_KERNEL {
  for (int k = 0; k < end; ++k) {
    const std::int32_t px = x + k * step.x, py = y + k * step.y;
    out.index[k] = (py >> kFixed) * width + (px >> kFixed);
    out.fx[k] = (px >> 8) & 255;
    out.fy[k] = (py >> 8) & 255;
  }
};

// The same values as `bilinear`, of pairs of pixels side by side: the left one in the low byte.
constexpr Wide blend = [](const std::uint16_t* above, const std::uint16_t* below, const Places& places,
                          int end, std::int16_t* __restrict out) ANNULET_KERNEL {
  for (int k = 0; k < end; ++k) {
    const std::int32_t a = above[k] & 255, b = below[k] & 255;
    const std::int32_t upper = a * 256 + ((above[k] >> 8) - a) * places.fx[k];
    const std::int32_t lower = b * 256 + ((below[k] >> 8) - b) * places.fx[k];
    out[k] = static_cast<std::int16_t>((upper * 256 + (lower - upper) * places.fy[k] + 2048) >> 12);
  }
};

// A ring well inside the window: no position needs a bound, and 32 bits hold them from the centre's pixel on.
// Only the gathering of pixels is not vector code.
void sample_ray_inside(const Plane<std::uint8_t>& dab, const Frame& frame, std::size_t ray, int end,
                       std::int16_t* out) {
  constexpr std::int64_t kFraction = (1 << kFixed) - 1;
  const std::uint8_t* origin = dab.row(static_cast<int>(frame.y >> kFixed)) + (frame.x >> kFixed);
  Places places;
  places_of(static_cast<std::int32_t>(frame.x & kFraction), static_cast<std::int32_t>(frame.y & kFraction),
            step_of(frame, ray), frame.width, end, places);
  std::uint16_t above[Samples::kLength], below[Samples::kLength];
  for (int k = 0; k < end; ++k) {
    const std::uint8_t *p = origin + places.index[k], *q = p + frame.width;
    above[k] = static_cast<std::uint16_t>(p[0] | p[1] << 8);
    below[k] = static_cast<std::uint16_t>(q[0] | q[1] << 8);
  }
  blend(above, below, places, end, out);
}

void sample_ray(const Plane<std::uint8_t>& dab, const Frame& frame, std::size_t ray, int end,
                std::int16_t* out) {
  const Step step = step_of(frame, ray);
  const std::int64_t largest_x = (std::int64_t{frame.width - 1} << kFixed) - 1;
  const std::int64_t largest_y = (std::int64_t{frame.height - 1} << kFixed) - 1;
  for (int k = 0; k < end; ++k) {
    // Outside the window the nearest pixel counts; only the slide's border comes to that.
    const std::int64_t x = std::clamp(frame.x + std::int64_t{step.x} * k, std::int64_t{0}, largest_x);
    const std::int64_t y = std::clamp(frame.y + std::int64_t{step.y} * k, std::int64_t{0}, largest_y);
    const std::uint8_t* p = dab.row(static_cast<int>(y >> kFixed)) + (x >> kFixed);
    out[k] = bilinear(p, frame.width, static_cast<int>((x >> 8) & 255), static_cast<int>((y >> 8) & 255));
  }
}

// First position of the ray that lies off the slide, and first that no pixel covers.
void mark_lost(const StainTile& tile, const Frame& frame, std::size_t ray, int end, Samples& out) {
  out.rays_off_slide_from[ray] = out.rays_uncovered_from[ray] = Samples::kLength;
  const Step step = step_of(frame, ray);
  for (int k = 0; k < end; ++k) {
    const std::int64_t x = frame.x + std::int64_t{step.x} * k, y = frame.y + std::int64_t{step.y} * k;
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

// By value, unlike std::min: so the loops below become vector code.
std::int16_t lesser(std::int16_t a, std::int16_t b) {
  return a < b ? a : b;
}

// least[k] = the smallest of 10 values from k on: the width of the baseline.
void least_of_window(const std::int16_t* values, int length, std::int16_t* least) {
  static_assert(kBaselineFar - kBaselineNear + 1 == 10);
  std::int16_t two[Samples::kLength + 16], four[Samples::kLength + 16];
  for (int k = 0; k + 1 < length; ++k) two[k] = lesser(values[k], values[k + 1]);
  for (int k = 0; k + 3 < length; ++k) four[k] = lesser(two[k], two[k + 2]);
  for (int k = 0; k + 9 < length; ++k) least[k] = lesser(lesser(four[k], four[k + 4]), two[k + 8]);
}

// `edge` is where the nucleus ends: it is clear even in a brown cell, so the baseline inside a wall farther
// out is taken from the cytoplasm alone, or a blush as wide as the cytoplasm would pass for a wall.
void find_prominence(Samples& s, std::size_t ray, int edge, int sampled) {
  // Before the centre the value of the centre counts: a baseline never looks at the far side of the cell.
  std::int16_t padded[Samples::kLength + kBaselineFar], least[Samples::kLength + kBaselineFar];
  const std::int16_t* dab = s.dab[ray].data();
  std::int16_t *inside = s.inside[ray].data(), *prominence = s.prominence[ray].data();
  std::int16_t* lower = s.lower[ray].data();
  std::fill_n(padded, kBaselineFar, dab[0]);
  std::copy_n(dab, sampled, padded + kBaselineFar);
  least_of_window(padded, sampled + kBaselineFar, least);
  const int last = sampled - 1 - kBaselineFar, cytoplasm = edge + kEdgeBlur;
  std::copy(least + s.first, least + last + 1, inside + s.first);
  std::int16_t since_cytoplasm = dab[cytoplasm];
  for (int k = cytoplasm + kBaselineNear; k < std::min(cytoplasm + kBaselineFar, last + 1); ++k) {
    inside[k] = since_cytoplasm = std::min(since_cytoplasm, dab[k - kBaselineNear]);
  }
  const std::int16_t* outside = least + kBaselineFar + kBaselineNear;
  for (int k = s.first; k <= last; ++k) {
    lower[k] = lesser(inside[k], outside[k]);
    prominence[k] = static_cast<std::int16_t>(dab[k] - std::max(inside[k], outside[k]));
  }
  std::fill(lower + last + 1, lower + s.last + 1, lower[last]);
  std::fill(prominence + last + 1, prominence + s.last + 1, kNoProminence);
}

// Outlines that leap from ray to ray force the path beyond what a ray was sampled for: there its last values
// go on, and nothing of the cell measured before is left.
void extend(Samples& s, std::size_t ray, int sampled) {
  const int last = sampled - 1 - kBaselineFar;
  const auto dab = s.dab[ray].begin(), inside = s.inside[ray].begin();
  std::fill(dab + sampled, dab + s.last + kBaselineFar + 1, dab[sampled - 1]);
  std::fill(inside + last + 1, inside + s.last + 1, inside[last]);
}

}  // namespace

void sample(const StainTile& tile, Point<MicroFrame, std::int32_t> centre, const Prior& prior, Samples& out) {
  out.first = std::max(*std::min_element(prior.nucleus.begin(), prior.nucleus.end()) - 1, 0);
  out.last = *std::max_element(prior.wall.begin(), prior.wall.end()) + kBeyondPrior;
  out.coarse = tile.coarse;
  out.lost_detail_percent = tile.lost_detail_percent;
  const Frame frame = frame_of(tile, centre);
  const std::int64_t reach = (out.last + kBaselineFar + 1) * frame.step + (std::int64_t{2} << kFixed);
  const bool on_slide = frame.x - reach >= frame.low_x && frame.y - reach >= frame.low_y &&
                        frame.x + reach < frame.high_x && frame.y + reach < frame.high_y;
  const bool in_window = frame.x >= reach && frame.y >= reach &&
                         frame.x + reach < (std::int64_t{frame.width} << kFixed) &&
                         frame.y + reach < (std::int64_t{frame.height} << kFixed);
  for (std::size_t ray = 0; ray < kRays; ++ray) {
    const int end = prior.wall[ray] + kBeyondPrior + kBaselineFar + 1;
    (in_window ? sample_ray_inside : sample_ray)(tile.dab_native, frame, ray, end, out.dab[ray].data());
    if (on_slide && tile.covered_native.empty()) {
      out.rays_off_slide_from[ray] = out.rays_uncovered_from[ray] = Samples::kLength;
    } else {
      mark_lost(tile, frame, ray, end, out);
    }
    find_prominence(out, ray, prior.nucleus[ray], end);
    extend(out, ray, end);
  }
}

}  // namespace annulet::ring
