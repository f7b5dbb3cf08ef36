#pragma once
#include <vector>

#include "annulet/cohort/patients.hpp"

namespace annulet {

/// What applies to two specimens of one case that one rater scored differently, the pair in either order.
void advise_on_pair(std::vector<RetestAdvice>& advice, const SpecimenScore& one, Score of_one,
                    const SpecimenScore& other, Score of_other, bool gastric);

/// What applies to a specimen without a score beside others that have one.
void advise_on_refusal(std::vector<RetestAdvice>& advice);

}  // namespace annulet
