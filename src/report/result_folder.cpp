#include "annulet/report/result_folder.hpp"

#include <functional>
#include <vector>

#include "annulet/base/digest.hpp"
#include "annulet/pipeline/side_by_side.hpp"
#include "annulet/report/tissue_map.hpp"
#include "annulet/report/writers.hpp"

namespace annulet {
namespace {

void write_csv(AtomicFolder& folder, const SlideResult& result) {
  folder.write("cells.csv.gz", [&](const Append& file) {
    GzipMembers gzip(file);
    write_cells_csv(result, std::ref(gzip));
  });
}

std::string gzip_member(std::string_view piece) {
  std::string bytes;
  GzipMembers gzip([&](std::string_view made) { bytes = made; });
  gzip(piece);
  return bytes;
}

// The two longest of the files: all threads take part in each.
void write_geojson(AtomicFolder& folder, const SlideResult& result, int threads) {
  folder.write("cells.geojson.gz", [&](const Append& file) {
    const auto member = [&](std::size_t part) { return gzip_member(geojson_part(result, part)); };
    in_order(threads, geojson_parts(result), member, file);
  });
}

void write_bin(AtomicFolder& folder, const SlideResult& result, int threads) {
  folder.write("cells.bin.gz", [&](const Append& file) {
    const std::size_t parts = cells_bin_parts(result);
    CellsBinSeal seal(parts);
    const auto make = [&](std::size_t part) { return cells_bin_part(result, part); };
    in_order(threads, parts, make, std::ref(seal), gzip_member, file);
  });
}

}  // namespace

// The other files do not depend on each other; those that take longest come first.
std::string write_result_folder(const SlideResult& result, RunRecord& run, bool geojson, int threads,
                                AtomicFolder& folder) {
  std::string json = write_result_json(result);
  folder.write("result.json", json);
  run.result_digest = sha256_of(json);
  std::vector<std::function<void()>> files;
  if (result.scanned) {
    if (geojson) write_geojson(folder, result, threads);
    write_bin(folder, result, threads);
    files.emplace_back([&] { write_csv(folder, result); });
    files.emplace_back([&] { folder.write("overlay.png", encode_png(draw_overlay(result))); });
    if (!result.tissue.piece.empty())
      files.emplace_back([&] { folder.write("tissue.png", encode_png(draw_tissue_map(result))); });
    files.emplace_back([&] { folder.write("heatmap.png", encode_png(draw_heatmap(result))); });
  }
  files.emplace_back([&] { folder.write("report.html", write_report_html(result, run)); });
  side_by_side(threads, files);
  folder.write("run.json", write_run_json(run));
  return json;
}

}  // namespace annulet
