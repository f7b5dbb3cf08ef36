#pragma once
#include <string>

#include "annulet/model/cohort.hpp"

namespace annulet {

/// Why a slide has no score: "not-evaluable: too-few-cells", "crashed".
inline std::string why_not_words(const SlideOutcome& outcome) {
  std::string why = name(outcome.status);
  if (!outcome.reasons.empty() && outcome.reasons.front() != why) why += ": " + outcome.reasons.front();
  return why;
}

}  // namespace annulet
