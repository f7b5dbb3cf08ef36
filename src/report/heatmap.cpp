// heatmap.png: share of stained tumour cells by square, over the faded thumbnail, with legend, fields and
// scale bar.
#include <algorithm>
#include <cmath>

#include "annulet/base/integer_math.hpp"
#include "annulet/report/writers.hpp"
#include "report/canvas.hpp"
#include "report/heat_grid.hpp"
#include "report/quality_look.hpp"
#include "report/region_outline.hpp"
#include "report/scan_pitch.hpp"
#include "report/text.hpp"

namespace annulet {
namespace {

using report::Box;
using report::Canvas;
using report::Colour;

constexpr int kLeastLong = 700;  // px: smaller thumbnails are enlarged
constexpr int kPlainLong = 900;  // px of a map without a thumbnail
constexpr int kLegendWide = 250, kMargin = 24, kLeastTall = 420, kFlagLine = 26;
constexpr int kFade = 150, kOpacity = 205;
constexpr Colour kInk{30, 34, 40}, kGrey{110, 116, 124};

/// The ground of the map: the thumbnail, or white in the slide's shape where there is none.
struct Ground {
  RgbImage picture;
  double um_a_px = 1;
};

Ground ground_of(const SlideResult& result) {
  if (result.thumbnail.width > 0 && result.thumbnail_pitch_um > 0) {
    const int longest = std::max(result.thumbnail.width, result.thumbnail.height);
    const int times = std::max(1, (kLeastLong + longest - 1) / longest);
    return {report::enlarged(report::faded(result.thumbnail, kFade), times),
            result.thumbnail_pitch_um / times};
  }
  const std::int64_t width = std::max<std::int64_t>(1, result.slide.extent.width);
  const std::int64_t height = std::max<std::int64_t>(1, result.slide.extent.height),
                     longest = std::max(width, height);
  const auto side = [&](std::int64_t px) {
    return static_cast<int>(std::max<std::int64_t>(1, divide_round(px * kPlainLong, longest)));
  };
  const double um_a_px =
      result.pitch.known() ? report::scan_pitch_um(result) * static_cast<double>(longest) / kPlainLong : 1;
  return {RgbImage(side(width), side(height)), um_a_px};
}

void draw_squares(RgbImage& picture, const report::HeatGrid& grid, double um_a_px) {
  Canvas canvas(picture);
  const auto edge = [&](int index) {
    return static_cast<int>(static_cast<double>(index * grid.square_um) / um_a_px + 0.5);
  };
  for (int y = 0; y < grid.squares.height(); ++y) {
    for (int x = 0; x < grid.squares.width(); ++x) {
      const report::HeatSquare& square = grid.squares(x, y);
      if (square.cells < report::kFewestInSquare) continue;
      canvas.tint({edge(x), edge(y), edge(x + 1), edge(y + 1)}, report::step_of(square).colour, kOpacity);
    }
  }
}

void draw_field_marks(RgbImage& picture, const SlideResult& result, double um_a_px) {
  Canvas canvas(picture);
  char letter = 'A';
  const auto px = [&](std::int64_t at) {
    return static_cast<int>(std::lround(static_cast<double>(at) * report::scan_pitch_um(result) / um_a_px));
  };
  for (const FieldPicture& field : result.fields) {
    Box box{px(field.where.x0), px(field.where.y0), px(field.where.x1), px(field.where.y1)};
    box.x1 = std::max(box.x1, box.x0 + 8);
    box.y1 = std::max(box.y1, box.y0 + 8);
    canvas.frame(box.grown(1), {255, 255, 255}, 4);
    canvas.frame(box, kInk, 2);
    const std::string name(1, letter++);
    canvas.fill({box.x0, box.y0, box.x0 + 18, box.y0 + 20}, kInk);
    canvas.text(box.x0 + 4, box.y0 + 5, name, 11, {255, 255, 255});
  }
}

void draw_legend(RgbImage& picture, const SlideResult& result, const report::HeatGrid& grid, int x) {
  Canvas canvas(picture);
  int y = kMargin;
  const auto line = [&](const std::string& words, int height, Colour colour) {
    canvas.text(x, y, words, height, colour);
    y += height * 2;
  };
  line("Stained tumour cells", 13, kInk);
  line("share of the measurable", 10, kGrey);
  line("tumour cells of a square", 10, kGrey);
  y += 8;
  for (std::size_t i = report::kHeatSteps.size(); i-- > 0;) {
    const report::HeatStep& step = report::kHeatSteps[i];
    canvas.fill({x, y, x + 30, y + 22}, step.colour);
    canvas.frame({x, y, x + 30, y + 22}, kGrey, 1);
    canvas.text(x + 42, y + 5, step.words, 11, kInk);
    y += 28;
  }
  y += 10;
  line("square: " + report::length_words(static_cast<double>(grid.square_um), "um"), 10, kGrey);
  line("no colour: fewer than " + std::to_string(report::kFewestInSquare) + " cells", 10, kGrey);
  line("A, B, C: fields of the overlay", 10, kGrey);
  y += 14;
  for (const report::RegionStyle* style : report::region_styles_of(result)) {
    canvas.fill({x, y, x + 30, y + 6}, style->colour);
    canvas.text(x + 42, y - 2, style->words, 10, kGrey);
    y += 22;
  }
  const std::vector<QcFlag> flags = report::flags_of(result);
  if (flags.empty()) return;
  y += 12;
  line("Kept out of the count", 13, kInk);
  y += 4;
  for (const QcFlag flag : flags) {
    report::hatch_box(picture, {x, y, x + 30, y + 20}, flag);
    canvas.frame({x, y, x + 30, y + 20}, kGrey, 1);
    canvas.text(x + 42, y + 5, report::flag_words(result, flag), 9, kInk);
    y += kFlagLine;
  }
}

/// What the legend of the flags adds to its height.
int legend_growth(const SlideResult& result) {
  const auto flags = static_cast<int>(report::flags_of(result).size());
  return flags == 0 ? 0 : 60 + flags * kFlagLine;
}

}  // namespace

RgbImage draw_heatmap(const SlideResult& result) {
  Ground ground = ground_of(result);
  const report::HeatGrid grid = report::heat_grid_of(result);
  draw_squares(ground.picture, grid, ground.um_a_px);
  report::hatch_excluded(ground.picture, result, 0, 0, ground.um_a_px);
  report::draw_regions(ground.picture, result, {}, report::scan_pitch_um(result) / ground.um_a_px);
  draw_field_marks(ground.picture, result, ground.um_a_px);
  Canvas map(ground.picture);
  map.scale_bar(kMargin, ground.picture.height - kMargin, ground.um_a_px, ground.picture.width / 4);
  RgbImage out(ground.picture.width + kLegendWide + 3 * kMargin,
               std::max(ground.picture.height + 2 * kMargin, kLeastTall + legend_growth(result)));
  Canvas canvas(out);
  canvas.paste(ground.picture, kMargin, kMargin);
  canvas.frame(
      {kMargin - 1, kMargin - 1, kMargin + ground.picture.width + 1, kMargin + ground.picture.height + 1},
      {190, 196, 204}, 1);
  draw_legend(out, result, grid, ground.picture.width + 2 * kMargin);
  return out;
}

}  // namespace annulet
