// Memory is bounded by the tiles in flight and the tissue, not by the slide.
#include <sys/resource.h>

#include <filesystem>

#include "annulet/phantom/pyramid_writer.hpp"
#include "annulet/pipeline/score_slide.hpp"
#include "annulet/slide/slide_source.hpp"
#include "support/catch.hpp"

using namespace annulet;
namespace fs = std::filesystem;

TEST_CASE("a slide of 100,000 px square with 1 % of tissue runs in under 1 GB", "[long]") {
  const auto sample = open_slide(fs::path(ANNULET_SOURCE_DIR) / "samples/slides/her2-2plus.tif");
  SlidePixels pixels;
  sample->read(0, {0, 0, 1024, 1024}, pixels);
  const fs::path path = fs::temp_directory_path() / "annulet_giant.svs";
  GiantOptions options;
  options.pyramid.aperio = true;
  write_giant_slide(pixels.rgb, path, options);
  CHECK(fs::file_size(path) < 20'000'000);

  RunRecord run;
  const SlideResult result = score_slide(path, {}, {}, run);
  fs::remove(path);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  WARN("tissue " << result.tissue_mm2 << " mm2, " << result.cells.size() << " cells, peak "
                 << usage.ru_maxrss / 1024 << " MB, " << run.seconds_total << " s");
  CHECK(result.slide.extent.width == 100'000);
  CHECK(result.tissue_mm2 >= 0.01 * 25 * 25);
  CHECK(result.verdict.score.has_value());
  CHECK(result.tiles.balanced());
  CHECK(usage.ru_maxrss < 1'000'000);
}
