#pragma once
#include <string>
#include <vector>

#include "annulet/cohort/agreement.hpp"

namespace annulet {

/// A statistic of an agreement under its names: those of JSON and CSV, and those of the tables.
struct NamedEstimate {
  std::string code;   ///< "exact_of_all", "0_rest.positive"
  std::string words;  ///< "exact, of all"
  bool is_share = true;
  const Estimate* estimate = nullptr;
};

/// Of all scores: exact, within one, the kappas.
std::vector<NamedEstimate> overall_estimates(const Agreement& agreement);
/// Of one cut.
std::vector<NamedEstimate> cut_estimates(const CutAgreement& cut);
/// A line of the tables: the same statistic of all, and of those both scored.
struct EstimateRow {
  const char* words;  ///< "exact", "kappa"
  bool is_share;
  const Estimate* of_all;  ///< nullptr for kappas
  const Estimate* scored;
};
std::vector<EstimateRow> overall_rows(const Agreement& agreement);
std::vector<EstimateRow> cut_rows(const CutAgreement& cut);

/// "0_rest", "01_23", "rest_3".
const char* cut_code(Score cut);

/// "74.2 %", "0.613", "undefined".
std::string value_words(const Estimate& estimate, bool is_share);
/// "61.3 to 84.0", in the units of the value; "" where there is none.
std::string interval_words(const std::optional<Interval>& interval, bool is_share);
/// Why there is no bootstrap interval, or what must be known of it; empty for nothing.
std::string interval_remark(const Estimate& estimate, int replicates);

/// What must be known of the cases of a comparison before its intervals are read; empty for nothing.
std::string few_cases_remark(const Agreement& agreement);

}  // namespace annulet
