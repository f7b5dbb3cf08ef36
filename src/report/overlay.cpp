// overlay.png: the chosen fields side by side, each cell's outline coloured by its pattern.
#include <algorithm>

#include "annulet/report/writers.hpp"
#include "report/canvas.hpp"
#include "report/field_cells.hpp"
#include "report/quality_look.hpp"
#include "report/region_outline.hpp"
#include "report/scan_pitch.hpp"

namespace annulet {
namespace {

using report::Canvas;
using report::Colour;

constexpr int kMargin = 24, kCaption = 64, kLegend = 44;
constexpr int kLeastWide = 640;  // px: the legend needs it
constexpr Colour kInk{30, 34, 40}, kGrey{110, 116, 124};

int line_of(int line, double pitch_um) {
  return pitch_um < 0.35 ? line : std::max(1, line - 1);
}

/// One entry of the legend; returns where the next begins.
int draw_entry(Canvas& canvas, int x, int y, Colour colour, int line, bool dashed, const std::string& words) {
  std::vector<report::Spot> ring;
  for (int i = 0; i <= 18; i += 3) ring.push_back({x + 2.0 + i, y + 1.0});
  for (int i = 0; i <= 18; i += 3) ring.push_back({x + 20.0 - i, y + 17.0});
  canvas.ring(ring, colour, line, dashed);
  canvas.text(x + 28, y + 4, words, 10, kInk);
  return x + 28 + Canvas::text_width(words, 10) + 26;
}

int draw_legend(RgbImage& out, const SlideResult& result, int y) {
  Canvas canvas(out);
  int x = kMargin;
  const auto next = [&](Colour colour, int line, bool dashed, const std::string& words) {
    if (x + 40 + Canvas::text_width(words, 10) > out.width - kMargin) {
      x = kMargin;
      y += 30;
    }
    x = draw_entry(canvas, x, y, colour, line, dashed, words);
  };
  for (int i = kPatterns - 1; i >= 0; --i) {
    const report::PatternStyle& style = report::style_of(static_cast<Pattern>(i));
    next(style.colour, style.line, style.dashed, style.words);
  }
  next(report::kOtherKinds, 1, false, "Not a tumour cell");
  for (const report::RegionStyle* style : report::region_styles_of(result))
    next(style->colour, report::kRegionLine, style->dashed, style->words);
  for (const QcFlag flag : report::flags_of(result)) {
    const std::string words = std::string("Not counted: ") + report::style_of(flag).words;
    if (x + 40 + Canvas::text_width(words, 10) > out.width - kMargin) {
      x = kMargin;
      y += 30;
    }
    report::hatch_box(out, {x, y, x + 20, y + 18}, flag);
    canvas.text(x + 28, y + 4, words, 10, kInk);
    x += 28 + Canvas::text_width(words, 10) + 26;
  }
  return y + 30;
}

/// The words in lines of at most `wide` px.
std::vector<std::string> wrapped(const std::string& words, int height, int wide) {
  std::vector<std::string> lines(1);
  for (std::size_t at = 0; at < words.size();) {
    const std::size_t end = std::min(words.find(' ', at), words.size());
    const std::string word = words.substr(at, end - at);
    const std::string longer = lines.back().empty() ? word : lines.back() + ' ' + word;
    if (Canvas::text_width(longer, height) > wide && !lines.back().empty()) {
      lines.push_back(word);
    } else {
      lines.back() = longer;
    }
    at = end + 1;
  }
  return lines;
}

void draw_captioned(RgbImage& out, const SlideResult& result, const FieldPicture& field, char letter, int x) {
  Canvas canvas(out);
  canvas.paste(draw_field(result, field), x, kMargin);
  int y = kMargin + field.image.height + 10;
  canvas.text(x, y, std::string(1, letter) + "  " + field.name, 12, kInk);
  for (const std::string& line : wrapped(field.caption, 9, field.image.width))
    canvas.text(x, y += 20, line, 9, kGrey);
}

}  // namespace

RgbImage draw_field(const SlideResult& result, const FieldPicture& field) {
  RgbImage picture = field.image;
  const auto um = [&](std::int64_t px) { return static_cast<double>(px) * report::scan_pitch_um(result); };
  report::hatch_excluded(picture, result, um(field.where.x0), um(field.where.y0), field.pitch_um);
  Canvas canvas(picture);
  for (const std::size_t i : report::cells_of(result, field)) {
    const GradedCell& graded = result.graded[i];
    const auto draw = [&](Colour colour, int line, bool dashed) {
      canvas.ring(report::ring_in(result, field, result.cells[i], dashed), colour, line, dashed);
    };
    if (graded.kind != CellKind::Tumour) {
      draw(report::kOtherKinds, 1, false);
      continue;
    }
    const report::PatternStyle& style = report::style_of(graded.pattern);
    draw(style.colour, line_of(style.line, field.pitch_um), style.dashed);
  }
  report::draw_regions(picture, result, {field.where.x0, field.where.y0},
                       report::scan_pitch_um(result) / field.pitch_um);
  canvas.scale_bar(16, picture.height - 16, field.pitch_um, picture.width / 4);
  return picture;
}

RgbImage draw_overlay(const SlideResult& result) {
  int wide = kMargin, tall = 0;
  for (const FieldPicture& field : result.fields) {
    wide += field.image.width + kMargin;
    tall = std::max(tall, field.image.height);
  }
  RgbImage out(std::max(wide, kLeastWide), kMargin + tall + kCaption + 7 * kLegend);
  int x = kMargin;
  char letter = 'A';
  for (const FieldPicture& field : result.fields) {
    draw_captioned(out, result, field, letter++, x);
    x += field.image.width + kMargin;
  }
  const int used = draw_legend(out, result, kMargin + tall + kCaption + 10);
  out.resize(out.width, used + kMargin / 2);
  return out;
}

}  // namespace annulet
