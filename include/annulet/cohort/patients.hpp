#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "annulet/model/cohort.hpp"

namespace annulet {

/// \file
/// Specimens of one case that do not agree, and which retest trigger applies. Advice, never a score: no
/// function here changes or combines scores. Sources: docs/science/patients.md.

/// One specimen of a case: a slide.
struct SpecimenScore {
  std::string slide;
  std::string specimen;        ///< of kSpecimens; empty: not given
  std::optional<Score> score;  ///< the program's
  std::string why_not;         ///< "not-evaluable: too-few-cells"; empty with a score
  std::vector<std::pair<std::string, Score>> readers;
  std::string folder;  ///< of its result
};

/// What a guideline or a study says of such a case.
struct RetestAdvice {
  std::string code;  ///< "metastasis", "zero-one-switch", "negative-core", ...
  std::string text;
  std::string source;
};

/// A case whose specimens differ, by the program or by one of the readers, or lack a score beside others that
/// have one.
struct PatientDiscordance {
  std::string case_id;
  std::vector<SpecimenScore> specimens;  ///< primary, metastasis, core, excision, not given; then as listed
  std::vector<std::string> seen_by;      ///< "annulet", "reader:A"; empty: only a score is missing
  int steps = 0;                         ///< the largest difference that one of them sees
  std::vector<RetestAdvice> advice;
};

struct PatientSummary {
  std::uint64_t cases = 0;       ///< with an id
  std::uint64_t several = 0;     ///< of them with at least two slides
  std::uint64_t scored = 0;      ///< of these with at least two slides that the program scored
  std::uint64_t discordant = 0;  ///< of these with more than one score
  std::uint64_t zero_one = 0;    ///< of `discordant`, those between 0 and 1+ alone
  std::uint64_t primary_metastasis = 0, primary_metastasis_discordant = 0;  ///< of `scored`, with both kinds
  std::vector<PatientDiscordance> discordances;                             ///< worst first
};

/// Rows without a case take no part. The triggers are those of breast cancer; rows scored by a gastric
/// guideline get that guideline's.
PatientSummary patients_of(std::span<const CohortRow> rows);

/// patients.csv: one line a specimen of the discordant cases; texts are guarded against spreadsheets.
std::string patients_csv(const PatientSummary& patients);
/// The same in parts, with a column for each of `readers`: for cohorts whose cases come one after the other.
std::string patients_csv_header(const std::vector<std::string>& readers);
std::string patients_csv_lines(const PatientSummary& patients, const std::vector<std::string>& readers);

}  // namespace annulet
