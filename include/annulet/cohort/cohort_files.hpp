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
  std::size_t rows = 0;
  std::vector<std::string>
      failures;            ///< "slide: status: message" of failed, crashed, timed-out: the first few
  std::string common;      ///< digest of the options of the rows that are there
  bool one_common = true;  ///< they are the same for all
  std::size_t of(Status status) const { return by_status[static_cast<std::size_t>(status)]; }
  std::size_t failed() const { return of(Status::Failed) + of(Status::Crashed) + of(Status::TimedOut); }
};

/// Rows that have no result, or none that stands.
struct OpenRows {
  std::size_t count = 0;
  std::vector<std::string> named;  ///< "slide: why", the first few
};

/// Looks for rows whose result is not what the manifest asks of them, or of another slide: what a batch with
/// the options that each was scored with would score. Slides that were touched are read whole.
OpenRows find_open_rows(const CohortFolder& folder, const std::vector<ManifestRow>& rows,
                        const std::vector<RowPlace>& places);

/// Reads how each row of the shard ended; every one must have. Memory: a record at a time.
CohortSummary summarize(const CohortFolder& folder, const std::vector<ManifestRow>& rows,
                        const std::vector<RowPlace>& places, const Shard& shard = {});

/// Writes DIR/cohort.csv from the records, whole or not at all: the same bytes for the same results, whoever
/// made them in whatever order. Every row must have ended. Throws Error Output.
void write_cohort_csv(const CohortFolder& folder, const std::vector<ManifestRow>& rows,
                      const std::vector<RowPlace>& places);

}  // namespace annulet
