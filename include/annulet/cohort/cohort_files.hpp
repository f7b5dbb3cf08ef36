#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "annulet/cohort/batch.hpp"

namespace annulet {

/// How the slides of a cohort ended, counted.
struct CohortSummary {
  std::array<std::size_t, kStatuses> by_status{};
  std::array<std::size_t, kScoreCount> by_score{};
  std::size_t rows = 0, missing = 0;  ///< missing: no result yet
  std::vector<std::string> not_done;  ///< slides that are missing, the first few
  std::vector<std::string>
      failures;            ///< "slide: status: message" of failed, crashed, timed-out: the first few
  std::string common;      ///< digest of the options of the rows that are there
  bool one_common = true;  ///< they are the same for all
  std::size_t of(Status status) const { return by_status[static_cast<std::size_t>(status)]; }
  std::size_t failed() const { return of(Status::Failed) + of(Status::Crashed) + of(Status::TimedOut); }
};

/// Reads how each row of the shard ended. Memory: a record at a time.
CohortSummary summarize(const CohortFolder& folder, const std::vector<ManifestRow>& rows,
                        const std::vector<RowPlace>& places, const Shard& shard = {});

/// Writes DIR/cohort.csv from the records, whole or not at all: the same bytes for the same results, whoever
/// made them in whatever order. Every row must have ended. Throws Error Output.
void write_cohort_csv(const CohortFolder& folder, const std::vector<ManifestRow>& rows,
                      const std::vector<RowPlace>& places);

}  // namespace annulet
