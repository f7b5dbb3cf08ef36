#pragma once
#include <string>
#include <vector>

#include "annulet/cohort/agree_report.hpp"

namespace annulet {

/// The sections of the page of `annulet agree`; each appends HTML to `out`, every text escaped. A section
/// without matter appends nothing.

void append_agree_style(std::string& out);
void append_disagreements(std::string& out, const AgreeReport& report, const std::string& to_cohort);
void append_comparison(std::string& out, const AgreeReport& report, const Comparison& comparison);
void append_patients(std::string& out, const AgreeReport& report, const std::string& to_cohort);

/// Kappas of all comparisons on one axis, with their intervals.
void append_kappa_plot(std::string& out, const AgreeReport& report);
/// Exact agreement of each stratum with its interval of Wilson; `what` is "month" or "scanner".
void append_strata_plot(std::string& out, const std::vector<Stratum>& strata, const std::string& what);
/// Bland-Altman plots of the three deciding shares.
void append_difference_plots(std::string& out, const AgreeReport& report, const Comparison& comparison);

/// "reader A" for "reader:A", "run batch" for "batch"; escaped.
std::string rater_words(const Rater& rater);
/// The score as a coloured chip that also says it in words; refusals with their reason as a tooltip.
std::string score_chip(const Reading& reading);
/// A link to the slide's report.html, or its name alone.
std::string slide_link(const std::string& slide, const std::string& folder, const std::string& to_cohort);

}  // namespace annulet
