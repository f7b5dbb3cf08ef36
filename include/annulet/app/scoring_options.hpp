#pragma once
#include <CLI/CLI.hpp>

#include "annulet/pipeline/options.hpp"

namespace annulet {

/// The options that say how slides are scored, whether one or many.
void declare_scoring(CLI::App& command, ScoreOptions& options);

}  // namespace annulet
