// Regions from their file to the result.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include "annulet/base/error.hpp"
#include "annulet/pipeline/score_slide.hpp"
#include "annulet/report/writers.hpp"
#include "support/catch.hpp"

using namespace annulet;
namespace fs = std::filesystem;

namespace {

const fs::path kSamples = fs::path(ANNULET_SOURCE_DIR) / "samples";

SlideResult score_with(const fs::path& regions, bool deidentify = false) {
  ScoreOptions options;
  options.regions = {regions};
  options.deidentify = deidentify;
  RunRecord run;
  return score_slide(kSamples / "slides/her2-2plus.tif", options, {}, run);
}

bool has_caveat(const SlideResult& result, const std::string& code) {
  return std::any_of(result.verdict.caveats.begin(), result.verdict.caveats.end(),
                     [&](const Remark& caveat) { return caveat.code == code; });
}

}  // namespace

TEST_CASE("cells count inside the regions, and the area left out is told") {
  const SlideResult result = score_with(kSamples / "regions/her2-2plus.qupath.geojson");
  REQUIRE(result.verdict.score.has_value());
  CHECK(result.status == Status::Scored);
  REQUIRE(result.regions.size() == 2);
  for (const CellRow& cell : result.cells) {
    const double x = cell.x / 64.0 / 0.25, y = cell.y / 64.0 / 0.25;  // level-0 px
    CHECK((x >= 64 && x < 1472 && y >= 64 && y < 1472));
    CHECK_FALSE((x >= 704 && x < 832 && y >= 704 && y < 832));
    CHECK_FALSE((x > 1215 && x < 1435 && y > 100 && y < 380));
  }
  CHECK(result.analysed_mm2 == Approx(result.regions[0].tissue_mm2 - result.regions[1].tissue_mm2));
  CHECK(result.excluded_mm2.at("region") + result.analysed_mm2 == Approx(result.tissue_mm2));
  CHECK(result.tiles.balanced());
}

TEST_CASE("a name may tell a patient: without names only digests stand in the result") {
  const SlideResult result = score_with(kSamples / "regions/her2-2plus.qupath.geojson", true);
  const std::string json = write_result_json(result);
  CHECK(json.find("qupath") == std::string::npos);
  CHECK(json.find("Invasive carcinoma") == std::string::npos);
  CHECK(json.find(result.regions.at(0).digest) != std::string::npos);
}

TEST_CASE("what a file of regions holds beside regions is told") {
  const fs::path file = fs::temp_directory_path() / "annulet_regions_skipped.geojson";
  std::ofstream(file) << R"([{"type":"Polygon","coordinates":[[[-50,0],[1500,0],[1500,1500],[-50,1500]]]},)"
                      << R"({"type":"LineString","coordinates":[[1,2],[3,4]]}])";
  const SlideResult result = score_with(file);
  fs::remove(file);
  CHECK(result.status == Status::ScoredWithCaveats);
  CHECK(has_caveat(result, "region-skipped"));
  CHECK(has_caveat(result, "region-clipped"));
}

TEST_CASE("a region elsewhere gives no score, and its result says why") {
  const fs::path file = fs::temp_directory_path() / "annulet_regions_elsewhere.geojson";
  std::ofstream(file) << R"({"type":"Polygon","coordinates":[[[9000,9000],[9100,9000],[9100,9100]]]})";
  const SlideResult result = score_with(file);
  fs::remove(file);
  CHECK(result.status == Status::NotEvaluable);
  CHECK_FALSE(result.scanned);
  REQUIRE(result.verdict.reasons.size() == 1);
  CHECK(result.verdict.reasons[0].code == "region-outside");
}
