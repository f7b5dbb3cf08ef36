#include "annulet/cohort/agree_report.hpp"

#include <algorithm>

namespace annulet {

AgreeReport agree_report(std::string cohort, std::span<const RunRows> runs, const std::string& run,
                         const std::string& against, int replicates) {
  AgreeReport out;
  out.cohort = std::move(cohort);
  out.panel = panel_of(runs);
  for (const RaterPair pair : choose_pairs(out.panel, run, against))
    out.comparisons.push_back(compare(out.panel, pair, replicates));
  out.disagreements = disagreements(out.panel, out.comparisons);
  const std::string& shown = out.panel.raters[out.comparisons.front().pair.first].name;
  const RunRows* rows = &runs.back();
  for (const RunRows& candidate : runs) {
    if (candidate.name == shown) rows = &candidate;
  }
  out.patients = patients_of(rows->rows);
  return out;
}

std::vector<std::size_t> raters_of(const AgreeReport& report) {
  std::vector<std::size_t> raters;
  for (const Comparison& comparison : report.comparisons) {
    for (const std::size_t rater : {comparison.pair.first, comparison.pair.second}) {
      if (std::find(raters.begin(), raters.end(), rater) == raters.end()) raters.push_back(rater);
    }
  }
  return raters;
}

}  // namespace annulet
