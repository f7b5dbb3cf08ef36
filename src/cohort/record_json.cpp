#include "cohort/record_json.hpp"

#include <nlohmann/json.hpp>

namespace annulet::cohort {
namespace {

using Json = nlohmann::ordered_json;
constexpr const char* kSchema = "annulet/row/1";

Json json_of(const SlideOutcome& outcome) {
  return {{"status", name(outcome.status)},
          {"score", outcome.score ? Json(name(*outcome.score)) : Json(nullptr)},
          {"group", outcome.group},
          {"guideline", outcome.guideline},
          {"grading", outcome.grading},
          {"rule", outcome.rule},
          {"reasons", outcome.reasons},
          {"caveats", outcome.caveats},
          {"message", outcome.message},
          {"by_pattern", outcome.by_pattern},
          {"cells", outcome.cells},
          {"tumour", outcome.tumour},
          {"measurable", outcome.measurable},
          {"tissue_mm2", outcome.tissue_mm2},
          {"analysed_mm2", outcome.analysed_mm2},
          {"slide_sha256", outcome.slide_sha256},
          {"result_digest", outcome.result_digest},
          {"folder", outcome.folder}};
}

SlideOutcome outcome_of(const Json& json) {
  SlideOutcome outcome;
  outcome.status = status_named(json.at("status").get<std::string>()).value();
  if (!json.at("score").is_null()) outcome.score = score_named(json.at("score").get<std::string>()).value();
  json.at("group").get_to(outcome.group);
  json.at("guideline").get_to(outcome.guideline);
  json.at("grading").get_to(outcome.grading);
  json.at("rule").get_to(outcome.rule);
  json.at("reasons").get_to(outcome.reasons);
  json.at("caveats").get_to(outcome.caveats);
  json.at("message").get_to(outcome.message);
  json.at("by_pattern").get_to(outcome.by_pattern);
  json.at("cells").get_to(outcome.cells);
  json.at("tumour").get_to(outcome.tumour);
  json.at("measurable").get_to(outcome.measurable);
  json.at("tissue_mm2").get_to(outcome.tissue_mm2);
  json.at("analysed_mm2").get_to(outcome.analysed_mm2);
  json.at("slide_sha256").get_to(outcome.slide_sha256);
  json.at("result_digest").get_to(outcome.result_digest);
  json.at("folder").get_to(outcome.folder);
  return outcome;
}

}  // namespace

std::string record_text(const RowRecord& record) {
  Json json{{"schema", kSchema},           {"slide", record.slide},    {"common", record.common},
            {"key", record.key},           {"stamp", record.stamp},    {"tries", record.tries},
            {"finished", record.finished}, {"earlier", record.earlier}};
  if (!record.asked.empty()) json["asked"] = record.asked;
  if (record.finished) json["outcome"] = json_of(record.outcome);
  // A name that is no UTF-8 is written with a mark in place of the byte.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::optional<RowRecord> parse_record(std::string_view text) {
  try {
    const Json json = Json::parse(text);
    if (json.at("schema") != kSchema) return std::nullopt;
    RowRecord record;
    json.at("slide").get_to(record.slide);
    json.at("common").get_to(record.common);
    json.at("key").get_to(record.key);
    json.at("stamp").get_to(record.stamp);
    json.at("tries").get_to(record.tries);
    json.at("finished").get_to(record.finished);
    json.at("earlier").get_to(record.earlier);
    record.asked = json.value("asked", "");
    if (record.finished) record.outcome = outcome_of(json.at("outcome"));
    return record;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  } catch (const std::bad_optional_access&) {
    return std::nullopt;
  }
}

}  // namespace annulet::cohort
