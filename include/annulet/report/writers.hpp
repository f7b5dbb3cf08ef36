#pragma once
#include <string>

#include "annulet/base/plane.hpp"
#include "annulet/model/result.hpp"

namespace annulet {

/// The files of contract 2, each as bytes: functions of the result alone, identical for identical results.
std::string write_result_json(const SlideResult& result);
std::string write_run_json(const RunRecord& run);
std::string write_cells_csv(const SlideResult& result);          ///< RFC 4180 text, not compressed
std::string write_cells_bin(const SlideResult& result);          ///< compact cell table, docs/formats/cells-bin.md
std::string write_cells_geojson(const SlideResult& result);      ///< FeatureCollection for QuPath, docs/formats/geojson.md
std::string write_report_html(const SlideResult& result, const RunRecord& run);  ///< self-contained

/// Share of stained tumour cells over the slide, drawn over its thumbnail.
RgbImage draw_heatmap(const SlideResult& result);
/// The chosen fields side by side, each cell's outline coloured by its pattern, with a legend.
RgbImage draw_overlay(const SlideResult& result);
/// One field with outlines.
RgbImage draw_field(const SlideResult& result, const FieldPicture& field);

std::string encode_png(const RgbImage& image);
std::string gzip(const std::string& bytes);                      ///< libdeflate; header without time and name

/// Reads what write_cells_bin wrote. Throws Error Corrupt.
CellTable read_cells_bin(const std::string& bytes);

}  // namespace annulet
