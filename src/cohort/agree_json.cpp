// JSON and CSV of `annulet agree`.
#include <nlohmann/json.hpp>

#include "annulet/base/csv.hpp"
#include "annulet/cohort/agree_report.hpp"
#include "cohort/named_estimates.hpp"
#include "report/text.hpp"

namespace annulet {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kDecimals = 6;  // of shares and kappas in CSV

Json text(const std::string& words) {
  return report::valid_utf8(words);
}

Json interval(const std::optional<Interval>& found) {
  return found ? Json::array({found->low, found->high}) : Json(nullptr);
}

Json reading(const Reading& reading) {
  Json out{{"score", nullptr}};
  if (reading.score) out["score"] = name(*reading.score);
  if (!reading.why_not.empty()) out["why_not"] = text(reading.why_not);
  return out;
}

Json estimates(const std::vector<NamedEstimate>& all) {
  Json out = Json::object();
  for (const NamedEstimate& named : all) {
    const Estimate& e = *named.estimate;
    Json one{{"value", e.value ? Json(*e.value) : Json(nullptr)}};
    if (named.is_share) one.update({{"count", e.count}, {"of", e.of}});
    one["interval"] = interval(e.bootstrap);
    if (named.is_share) one["wilson"] = interval(e.wilson);
    one["undefined_replicates"] = e.undefined_replicates;
    out[named.code.substr(named.code.find('.') + 1)] = std::move(one);
  }
  return out;
}

Json strata(const std::vector<Stratum>& all) {
  Json out = Json::array();
  for (const Stratum& one : all)
    out.push_back({{"name", one.name.empty() ? Json(nullptr) : text(one.name)},
                   {"slides", one.slides},
                   {"exact", one.exact},
                   {"within_one", one.within_one}});
  return out;
}

Json refused(const std::map<std::string, std::uint64_t>& all) {
  Json out = Json::object();
  for (const auto& [why, count] : all) out[report::valid_utf8(why)] = count;
  return out;
}

Json differences(const Comparison& comparison) {
  Json out = Json::array();
  for (std::size_t share = 0; share < kShareCount; ++share) {
    const std::optional<BlandAltman> found = share_difference(comparison, share);
    if (!found) continue;
    out.push_back({{"share", share_words(share)},
                   {"slides", found->slides},
                   {"mean", found->mean},
                   {"standard_deviation", found->deviation},
                   {"limits", interval(found->limits)}});
  }
  return out;
}

Json comparison_json(const Panel& panel, const Comparison& comparison) {
  const Agreement& a = comparison.agreement;
  Json matrix = Json::array();
  for (const auto& row : a.matrix) matrix.push_back(row);
  Json cuts = Json::object();
  for (const CutAgreement& cut : a.cuts) cuts[cut_code(cut.cut)] = estimates(cut_estimates(cut));
  Json out{{"first", text(panel.raters[comparison.pair.first].name)},
           {"second", text(panel.raters[comparison.pair.second].name)},
           {"slides", a.slides},
           {"scored", a.scored},
           {"unread", a.unread},
           {"cases", a.cases},
           {"one_slide_a_case", a.one_slide_a_case},
           {"replicates", a.replicates},
           {"first_higher", a.first_higher},
           {"second_higher", a.second_higher},
           {"first_refused", refused(comparison.first_refused)},
           {"second_refused", refused(comparison.second_refused)},
           {"unread_refused", refused(comparison.unread_refused)},
           {"matrix", std::move(matrix)}};
  out.update(estimates(overall_estimates(a)));
  out["cuts"] = std::move(cuts);
  out["by_month"] = strata(comparison.by_month);
  out["by_scanner"] = strata(comparison.by_scanner);
  out["differences"] = differences(comparison);
  return out;
}

Json disagreement_json(const AgreeReport& report, const Disagreement& found) {
  const PanelSlide& slide = report.panel.slides[found.slide];
  Json readings = Json::object();
  for (const Rater& rater : report.panel.raters) {
    if (reading_index(rater.readings[found.slide]) != kNotRead)
      readings[report::valid_utf8(rater.name)] = reading(rater.readings[found.slide]);
  }
  return {{"slide", text(slide.slide)},   {"case", text(slide.case_id)}, {"specimen", text(slide.specimen)},
          {"folder", text(slide.folder)}, {"steps", found.steps},        {"crosses_2+", found.crosses},
          {"comparisons", found.pairs},   {"readings", readings}};
}

Json patient_json(const PatientDiscordance& found) {
  Json specimens = Json::array(), advice = Json::array(), seen_by = Json::array();
  for (const SpecimenScore& one : found.specimens) {
    Json readers = Json::object();
    for (const auto& [who, score] : one.readers) readers[report::valid_utf8(who)] = name(score);
    Json specimen{{"slide", text(one.slide)}, {"specimen", text(one.specimen)}};
    specimen.update(reading({one.score, one.why_not}));
    specimen["readers"] = std::move(readers);
    specimens.push_back(std::move(specimen));
  }
  for (const RetestAdvice& one : found.advice)
    advice.push_back({{"code", one.code}, {"text", one.text}, {"source", one.source}});
  for (const std::string& who : found.seen_by) seen_by.push_back(text(who));
  return {{"case", text(found.case_id)},
          {"steps", found.steps},
          {"seen_by", seen_by},
          {"specimens", specimens},
          {"advice", advice}};
}

}  // namespace

