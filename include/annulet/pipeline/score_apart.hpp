#pragma once
#include <filesystem>
#include <functional>

#include "annulet/pipeline/score_slide.hpp"

namespace annulet {

/// What scores a slide; other than score_slide in tests only.
using SlideScorer = std::function<SlideResult(const std::filesystem::path&, const ScoreOptions&,
                                              const RunControl&, RunRecord&)>;

/// score_slide in a process of its own behind the walls of `sandbox`: nothing that a slide does to its reader
/// reaches this process, which checks the result that comes back (result_message.hpp). A reader that
/// crashes, runs out of memory, makes no progress for options.timeout seconds or uses up its processor time
/// is a result of status crashed or timed-out. No thread may have been started yet. `run` says which walls
/// stood, and has the larger peak memory of the two processes. Throws what score_slide throws, and Error
/// Internal where options.require_sandbox asks for walls that the system refuses.
SlideResult score_apart(const std::filesystem::path& slide, const ScoreOptions& options,
                        const RunControl& control, RunRecord& run, const SlideScorer& score = score_slide);

}  // namespace annulet
