// Heat map and fields: a photograph below, the findings above it as vectors that stay sharp when printed or
// enlarged and that name the cell under the pointer.
#include <algorithm>
#include <cmath>

#include "annulet/slide/jpeg_encoder.hpp"
#include "report/canvas.hpp"
#include "report/field_cells.hpp"
#include "report/heat_grid.hpp"
#include "report/html_parts.hpp"
#include "report/outline.hpp"
#include "report/picture_bytes.hpp"
#include "report/quality_look.hpp"
#include "report/region_outline.hpp"
#include "report/scan_pitch.hpp"
#include "report/text.hpp"

namespace annulet::report {
namespace {

constexpr int kQuality = 90;
constexpr int kFade = 110;
constexpr double kTenths = 10;  // fields: vector coordinates in tenths of a picture pixel

void append_image(std::string& out, const RgbImage& image, const std::string& words) {
  out += "<img src=\"data:image/jpeg;base64," + base64(encode_jpeg(image, kQuality)) + "\" alt=\"" +
         escape_html(words) + "\" width=\"" + std::to_string(image.width) + "\" height=\"" +
         std::to_string(image.height) + "\">";
}

std::string view_box(std::int64_t width, std::int64_t height) {
  return "viewBox=\"0 0 " + std::to_string(width) + " " + std::to_string(height) + "\"";
}

std::string rgb(Colour colour) {
  return "rgb(" + std::to_string(colour.red) + "," + std::to_string(colour.green) + "," +
         std::to_string(colour.blue) + ")";
}

/// A scale bar in the lower left corner of a picture of width x height drawing units.
void append_scale_bar(std::string& out, double width, double height, double um_a_unit) {
  const double um = round_length_um(width * um_a_unit / 4), length = um / um_a_unit, part = width / 100;
  const auto number = [](double value) { return fixed(value, 1); };
  out += "<g><rect x=\"" + number(2 * part) + "\" y=\"" + number(height - 8 * part) + "\" width=\"" +
         number(length + 3 * part) + "\" height=\"" + number(6 * part) +
         "\" fill=\"#fff\" opacity=\".82\" rx=\"" + number(part * 0.6) + "\"/><rect x=\"" +
         number(3.5 * part) + "\" y=\"" + number(height - 3.7 * part) + "\" width=\"" + number(length) +
         "\" height=\"" + number(0.7 * part) + "\" fill=\"#14181d\"/><text x=\"" + number(3.5 * part) +
         "\" y=\"" + number(height - 4.5 * part) + "\" font-size=\"" + number(2.5 * part) +
         "\" font-family=\"system-ui,Liberation Sans,Arial,sans-serif\" fill=\"#14181d\">" +
         length_words(um, "µm") + "</text></g>";
}

void append_squares(std::string& out, const HeatGrid& grid) {
  out += "<g opacity=\".82\" shape-rendering=\"crispEdges\">";
  for (int y = 0; y < grid.squares.height(); ++y) {
    for (int x = 0; x < grid.squares.width(); ++x) {
      const HeatSquare& square = grid.squares(x, y);
      if (square.cells < kFewestInSquare) continue;
      const std::string side = std::to_string(grid.square_um);
      out += "<rect x=\"" + std::to_string(x * grid.square_um) + "\" y=\"" +
             std::to_string(y * grid.square_um) + "\" width=\"" + side + "\" height=\"" + side +
             "\" fill=\"" + rgb(step_of(square).colour) + "\"><title>" + std::to_string(square.stained) +
             " of " + std::to_string(square.cells) + " tumour cells stained</title></rect>";
    }
  }
  out += "</g>";
}

void append_field_marks(std::string& out, const SlideResult& result, double width_um) {
  char letter = 'A';
  const double least = width_um / 60, line = width_um / 300, text = width_um / 42;
  const auto um = [&](std::int64_t px) { return static_cast<double>(px) * scan_pitch_um(result); };
  for (const FieldPicture& field : result.fields) {
    const double x = um(field.where.x0), y = um(field.where.y0);
    const double wide = std::max(least, um(field.where.width())),
                 tall = std::max(least, um(field.where.height()));
    const std::string box = "x=\"" + fixed(x, 1) + "\" y=\"" + fixed(y, 1) + "\" width=\"" + fixed(wide, 1) +
                            "\" height=\"" + fixed(tall, 1) + "\"";
    out += "<rect " + box + " fill=\"none\" stroke=\"#fff\" stroke-width=\"" + fixed(2 * line, 1) +
           "\"/><rect " + box + " fill=\"none\" stroke=\"#14181d\" stroke-width=\"" + fixed(line, 1) +
           "\"/><rect x=\"" + fixed(x, 1) + "\" y=\"" + fixed(y, 1) + "\" width=\"" + fixed(1.2 * text, 1) +
           "\" height=\"" + fixed(1.3 * text, 1) + "\" fill=\"#14181d\"/><text x=\"" +
           fixed(x + 0.6 * text, 1) + "\" y=\"" + fixed(y + text, 1) + "\" font-size=\"" + fixed(text, 1) +
           "\" font-weight=\"700\" text-anchor=\"middle\" font-family=\"Liberation Sans,Arial,sans-serif\" "
           "fill=\"#fff\">" +
           letter++ + "</text>";
  }
}

/// What is kept out of the count, with its colour and share; nothing where all is counted.
void append_flag_legend(std::string& out, const SlideResult& result) {
  const std::vector<QcFlag> flags = flags_of(result);
  if (flags.empty()) return;
  out += "<h3>Kept out of the count</h3><ul class=\"scale\">";
  for (const QcFlag flag : flags) {
    out += "<li><span class=\"key\" style=\"background:repeating-linear-gradient(135deg," +
           rgb(style_of(flag).colour) + " 0 3px,#fff 3px 7px)\"></span>" +
           escape_html(flag_words(result, flag)) + "</li>";
  }
  out += "</ul>";
}

RgbImage hatched(RgbImage picture, const SlideResult& result, double x_um, double y_um, double um_a_px) {
  hatch_excluded(picture, result, x_um, y_um, um_a_px);
  return picture;
}

/// `scale` drawing units a level-0 pixel, `least` a pixel of the picture. How many rings were left out.
std::size_t append_regions(std::string& out, const SlideResult& result, Point<SlideFrame> top_left,
                           double scale, double width, double height, double least) {
  const RegionOutlines outlines = region_outlines(result, top_left, scale, width, height, least);
  for (const RegionOutline& outline : outlines.drawn) {
    const RegionStyle& style = region_style_of(outline.role);
    std::string path;
    for (const Spot& spot : outline.ring)
      path += (path.empty() ? "M" : "L") + fixed(spot.x, 1) + " " + fixed(spot.y, 1);
    const double line = width / 250;
    const std::string shape = "<path d=\"" + path + "z\" fill=\"none\" stroke-width=\"";
    out +=
        shape + fixed(2 * line, 1) + "\" stroke=\"#fff\"/>" + shape + fixed(line, 1) + "\" stroke=\"" +
        rgb(style.colour) + "\"" +
        (style.dashed ? " stroke-dasharray=\"" + fixed(3 * line, 1) + " " + fixed(2 * line, 1) + "\"" : "") +
        "/>";
  }
  return outlines.too_long;
}

void append_region_legend(std::string& out, const SlideResult& result, std::size_t too_long) {
  for (const RegionStyle* style : region_styles_of(result)) {
    out += "<li><span class=\"key\" style=\"background:#fff;border:3px " +
           std::string(style->dashed ? "dashed " : "solid ") + rgb(style->colour) + "\"></span>" +
           style->words + "</li>";
  }
  if (too_long > 0)
    out += "<li class=\"small\">" + grouped(too_long) + (too_long == 1 ? " outline is" : " outlines are") +
           " not drawn: too finely drawn to be told apart at this size</li>";
}

void append_heat_legend(std::string& out, const HeatGrid& grid, const SlideResult& result,
                        std::size_t too_long) {
  out += "<div><h3 style=\"margin-top:0\">Stained tumour cells</h3><ul class=\"scale\">";
  for (std::size_t i = kHeatSteps.size(); i-- > 0;) {
    out += "<li><span class=\"key\" style=\"background:" + rgb(kHeatSteps[i].colour) + "\"></span>" +
           kHeatSteps[i].words + "</li>";
  }
  append_region_legend(out, result, too_long);
  out += "</ul><p class=\"small\" style=\"margin-top:12px\">Squares of " +
         length_words(static_cast<double>(grid.square_um), "µm") + "; without colour: fewer than " +
         std::to_string(kFewestInSquare) + " measurable tumour cells. A, B, C: the fields below.</p>";
  append_flag_legend(out, result);
  out += "</div>\n";
}

std::string cell_words(const CellRow& row, const GradedCell& graded) {
  if (graded.kind != CellKind::Tumour) return name(graded.kind);
  std::string words = style_of(graded.pattern).words;
  if (graded.pattern == Pattern::Unmeasurable) return words;
  words += ": " + scaled((graded.completeness + 5) / 10, 0) + " % of the ring";
  if (graded.strength_od > 0) words += ", " + scaled((graded.strength_od + 5) / 10, 2) + " OD";
  if (row.width > 0) words += ", " + fixed(row.width / 32.0, 1) + " µm wide";
  return words;
}

std::string path_of(const SlideResult& result, const FieldPicture& field, const CellRow& row) {
  const Outline outline = thinned(outline_of(row, kRingInsetUm));
  const auto in_field = [&](std::int32_t centre, std::int64_t edge_px) {
    return (static_cast<double>(centre) / kMicroUnits -
            static_cast<double>(edge_px) * scan_pitch_um(result)) /
           field.pitch_um;
  };
  const double centre_x = in_field(row.x, field.where.x0), centre_y = in_field(row.y, field.where.y0);
  std::string path;
  std::int64_t last_x = 0, last_y = 0;
  for (int i = 0; i < outline.count; ++i) {
    const auto& vertex = outline.vertex[static_cast<std::size_t>(i)];
    const auto tenths = [&](double start, std::int32_t offset) {
      return std::llround((start + static_cast<double>(offset) / kOutlineUnits / field.pitch_um) * kTenths);
    };
    const std::int64_t x = tenths(centre_x, vertex.x), y = tenths(centre_y, vertex.y);
    path += i == 0 ? 'M' : 'l';
    append_integer(path, x - last_x);
    path += ' ';
    append_integer(path, y - last_y);
    last_x = x;
    last_y = y;
  }
  return path + 'z';
}

/// The rings of the field grouped by their look, in drawing order.
void append_rings(std::string& out, const SlideResult& result, const FieldPicture& field) {
  std::string open;
  for (const std::size_t i : cells_of(result, field)) {
    const GradedCell& graded = result.graded[i];
    const std::string look = graded.kind == CellKind::Tumour ? style_of(graded.pattern).class_name : "other";
    if (look != open) {
      if (!open.empty()) out += "</g>";
      out += "<g class=\"ring-" + look + "\">";
      open = look;
    }
    out += "<path d=\"" + path_of(result, field, result.cells[i]) + "\"><title>" +
           cell_words(result.cells[i], graded) + "</title></path>";
  }
  if (!open.empty()) out += "</g>";
}

/// How many rings of regions were left out.
std::size_t append_figure(std::string& out, const SlideResult& result, const FieldPicture& field,
                          char letter) {
  const double width = field.image.width * kTenths, height = field.image.height * kTenths;
  out += "<figure><div class=\"picture\">";
  const auto um = [&](std::int64_t px) { return static_cast<double>(px) * scan_pitch_um(result); };
  append_image(out, hatched(field.image, result, um(field.where.x0), um(field.where.y0), field.pitch_um),
               "Field " + std::string(1, letter) + ", " + field.name + ": " + field.caption);
  out += "<svg " + view_box(std::int64_t{10} * field.image.width, std::int64_t{10} * field.image.height) +
         " aria-hidden=\"true\"><g class=\"rings\">";
  append_rings(out, result, field);
  out += "</g>";
  const std::size_t too_long =
      append_regions(out, result, {field.where.x0, field.where.y0},
                     scan_pitch_um(result) / field.pitch_um * kTenths, width, height, kTenths);
  append_scale_bar(out, width, height, field.pitch_um / kTenths);
  out += std::string("</svg></div><figcaption><b>") + letter + " · " + escape_html(field.name) + ".</b> " +
         escape_html(field.caption) + "</figcaption></figure>\n";
  return too_long;
}

void append_ring_legend(std::string& out, const SlideResult& result, std::size_t too_long) {
  out += "<ul class=\"scale\">";
  for (int i = kPatterns - 1; i >= 0; --i) {
    const PatternStyle& style = style_of(static_cast<Pattern>(i));
    out +=
        std::string("<li><span class=\"key fill-") + style.class_name + "\"></span>" + style.words + "</li>";
  }
  out += "<li><span class=\"key fill-other\"></span>Not a tumour cell</li>";
  append_region_legend(out, result, too_long);
  out += "</ul>\n";
}

}  // namespace

void append_heat_map(std::string& out, const SlideResult& result) {
  const RgbImage& thumbnail = result.thumbnail;
  if (thumbnail.width == 0 || thumbnail.height == 0) return;
  if (!result.scanned || result.thumbnail_pitch_um <= 0) {
    out += "<section>\n<h2>The slide</h2>\n<div class=\"picture tall\">";
    append_image(out, hatched(thumbnail, result, 0, 0, result.thumbnail_pitch_um), "Overview of the slide");
    out += "</div>\n";
    append_flag_legend(out, result);
    out += "</section>\n";
    return;
  }
  const double width_um = thumbnail.width * result.thumbnail_pitch_um,
               height_um = thumbnail.height * result.thumbnail_pitch_um;
  const HeatGrid grid = heat_grid_of(result);
  out +=
      "<section>\n<h2>Where the staining is</h2>\n<p class=\"lead\">Share of stained tumour cells over the "
      "slide: an even "
      "picture speaks for one population, a patchy one for several.</p>\n<div class=\"map\"><div "
      "class=\"picture\">";
  append_image(out, hatched(faded(thumbnail, kFade), result, 0, 0, result.thumbnail_pitch_um),
               "Overview of the slide with the share of stained tumour cells by square");
  out += "<svg viewBox=\"0 0 " + fixed(width_um, 1) + " " + fixed(height_um, 1) +
         "\" preserveAspectRatio=\"none\" aria-hidden=\"true\">";
  append_squares(out, grid);
  const std::size_t too_long =
      append_regions(out, result, {}, scan_pitch_um(result), width_um, height_um, result.thumbnail_pitch_um);
  append_field_marks(out, result, width_um);
  append_scale_bar(out, width_um, height_um, 1);
  out += "</svg></div>\n";
  append_heat_legend(out, grid, result, too_long);
  out += "</div>\n</section>\n";
}

void append_fields(std::string& out, const SlideResult& result) {
  if (result.fields.empty()) return;
  out +=
      "<section>\n<h2>Fields to check by eye</h2>\n<p class=\"lead\">Each ring is a cell as it was measured, "
      "drawn just inside its wall "
      "and coloured by its staining. Point at a ring for its numbers.</p>\n<input type=\"checkbox\" "
      "id=\"outlines\" checked>"
      "<label class=\"switch\" for=\"outlines\">Show the rings</label>\n<div class=\"fields\">\n";
  char letter = 'A';
  std::size_t too_long = 0;
  for (const FieldPicture& field : result.fields) {
    too_long = std::max(too_long, append_figure(out, result, field, letter++));
  }
  out += "</div>\n";
  append_ring_legend(out, result, too_long);
  out += "</section>\n";
}

}  // namespace annulet::report
