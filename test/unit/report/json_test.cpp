#include <algorithm>
#include <nlohmann/json.hpp>

#include "annulet/base/digest.hpp"
#include "annulet/base/files.hpp"
#include "annulet/model/model_file.hpp"
#include "annulet/report/writers.hpp"
#include "support/catch.hpp"
#include "support/json_schema.hpp"
#include "support/sample_result.hpp"

using namespace annulet;
using annulet::test::Json;

namespace {

Json schema(const char* name) {
  return Json::parse(read_text(std::string(ANNULET_SOURCE_DIR) + "/models/schema/" + name));
}

/// The text of a member as it stands in the file: parsing would lose the decimals.
std::string literal(const std::string& json, const std::string& key, std::size_t from = 0) {
  const std::size_t start = json.find("\"" + key + "\": ", from) + key.size() + 4;
  return json.substr(start, json.find_first_of(",\n", start) - start);
}

/// Sum of the five shares in thousandths, from the digits themselves.
long sum_of_percent(const std::string& json, const std::string& object) {
  const std::size_t from = json.find("\"" + object + "\": {");
  long total = 0;
  for (const char* pattern : {"none", "faint_incomplete", "moderate_or_strong_incomplete",
                              "weak_moderate_complete", "intense_complete"}) {
    std::string digits = literal(json, pattern, from);
    REQUIRE(digits.size() - digits.find('.') == 4);  // three decimals
    digits.erase(digits.find('.'), 1);
    total += std::stol(digits);
  }
  return total;
}

}  // namespace

TEST_CASE("result.json of a scored slide and of a refused one fit the schema") {
  const Json rules = schema("result.schema.json");
  test::SchemaCheck check(rules);
  for (const SlideResult& result : {sample::scored(), sample::refused(), SlideResult{}}) {
    const auto errors = check(Json::parse(write_result_json(result)));
    for (const std::string& error : errors) UNSCOPED_INFO(error);
    CHECK(errors.empty());
  }
}

TEST_CASE("run.json fits the schema") {
  const Json rules = schema("run.schema.json");
  test::SchemaCheck check(rules);
  CHECK(check(Json::parse(write_run_json(sample::run()))).empty());
}

TEST_CASE("the schema check finds what is wrong") {
  const Json rules = schema("result.schema.json");
  test::SchemaCheck check(rules);
  Json document = Json::parse(write_result_json(sample::scored()));
  document["score"] = "4+";
  document["tiles"].erase("missing");
  document["cells"]["extra"] = 1;
  document["percent"]["none"] = 101;
  CHECK(check(document).size() == 4);
}

TEST_CASE("a slide without a score has null for score and percent, and reasons") {
  const Json json = Json::parse(write_result_json(sample::refused()));
  CHECK(json["status"] == "not-evaluable");
  CHECK(json["score"].is_null());
  CHECK(json["percent"].is_null());
  CHECK(json["percent_all_kinds"].is_null());
  CHECK(json["reasons"][0]["code"] == "not-dab");
}

TEST_CASE("the fields of a scored slide are those of the result") {
  const SlideResult result = sample::scored();
  const Json json = Json::parse(write_result_json(result));
  CHECK(json["schema"] == "annulet/result/1");
  CHECK(json["score"] == "2+");
  CHECK(json["group"] == "equivocal");
  CHECK(json["cells"]["total"] == result.cells.size());
  CHECK(json["cells"]["measurable"].get<int>() + json["cells"]["unmeasurable"].get<int>() ==
        json["cells"]["tumour"]);
  CHECK(json["calibration"]["pitch"]["x"] == 0.25);
  CHECK(json["slide"]["file_name"] == "sample.svs");
  CHECK(json["slide"]["levels"].size() == 2);
  CHECK(json["area_mm2"]["excluded"]["fold"] == 0.005);
  CHECK(json["problems"]["missing"] == 1);
  CHECK(json["margins"][0]["cells"] == 24);
}

TEST_CASE("a model file that was edited under its built-in id is told from the built-in one") {
  SlideResult result = sample::scored();
  const ModelFile grading = load_model_file("grading", "annulet-1");
  result.models = {{"grading", grading.id, "1.0.0", grading.digest},
                   {"grading", grading.id, "1.0.0", sha256_of(grading.text + "\n")}};
  const Json models = Json::parse(write_result_json(result))["models"];
  CHECK(models[0]["origin"] == "built-in");
  CHECK(models[1]["origin"] == "file");
  const std::string page = write_report_html(result, sample::run());
  CHECK(page.find("<td>built-in</td><td><code>" + result.models[0].digest) != std::string::npos);
  CHECK(page.find("<td>file</td><td><code>" + result.models[1].digest) != std::string::npos);
}

TEST_CASE("the percentages have three decimals and add to exactly 100") {
  SlideResult result = sample::scored();
  Random random(3);
  for (int round = 0; round < 200; ++round) {
    for (auto& kind : result.tally.pattern) {
      for (auto& count : kind) count = random.below(round < 50 ? 4 : 1'000'000) + 1;
    }
    const std::string json = write_result_json(result);
    CHECK(sum_of_percent(json, "percent") == 100'000);
    CHECK(sum_of_percent(json, "percent_all_kinds") == 100'000);
  }
}

TEST_CASE(
    "result.json is canonical: same bytes again, whatever the order of the problems, and one newline at the "
    "end") {
  SlideResult result = sample::scored();
  result.problems.push_back({ProblemKind::Undecodable, "tile 0,0", {0, 0, 256, 256}});
  const std::string once = write_result_json(result);
  std::reverse(result.problems.begin(), result.problems.end());
  CHECK(write_result_json(result) == once);
  CHECK(once.ends_with("}\n"));
  CHECK(literal(once, "nucleus_gain") == "1.000");
  CHECK(literal(once, "x") == "0.250000");
}

TEST_CASE("names that are no UTF-8 or hold quotes and control characters stay readable JSON") {
  SlideResult result = sample::refused();
  result.slide.file_name = "a\"b\\c\x01\xFF\xC3\xA9.svs";
  CHECK(Json::parse(write_result_json(result))["slide"]["file_name"] ==
        "a\"b\\c\x01\xEF\xBF\xBD\xC3\xA9.svs");
}

TEST_CASE("a number that is none is a defect of ours") {
  SlideResult result = sample::scored();
  result.tissue_mm2 = std::nan("");
  CHECK_THROWS_AS(write_result_json(result), Error);
}

TEST_CASE("intervals and flips stand in result.json, empty where nothing was measured") {
  const Json json = Json::parse(write_result_json(sample::scored()));
  CHECK(json["intervals"]["percent"]["none"]["low"] == 15.0);
  CHECK(json["intervals"]["rows"][0]["crosses_cut"] == true);
  CHECK(json["intervals"]["rows"][0]["other_score"] == "3+");
  CHECK(json["intervals"]["rows"][1]["other_score"].is_null());
  CHECK(json["intervals"]["replicates_by_score"]["2+"] == 3881);
  CHECK(json["flips"][0]["flips_at"] == 571);
  CHECK(json["flips"][1]["flips_at"].is_null());
  const Json refused = Json::parse(write_result_json(sample::refused()));
  CHECK(refused["intervals"].empty());
  CHECK(refused["flips"].empty());
}
