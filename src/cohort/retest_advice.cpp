// Which retest trigger applies: the words of the guidelines, by code. docs/science/patients.md.
#include "cohort/retest_advice.hpp"

#include <algorithm>
#include <array>

#include "annulet/base/error.hpp"

namespace annulet {
namespace {

constexpr const char* kAscoCap2013 = "ASCO/CAP 2013 (Wolff et al., J Clin Oncol 2013;31:3997)";
constexpr const char* kAscoCap2018 = "ASCO/CAP 2018 (Wolff et al., J Clin Oncol 2018;36:2105)";

const std::array<RetestAdvice, 9> kAdvice{{
    {"metastasis",
     "Primary and metastasis are tested each in its own right, and HER2 changes between them often enough "
     "that "
     "neither stands for the other: report both, with their dates and sites.",
     kAscoCap2013},
    {"zero-one-switch",
     "0 and 1+ differ here. They switch in about 40 % of pairs of primary and metastasis (38 % of 547 pairs "
     "changed category, most of them between 0 and low), by the tumour and by the reading alike: read both "
     "sections again at 40x beside controls that span 0 to 1+, by a second reader where the share is near 10 "
     "%.",
     "Miglietta et al., npj Breast Cancer 2021;7:137; ASCO/CAP 2023 (Wolff et al., J Clin Oncol "
     "2023;41:3867)"},
    {"negative-core",
     "The core is negative and the other specimen is not the same: a new test may (not must) be ordered on "
     "the "
     "excision if the tumour is grade 3, if the core held little invasive tumour, if the excision holds a "
     "high-grade carcinoma of another morphology, or if the handling of the core or its test is in doubt.",
     kAscoCap2018},
    {"positive-core",
     "The core is positive and the other specimen is lower: in a grade 1 carcinoma repeat the test on the "
     "excision; else look for edge artefact, in-situ carcinoma and uneven staining first.",
     kAscoCap2013},
    {"equivocal",
     "2+ is equivocal: in situ hybridisation on that specimen, or a new test on another one, decides.",
     kAscoCap2018},
    {"heterogeneity",
     "Two specimens of one kind differ: rule out that blocks or slides were mixed up and that the staining "
     "run "
     "or its controls failed, then take it as heterogeneity and report each. A contiguous population of more "
     "than 10 % with another score is evaluated apart.",
     kAscoCap2018},
    {"no-score",
     "A specimen has no score: report it as indeterminate with its reason, and test another section or "
     "specimen "
     "where there is one.",
     kAscoCap2013},
    {"specimen-not-given",
     "Which trigger applies depends on what the specimens are: name them in the manifest's column 'specimen' "
     "(primary, metastasis, core, excision).",
     "annulet, manifest"},
    {"gastric",
     "The triggers for breast cancer do not apply. Staining is uneven in about two of three gastric "
     "carcinomas: "
     "one specimen does not stand for the other; at least four fragments of a biopsy, or another specimen.",
     "CAP/ASCP/ASCO 2016 (Bartley et al., J Clin Oncol 2017;35:446); PMC4742006"},
}};

void add(std::vector<RetestAdvice>& advice, std::string_view code) {
  const auto same = [&](const RetestAdvice& known) { return known.code == code; };
  if (std::any_of(advice.begin(), advice.end(), same)) return;
  const auto found = std::find_if(kAdvice.begin(), kAdvice.end(), same);
  expects(found != kAdvice.end(), "an advice has a text");
  advice.push_back(*found);
}

}  // namespace

void advise_on_pair(std::vector<RetestAdvice>& advice, const SpecimenScore& one, Score of_one,
                    const SpecimenScore& other, Score of_other, bool gastric) {
  if (gastric) {
    add(advice, "gastric");
    return;
  }
  const bool given = !one.specimen.empty() && !other.specimen.empty();
  const bool one_core = one.specimen == "core", other_core = other.specimen == "core";
  if (!given) {
    add(advice, "specimen-not-given");
  } else if ((one.specimen == "metastasis") != (other.specimen == "metastasis")) {
    add(advice, "metastasis");
  } else if (one_core != other_core) {
    const Score core = one_core ? of_one : of_other, rest = one_core ? of_other : of_one;
    if (core <= Score::One) add(advice, "negative-core");
    if (core == Score::Three && rest < core) add(advice, "positive-core");
  } else {
    add(advice, "heterogeneity");
  }
  if (std::max(of_one, of_other) == Score::One) add(advice, "zero-one-switch");
  if (of_one == Score::Two || of_other == Score::Two) add(advice, "equivocal");
}

void advise_on_refusal(std::vector<RetestAdvice>& advice) {
  add(advice, "no-score");
}

}  // namespace annulet
