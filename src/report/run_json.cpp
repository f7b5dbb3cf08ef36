// run.json: what may differ between two runs of one slide; docs/formats/result-json.md,
// models/schema/run.schema.json.
#include "annulet/report/writers.hpp"
#include "report/json_text.hpp"

namespace annulet {

std::string write_run_json(const RunRecord& run) {
  report::JsonText json;
  json.begin_object().key("schema").text("annulet/run/1");
  json.key("version").text(run.version).key("started").text(run.started).key("host").text(run.host);
  json.key("threads").integer(run.threads).key("seconds_total").number(run.seconds_total, 3);
  json.key("seconds").begin_object();
  for (const auto& [stage, seconds] : run.seconds) json.key(stage).number(seconds, 3);
  json.end_object();
  json.key("libraries").begin_object();
  for (const auto& [library, version] : run.libraries) json.key(library).text(version);
  json.end_object();
  json.key("peak_memory_bytes").count(run.peak_memory_bytes).key("tiles_decoded").count(run.tiles_decoded);
  json.key("sandbox").text(run.sandbox).key("result_digest").text_or_null(run.result_digest);
  return json.end_object().take();
}

}  // namespace annulet
