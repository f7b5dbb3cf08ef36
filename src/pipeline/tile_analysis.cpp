#include "annulet/pipeline/tile_analysis.hpp"

#include <ctime>

#include <algorithm>
#include <cmath>

#include "annulet/pixel/resample.hpp"

namespace annulet {
namespace {

// docs/science/membrane.md
constexpr double kMembraneSmoothingUm = 0.3;  // sigma on the DAB plane
constexpr int kHalvedChromaLostPercent = 20;  // "Coarse pixels": what 4:2:0 still takes from a wall

double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Adds the time since the last lap to `seconds`.
class Stopwatch {
 public:
  void lap(double& seconds) {
    const double now = thread_seconds();
    seconds += now - last_;
    last_ = now;
  }

 private:
  double last_ = thread_seconds();
};

}  // namespace

StageSeconds& StageSeconds::operator+=(const StageSeconds& other) {
  read += other.read;
  unmix += other.unmix;
  nuclei += other.nuclei;
  membranes += other.membranes;
  return *this;
}

void StainReader::fetch(const Rect<WorkFrame>& window) {
  const double px_per_work = kWorkPitch / pitch_um_;
  const int margin = gaussian_reach(kMembraneSmoothingUm / pitch_um_) + 1 +
                     (pitch_um_ < kCoarsePitchUm ? 0 : CoarseDab::reach_px(pitch_um_));
  const auto px = [&](std::int64_t work) {
    return static_cast<std::int64_t>(std::floor(static_cast<double>(work) * px_per_work));
  };
  tile_.work = window;
  tile_.native = {px(window.x0) - margin, px(window.y0) - margin, px(window.x1) + 1 + margin,
                  px(window.y1) + 1 + margin};
  tile_.pitch_um = pitch_um_;
  tile_.slide = source_.info().extent;
  source_.read(0, {tile_.native.x0, tile_.native.y0, tile_.native.x1, tile_.native.y1}, pixels_);
}

const StainTile& StainReader::unmix() {
  const Plane<std::uint8_t>* covered = pixels_.whole ? nullptr : &pixels_.covered;
  unmixer_(pixels_.rgb, covered, haematoxylin_native_, dab_raw_);
  find_membrane_plane();
  const double scale = kWorkPitch / pitch_um_;
  const Rect<WorkFrame>& work = tile_.work;
  tile_.haematoxylin.resize(static_cast<int>(work.width()), static_cast<int>(work.height()));
  tile_.dab.resize(static_cast<int>(work.width()), static_cast<int>(work.height()));
  area_mean(haematoxylin_native_, tile_.native.x0, tile_.native.y0, scale, work.x0, work.y0,
            tile_.haematoxylin);
  area_mean(dab_raw_, tile_.native.x0, tile_.native.y0, scale, work.x0, work.y0, tile_.dab);
  if (covered == nullptr) {
    tile_.covered_native = {};
  } else {
    tile_.covered_native = *covered;
  }
  return tile_;
}

void StainReader::find_membrane_plane() {
  const double sigma_px = kMembraneSmoothingUm / pitch_um_;
  tile_.coarse = pitch_um_ >= kCoarsePitchUm;
  tile_.lost_detail_percent = tile_.coarse && chroma_halved_ ? kHalvedChromaLostPercent : 0;
  if (!tile_.coarse) {
    gaussian(dab_raw_, sigma_px, tile_.dab_native);
    return;
  }
  coarse_dab_(pixels_.rgb, dab_raw_, dab_sharp_);
  gaussian(dab_sharp_, sigma_px, tile_.dab_native);
}

TileResult TileAnalysis::operator()(const TileSpec& spec) {
  TileResult result;
  result.ordinal = spec.ordinal;
  Stopwatch watch;
  reader_.fetch(spec.window);
  result.problems = reader_.pixels().problems;
  watch.lap(result.seconds.read);
  const StainTile& tile = reader_.unmix();
  watch.lap(result.seconds.unmix);
  const std::vector<Nucleus> nuclei = find_nuclei_(tile, options_);
  watch.lap(result.seconds.nuclei);
  for (std::size_t i = 0; i < nuclei.size(); ++i) {
    const Point<MicroFrame, std::int32_t> centre = nuclei[i].centre;
    const Point<WorkFrame> work{centre.x / kMicroPerWork, centre.y / kMicroPerWork};
    if (centre.x < 0 || centre.y < 0 || !spec.core.contains(work)) continue;
    const std::uint16_t piece = tissue_.at_um(static_cast<double>(centre.x) / kMicroUnits,
                                              static_cast<double>(centre.y) / kMicroUnits);
    if (piece == 0) continue;
    result.cells.push_back(measure_(tile, nuclei, i));
    result.cells.back().piece = piece;
  }
  std::sort(result.cells.begin(), result.cells.end(), before);
  watch.lap(result.seconds.membranes);
  return result;
}

}  // namespace annulet
