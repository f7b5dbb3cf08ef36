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

/// Throws Error Usage where options cannot be done, whatever the slide: unknown models, RATIO,COPIES under a
/// guideline without groups. Reads the models.
void check_options(const ScoreOptions& options);

/// The result of a slide that could not be scored, `why`: crashed, timed-out or, with any other code, failed.
/// It says all that is known without the slide. Only models that cannot be loaded are thrown (Usage).
SlideResult unread_slide(const std::filesystem::path& slide, const ScoreOptions& options, const Error& why,
                         RunRecord& run);

}  // namespace annulet
