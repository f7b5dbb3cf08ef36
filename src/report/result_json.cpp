// result.json in the order of the contract; members and units: docs/formats/result-json.md,
// models/schema/result.schema.json.
#include <algorithm>
#include <tuple>

#include "annulet/model/area.hpp"
#include "annulet/report/shares.hpp"
#include "annulet/report/writers.hpp"
#include "report/doubt_json.hpp"
#include "report/json_text.hpp"
#include "report/model_origin.hpp"

namespace annulet {
namespace {

using report::JsonText;

constexpr std::size_t kMostProblems = 100;  // named one by one; all are counted

void write_remarks(JsonText& json, const char* key, const std::vector<Remark>& remarks) {
  json.key(key).begin_array();
  for (const Remark& remark : remarks) {
    json.begin_object().key("code").text(remark.code).key("message").text(remark.message).end_object();
  }
  json.end_array();
}

void write_trace(JsonText& json, const std::vector<TraceRow>& trace) {
  json.key("trace").begin_array();
  for (const TraceRow& row : trace) {
    json.begin_object();
    json.key("row").text(row.row).key("condition").text(row.condition);
    json.key("count").count(row.count).key("of").count(row.of);
    json.key("comparator").text(row.comparator).key("percent").number(row.percent, 3);
    json.key("held").boolean(row.held).key("why").text(row.why);
    json.key("outcome").text(row.outcome).key("citation").text(row.citation);
    json.end_object();
  }
  json.end_array();
}

void write_verdict(JsonText& json, const SlideResult& result) {
  const Verdict& verdict = result.verdict;
  json.key("status").text(name(result.status));
  json.key("score");
  verdict.score ? json.text(name(*verdict.score)) : json.null();
  json.key("group").text_or_null(verdict.group);
  json.key("guideline").text_or_null(verdict.guideline);
  json.key("rule").text_or_null(verdict.rule);
  write_trace(json, verdict.trace);
  write_remarks(json, "reasons", verdict.reasons);
  write_remarks(json, "caveats", verdict.caveats);
  write_remarks(json, "notes", verdict.notes);
}

void write_margins(JsonText& json, const std::vector<Margin>& margins) {
  json.key("margins").begin_array();
  for (const Margin& margin : margins) {
    json.begin_object();
    json.key("row").text(margin.row).key("score").text(margin.score);
    json.key("cells").integer(margin.cells).key("percent_points").number(margin.percent_points, 3);
    json.end_object();
  }
  json.end_array();
}

void write_percent(JsonText& json, const char* key, const report::PatternCounts& counts, bool scored) {
  json.key(key);
  if (!scored) {
    json.null();
    return;
  }
  const report::PatternShares shares = report::shares_of(counts);
  json.begin_object();
  for (std::size_t i = 0; i < shares.size(); ++i)
    json.key(name(report::kMeasurable[i])).scaled_number(shares[i], 3);
  json.end_object();
}

void write_cells(JsonText& json, const Tally& tally) {
  const std::uint64_t tumour = tally.of(CellKind::Tumour);
  const std::uint64_t unmeasurable = tally.of(CellKind::Tumour, Pattern::Unmeasurable);
  json.key("cells").begin_object();
  json.key("total").count(tally.total()).key("tumour").count(tumour);
  json.key("measurable").count(tumour - unmeasurable).key("unmeasurable").count(unmeasurable);
  json.key("by_kind").begin_object();
  for (int kind = 0; kind < kKinds; ++kind) {
    json.key(name(static_cast<CellKind>(kind))).count(tally.of(static_cast<CellKind>(kind)));
  }
  json.end_object();
  json.key("by_pattern").begin_object();
  for (const Pattern pattern : report::kMeasurable)
    json.key(name(pattern)).count(tally.of(CellKind::Tumour, pattern));
  json.end_object().end_object();
}

void write_areas(JsonText& json, const SlideResult& result) {
  json.key("area_mm2").begin_object();
  json.key("tissue").number(result.tissue_mm2, kAreaDecimals);
  json.key("analysed").number(result.analysed_mm2, kAreaDecimals);
  json.key("excluded").begin_object();
  for (const auto& [flag, area] : result.excluded_mm2) json.key(flag).number(area, kAreaDecimals);
  json.end_object().end_object();
}

void write_tiles(JsonText& json, const TileAccount& tiles) {
  json.key("tiles").begin_object();
  json.key("expected").count(tiles.expected).key("analysed").count(tiles.analysed);
  json.key("background").count(tiles.background).key("missing").count(tiles.missing);
  json.key("undecodable").count(tiles.undecodable).key("excluded").count(tiles.excluded);
  json.end_object();
}

const char* origin_name(PitchOrigin origin) {
  static constexpr const char* kNames[] = {"none", "header", "user"};
  return kNames[static_cast<int>(origin)];
}

void write_vector(JsonText& json, const char* key, const std::array<double, 3>& vector) {
  json.key(key).begin_array();
  for (const double part : vector) json.number(part, 6);
  json.end_array();
}

void write_calibration(JsonText& json, const SlideResult& result) {
  const StainModel& stain = result.stain;
  json.key("calibration").begin_object();
  json.key("pitch").begin_object();
  const bool known = result.pitch.known();
  json.key("x");
  known ? json.number(result.pitch.x, 6) : json.null();
  json.key("y");
  known ? json.number(result.pitch.y, 6) : json.null();
  json.key("origin").text(origin_name(result.pitch.origin)).end_object();
  json.key("white").begin_object().key("rgb").begin_array();
  for (const int channel : stain.white) json.integer(channel);
  json.end_array();
  json.key("origin").text(stain.white_origin == WhiteOrigin::Measured ? "measured" : "default").end_object();
  json.key("stains").begin_object().key("id").text_or_null(stain.id);
  json.key("origin").text(stain.origin == StainOrigin::Fitted ? "fitted" : "preset");
  write_vector(json, "haematoxylin", stain.vectors.haematoxylin);
  write_vector(json, "dab", stain.vectors.dab);
  json.key("fit_angle_degrees").number(stain.fit_angle_degrees, 2).end_object();
  json.key("nucleus_gain").number(result.nucleus_gain, 3);
  json.key("lost_detail_percent").integer(stain.lost_detail_percent);
  json.end_object();
}

void write_slide(JsonText& json, const SlideResult& result) {
  const SlideInfo& slide = result.slide;
  json.key("slide").begin_object();
  json.key("file_name").text(slide.file_name).key("sha256").text_or_null(result.slide_sha256);
  json.key("format").text_or_null(slide.format).key("reader").text_or_null(slide.reader);
  json.key("width").integer(slide.extent.width).key("height").integer(slide.extent.height);
  json.key("levels").begin_array();
  for (const Level& level : slide.levels) {
    json.begin_object().key("width").integer(level.extent.width).key("height").integer(level.extent.height);
    json.key("downsample").number(level.downsample, 4).end_object();
  }
  json.end_array();
  json.key("objective_power");
  slide.objective_power ? json.number(*slide.objective_power, 2) : json.null();
  json.key("bytes").count(slide.bytes).end_object();
}

void write_models(JsonText& json, const std::vector<ModelUse>& models) {
  json.key("models").begin_array();
  const std::vector<std::string> origins = report::model_origins(models);
  for (std::size_t i = 0; i < models.size(); ++i) {
    const ModelUse& model = models[i];
    json.begin_object().key("kind").text(model.kind).key("id").text(model.id);
    json.key("version").text(model.version).key("origin").text(origins[i]);
    json.key("digest").text(model.digest).end_object();
  }
  json.end_array();
}

void write_limit_of_blank(JsonText& json, const LimitOfBlank& limit) {
  json.key("limit_of_blank").begin_object();
  json.key("visible_od").number(limit.visible_od, 3).key("measured_od").number(limit.measured_od, 3);
  json.key("cells").count(limit.cells).key("area_mm2").number(limit.area_mm2, kAreaDecimals);
  json.key("source").text(limit.source).key("raised").boolean(limit.raised).end_object();
}

void write_options(JsonText& json, const std::vector<std::pair<std::string, std::string>>& options) {
  json.key("options").begin_array();
  for (const auto& [option, value] : options) {
    json.begin_object().key("name").text(option).key("value").text(value).end_object();
  }
  json.end_array();
}

void write_regions(JsonText& json, const std::vector<RegionUse>& regions) {
  json.key("regions").begin_array();
  for (const RegionUse& use : regions) {
    std::size_t corners = 0;
    for (const Ring& ring : use.region.rings) corners += ring.size();
    json.begin_object().key("name").text_or_null(use.region.name).key("role").text(name(use.region.role));
    json.key("area_mm2").number(use.tissue_mm2, kAreaDecimals).key("clipped").boolean(use.clipped);
    json.key("rings").count(use.region.rings.size()).key("corners").count(corners);
    json.key("digest").text(use.digest).end_object();
  }
  json.end_array();
}

/// By place, not by the order in which the readers met them: the bytes may not depend on threads.
void write_problems(JsonText& json, std::vector<Problem> problems) {
  const auto place = [](const Problem& p) {
    return std::tie(p.where.y0, p.where.x0, p.where.y1, p.where.x1, p.kind, p.what);
  };
  std::sort(problems.begin(), problems.end(),
            [&](const Problem& a, const Problem& b) { return place(a) < place(b); });
  json.key("problems").begin_object();
  json.key("count").count(problems.size());
  for (const ProblemKind kind :
       {ProblemKind::Missing, ProblemKind::Undecodable, ProblemKind::Suspect, ProblemKind::Duplicate}) {
    json.key(name(kind)).integer(std::count_if(problems.begin(), problems.end(), [&](const Problem& problem) {
      return problem.kind == kind;
    }));
  }
  json.key("first").begin_array();
  for (std::size_t i = 0; i < std::min(problems.size(), kMostProblems); ++i) {
    const Problem& problem = problems[i];
    json.begin_object().key("kind").text(name(problem.kind));
    json.key("x").integer(problem.where.x0).key("y").integer(problem.where.y0);
    json.key("width")
        .integer(problem.where.width())
        .key("height")
        .integer(problem.where.height())
        .end_object();
  }
  json.end_array().end_object();
}

}  // namespace

std::string write_result_json(const SlideResult& result) {
  const bool scored = result.verdict.score.has_value();
  JsonText json;
  json.begin_object().key("schema").text("annulet/result/1");
  write_verdict(json, result);
  write_percent(json, "percent", report::counts_of(result.tally, CellKind::Tumour), scored);
  write_percent(json, "percent_all_kinds", report::counts_of_all_kinds(result.tally), scored);
  report::write_intervals(json, result.verdict.doubt);
  write_margins(json, result.verdict.margins);
  report::write_flips(json, result.verdict.doubt);
  write_cells(json, result.tally);
  write_areas(json, result);
  write_tiles(json, result.tiles);
  write_calibration(json, result);
  write_slide(json, result);
  write_models(json, result.models);
  write_limit_of_blank(json, result.limit_of_blank);
  write_options(json, result.options);
  write_regions(json, result.regions);
  write_problems(json, result.problems);
  return json.end_object().take();
}

}  // namespace annulet
