#pragma once
#include <filesystem>

#include "annulet/base/error.hpp"
#include "annulet/model/result.hpp"
#include "annulet/pipeline/options.hpp"

namespace annulet {

/// Scores one slide from end to end. Whatever the slide is, the answer is a SlideResult with a status: only
/// usage errors (options, models) and Cancelled are thrown. `run` receives times, threads and memory.
SlideResult score_slide(const std::filesystem::path& slide, const ScoreOptions& options,
                        const RunControl& control, RunRecord& run);

/// The result of a slide that could not be read, `why`: crashed, timed-out or, with any other code, failed.
/// It says all that is known without the slide.
SlideResult unread_slide(const std::filesystem::path& slide, const ScoreOptions& options, const Error& why,
                         RunRecord& run);

}  // namespace annulet
