#include "annulet/pipeline/overview.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "annulet/base/error.hpp"
#include "annulet/pixel/resample.hpp"

namespace annulet {
namespace {

constexpr int kLargestSourceBlock = 2048;  // px of the level read at once: bounds the memory

/// Coarsest level that is still at least as fine as `pitch_um`.
int level_for(const SlideInfo& info, double level0_pitch, double pitch_um) {
  int best = 0;
  for (std::size_t i = 0; i < info.levels.size(); ++i) {
    if (level0_pitch * info.levels[i].downsample <= pitch_um * 1.001) best = static_cast<int>(i);
  }
  return best;
}

struct Shrinker {
  Plane<std::uint8_t> channel, shrunk;

  /// Where the level is as coarse as the overview.
  static void copy(const SlidePixels& pixels, const Rect<WorkFrame>& target, RgbImage& out) {
    for (int y = 0; y < static_cast<int>(target.height()); ++y)
      std::copy_n(pixels.rgb.row(y), 3 * target.width(),
                  out.row(static_cast<int>(target.y0) + y) + 3 * target.x0);
  }

  void run(const SlidePixels& pixels, std::int64_t source_x0, std::int64_t source_y0, double scale,
           const Rect<WorkFrame>& target, RgbImage& out) {
    channel.resize(pixels.rgb.width, pixels.rgb.height);
    shrunk.resize(static_cast<int>(target.width()), static_cast<int>(target.height()));
    for (int c = 0; c < 3; ++c) {
      const std::uint8_t* in = pixels.rgb.data.data() + c;
      for (std::uint8_t& value : channel.values()) {
        value = *in;
        in += 3;
      }
      area_mean(channel, source_x0, source_y0, scale, target.x0, target.y0, shrunk);
      for (int y = 0; y < shrunk.height(); ++y) {
        std::uint8_t* to = out.row(static_cast<int>(target.y0) + y) + 3 * target.x0 + c;
        for (int x = 0; x < shrunk.width(); ++x) to[3 * x] = shrunk(x, y);
      }
    }
  }
};

/// Fills an overview block by block.
class OverviewReader {
 public:
  OverviewReader(const SlideSource& source, double pitch_um, const RunControl& control, Overview& overview)
      : source_(source), pitch_um_(pitch_um), control_(control), overview_(overview) {}

  /// `target` in overview px, from `level`; a block with problems comes from the next finer level instead,
  /// since an area that one level has lost is not background.
  void read(const Rect<WorkFrame>& target, int level) {
    const double scale =
        overview_.pitch_um / (pitch_um_ * source_.info().levels[static_cast<std::size_t>(level)].downsample);
    const std::int64_t block =
        std::clamp<std::int64_t>(static_cast<std::int64_t>(kLargestSourceBlock / scale), 16, 512);
    for (std::int64_t y = target.y0; y < target.y1; y += block) {
      for (std::int64_t x = target.x0; x < target.x1; x += block) {
        control_.report(
            {"survey", static_cast<std::size_t>(y), static_cast<std::size_t>(overview_.rgb.height), 0});
        read_block(Rect<WorkFrame>{x, y, x + block, y + block}.clipped(target), level, scale);
      }
    }
  }

 private:
  void read_block(const Rect<WorkFrame>& target, int level, double scale) {
    const auto down = [&](std::int64_t at) {
      return static_cast<std::int64_t>(std::floor(static_cast<double>(at) * scale));
    };
    // area_mean rounds the edges of its squares, unless the scale is one of its steps.
    const double steps = scale * static_cast<double>(std::int64_t{1} << 32);
    const int rounding = steps == std::floor(steps) ? 0 : 1;
    const auto up = [&](std::int64_t at) {
      return static_cast<std::int64_t>(std::ceil(static_cast<double>(at) * scale)) + rounding;
    };
    const Rect<LevelFrame> rect{down(target.x0), down(target.y0), up(target.x1), up(target.y1)};
    source_.read(level, rect, pixels_);
    if (!pixels_.problems.empty() && level > 0) {
      read(target, level - 1);
      return;
    }
    overview_.unseen.insert(overview_.unseen.end(), pixels_.problems.begin(), pixels_.problems.end());
    if (scale == 1) {
      Shrinker::copy(pixels_, target, overview_.rgb);
      return;
    }
    shrinker_.run(pixels_, rect.x0, rect.y0, scale, target, overview_.rgb);
  }

  const SlideSource& source_;
  double pitch_um_;
  const RunControl& control_;
  Overview& overview_;
  SlidePixels pixels_;
  Shrinker shrinker_;
};

}  // namespace

double overview_pitch(double width_um, double height_um) {
  double pitch_um = kOverviewPitch;
  while (width_um / pitch_um * (height_um / pitch_um) > static_cast<double>(kOverviewPixels)) pitch_um *= 2;
  return pitch_um;
}

Overview read_overview(const SlideSource& source, const Pitch& pitch, const RunControl& control) {
  const SlideInfo& info = source.info();
  const double width_um = static_cast<double>(info.extent.width) * pitch.mean();
  const double height_um = static_cast<double>(info.extent.height) * pitch.mean();
  Overview overview;
  overview.pitch_um = overview_pitch(width_um, height_um);
  // Whole squares only: one that reaches over the border would be brighter than anything on the slide.
  const int width = std::max(1, static_cast<int>(width_um / overview.pitch_um));
  const int height = std::max(1, static_cast<int>(height_um / overview.pitch_um));
  overview.rgb.resize(width, height);
  OverviewReader reader(source, pitch.mean(), control, overview);
  reader.read({0, 0, width, height}, level_for(info, pitch.mean(), overview.pitch_um));
  return overview;
}

RgbImage thumbnail(const Overview& overview, int longest, double& pitch_um) {
  const RgbImage& from = overview.rgb;
  const int factor = std::max(1, (std::max(from.width, from.height) + longest - 1) / longest);
  pitch_um = overview.pitch_um * factor;
  if (factor == 1) return from;
  RgbImage to(std::max(1, from.width / factor), std::max(1, from.height / factor));
  std::vector<int> sums(static_cast<std::size_t>(from.width) * 3);
  for (int y = 0; y < to.height; ++y) {
    const int rows = std::min(factor, from.height - y * factor), columns = std::min(factor, from.width);
    std::fill(sums.begin(), sums.end(), 0);
    for (int dy = 0; dy < rows; ++dy) {
      const std::uint8_t* in = from.row(y * factor + dy);
      for (int& sum : sums) sum += *in++;
    }
    const int n = rows * columns;
    std::uint8_t* out = to.row(y);
    const int* square = sums.data();
    for (int x = 0; x < to.width; ++x, square += 3 * factor) {
      for (int c = 0; c < 3; ++c) {
        int sum = n / 2;
        for (int dx = 0; dx < columns; ++dx) sum += square[3 * dx + c];
        *out++ = static_cast<std::uint8_t>(sum / n);
      }
    }
  }
  return to;
}

}  // namespace annulet
