#include "report/doubt_json.hpp"

#include <algorithm>

#include "annulet/report/shares.hpp"

namespace annulet::report {
namespace {

void write_interval(JsonText& json, const ShareInterval& interval) {
  json.key("low").scaled_number(interval.low, 3).key("high").scaled_number(interval.high, 3);
}

void write_score(JsonText& json, const char* key, const std::optional<Score>& score) {
  json.key(key);
  score ? json.text(name(*score)) : json.null();
}

void write_rows(JsonText& json, const std::vector<RowInterval>& rows) {
  json.key("rows").begin_array();
  for (const RowInterval& row : rows) {
    json.begin_object().key("row").text(row.row);
    json.key("percent").scaled_number(share(row.share.count, row.share.of), 3);
    write_interval(json, row.share);
    json.key("crosses_cut").boolean(row.crosses);
    write_score(json, "other_score", row.other_score);
    json.end_object();
  }
  json.end_array();
}

void write_replicates(JsonText& json, const Doubt& doubt) {
  json.key("replicates").integer(doubt.replicates);
  json.key("replicates_by_score").begin_object();
  const auto& by_score = doubt.replicates_by_score;
  const bool decided = std::any_of(by_score.begin(), by_score.end(), [](std::uint64_t n) { return n > 0; });
  for (std::size_t i = 0; decided && i < by_score.size(); ++i)
    json.key(name(static_cast<Score>(i))).count(by_score[i]);
  json.end_object();
}

}  // namespace

void write_intervals(JsonText& json, const Doubt& doubt) {
  json.key("intervals").begin_object();
  if (doubt.block_um > 0) {
    json.key("level_percent").integer(95).key("block_um").integer(doubt.block_um);
    json.key("blocks").count(doubt.blocks);
    json.key("percent").begin_object();
    for (std::size_t i = 0; i < kMeasurable.size(); ++i) {
      json.key(name(kMeasurable[i])).begin_object();
      write_interval(json, doubt.patterns[i]);
      json.end_object();
    }
    json.end_object();
    write_rows(json, doubt.rows);
    write_replicates(json, doubt);
  }
  json.end_object();
}

void write_flips(JsonText& json, const Doubt& doubt) {
  json.key("flips").begin_array();
  for (const Flip& flip : doubt.flips) {
    json.begin_object().key("cut").text(flip.cut).key("in_force").integer(flip.in_force);
    json.key("lowest").integer(flip.lowest).key("highest").integer(flip.highest).key("flips_at");
    flip.flips_at ? json.integer(*flip.flips_at) : json.null();
    write_score(json, "other_score", flip.other_score);
    json.key("row").text_or_null(flip.row).end_object();
  }
  json.end_array();
}

}  // namespace annulet::report
