#include "app/calibrate_report.hpp"

#include <fmt/format.h>

#include "annulet/base/printable.hpp"
#include "annulet/cohort/fitted_grading.hpp"

namespace annulet::app {
namespace {

using Json = nlohmann::ordered_json;

/// Below this the readers and the program hardly speak of the same thing ("fair": Landis and Koch 1977).
constexpr double kFairKappa = 0.4;

/// Of a share that is 1 the bootstrap knows no doubt: Wilson's interval does.
const std::optional<Interval>& interval_of(const Estimate& estimate) {
  return estimate.wilson ? estimate.wilson : estimate.bootstrap;
}

std::string number(const Estimate& estimate) {
  if (!estimate.value) return "undefined";
  std::string out = fmt::format("{:.3f}", *estimate.value);
  if (const auto& interval = interval_of(estimate))
    out += fmt::format(" ({:.3f} to {:.3f})", interval->low, interval->high);
  return out;
}

std::string line(const std::string& what, const Estimate& before, const Estimate& out_of_fold,
                 const Estimate& after) {
  return fmt::format("  {:<30} {:<26} {:<26} {:.3f}\n", what, number(before), number(out_of_fold),
                     after.value.value_or(0));
}

std::string data_part(const FitReport& report) {
  const auto& [fit, labelled, settings, data, written] = report;
  std::string out = fmt::format("{}: {} cases, {} slides, scored by {}; {}, from the grading {}\n",
                                printable(data), fit.cases, labelled.slides.size(),
                                printable(labelled.reader), settings.guideline.id(), settings.base.id);
  if (settings.base.fitted.find(labels_digest(labelled.slides)) != std::string::npos)
    out += "  the base was fitted to these very cases: what stands under 'before' flatters it\n";
  out += "  cases by their highest score:";
  for (int score = 0; score < kScoreCount; ++score)
    out += fmt::format("{} {} {}", score == 0 ? "" : ",", fit.cases_by_label[static_cast<std::size_t>(score)],
                       name(static_cast<Score>(score)));
  out += "\n";
  const auto left_out = [&](std::size_t slides, const char* why) {
    if (slides > 0) out += fmt::format("  left out: {} slides {}\n", slides, why);
  };
  left_out(labelled.unread, "without a score of the reader");
  left_out(labelled.undecided, "whose readers are split evenly");
  left_out(labelled.unscored, "to which the program gave no score: no cut-off changes that");
  return out;
}

std::string cuts_part(const Calibration& fit) {
  std::string out = fmt::format("\n{:<16} {:>7} {:>7}  {:<13} {:<10} {}\n", "Cut-off, 1/1000", "before",
                                "fitted", "in the folds", "searched", "slides that depend on it");
  for (std::size_t cut = 0; cut < kCutOffs; ++cut) {
    const FittedCut& c = fit.cuts[cut];
    out += fmt::format("  {:<14} {:>7} {:>7}  ", kCutOffNames[cut], c.before, c.after);
    if (!c.free) {
      out += "left as it is: " + c.why_not + "\n";
      continue;
    }
    out += fmt::format("{:<13} {:<10} {}\n", fmt::format("{}-{}", c.fold_lowest, c.fold_highest),
                       fmt::format("{}-{}", c.lowest, c.highest),
                       c.depending == 0 ? "none: the slides say nothing of it" : std::to_string(c.depending));
  }
  return out;
}

std::string agreement_part(const Calibration& fit) {
  const Agreement &before = fit.agreement_before, &folds = fit.agreement_out_of_fold,
                  &after = fit.agreement_after;
  std::string out = fmt::format("\n{:<32} {:<26} {:<26} {}\n", "Agreement with the reader (95 %)", "before",
                                "out of fold", "fitted to all (flattering)");
  out += line("exact", before.exact, folds.exact, after.exact);
  out += line("within one", before.within_one, folds.within_one, after.within_one);
  out += line("linear kappa", before.linear_kappa, folds.linear_kappa, after.linear_kappa);
  out += line("quadratic kappa", before.quadratic_kappa, folds.quadratic_kappa, after.quadratic_kappa);
  for (std::size_t cut = 0; cut < kAgreementCuts.size(); ++cut) {
    const std::string words = cut_words(kAgreementCuts[cut]);
    out +=
        line(words + ", PPA", before.cuts[cut].positive, folds.cuts[cut].positive, after.cuts[cut].positive);
    out +=
        line(words + ", NPA", before.cuts[cut].negative, folds.cuts[cut].negative, after.cuts[cut].negative);
  }
  out +=
      fmt::format("  gain of quadratic kappa, out of fold: {:+.3f} ({:+.3f} to {:+.3f}), cases drawn anew\n",
                  fit.kappa_gain, fit.kappa_gain_95.low, fit.kappa_gain_95.high);
  return out +
         fmt::format("  quadratic kappa out of fold, the {} folds dealt in other ways: {:.3f} to {:.3f}\n",
                     fit.folds, fit.kappa_other_divisions_low, fit.kappa_other_divisions_high);
}

std::string moved_part(const FitReport& report) {
  std::string out;
  std::size_t moved = 0;
  const auto words = [](std::optional<Score> score) { return score ? name(*score) : "-"; };
  for (std::size_t s = 0; s < report.fit.slides.size(); ++s) {
    const CalibratedSlide& slide = report.fit.slides[s];
    if (slide.before == slide.after) continue;
    ++moved;
    out += fmt::format("  {:<40} reader {:<2}  before {:<2}  fitted {:<2}  out of fold {}\n",
                       printable(report.labelled.slides[s].name), name(report.labelled.slides[s].label),
                       words(slide.before), words(slide.after), words(slide.out_of_fold));
  }
  return moved == 0 ? "" : fmt::format("\nSlides whose score the fitted cut-offs change: {}\n", moved) + out;
}

std::string verdict_words(const Calibration& fit) {
  if (fit.helps)
    return "The fitted cut-offs agree better with the reader on cases that took no part in fitting them.";
  if (fit.before == fit.after) return "Nothing was found that agrees better than the cut-offs there are.";
  if (fit.kappa_gain <= 0)
    return "The fit does not help: on cases that took no part in it, the fitted cut-offs agree no better.";
  return "The fit is not shown to help: on cases that took no part in it, the gain may as well be chance.";
}

std::string end_part(const FitReport& report) {
  const Calibration& fit = report.fit;
  std::string out = "\n" + verdict_words(fit) + "\n";
  if (fit.agreement_out_of_fold.quadratic_kappa.value.value_or(0) < kFairKappa)
    out +=
        "The reader's scores hardly go with the cells under any cut-off: look for exchanged slides, another "
        "stain "
        "or wrong columns before anything else.\n";
  if (report.written.empty())
    return out +
           fmt::format("Nothing was written; go on with {}. --write-anyway writes the fitted cut-offs.\n",
                       report.settings.base.id);
  return out + "Written: " + printable(report.written) +
         "\nUse it: annulet score SLIDE --out DIR --grading " + printable(report.written) +
         "\nCheck it on cases that took no part before you rely on it. For research use only.\n";
}

Json estimate_data(const Estimate& estimate) {
  Json json{{"value", estimate.value ? Json(*estimate.value) : Json(nullptr)}};
  if (const auto& interval = interval_of(estimate)) {
    json["low"] = interval->low;
    json["high"] = interval->high;
  }
  return json;
}

Json agreement_data(const Agreement& agreement) {
  Json json{{"slides", agreement.slides},
            {"exact", estimate_data(agreement.exact)},
            {"within_one", estimate_data(agreement.within_one)},
            {"kappa", estimate_data(agreement.kappa)},
            {"linear_kappa", estimate_data(agreement.linear_kappa)},
            {"quadratic_kappa", estimate_data(agreement.quadratic_kappa)}};
  json["cuts"] = Json::array();
  for (const CutAgreement& cut : agreement.cuts)
    json["cuts"].push_back({{"cut", cut_words(cut.cut)},
                            {"positive", estimate_data(cut.positive)},
                            {"negative", estimate_data(cut.negative)}});
  json["matrix"] = Json::array();  // rows: the program; columns: the reader
  for (std::size_t i = 0; i < kScoreCount; ++i)
    json["matrix"].push_back(
        std::vector<std::uint64_t>(agreement.matrix[i].begin(), agreement.matrix[i].begin() + kScoreCount));
  return json;
}

Json cuts_data(const Calibration& fit) {
  Json json = Json::object();
  for (std::size_t cut = 0; cut < kCutOffs; ++cut) {
    const FittedCut& c = fit.cuts[cut];
    json[kCutOffNames[cut]] = {{"before", c.before}, {"fitted", c.after}, {"searched", c.free}};
    if (!c.free) {
      json[kCutOffNames[cut]]["why_not"] = c.why_not;
      continue;
    }
    json[kCutOffNames[cut]]["range"] = {c.lowest, c.highest};
    json[kCutOffNames[cut]]["in_folds"] = {c.fold_lowest, c.fold_highest};
    json[kCutOffNames[cut]]["slides_depending"] = c.depending;
  }
  return json;
}

Json score_data(std::optional<Score> score) {
  return score ? Json(name(*score)) : Json(nullptr);
}

}  // namespace

std::string fit_words(const FitReport& report) {
  return data_part(report) + cuts_part(report.fit) + agreement_part(report.fit) + moved_part(report) +
         end_part(report);
}

nlohmann::ordered_json fit_data(const FitReport& report) {
  const auto& [fit, labelled, settings, data, written] = report;
  Json json{
      {"schema", "annulet/calibrate/1"},
      {"data", data},
      {"data_digest", labels_digest(labelled.slides)},
      {"reader", labelled.reader},
      {"guideline", settings.guideline.id()},
      {"base", {{"id", settings.base.id}, {"digest", settings.base.digest}}},
      {"cases", fit.cases},
      {"slides", labelled.slides.size()},
      {"left_out",
       {{"unread", labelled.unread}, {"undecided", labelled.undecided}, {"unscored", labelled.unscored}}},
      {"folds", fit.folds},
      {"pull", fit.pull}};
  for (int score = 0; score < kScoreCount; ++score)
    json["cases_by_score"][name(static_cast<Score>(score))] =
        fit.cases_by_label[static_cast<std::size_t>(score)];
  json["cut_offs"] = cuts_data(fit);
  json["agreement"] = {{"before", agreement_data(fit.agreement_before)},
                       {"out_of_fold", agreement_data(fit.agreement_out_of_fold)},
                       {"fitted_to_all", agreement_data(fit.agreement_after)}};
  json["quadratic_kappa_gain"] = {
      {"value", fit.kappa_gain}, {"low", fit.kappa_gain_95.low}, {"high", fit.kappa_gain_95.high}};
  json["quadratic_kappa_other_divisions"] = {fit.kappa_other_divisions_low, fit.kappa_other_divisions_high};
  json["helps"] = fit.helps;
  json["written"] = written.empty() ? Json(nullptr) : Json(written);
  for (std::size_t s = 0; s < fit.slides.size(); ++s) {
    const CalibratedSlide& slide = fit.slides[s];
    json["per_slide"].push_back({{"slide", labelled.slides[s].name},
                                 {"case", labelled.slides[s].case_id},
                                 {"fold", slide.fold},
                                 {"reader", name(labelled.slides[s].label)},
                                 {"before", score_data(slide.before)},
                                 {"out_of_fold", score_data(slide.out_of_fold)},
                                 {"fitted", score_data(slide.after)}});
  }
  return json;
}

}  // namespace annulet::app
