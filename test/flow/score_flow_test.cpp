// From a slide file to a verdict, on the committed samples (exact truth) and on real files where they are
// there.
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "annulet/pipeline/score_slide.hpp"
#include "annulet/report/writers.hpp"
#include "support/catch.hpp"
#include "support/data.hpp"

using namespace annulet;
namespace fs = std::filesystem;

namespace {

SlideResult score(const fs::path& slide, ScoreOptions options = {}) {
  RunRecord run;
  return score_slide(slide, options, {}, run);
}

fs::path sample(const std::string& name) {
  return fs::path(ANNULET_SOURCE_DIR) / "samples/slides" / name;
}

std::string outcome(const SlideResult& result) {
  if (result.verdict.score) return name(*result.verdict.score);
  return result.verdict.reasons.empty() ? "no reason given" : result.verdict.reasons.front().code;
}

}  // namespace

TEST_CASE("each sample gets the score of its truth") {
  for (const char* stem : {"her2-0", "her2-1plus", "her2-2plus", "her2-3plus"}) {
    std::ifstream in(sample(std::string(stem) + ".slide.json"));
    const nlohmann::json truth = nlohmann::json::parse(in);
    const SlideResult result = score(sample(std::string(stem) + ".tif"));
    INFO(stem);
    CHECK(outcome(result) == truth["expected_score"].get<std::string>());
    CHECK(result.tiles.balanced());
    const double found = static_cast<double>(result.tally.of(CellKind::Tumour));
    CHECK(found == Approx(truth["n_tumour_evaluable"].get<double>()).epsilon(0.25));
  }
}

TEST_CASE("an H&E-like slide gets no score, and its result says why") {
  const SlideResult result = score(sample("he-like.tif"));
  CHECK(outcome(result) == "not-dab");
  CHECK(result.status == Status::NotEvaluable);
  const nlohmann::json json = nlohmann::json::parse(write_result_json(result));
  CHECK(json["score"].is_null());
  CHECK(json["percent"].is_null());
  CHECK_FALSE(json["reasons"].empty());
}

TEST_CASE("a slide that is not there fails, it does not score") {
  const SlideResult result = score("no-such-slide.svs");
  CHECK(result.status == Status::Failed);
  CHECK(outcome(result) == "not-found");
}

TEST_CASE("controls that failed leave no score") {
  ScoreOptions options;
  options.controls = "failed";
  CHECK(outcome(score(sample("her2-2plus.tif"), options)) == "controls-failed");
}

TEST_CASE("an option that cannot be is told before any slide is touched") {
  ScoreOptions options;
  options.guideline = "gastric-2016-biopsy";
  options.ish = "2.1,4.5";
  CHECK_THROWS_AS(score("no-such-slide.svs", options), Error);
}

TEST_CASE("a refused picture still says that it is a picture, and at which pitch it was refused", "[real]") {
  const auto data = test_data("a refused picture still says that it is a picture");
  if (!data) return;
  ScoreOptions options;
  options.mpp = 0.6;
  const SlideResult result = score(*data / "other-stains/he-00000.jpg", options);
  CHECK(outcome(result) == "too-coarse");
  CHECK(result.pitch.x == 0.6);
  REQUIRE_FALSE(result.verdict.caveats.empty());
  CHECK(result.verdict.caveats.front().code == "picture");
}

TEST_CASE("real files out of scope are refused", "[real]") {
  const auto data = test_data("real files out of scope are refused");
  if (!data) return;
  CHECK(outcome(score(*data / "fixtures/CMU-1-Small-Region.svs")) == "not-dab");
  CHECK(outcome(score(*data / "fixtures/fluorescence-DAPI.ndpi")) == "fluorescence");
  ScoreOptions field;
  field.mpp = 0.32;
  const std::string blank =
      outcome(score(*data / "real/tma-cores/3_99b35026-3833-48c0-9b30-dcd151596f6d.jpg", field));
  CHECK((blank == "no-tissue" || blank == "no-haematoxylin"));
  for (const char* name : {"he-00000.jpg", "he-00002.jpg", "he-00004.jpg", "he-00006.jpg"})
    CHECK(outcome(score(*data / "other-stains" / name, field)) == "not-dab");
  for (const char* name :
       {"dab-no-counterstain-0.jpeg", "dab-no-counterstain-2.jpeg", "dab-no-counterstain-4.jpeg"}) {
    CHECK(outcome(score(*data / "other-stains" / name, field)) == "no-haematoxylin");
  }
}
