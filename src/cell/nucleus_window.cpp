#include "cell/nucleus_window.hpp"

#include <algorithm>
#include <cmath>

#include "annulet/base/directions.hpp"

namespace annulet::nuclei {

namespace {

constexpr int kGlassPx = kGlassUm * kMicroUnits / kMicroPerWork;

constexpr int kCutPercent = 65;             // of half its length along the border, that a centre lies inside
constexpr int kLeastInside = 12;            // rays that end inside the slide
constexpr int kClosingRays = 18;            // of 32 of these, that have an edge
constexpr int kTouching = kMicroUnits / 2;  // 1/64 um: an outline so near the border is cut by it

struct Borders {
  bool left, top, right, bottom;  ///< the slide ends there too
};

// Work pixels that the slide touches.
Size<WorkFrame> work_extent(const StainTile& tile) {
  const double work_per_px = tile.pitch_um / kWorkPitch;
  return {static_cast<std::int64_t>(std::ceil(static_cast<double>(tile.slide.width) * work_per_px)),
          static_cast<std::int64_t>(std::ceil(static_cast<double>(tile.slide.height) * work_per_px))};
}

Borders borders_of(const StainTile& tile) {
  const double work_per_px = tile.pitch_um / kWorkPitch;
  const auto slide_right = static_cast<std::int64_t>(static_cast<double>(tile.slide.width) * work_per_px);
  const auto slide_bottom = static_cast<std::int64_t>(static_cast<double>(tile.slide.height) * work_per_px);
  return {tile.work.x0 <= 0, tile.work.y0 <= 0, tile.work.x1 >= slide_right, tile.work.y1 >= slide_bottom};
}

}  // namespace

BlobWindow blob_window(const StainTile& window, const Rect<WorkFrame>& part) {
  const int skip_x = static_cast<int>(window.work.x0 & 1), skip_y = static_cast<int>(window.work.y0 & 1);
  const auto x0 = static_cast<std::int32_t>(window.work.x0 * kMicroPerWork),
             y0 = static_cast<std::int32_t>(window.work.y0 * kMicroPerWork);
  const auto wanted = micro(part);
  return {kMicroPerWork * (skip_x + 1),
          kMicroPerWork * (skip_y + 1),
          {wanted.x0 - x0, wanted.y0 - y0, wanted.x1 - x0, wanted.y1 - y0}};
}

Rect<WorkFrame> inner_part(const StainTile& tile, const StainTile& window, int reach_um) {
  const std::int64_t reach = reach_um * kMicroUnits / kMicroPerWork;
  // Where the slide ends, a spot may lie on the very border of the window.
  const auto margin = [&](bool ends) { return ends ? std::int64_t{-2} : reach; };
  const Borders ends = borders_of(tile);
  return {window.work.x0 + margin(ends.left), window.work.y0 + margin(ends.top),
          window.work.x1 - margin(ends.right), window.work.y1 - margin(ends.bottom)};
}

bool touches_border(const StainTile& tile) {
  const Borders ends = borders_of(tile);
  return ends.left || ends.top || ends.right || ends.bottom;
}

void add_glass(const StainTile& tile, StainTile& padded) {
  const Borders ends = borders_of(tile);
  padded.native = tile.native;
  padded.pitch_um = tile.pitch_um;
  padded.slide = tile.slide;
  padded.work = {tile.work.x0 - (ends.left ? kGlassPx : 0), tile.work.y0 - (ends.top ? kGlassPx : 0),
                 tile.work.x1 + (ends.right ? kGlassPx : 0), tile.work.y1 + (ends.bottom ? kGlassPx : 0)};
  const auto left = static_cast<int>(tile.work.x0 - padded.work.x0),
             top = static_cast<int>(tile.work.y0 - padded.work.y0);
  for (auto plane : {&StainTile::haematoxylin, &StainTile::dab}) {
    const Plane<std::uint8_t>& from = tile.*plane;
    Plane<std::uint8_t>& to = padded.*plane;
    to.resize(static_cast<int>(padded.work.width()), static_cast<int>(padded.work.height()));
    std::fill(to.values().begin(), to.values().end(), std::uint8_t{0});
    for (int y = 0; y < from.height(); ++y) std::copy_n(from.row(y), from.width(), to.row(y + top) + left);
  }
}

bool closes_inside(const StainTile& padded, const Star& star, int least_edge) {
  const double work_per_px = padded.pitch_um / kWorkPitch;
  const auto border = [&](std::int64_t px, std::int64_t from) {
    return static_cast<std::int32_t>(
        (static_cast<std::int64_t>(static_cast<double>(px) * work_per_px) - from) * kMicroPerWork);
  };
  const auto left = static_cast<std::int32_t>(-padded.work.x0 * kMicroPerWork) + kTouching,
             top = static_cast<std::int32_t>(-padded.work.y0 * kMicroPerWork) + kTouching,
             right = border(padded.slide.width, padded.work.x0) - kTouching,
             bottom = border(padded.slide.height, padded.work.y0) - kTouching;
  int inside = 0, with_edge = 0;
  for (std::size_t ray = 0; ray < kNucleusRays; ++ray) {
    const auto& d = kDirections64[2 * ray];
    const std::int32_t x = star.centre.x + 8 * star.radius[ray] * d[0] / kDirectionOne,
                       y = star.centre.y + 8 * star.radius[ray] * d[1] / kDirectionOne;
    if (x < left || x >= right || y < top || y >= bottom) continue;
    ++inside;
    with_edge += star.edge[ray] > least_edge ? 1 : 0;
  }
  return inside >= kLeastInside && kNucleusRays * with_edge >= kClosingRays * inside;
}

bool belongs_to(const StainTile& window, const Nucleus& nucleus) {
  const Size<WorkFrame> slide = work_extent(window);
  const auto right = static_cast<std::int32_t>(slide.width * kMicroPerWork),
             bottom = static_cast<std::int32_t>(slide.height * kMicroPerWork);
  const auto [x, y] = nucleus.centre;
  if (x < 0 || x >= right || y < 0 || y >= bottom) return false;
  std::int32_t least_x = 0, most_x = 0, least_y = 0, most_y = 0;
  for (int ray = 0; ray < kNucleusRays; ++ray) {
    const auto& d = kDirections64[static_cast<std::size_t>(2 * ray)];
    const std::int32_t r = 8 * nucleus.radius[static_cast<std::size_t>(ray)];
    const std::int32_t dx = r * d[0] / kDirectionOne, dy = r * d[1] / kDirectionOne;
    least_x = std::min(least_x, dx);
    most_x = std::max(most_x, dx);
    least_y = std::min(least_y, dy);
    most_y = std::max(most_y, dy);
  }
  const auto stays = [](std::int32_t to_border, std::int32_t reach, std::int32_t along) {
    return reach < to_border - kTouching || 200 * to_border >= kCutPercent * along;
  };
  return stays(x, -least_x, most_y - least_y) && stays(right - x, most_x, most_y - least_y) &&
         stays(y, -least_y, most_x - least_x) && stays(bottom - y, most_y, most_x - least_x);
}

}  // namespace annulet::nuclei
