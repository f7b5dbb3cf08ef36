#pragma once
#include <string>
#include <vector>

#include "annulet/cohort/calibrate.hpp"

namespace annulet {

/// Where a fitted grading came from, beside the fit itself.
struct FitOrigin {
  std::string id;      ///< of the new grading: the file's name without .toml
  std::string data;    ///< what the cohort is called
  std::string reader;  ///< whose scores
  std::string program_version;
};

/// SHA-256 over the slides' digests, cases and labels, whatever their order: the same for the same evidence.
std::string labels_digest(const std::vector<CalibrationSlide>& slides);

/// Text of a file for models/grading/ with the fitted cut-offs and, in its section [fit], where they come
/// from. Names are written as TOML strings, so they may hold anything. No date, no path: the same fit gives
/// the same bytes. docs/science/calibrate.md.
std::string fitted_grading_toml(const Calibration& fit, const std::vector<CalibrationSlide>& slides,
                                const CalibrationSettings& settings, const FitOrigin& origin);

}  // namespace annulet
