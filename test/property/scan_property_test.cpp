// The promises of docs/architecture.md: the same cells for any threads, memory, blocks and their offset, on
// every kernel path.
#include <unistd.h>

#include <filesystem>
#include <numeric>
#include <string_view>
#include <vector>

#include "annulet/phantom/phantom_slide.hpp"
#include "annulet/phantom/pyramid_writer.hpp"
#include "annulet/pipeline/conclude.hpp"
#include "annulet/pipeline/scan.hpp"
#include "annulet/pipeline/score_slide.hpp"
#include "annulet/report/writers.hpp"
#include "support/kernel_paths.hpp"

using namespace annulet;

namespace {

std::filesystem::path sample(const char* name) {
  return std::filesystem::path(ANNULET_SOURCE_DIR) / "samples/slides" / name;
}

Scan scan_with(const std::filesystem::path& slide, const ScoreOptions& options) {
  const auto source = open_slide(slide);
  const Survey survey = survey_slide(*source, source->info().pitch, options, {});
  REQUIRE(survey.reasons.empty());
  return scan_slide(*source, survey, options, {});
}

}  // namespace

TEST_CASE("any kernel path, thread count and memory budget gives identical bytes") {
  const auto bytes = [](int threads, std::uint64_t memory) {
    ScoreOptions options;
    options.threads = threads;
    options.memory = memory;
    options.block_um = 96;  // several blocks even on a small sample
    RunRecord run;
    const SlideResult result = score_slide(sample("her2-2plus.tif"), options, {}, run);
    return std::vector<std::string>{write_result_json(result),        write_cells_csv(result),
                                    write_cells_bin(result),          write_cells_geojson(result),
                                    encode_png(draw_heatmap(result)), encode_png(draw_overlay(result))};
  };
  const auto reference = bytes(1, 0);
  test::on_each_kernel_path([&] {
    CHECK(bytes(1, 0) == reference);
    CHECK(bytes(1, 1) == reference);  // as little as there may be: many sweeps
    CHECK(bytes(2, 0) == reference);
    CHECK(bytes(3, 200'000) == reference);
    CHECK(bytes(9, 0) == reference);  // planes several rows ahead of the cells
  });
}

TEST_CASE("any kernel path and grid of blocks gives the same cells") {
  const auto check = [](const char* name, const CellTable& reference) {
    const std::vector<std::pair<int, int>> grids{{0, 0}, {96, 0}, {96, 40}, {150, 75}, {200, 13}};
    for (const auto& [block_um, offset_um] : grids) {
      ScoreOptions options;
      options.block_um = block_um;
      options.offset_um = offset_um;
      INFO(name << " block " << block_um << " offset " << offset_um);
      CHECK(scan_with(sample(name), options).cells == reference);
    }
  };
  for (const char* name : {"her2-2plus.tif", "her2-3plus.tif", "her2-0.tif"}) {
    const CellTable reference = scan_with(sample(name), {}).cells;
    REQUIRE(reference.size() > 100);
    // One slide on every path: the slowest of them takes twice as long.
    if (std::string_view(name) == "her2-3plus.tif") {
      test::on_each_kernel_path([&] { check(name, reference); });
    } else {
      check(name, reference);
    }
  }
}

TEST_CASE("tallies of shards merge to the tally of the whole, in any order") {
  RunRecord run;
  const SlideResult result = score_slide(sample("her2-2plus.tif"), {}, {}, run);
  const Grading grading = load_grading("annulet-1");
  REQUIRE(result.graded.size() > 100);
  const std::size_t third = result.graded.size() / 3;
  const auto part = [&](std::size_t from, std::size_t to) {
    return count(GradedTable(result.graded.begin() + static_cast<std::ptrdiff_t>(from),
                             result.graded.begin() + static_cast<std::ptrdiff_t>(to)),
                 grading);
  };
  const Tally a = part(0, third), b = part(third, 2 * third), c = part(2 * third, result.graded.size());
  CHECK(Tally(a).merge(b).merge(c) == result.tally);
  CHECK(Tally(c).merge(Tally(b).merge(a)) == result.tally);
}

TEST_CASE("a coarse scan is sharpened by its luma, and any grid gives the same cells of it") {
  PhantomRecipe recipe = load_recipe("20x-score2");
  recipe.width_px = recipe.height_px = 620;
  recipe.glass_margin_um = 4;
  const auto path =
      std::filesystem::temp_directory_path() / ("annulet-coarse-" + std::to_string(::getpid()) + ".tif");
  PyramidOptions pyramid;
  pyramid.mpp = recipe.mpp;
  write_pyramid_tiff(paint_phantom(recipe).rgb, path, pyramid);  // JPEG 4:2:0
  const auto source = open_slide(path);
  Survey survey = survey_slide(*source, source->info().pitch, {}, {});
  REQUIRE(survey.reasons.empty());
  CHECK(survey.stain.lost_detail_percent == 20);
  const CellTable reference = scan_slide(*source, survey, {}, {}).cells;
  REQUIRE(reference.size() > 100);
  ScoreOptions tiled;
  tiled.block_um = 100;
  tiled.offset_um = 37;
  CHECK(scan_slide(*source, survey, tiled, {}).cells == reference);
  survey.stain.lost_detail_percent = 0;  // what is given back reaches the ridges
  const CellTable plain = scan_slide(*source, survey, {}, {}).cells;
  const auto ridges = [](const CellTable& cells) {
    std::int64_t sum = 0;
    for (const CellRow& row : cells) sum += std::accumulate(row.ridge.begin(), row.ridge.end(), 0);
    return sum;
  };
  CHECK(20 * ridges(reference) > 21 * ridges(plain));
  std::filesystem::remove(path);
}
