// cells.geojson: a FeatureCollection that QuPath opens; its rules, classes and colours:
// docs/formats/geojson.md.
#include <algorithm>
#include <array>

#include "annulet/base/error.hpp"
#include "annulet/report/writers.hpp"
#include "report/cell_text.hpp"
#include "report/pieces.hpp"
#include "report/pixel_ring.hpp"
#include "report/scan_pitch.hpp"
#include "report/text.hpp"

namespace annulet {
namespace {

constexpr std::size_t kCellsAPart = 1024;      // about 1 MiB
constexpr std::size_t kBytesAFeature = 1024;   // more than most take: reserves once
constexpr std::size_t kLargestFeature = 4096;  // 65 corners of 28 bytes and some 700 around them

/// The member `classification`: names that switch on QuPath's own columns where they mean the same, with its
/// colours.
std::string_view classification(const GradedCell& graded) {
  switch (graded.kind) {
    case CellKind::Benign:
      return R"({"name":"Benign","color":[90,160,90]})";
    case CellKind::Lymphocyte:
      return R"({"name":"Immune cells","color":[160,90,160]})";
    case CellKind::Stroma:
      return R"({"name":"Stroma","color":[150,200,150]})";
    case CellKind::Uncertain:
      return R"({"name":"Uncertain","color":[140,140,140]})";
    case CellKind::Tumour:
      break;
  }
  switch (graded.pattern) {
    case Pattern::None:
      return R"({"name":"Tumor: Negative","color":[90,90,180]})";
    case Pattern::FaintIncomplete:
      return R"({"name":"Tumor: 1+","color":[255,215,0]})";
    case Pattern::ModerateOrStrongIncomplete:
      return R"({"name":"Tumor: Moderate incomplete","color":[0,158,115]})";
    case Pattern::WeakModerateComplete:
      return R"({"name":"Tumor: 2+","color":[225,150,50]})";
    case Pattern::IntenseComplete:
      return R"({"name":"Tumor: 3+","color":[200,50,50]})";
    case Pattern::Unmeasurable:
      break;
  }
  return R"({"name":"Tumor: Unmeasurable","color":[180,180,180]})";
}

char* put_text(char* to, std::string_view text) {
  return std::copy(text.begin(), text.end(), to);
}

char* put_hex(char* to, std::uint64_t value, int digits) {
  for (int i = digits; i-- > 0;) *to++ = "0123456789abcdef"[value >> (4 * i) & 15];
  return to;
}

/// What the features of a slide have in common.
struct Common {
  std::string start;  ///< of the feature, up to what its id says of the slide
  report::PixelGrid grid;
};

/// RFC 9562 5.8, version 8: 60 bits of the slide's digest, then the cell's key. The same cell of the same
/// slide has the same id for ever.
std::string start_of(std::string slide_sha256) {
  constexpr std::size_t kDigits = 15;
  const std::string slide = (slide_sha256 + std::string(kDigits, '0')).substr(0, kDigits);
  return R"({"type":"Feature","id":")" + slide.substr(0, 8) + '-' + slide.substr(8, 4) + "-8" +
         slide.substr(12) + '-';
}

char* put_id_of_cell(char* to, const CellRow& row) {
  expects(row.x >= 0 && row.y >= 0, "cells lie on the slide");
  constexpr std::uint64_t kVariant = std::uint64_t{2} << 62;
  constexpr int kBitsOfX = 31;
  const std::uint64_t id =
      kVariant | static_cast<std::uint64_t>(row.y) << kBitsOfX | static_cast<std::uint64_t>(row.x);
  to = put_hex(to, id >> 48, 4);
  *to++ = '-';
  return put_hex(to, id, 12);
}

char* put_ring(char* to, const CellRow& row, const report::PixelGrid& grid) {
  const report::PixelGrid::Ring ring = grid.ring_of(row);
  const auto put_corner = [&](const report::PixelGrid::Corner& corner) {
    *to++ = '[';
    to = report::put_scaled(to, corner.x, grid.decimals());
    *to++ = ',';
    to = report::put_scaled(to, corner.y, grid.decimals());
    *to++ = ']';
  };
  to = put_text(to, "[[");
  for (int i = 0; i < ring.count; ++i) {
    put_corner(ring.corner[static_cast<std::size_t>(i)]);
    *to++ = ',';
  }
  put_corner(ring.corner[0]);
  return put_text(to, "]]");
}

char* put_measurements(char* to, const CellRow& row, const GradedCell& graded) {
  const report::CellFacts facts = report::facts_of(row, graded);
  to = put_text(to, R"("measurements":{"Cell: Area µm^2":)");
  to = report::put_scaled(to, facts.cell_area_um2, 3);
  const auto put = [&](std::string_view key, const std::optional<std::int64_t>& thousandths) {
    if (!thousandths) return;
    to = put_text(to, key);
    to = report::put_scaled(to, *thousandths, 3);
  };
  put(R"(,"Nucleus: Area µm^2":)", facts.nucleus_area_um2);
  put(R"(,"Nucleus: Hematoxylin OD mean":)", facts.haematoxylin_od);
  put(R"(,"Membrane: completeness":)", facts.completeness);
  put(R"(,"Membrane: longest arc":)", facts.longest_arc);
  put(R"(,"Membrane: DAB OD mean":)", facts.strength_od);
  put(R"(,"Membrane: DAB OD median":)", facts.median_od);
  put(R"(,"Membrane: width µm":)", facts.width_um);
  put(R"(,"Membrane: contrast OD":)", facts.contrast_od);
  *to++ = '}';
  return to;
}

char* put_feature(char* to, const Common& common, const CellRow& row, const GradedCell& graded) {
  to = put_text(to, common.start);
  to = put_id_of_cell(to, row);
  to = put_text(to, R"(","geometry":{"type":"Polygon","coordinates":)");
  to = put_ring(to, row, common.grid);
  to = put_text(to, R"(},"properties":{"objectType":"cell","name":")");
  to = report::put_cell_id(to, row);
  to = put_text(to, R"(","classification":)");
  to = put_text(to, classification(graded));
  *to++ = ',';
  to = put_measurements(to, row, graded);
  return put_text(to, "}}");
}

}  // namespace

std::size_t geojson_parts(const SlideResult& result) {
  return std::max<std::size_t>(1, (result.cells.size() + kCellsAPart - 1) / kCellsAPart);
}

std::string geojson_part(const SlideResult& result, std::size_t part) {
  expects(result.cells.size() == result.graded.size(), "every cell is graded");
  expects(result.cells.empty() || result.pitch.known(), "cells lie on a slide of known pitch");
  const std::size_t first = part * kCellsAPart, last = std::min(first + kCellsAPart, result.cells.size());
  std::string out;
  out.reserve((last - first) * kBytesAFeature + 64);
  const Common common{start_of(result.slide_sha256), report::PixelGrid(report::scan_pitch_um(result))};
  std::array<char, kLargestFeature> text;
  if (part == 0) out += "{\"type\":\"FeatureCollection\",\"features\":[\n";
  for (std::size_t i = first; i < last; ++i) {
    out.append(text.data(), put_feature(text.data(), common, result.cells[i], result.graded[i]));
    out += i + 1 < result.cells.size() ? ",\n" : "\n";
  }
  if (last == result.cells.size()) out += "]}\n";
  return out;
}

void write_cells_geojson(const SlideResult& result, const Append& out) {
  for (std::size_t part = 0; part < geojson_parts(result); ++part) out(geojson_part(result, part));
}

std::string write_cells_geojson(const SlideResult& result) {
  return report::whole_text([&](const Append& out) { write_cells_geojson(result, out); });
}

}  // namespace annulet
