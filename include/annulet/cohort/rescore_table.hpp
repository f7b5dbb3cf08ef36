#pragma once
#include <string>

#include "annulet/cohort/rescore.hpp"

namespace annulet {

/// Which slides moved, as text for a terminal: a line a slide, then a table of from and to, then a summary.
std::string rescored_words(const RescoredCohort& rescored);

/// docs/guide/rescore.md: every slide, with both verdicts and whether it moved.
std::string rescored_json(const RescoredCohort& rescored);
std::string rescored_csv(const RescoredCohort& rescored);

/// Whether score or group of a slide differ: one score may end in another group.
bool moved(const CohortRow& before, const CohortRow& after);

}  // namespace annulet
