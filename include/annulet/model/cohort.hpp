#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "annulet/model/doubt.hpp"
#include "annulet/model/result.hpp"

namespace annulet {

/// \file
/// A cohort: what is known of each slide before it is scored, and what became of it.

/// One slide of a manifest, as it was asked for. Empty texts and lists: not given.
struct ManifestRow {
  std::size_t line = 0;        ///< of the manifest, from 1; 0 where a folder was given
  std::string slide;           ///< as written: what identifies the row
  std::filesystem::path path;  ///< relative paths start at the manifest's folder
  std::string case_id;         ///< column `case`: slides of one patient
  std::string specimen;        ///< "primary", "metastasis", "core" or "excision"
  std::optional<double> mpp;   ///< um per px
  std::vector<std::filesystem::path> regions;
  std::vector<std::pair<std::string, Score>> readers;  ///< columns `reader_NAME`, in their order
  std::string ish, antibody, scanner, controls;        ///< as the options of `score`; scanner is free text
  std::string date;                                    ///< YYYY-MM-DD: of the scan or the report
  std::string sha256;  ///< lower case; column `sha256`: what the archive expects
};

/// How one slide of a cohort ended: what cohort.csv and the store hold beside its cells.
struct SlideOutcome {
  Status status = Status::Failed;
  std::optional<Score> score;
  std::string group, guideline, rule;         ///< empty for none
  std::string grading;                        ///< id
  std::vector<std::string> reasons, caveats;  ///< codes, in order
  std::string message;                        ///< of the first reason; empty for none
  /// measurable tumour cells by pattern: none ... intense_complete
  std::array<std::uint64_t, 5> by_pattern{};
  std::uint64_t cells = 0, tumour = 0, measurable = 0;
  double tissue_mm2 = 0, analysed_mm2 = 0;
  std::string slide_sha256;   ///< empty where the slide could not be read
  std::string result_digest;  ///< SHA-256 of result.json
  std::string folder;         ///< below the cohort's folder: "slides/case17-1a2b3c4d"
};

/// One row of a cohort.
struct CohortRow {
  ManifestRow asked;
  SlideOutcome outcome;
};

/// The specimens a manifest may name.
inline constexpr std::array<std::string_view, 4> kSpecimens{"primary", "metastasis", "core", "excision"};

}  // namespace annulet
