#pragma once
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "annulet/base/error.hpp"
#include "annulet/cohort/batch.hpp"
#include "annulet/sandbox/program.hpp"

namespace annulet::cohort {

/// The command line that scores one slide.
std::vector<std::string> score_arguments(const std::filesystem::path& slide, const ScoreOptions& options,
                                         bool geojson, const std::filesystem::path& out,
                                         const BatchOptions& how);

/// Why a process ended without leaving a result, in words that are the same every time: `said` is what it
/// wrote last. Code Output where it could not write, Crashed where it died, else what it complained of.
Error why_no_result(const Ending& ending);

/// The last complaint "[code] message" of a program of ours; Internal where it said nothing like it.
Error last_complaint(const std::string& said);

}  // namespace annulet::cohort
