#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "annulet/base/digest.hpp"
#include "annulet/base/files.hpp"
#include "annulet/base/plane.hpp"
#include "annulet/model/result.hpp"

namespace annulet {

/// The files of contract 2, each as bytes: functions of the result alone, identical for identical results.
/// Formats and units: docs/formats. Any thread. `cells` sorted by `before`, `graded` parallel to it, numbers
/// finite: else Error Internal. Nothing is made anonymous here: `slide.file_name` and `options` must come
/// without folders, as result.json has no path.
std::string write_result_json(const SlideResult& result);
std::string write_run_json(const RunRecord& run);

/// The tables, in pieces of about kTablePiece bytes that end with a row: the pieces, and so the members of
/// GzipMembers, are the same for the same cells. Memory: a few pieces. CPU for a million cells with
/// GzipMembers: cells.csv 0.5 s, cells.bin 1.7 s, cells.geojson 3.4 s, of which four fifths, nine tenths and
/// two thirds go into compressing.
void write_cells_csv(const SlideResult& result, const Append& out);  ///< RFC 4180 text
void write_cells_bin(const SlideResult& result, const Append& out);  ///< docs/formats/cells-bin.md
/// The pieces of cells.bin one by one, for several threads: 0 ... cells_bin_parts - 1. In their order each
/// goes through a CellsBinSeal, which adds the file's digest to the last.
std::size_t cells_bin_parts(const SlideResult& result);
std::string cells_bin_part(const SlideResult& result, std::size_t part);
class CellsBinSeal {
 public:
  explicit CellsBinSeal(std::size_t parts) : parts_(parts) {}
  void operator()(std::string& part);

 private:
  std::size_t parts_;
  Sha256 digest_;
};
/// FeatureCollection for QuPath, docs/formats/geojson.md.
void write_cells_geojson(const SlideResult& result, const Append& out);
/// The pieces of cells.geojson one by one, for several threads: 0 ... geojson_parts - 1.
std::size_t geojson_parts(const SlideResult& result);
std::string geojson_part(const SlideResult& result, std::size_t part);
inline constexpr std::size_t kTablePiece = std::size_t{1} << 20;
/// The same as one text, for small tables.
std::string write_cells_csv(const SlideResult& result);
std::string write_cells_bin(const SlideResult& result);
std::string write_cells_geojson(const SlideResult& result);

std::string write_report_html(const SlideResult& result, const RunRecord& run);  ///< self-contained

/// Share of stained tumour cells over the slide, drawn over its thumbnail.
RgbImage draw_heatmap(const SlideResult& result);
/// The chosen fields side by side, each cell's outline coloured by its pattern, with a legend.
RgbImage draw_overlay(const SlideResult& result);
/// One field with outlines.
RgbImage draw_field(const SlideResult& result, const FieldPicture& field);

std::string encode_png(const RgbImage& image);

/// libdeflate's level for the tables: 6, the default of gzip, takes 2.5 to 3.5 times as long for files 4 %
/// (bin) to 15 % (csv) smaller.
inline constexpr int kGzipLevel = 1;

/// Compresses each piece it is given into a gzip member of its own: members that follow each other are one
/// gzip file (RFC 1952 2.2), which zlib, Python, R and gzip read as one text. Headers without time and name.
/// level 1 .. 12. Keeps its buffers; one thread.
class GzipMembers {
 public:
  explicit GzipMembers(Append out, int level = kGzipLevel);
  ~GzipMembers();
  GzipMembers(const GzipMembers&) = delete;
  GzipMembers& operator=(const GzipMembers&) = delete;
  void operator()(std::string_view piece);

 private:
  struct Compressor;
  Append out_;
  std::unique_ptr<Compressor> compressor_;
  std::string member_;
};

/// Reads what write_cells_bin wrote. Throws Error Corrupt.
CellTable read_cells_bin(const std::string& bytes);
/// SHA-256 of the slide that such bytes, already read, were measured on.
std::string cells_bin_slide(const std::string& bytes);

}  // namespace annulet
