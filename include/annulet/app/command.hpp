#pragma once
#include <CLI/CLI.hpp>
#include <memory>
#include <vector>

namespace annulet {

/// One subcommand: declares its options, then runs. Exit codes: contract 1.
class Command {
 public:
  virtual ~Command() = default;
  virtual void declare(CLI::App& program) = 0;
  /// True when this subcommand was given.
  virtual bool chosen() const = 0;
  /// Returns the exit code; throws Error and Cancelled.
  virtual int run() = 0;
};

std::unique_ptr<Command> make_score_command();
std::unique_ptr<Command> make_batch_command();
std::unique_ptr<Command> make_merge_command();
std::unique_ptr<Command> make_info_command();
std::unique_ptr<Command> make_phantom_command();
std::unique_ptr<Command> make_models_command();
std::unique_ptr<Command> make_agree_command();
std::unique_ptr<Command> make_explain_command();
std::unique_ptr<Command> make_rescore_command();
std::unique_ptr<Command> make_calibrate_command();

}  // namespace annulet
