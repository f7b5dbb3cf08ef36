#include "annulet/report/tissue_map.hpp"

#include <algorithm>
#include <array>

#include "annulet/base/error.hpp"
#include "annulet/pipeline/overview.hpp"
#include "annulet/slide/slide_source.hpp"

namespace annulet {
namespace {

constexpr std::int64_t kMostPixels = 4'000'000;
constexpr int kMostSide = 16'384;

constexpr Rgb kGlass{255, 255, 255}, kCounted{190, 190, 190};
/// By QcFlag, from Blur on (Okabe and Ito 2008, and dark shades of it).
constexpr std::array<Rgb, kQcFlags - 1> kKeptOut{{{86, 180, 233},
                                                  {0, 114, 178},
                                                  {213, 94, 0},
                                                  {0, 158, 115},
                                                  {240, 228, 66},
                                                  {204, 121, 167},
                                                  {120, 60, 20},
                                                  {230, 159, 0},
                                                  {40, 40, 40}}};

Rgb colour_of(const Ground& ground) {
  if (ground.kept_out != QcFlag::None) return kKeptOut[static_cast<std::size_t>(ground.kept_out) - 1];
  return ground.tissue ? kCounted : kGlass;
}

Ground ground_of(const Rgb& colour) {
  const auto found = std::find(kKeptOut.begin(), kKeptOut.end(), colour);
  if (found != kKeptOut.end()) return {true, static_cast<QcFlag>(found - kKeptOut.begin() + 1)};
  return {colour == kCounted, QcFlag::None};
}

/// Of so many squares of the mask a side one is a pixel.
int step_for(std::int64_t width, std::int64_t height) {
  int step = 1;
  while (width / step * (height / step) > kMostPixels) ++step;
  return step;
}

}  // namespace

RgbImage draw_tissue_map(const SlideResult& result) {
  const Plane<std::uint16_t>& piece = result.tissue.piece;
  const Plane<std::uint8_t>& flag = result.quality.flag;
  if (piece.empty()) return {};
  const int step = step_for(piece.width(), piece.height());
  RgbImage image((piece.width() + step - 1) / step, (piece.height() + step - 1) / step, 255);
  const bool judged = flag.width() == piece.width() && flag.height() == piece.height();
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      const int from_x = std::min(x * step + step / 2, piece.width() - 1),
                from_y = std::min(y * step + step / 2, piece.height() - 1);
      Ground ground{piece(from_x, from_y) != 0, QcFlag::None};
      if (judged && ground.tissue) ground.kept_out = static_cast<QcFlag>(flag(from_x, from_y));
      const Rgb colour = colour_of(ground);
      for (std::size_t c = 0; c < 3; ++c)
        image.row(y)[3 * x + static_cast<int>(c)] = static_cast<std::uint8_t>(colour[c]);
    }
  }
  return image;
}

std::optional<TissueMap> TissueMap::read(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "tissue.png";
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return std::nullopt;
  const std::unique_ptr<SlideSource> picture = open_slide(path);
  const Size<SlideFrame> size = picture->info().extent;
  if (size.width > kMostSide || size.height > kMostSide || size.width * size.height > 2 * kMostPixels)
    throw Error(Code::Corrupt,
                "'" + path.string() + "' is larger than annulet writes: score the slide again");
  SlidePixels pixels;
  picture->read(0, {0, 0, size.width, size.height}, pixels);
  TissueMap map;
  map.image_ = std::move(pixels.rgb);
  return map;
}

TissueMask TissueMap::mask(double width_um, double height_um) const {
  TissueMask mask;
  mask.pitch_um = overview_pitch(width_um, height_um);
  const auto whole = [&](double um) {
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(um / mask.pitch_um));
  };
  mask.pitch_um *= step_for(whole(width_um), whole(height_um));
  mask.piece = Plane<std::uint16_t>(image_.width, image_.height, 0);
  for (int y = 0; y < image_.height; ++y) {
    const std::uint8_t* row = image_.row(y);
    for (int x = 0; x < image_.width; ++x)
      mask.piece(x, y) = ground_of({row[3 * x], row[3 * x + 1], row[3 * x + 2]}).tissue ? 1 : 0;
  }
  return mask;
}

Ground TissueMap::at(double x, double y) const {
  if (!(x >= 0 && x < 1 && y >= 0 && y < 1)) return {};
  const std::uint8_t* pixel =
      image_.row(static_cast<int>(y * image_.height)) + 3 * static_cast<std::ptrdiff_t>(x * image_.width);
  return ground_of({pixel[0], pixel[1], pixel[2]});
}

}  // namespace annulet
