#pragma once
#include <filesystem>
#include <string>

#include "annulet/model/cohort.hpp"
#include "annulet/pipeline/options.hpp"

namespace annulet {

/// What all rows of a batch are scored with.
struct CohortOptions {
  ScoreOptions score;  ///< its mpp, ish, controls and antibody hold for rows that name none
  bool geojson = false;
};

/// The options of one row.
ScoreOptions options_of(const ManifestRow& row, const CohortOptions& options);

/// Digest of the options that all rows share, the models behind them and the program's version. Throws Error
/// Usage where a model cannot be loaded.
std::string common_digest(const CohortOptions& options);

/// Digest of everything that a row's result depends on but the bytes of its slide: common_digest, the row's
/// own options and the bytes of its region files.
std::string row_key(const ManifestRow& row, const CohortOptions& options, const std::string& common);

/// Digest of all options that were given for the whole batch: common_digest and those that a row may have of
/// its own. Two records with the same one come from the same command line.
std::string shared_digest(const CohortOptions& options, const std::string& common);

/// Digest of what a row asks of its own: with shared_digest it decides row_key.
std::string asked_digest(const ManifestRow& row);

/// The state of a slide's files, as text: the same text means that nobody touched them. "absent" where they
/// cannot be found.
std::string slide_stamp(const std::filesystem::path& slide);

}  // namespace annulet
