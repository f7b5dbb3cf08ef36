#pragma once
#include <span>
#include <string>
#include <vector>

#include "annulet/cohort/comparison.hpp"
#include "annulet/cohort/patients.hpp"

namespace annulet {

/// \file
/// What `annulet agree` says of a cohort, and how: text, JSON, CSV, HTML. Formats: docs/formats/agree.md.

struct AgreeReport {
  std::string cohort;  ///< the name of its folder
  Panel panel;
  std::vector<Comparison> comparisons;
  std::vector<Disagreement> disagreements;  ///< worst first
  PatientSummary patients;                  ///< of the run that the panel's slides come from
};

/// Compares every pair; cost: that of `agreement` a pair.
AgreeReport agree_report(std::string cohort, std::span<const RunRows> runs, const std::string& run,
                         const std::string& against, int replicates);

/// The raters of the comparisons in the order of their first appearance.
std::vector<std::size_t> raters_of(const AgreeReport& report);

/// For a terminal, some 110 columns; names are printable. Lists stop after some lines and say so.
std::string agree_text(const AgreeReport& report);

/// One object; numbers in full, what is undefined null.
std::string agree_json(const AgreeReport& report);

/// One line a comparison and statistic.
std::string agree_csv(const AgreeReport& report);

/// One page that needs nothing else: no network, no script. `to_cohort` leads from the page's folder to the
/// cohort's ("", "../cohort/"): slides are linked to their report.html below it; empty links are none.
std::string agree_html(const AgreeReport& report, const std::string& to_cohort);

}  // namespace annulet
