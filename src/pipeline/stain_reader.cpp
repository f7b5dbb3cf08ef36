#include "annulet/pipeline/stain_reader.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "annulet/base/integer_math.hpp"
#include "annulet/pixel/resample.hpp"

namespace annulet {
namespace {

// docs/science/membrane.md
constexpr double kMembraneSmoothingUm = 0.3;  // sigma on the DAB plane

// Pixels read at once, where the file's tiles are smaller: they and their stains stay in the second cache.
constexpr std::int64_t kChunkWidth = 256, kChunkHeight = 128;

/// The next border of whole tiles, at least `least` px each, after `from`.
std::int64_t after(std::int64_t from, std::int64_t tile, std::int64_t least) {
  const std::int64_t step = tile * std::max<std::int64_t>(1, (least + tile - 1) / tile);
  return (divide_floor(from, step) + 1) * step;
}

/// Moves the last rows of a plane to its top and gives it another height.
void keep_last_rows(Plane<std::uint8_t>& plane, std::int64_t kept, int width, std::int64_t height) {
  if (kept > 0 && kept < plane.height()) {
    const std::uint8_t* from = plane.row(plane.height() - static_cast<int>(kept));
    std::copy_n(from, kept * width, plane.data());
  }
  plane.resize(width, static_cast<int>(height));
}

}  // namespace

StainReader::StainReader(const SlideSource& source, const StainModel& stain, double pitch_um,
                         const TissueSquares* seen)
    : source_(source),
      seen_(seen),
      unmixer_(stain),
      coarse_dab_(stain, pitch_um),
      coarse_(pitch_um >= kCoarsePitchUm),
      lost_detail_percent_(stain.lost_detail_percent),
      pitch_um_(pitch_um) {}

int StainReader::smoothing_reach_px() const {
  return gaussian_reach(kMembraneSmoothingUm / pitch_um_);
}

void StainReader::smooth(const Plane<std::uint8_t>& dab, Plane<std::uint8_t>& smoothed, int first) const {
  const int reach = smoothing_reach_px();
  gaussian(dab, kMembraneSmoothingUm / pitch_um_, reach, reach, smoothed, first, dab.height() - 2 * reach);
}

Rect<SlideFrame> StainReader::membrane_rect(const Rect<WorkFrame>& part) const {
  if (part.empty()) return {};
  const double px_per_work = kWorkPitch / pitch_um_;
  const auto px = [&](std::int64_t work) {
    return static_cast<std::int64_t>(std::floor(static_cast<double>(work) * px_per_work));
  };
  return {px(part.x0), px(part.y0), px(part.x1), px(part.y1)};
}

Rect<SlideFrame> StainReader::native_rect(const Rect<WorkFrame>& window) const {
  if (!coarse_) return work_rect(window);
  return membrane_rect(window).grown(smoothing_reach_px() + 1 + CoarseDab::reach_px(pitch_um_) + 1);
}

Rect<SlideFrame> StainReader::work_rect(const Rect<WorkFrame>& window) const {
  const double px_per_work = kWorkPitch / pitch_um_;
  const Rect<SlideFrame> own = membrane_rect(window);
  // Where work pixels are not whole pixels, one more on each side makes up for the rounding of their edges.
  if (px_per_work == std::floor(px_per_work)) return own;
  return {own.x0 - 1, own.y0 - 1, own.x1 + 2, own.y1 + 2};
}

void StainReader::read(const Rect<WorkFrame>& window, const Rect<WorkFrame>& membranes, StainTile& out,
                       StageSeconds& seconds) {
  Stopwatch watch;
  std::swap(tile_, out);
  const Rect<SlideFrame> native = native_rect(window);
  begin(window, native, with_spill(membrane_rect(membranes), native));
  problems_.clear();
  while (band_y1_ < native_.y1) {
    open_band(band_end(native_, band_y1_));
    each_chunk({native_.x0, taken_y1_, native_.x1, band_y1_}, [&](const Rect<SlideFrame>& chunk) {
      if (!is_seen(chunk)) return leave_empty(chunk);
      source_.read(0, {chunk.x0, chunk.y0, chunk.x1, chunk.y1}, pixels_);
      problems_.insert(problems_.end(), pixels_.problems.begin(), pixels_.problems.end());
      watch.lap(seconds.read);
      take(pixels_, chunk);
      watch.lap(seconds.unmix);
    });
    if (coarse_) coarse_dab_(pixels_.rgb, dab_, dab_sharp_);
    close_band();
    watch.lap(seconds.unmix);
  }
  forget_unseen();
  std::swap(tile_, out);
}

// Sharpening spreads coarse pixels beyond the slide's border, where no other part keeps them.
Rect<SlideFrame> StainReader::with_spill(Rect<SlideFrame> part, const Rect<SlideFrame>& native) const {
  const Size<SlideFrame> slide = source_.info().extent;
  if (!coarse_ || part.empty()) return part;
  if (part.x0 <= 0) part.x0 = native.x0;
  if (part.y0 <= 0) part.y0 = native.y0;
  if (part.x1 >= slide.width) part.x1 = native.x1;
  if (part.y1 >= slide.height) part.y1 = native.y1;
  return part;
}

// Parts of whole tiles of the file.
template <class Visit>
void StainReader::each_chunk(const Rect<SlideFrame>& band, Visit&& visit) const {
  for (std::int64_t x = band.x0; x < band.x1;) {
    const std::int64_t end =
        coarse_ ? band.x1 : std::min(band.x1, after(x, source_.info().tile.width, kChunkWidth));
    visit(Rect<SlideFrame>{x, band.y0, end, band.y1});
    x = end;
  }
}

// Coarse pixels are read as one band, seen or not.
bool StainReader::is_seen(const Rect<SlideFrame>& chunk) const {
  if (coarse_ || seen_ == nullptr) return true;
  const double work_per_px = pitch_um_ / kWorkPitch;
  const auto work = [&](std::int64_t px) {
    return static_cast<std::int64_t>(std::floor(static_cast<double>(px) * work_per_px));
  };
  return seen_->meets({work(chunk.x0) - 1, work(chunk.y0) - 1, work(chunk.x1) + 2, work(chunk.y1) + 2});
}

void StainReader::leave_empty(const Rect<SlideFrame>& chunk) {
  for (std::int64_t y = chunk.y0; y < chunk.y1; ++y) {
    for (Plane<std::uint8_t>* plane : {&haematoxylin_, &dab_})
      std::fill_n(plane->row(static_cast<int>(y - band_y0_)) + (chunk.x0 - native_.x0), chunk.width(),
                  std::uint8_t{0});
  }
}

// Glass beside what is seen is the same however the slide is cut.
void StainReader::forget_unseen() {
  if (seen_ == nullptr) return;
  constexpr std::int64_t kSquare = TissueSquares::kSquare;
  const Rect<WorkFrame>& work = tile_.work;
  for (std::int64_t y = divide_floor(work.y0, kSquare) * kSquare; y < work.y1; y += kSquare) {
    for (std::int64_t x = divide_floor(work.x0, kSquare) * kSquare; x < work.x1; x += kSquare) {
      if (seen_->holds({x, y})) continue;
      const Rect<WorkFrame> part = Rect<WorkFrame>{x, y, x + kSquare, y + kSquare}.clipped(work);
      for (std::int64_t row = part.y0; row < part.y1; ++row) {
        for (Plane<std::uint8_t>* plane : {&tile_.haematoxylin, &tile_.dab})
          std::fill_n(plane->row(static_cast<int>(row - work.y0)) + (part.x0 - work.x0), part.width(),
                      std::uint8_t{0});
      }
    }
  }
}

void StainReader::announce(const Rect<WorkFrame>& window) const {
  each_read(window, [&](const Rect<SlideFrame>& chunk) { source_.announce(chunk); });
}

void StainReader::fetch_ahead(const Rect<WorkFrame>& window) const {
  each_read(window, [&](const Rect<SlideFrame>& chunk) { source_.fetch_ahead(chunk); });
}

template <class Visit>
void StainReader::each_read(const Rect<WorkFrame>& window, Visit&& visit) const {
  const Rect<SlideFrame> native = native_rect(window);
  for (std::int64_t y = native.y0; y < native.y1;) {
    const std::int64_t end = band_end(native, y);
    each_chunk({native.x0, y, native.x1, end}, [&](const Rect<SlideFrame>& chunk) {
      if (is_seen(chunk)) visit(chunk);
    });
    y = end;
  }
}

const StainTile& StainReader::unmix(const Rect<WorkFrame>& window, const Rect<SlideFrame>& native,
                                    const SlidePixels& pixels) {
  begin(window, native, {});
  open_band(native_.y1);
  take(pixels, native_);
  close_band();
  return tile_;
}

void StainReader::describe(StainTile& tile) const {
  tile.pitch_um = pitch_um_;
  tile.coarse = coarse_;
  tile.lost_detail_percent = coarse_ ? lost_detail_percent_ : 0;
  tile.slide = source_.info().extent;
}

void StainReader::begin(const Rect<WorkFrame>& window, const Rect<SlideFrame>& native,
                        const Rect<SlideFrame>& membranes) {
  native_ = native;
  tile_.work = window;
  tile_.native = membranes;
  describe(tile_);
  tile_.haematoxylin.resize(static_cast<int>(window.width()), static_cast<int>(window.height()));
  tile_.dab.resize(static_cast<int>(window.width()), static_cast<int>(window.height()));
  tile_.dab_native.resize(static_cast<int>(tile_.native.width()), static_cast<int>(tile_.native.height()));
  tile_.covered_native = {};
  band_y0_ = band_y1_ = native_.y0;
  next_work_ = window.y0;
}

std::int64_t StainReader::band_end(const Rect<SlideFrame>& native, std::int64_t from) const {
  if (coarse_) return native.y1;
  return std::min(native.y1, after(from, source_.info().tile.height, kChunkHeight));
}

std::int64_t StainReader::first_needed_row() const {
  std::int64_t first = band_y1_;
  if (next_work_ < tile_.work.y1) {
    const double row = static_cast<double>(next_work_) * (kWorkPitch / pitch_um_);
    first = std::min(first, static_cast<std::int64_t>(std::floor(row)) - 1);
  }
  return std::max(first, band_y0_);
}

// Keeps what the rows still to be made need of the band before.
void StainReader::open_band(std::int64_t end) {
  const std::int64_t first = first_needed_row();
  const int width = static_cast<int>(native_.width());
  for (Plane<std::uint8_t>* plane : {&haematoxylin_, &dab_})
    keep_last_rows(*plane, band_y1_ - first, width, end - first);
  taken_y1_ = band_y1_;
  band_y0_ = first;
  band_y1_ = end;
}

void StainReader::take(const SlidePixels& pixels, const Rect<SlideFrame>& at) {
  unmixer_(pixels.rgb, pixels.whole ? nullptr : &pixels.covered, static_cast<int>(at.x0 - native_.x0),
           static_cast<int>(at.y0 - band_y0_), haematoxylin_, dab_);
  if (!pixels.whole) note_uncovered(pixels, at);
}

// Pixels of the slide that are lost; rings know by themselves where the slide ends.
void StainReader::note_uncovered(const SlidePixels& pixels, const Rect<SlideFrame>& at) {
  const Rect<SlideFrame>& native = tile_.native;
  const Rect<SlideFrame> part = at.clipped(native).clipped({0, 0, tile_.slide.width, tile_.slide.height});
  Plane<std::uint8_t>& covered = tile_.covered_native;
  for (std::int64_t y = part.y0; y < part.y1 && part.x0 < part.x1; ++y) {
    const std::uint8_t* row = pixels.covered.row(static_cast<int>(y - at.y0)) + (part.x0 - at.x0);
    const auto width = static_cast<std::size_t>(part.width());
    if (std::memchr(row, 0, width) == nullptr) continue;
    if (covered.empty()) {
      covered.resize(static_cast<int>(native.width()), static_cast<int>(native.height()));
      covered.fill(1);
    }
    std::copy_n(row, width, covered.row(static_cast<int>(y - native.y0)) + (part.x0 - native.x0));
  }
}

void StainReader::close_band() {
  make_work_rows();
  make_membrane_rows();
}

// The rows of 0.5 um whose pixels are all there.
void StainReader::make_work_rows() {
  const double scale = kWorkPitch / pitch_um_;
  const Rect<WorkFrame>& work = tile_.work;
  std::int64_t end = work.y1;
  if (band_y1_ < native_.y1)
    end = std::min(end, static_cast<std::int64_t>(std::floor(static_cast<double>(band_y1_ - 1) / scale)));
  if (end <= next_work_) return;
  work_rows_.resize(static_cast<int>(work.width()), static_cast<int>(end - next_work_));
  const auto mean = [&](const Plane<std::uint8_t>& from, Plane<std::uint8_t>& to) {
    area_mean(from, native_.x0, band_y0_, scale, work.x0, next_work_, work_rows_);
    std::copy_n(work_rows_.data(), work_rows_.size(), to.row(static_cast<int>(next_work_ - work.y0)));
  };
  mean(haematoxylin_, tile_.haematoxylin);
  mean(dab_, tile_.dab);
  next_work_ = end;
}

void StainReader::make_membrane_rows() {
  const Plane<std::uint8_t>& from = coarse_ ? dab_sharp_ : dab_;
  const Rect<SlideFrame>& native = tile_.native;
  for (std::int64_t y = std::max(native.y0, taken_y1_); y < std::min(native.y1, band_y1_); ++y) {
    std::copy_n(from.row(static_cast<int>(y - band_y0_)) + (native.x0 - native_.x0), native.width(),
                tile_.dab_native.row(static_cast<int>(y - native.y0)));
  }
}

}  // namespace annulet
