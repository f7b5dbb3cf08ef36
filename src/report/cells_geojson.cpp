// cells.geojson: a FeatureCollection that QuPath opens; its rules, classes and colours:
// docs/formats/geojson.md.
#include <algorithm>

#include "annulet/base/digest.hpp"
#include "annulet/base/error.hpp"
#include "annulet/report/writers.hpp"
#include "report/cell_text.hpp"
#include "report/outline.hpp"
#include "report/pieces.hpp"
#include "report/scan_pitch.hpp"
#include "report/text.hpp"

namespace annulet {
namespace {

constexpr std::size_t kCellsAPart = 768;      // about 1 MiB
constexpr std::size_t kBytesAFeature = 1536;  // more than most take: reserves once
constexpr double kHundredths = 100;           // QuPath keeps pixel coordinates on a grid of 0.01

/// The member `classification`: names that switch on QuPath's own columns where they mean the same, with its
/// colours.
const char* classification(const GradedCell& graded) {
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

/// RFC 9562 5.8: version 8, of the digest of slide and cell; the same cell of the same slide has the same id
/// for ever. `slide` is the digest of what all ids begin with.
void append_uuid(std::string& out, Sha256& slide, const CellRow& row) {
  std::string cell;
  report::append_cell_id(cell, row);
  Sha256::Digest digest = slide.digest_with(cell);
  digest[6] = static_cast<std::uint8_t>(0x80 | (digest[6] & 0x0F));
  digest[8] = static_cast<std::uint8_t>(0x80 | (digest[8] & 0x3F));
  for (std::size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += "0123456789abcdef"[digest[i] >> 4];
    out += "0123456789abcdef"[digest[i] & 15];
  }
}

char* put_hundredths(char* to, double value) {
  const double shifted = value * kHundredths + (value < 0 ? -0.5 : 0.5);
  return report::put_scaled(to, static_cast<std::int64_t>(shifted), 2);
}

void append_ring(std::string& out, const CellRow& row, double um_a_px) {
  const report::Outline outline = report::thinned(report::outline_of(row));
  constexpr int kFiner = report::kOutlineUnits / kMicroUnits;
  constexpr std::size_t kVertexChars = 2 * report::kScaledChars + 4;
  std::array<char, (kRays + 1) * kVertexChars> text;
  char* to = text.data();
  const auto put_vertex = [&](const Point<MicroFrame, std::int32_t>& vertex) {
    const auto px = [um_a_px](std::int32_t centre, std::int32_t offset) {
      return static_cast<double>(std::int64_t{centre} * kFiner + offset) / report::kOutlineUnits / um_a_px;
    };
    *to++ = '[';
    to = put_hundredths(to, px(row.x, vertex.x));
    *to++ = ',';
    to = put_hundredths(to, px(row.y, vertex.y));
    *to++ = ']';
  };
  for (int i = 0; i < outline.count; ++i) {
    put_vertex(outline.vertex[static_cast<std::size_t>(i)]);
    *to++ = ',';
  }
  put_vertex(outline.vertex[0]);
  out += "[[";
  out.append(text.data(), to);
  out += "]]";
}

void append_measurements(std::string& out, const CellRow& row, const GradedCell& graded) {
  const report::CellFacts facts = report::facts_of(row, graded);
  out += R"("measurements":{"Cell: Area µm^2":)";
  report::append_scaled(out, facts.cell_area_um2, 3);
  const auto append = [&](const char* key, const std::optional<std::int64_t>& thousandths) {
    if (!thousandths) return;
    out += key;
    report::append_scaled(out, *thousandths, 3);
  };
  append(R"(,"Nucleus: Area µm^2":)", facts.nucleus_area_um2);
  append(R"(,"Nucleus: Hematoxylin OD mean":)", facts.haematoxylin_od);
  append(R"(,"Membrane: completeness":)", facts.completeness);
  append(R"(,"Membrane: longest arc":)", facts.longest_arc);
  append(R"(,"Membrane: DAB OD mean":)", facts.strength_od);
  append(R"(,"Membrane: DAB OD median":)", facts.median_od);
  append(R"(,"Membrane: width µm":)", facts.width_um);
  append(R"(,"Membrane: contrast OD":)", facts.contrast_od);
  out += '}';
}

void append_feature(std::string& out, const SlideResult& result, Sha256& slide, std::size_t i) {
  const CellRow& row = result.cells[i];
  const GradedCell& graded = result.graded[i];
  out += R"({"type":"Feature","id":")";
  append_uuid(out, slide, row);
  out += R"(","geometry":{"type":"Polygon","coordinates":)";
  append_ring(out, row, report::scan_pitch_um(result));
  out += R"(},"properties":{"objectType":"cell","name":")";
  report::append_cell_id(out, row);
  out += R"(","classification":)";
  out += classification(graded);
  out += ',';
  append_measurements(out, row, graded);
  out += "}}";
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
  if (part == 0) out += "{\"type\":\"FeatureCollection\",\"features\":[\n";
  Sha256 slide;
  slide.add(result.slide_sha256 + ':');
  for (std::size_t i = first; i < last; ++i) {
    append_feature(out, result, slide, i);
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
