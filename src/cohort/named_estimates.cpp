#include "cohort/named_estimates.hpp"

#include "report/text.hpp"

namespace annulet {

std::vector<NamedEstimate> overall_estimates(const Agreement& a) {
  return {{"exact_of_all", "exact, of all", true, &a.exact_of_all},
          {"exact", "exact, of those both scored", true, &a.exact},
          {"within_one_of_all", "within one, of all", true, &a.within_one_of_all},
          {"within_one", "within one, of those both scored", true, &a.within_one},
          {"kappa", "kappa", false, &a.kappa},
          {"linear_kappa", "linear weighted kappa", false, &a.linear_kappa},
          {"quadratic_kappa", "quadratic weighted kappa", false, &a.quadratic_kappa}};
}

std::vector<NamedEstimate> cut_estimates(const CutAgreement& cut) {
  const std::string code = std::string(cut_code(cut.cut)) + ".";
  return {{code + "positive_of_all", "positive agreement, of all", true, &cut.positive_of_all},
          {code + "positive", "positive agreement, of those both scored", true, &cut.positive},
          {code + "negative_of_all", "negative agreement, of all", true, &cut.negative_of_all},
          {code + "negative", "negative agreement, of those both scored", true, &cut.negative},
          {code + "overall_of_all", "overall agreement, of all", true, &cut.overall_of_all},
          {code + "overall", "overall agreement, of those both scored", true, &cut.overall},
          {code + "kappa", "kappa", false, &cut.kappa}};
}

std::vector<EstimateRow> overall_rows(const Agreement& a) {
  return {{"exact", true, &a.exact_of_all, &a.exact},
          {"within one", true, &a.within_one_of_all, &a.within_one},
          {"kappa", false, nullptr, &a.kappa},
          {"linear weighted kappa", false, nullptr, &a.linear_kappa},
          {"quadratic weighted kappa", false, nullptr, &a.quadratic_kappa}};
}

std::vector<EstimateRow> cut_rows(const CutAgreement& cut) {
  return {{"positive agreement", true, &cut.positive_of_all, &cut.positive},
          {"negative agreement", true, &cut.negative_of_all, &cut.negative},
          {"overall agreement", true, &cut.overall_of_all, &cut.overall},
          {"kappa", false, nullptr, &cut.kappa}};
}

const char* cut_code(Score cut) {
  if (cut == Score::One) return "0_rest";
  if (cut == Score::Two) return "01_23";
  return "rest_3";
}

std::string value_words(const Estimate& estimate, bool is_share) {
  if (!estimate.value) return "undefined";
  const double value = *estimate.value;
  return is_share ? report::fixed(100 * value, 1) + " %" : report::fixed(value, 3);
}

std::string interval_words(const std::optional<Interval>& interval, bool is_share) {
  if (!interval) return "";
  const auto end = [&](double value) {
    return is_share ? report::fixed(100 * value, 1) : report::fixed(value, 3);
  };
  return end(interval->low) + " to " + end(interval->high);
}

std::string interval_remark(const Estimate& estimate, int replicates) {
  if (!estimate.value || replicates == 0) return "";
  const std::string undefined = std::to_string(estimate.undefined_replicates) +
                                (estimate.undefined_replicates == 1 ? " replicate" : " replicates") +
                                " undefined";
  if (!estimate.bootstrap) return "no interval, " + undefined;
  std::string remark = estimate.undefined_replicates > 0 ? undefined : "";
  if (estimate.bootstrap->low == estimate.bootstrap->high)
    remark += (remark.empty() ? "" : "; ") + std::string("every replicate alike");
  return remark;
}

std::string few_cases_remark(const Agreement& agreement) {
  if (agreement.replicates == 0 || agreement.cases >= kFewCases) return "";
  return "only " + std::to_string(agreement.cases) + (agreement.cases == 1 ? " case" : " cases") +
         ": intervals over so few are too narrow";
}

}  // namespace annulet
