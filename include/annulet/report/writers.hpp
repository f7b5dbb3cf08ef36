#pragma once
#include <string>

#include "annulet/base/plane.hpp"
#include "annulet/model/result.hpp"

namespace annulet {

/// The files of contract 2, each as bytes: functions of the result alone, identical for identical results.
/// Formats and units: docs/formats. Any thread. `cells` sorted by `before`, `graded` parallel to it, numbers
/// finite: else Error Internal. Nothing is made anonymous here: `slide.file_name` and `options` must come
/// without folders, as result.json has no path. Cost for a million cells: cells.csv 0.5 s and 110 MB,
/// cells.bin 1.5 s and 270 MB, cells.geojson 4 s and 790 MB.
std::string write_result_json(const SlideResult& result);
std::string write_run_json(const RunRecord& run);
std::string write_cells_csv(const SlideResult& result);  ///< RFC 4180 text, not compressed
std::string write_cells_bin(const SlideResult& result);  ///< compact cell table, docs/formats/cells-bin.md
/// FeatureCollection for QuPath, docs/formats/geojson.md.
std::string write_cells_geojson(const SlideResult& result);
std::string write_report_html(const SlideResult& result, const RunRecord& run);  ///< self-contained

/// Share of stained tumour cells over the slide, drawn over its thumbnail.
RgbImage draw_heatmap(const SlideResult& result);
/// The chosen fields side by side, each cell's outline coloured by its pattern, with a legend.
RgbImage draw_overlay(const SlideResult& result);
/// One field with outlines.
RgbImage draw_field(const SlideResult& result, const FieldPicture& field);

std::string encode_png(const RgbImage& image);
inline constexpr int kGzipLevel = 6;      ///< the default of gzip and libdeflate
inline constexpr int kGzipFastLevel = 1;  ///< for GeoJSON: a third of the time for a fifth more bytes
/// libdeflate, level 1 .. 12; header without time and name.
std::string gzip(const std::string& bytes, int level = kGzipLevel);

/// Reads what write_cells_bin wrote. Throws Error Corrupt.
CellTable read_cells_bin(const std::string& bytes);

}  // namespace annulet
