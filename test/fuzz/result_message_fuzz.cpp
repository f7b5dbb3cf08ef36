// What the confined process sends: every message is refused as no result, or is one that all files can be
// written of. The first byte tells whether what follows is taken as it came, or is first made to add up
// (cells in order, the tally that of the grades), so that the files are reached.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "annulet/base/error.hpp"
#include "annulet/report/deidentify.hpp"
#include "annulet/report/tissue_map.hpp"
#include "annulet/report/writers.hpp"
#include "pipeline/result_members.hpp"

namespace {

using namespace annulet;

constexpr std::uint64_t kBudget = 1 << 20;    // bytes of everything but cells
constexpr std::int64_t kMostDrawn = 1 << 16;  // px of a picture that is drawn on: time for more tries

void require(bool holds) {
  if (!holds) __builtin_trap();
}

/// Puts the cells in order, each with its grade, and drops those that share their place with another.
void order_cells(SlideResult& result) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < std::min(result.cells.size(), result.graded.size()); ++i) order.push_back(i);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return before(result.cells[a], result.cells[b]); });
  CellTable cells;
  GradedTable graded;
  for (const std::size_t i : order) {
    if (!cells.empty() && !before(cells.back(), result.cells[i])) continue;
    cells.push_back(result.cells[i]);
    graded.push_back(result.graded[i]);
  }
  result.cells = cells;
  result.graded = graded;
}

void make_it_add_up(SlideResult& result) {
  order_cells(result);
  Tally tally;
  for (const GradedCell& graded : result.graded) {
    const auto kind = static_cast<std::size_t>(graded.kind);
    ++tally.pattern[kind][static_cast<std::size_t>(graded.pattern)];
    if (graded.pattern == Pattern::Unmeasurable) {
      ++tally.unmeasurable[kind];
    } else {
      ++tally.measurable[kind][0][0][0];
    }
  }
  result.tally = tally;
  TileAccount& tiles = result.tiles;
  tiles.expected = tiles.analysed + tiles.background + tiles.missing + tiles.undecodable + tiles.excluded;
}

/// What the parent does with an accepted result (ScoreCommand).
void write_all(SlideResult& result, RunRecord& run) {
  const Pseudonyms pseudonyms("sixteen bytes or more");
  deidentify(pseudonyms, "run", result, run);
  (void)write_result_json(result);
  (void)write_run_json(run);
  const std::string table = write_cells_bin(result);
  require(read_cells_bin(table) == result.cells);
  (void)write_cells_csv(result);
  if (result.cells.empty() || result.pitch.known()) (void)write_cells_geojson(result);
  std::int64_t px = std::int64_t{result.thumbnail.width} * result.thumbnail.height;
  for (const FieldPicture& field : result.fields) px += std::int64_t{field.image.width} * field.image.height;
  if (px > kMostDrawn) return;
  (void)write_report_html(result, run);
  if (!result.scanned) return;
  (void)encode_png(draw_overlay(result));
  (void)encode_png(draw_heatmap(result));
  if (!result.tissue.piece.empty()) (void)encode_png(draw_tissue_map(result));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::size_t at = 1;
  const auto source = [&](void* to, std::size_t most) {
    const std::size_t part = std::min(most, size - at);
    std::memcpy(to, data + at, part);
    at += part;
    return part;
  };
  SlideResult result;
  RunRecord run;
  try {
    if (data[0] % 2 == 0) {
      receive_result(source, result, run);
    } else {
      std::uint64_t greeting = 0;
      message::Reader(source, kBudget)(greeting, run, result);
      make_it_add_up(result);
      check_result(result);
    }
  } catch (const message::Malformed&) {
    return 0;
  } catch (const Error& error) {
    require(error.code() == Code::Crashed);
    return 0;
  }
  write_all(result, run);
  return 0;
}