std::string agree_json(const AgreeReport& report) {
  Json readings = Json::array(), comparisons = Json::array(), disagreements = Json::array(),
       patients = Json::array();
  for (std::size_t i = 0; i < kReadingCount; ++i) readings.push_back(reading_name(i));
  for (const Comparison& one : report.comparisons) comparisons.push_back(comparison_json(report.panel, one));
  for (const Disagreement& one : report.disagreements)
    disagreements.push_back(disagreement_json(report, one));
  for (const PatientDiscordance& one : report.patients.discordances) patients.push_back(patient_json(one));
  const PatientSummary& p = report.patients;
  const Json out{{"schema", "annulet/agree/1"},
                 {"cohort", text(report.cohort)},
                 {"slides", report.panel.slides.size()},
                 {"matrix_order", readings},
                 {"comparisons", comparisons},
                 {"disagreements", disagreements},
                 {"patients",
                  {{"cases", p.cases},
                   {"several_slides", p.several},
                   {"several_scores", p.scored},
                   {"discordant", p.discordant},
                   {"zero_one", p.zero_one},
                   {"primary_metastasis", p.primary_metastasis},
                   {"primary_metastasis_discordant", p.primary_metastasis_discordant},
                   {"discordances", patients}}},
                 {"note", "For research use only. Not for diagnosis."}};
  return out.dump(2) + "\n";
}

std::string agree_csv(const AgreeReport& report) {
  std::string out;
  CsvWriter csv(out);
  for (const char* column : {"first", "second", "statistic", "value", "count", "of", "low", "high",
                             "wilson_low", "wilson_high", "replicates", "undefined_replicates"})
    csv.text(column);
  csv.end_row();
  const auto number = [&](bool given, double value) {
    if (given)
      csv.number(value, kDecimals);
    else
      csv.empty();
  };
  for (const Comparison& comparison : report.comparisons) {
    std::vector<NamedEstimate> all = overall_estimates(comparison.agreement);
    for (const CutAgreement& cut : comparison.agreement.cuts) {
      const std::vector<NamedEstimate> of_cut = cut_estimates(cut);
      all.insert(all.end(), of_cut.begin(), of_cut.end());
    }
    for (const NamedEstimate& named : all) {
      const Estimate& e = *named.estimate;
      csv.text(report.panel.raters[comparison.pair.first].name);
      csv.text(report.panel.raters[comparison.pair.second].name).text(named.code);
      number(e.value.has_value(), e.value.value_or(0));
      if (named.is_share)
        csv.number(e.count).number(e.of);
      else
        csv.empty().empty();
      const Interval bootstrap = e.bootstrap.value_or(Interval{}), wilson = e.wilson.value_or(Interval{});
      number(e.bootstrap.has_value(), bootstrap.low);
      number(e.bootstrap.has_value(), bootstrap.high);
      number(e.wilson.has_value(), wilson.low);
      number(e.wilson.has_value(), wilson.high);
      csv.number(static_cast<std::uint64_t>(comparison.agreement.replicates));
      csv.number(static_cast<std::uint64_t>(e.undefined_replicates)).end_row();
    }
  }
  return out;
}

}  // namespace annulet
