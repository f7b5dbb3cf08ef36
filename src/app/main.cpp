#include <fmt/format.h>
#include <malloc.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <iostream>

#include "annulet/app/command.hpp"
#include "annulet/app/console.hpp"
#include "annulet/base/error.hpp"
#include "annulet/base/printable.hpp"

namespace {

/// Messages hold names that somebody else gave to files: what would steer a terminal is printed as numbers.
class PrintableMessages : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    const std::string text = annulet::printable({message.payload.data(), message.payload.size()});
    spdlog::details::log_msg shown = message;
    shown.payload = text;
    pattern_.format(shown, out);
    message.color_range_start = shown.color_range_start;
    message.color_range_end = shown.color_range_end;
  }
  std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<PrintableMessages>(); }

 private:
  spdlog::pattern_formatter pattern_{"annulet: %^%l%$: %v"};
};

int exit_code_of(annulet::Code code) {
  using annulet::Code;
  if (code == Code::Usage) return 2;
  if (code == Code::Internal || code == Code::Output) return 5;
  if (code == Code::Crashed || code == Code::TimedOut) return 7;
  return annulet::is_not_evaluable(code) ? 3 : 4;
}

/// CLI11 says only that a command is missing.
void expect_known_command(const CLI::App& program, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return;
  std::string names;
  for (const CLI::App* command : program.get_subcommands(nullptr)) {
    if (command->get_name() == argv[1]) return;
    names += (names.empty() ? "" : ", ") + command->get_name();
  }
  throw annulet::Error(annulet::Code::Usage,
                       "'" + std::string(argv[1]) + "' is no command; commands are " + names);
}

/// A full disk or a closed pipe behind stdout shows only when the buffer is written.
int after_flush(int exit_code) {
  errno = 0;
  if (!std::cout.flush()) {
    throw annulet::Error(annulet::Code::Output,
                         "writing to stdout failed" +
                             (errno != 0 ? std::string(": ") + std::strerror(errno) : std::string()) +
                             "; check what it is redirected to");
  }
  return exit_code;
}

int run(int argc, char** argv) {
  CLI::App program{
      "annulet scores HER2 immunohistochemistry on whole slides: every tumour cell's membrane ring is "
      "measured,\n"
      "the rings are counted, and the guideline turns the counts into a score with its reasons.\n"
      "For research use only; not for diagnosis."};
  program.set_version_flag("--version", std::string("annulet ") + ANNULET_VERSION);
  program.require_subcommand(1);
  program.footer(
      "Example: annulet score slide.svs --out results/slide\n"
      "Exit codes: 0 scored, 2 usage, 3 not evaluable, 4 the input failed, 5 internal or output, 6 a "
      "slide of a batch failed, 7 the reader crashed, 129/130/143 stopped.");
  std::vector<std::unique_ptr<annulet::Command>> commands;
  commands.push_back(annulet::make_score_command());
  commands.push_back(annulet::make_batch_command());
  commands.push_back(annulet::make_merge_command());
  commands.push_back(annulet::make_rescore_command());
  commands.push_back(annulet::make_agree_command());
  commands.push_back(annulet::make_calibrate_command());
  commands.push_back(annulet::make_explain_command());
  commands.push_back(annulet::make_info_command());
  commands.push_back(annulet::make_phantom_command());
  commands.push_back(annulet::make_models_command());
  for (const auto& command : commands) command->declare(program);
  expect_known_command(program, argc, argv);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return after_flush(program.exit(error) == 0 ? 0 : 2);
  }
  for (const auto& command : commands) {
    if (command->chosen()) return after_flush(command->run());
  }
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  // Only the largest buffers are pages of their own; the others come again from a heap that grows in steps
  // and keeps this much when they are freed. Page by page the kernel took a tenth of a small slide's time,
  // and fresh pages for every mask of the tissue are 60,000 of a larger one's.
  constexpr int kLargeBuffer = 32 << 20, kHeapStep = 4 << 20, kHeapKept = 64 << 20;
  ::mallopt(M_MMAP_THRESHOLD, kLargeBuffer);
  ::mallopt(M_TOP_PAD, kHeapStep);
  ::mallopt(M_TRIM_THRESHOLD, kHeapKept);
  std::signal(SIGCHLD, SIG_DFL);  // who starts a program may leave it ignored: no end of a child were heard
  std::signal(SIGXFSZ, SIG_IGN);  // over `ulimit -f` a write fails and is told
  spdlog::set_default_logger(spdlog::stderr_color_mt("annulet"));
  spdlog::set_formatter(std::make_unique<PrintableMessages>());
  try {
    return run(argc, argv);
  } catch (const annulet::Cancelled&) {
    spdlog::warn("stopped; nothing was written");
    return annulet::Interruption::exit_code();
  } catch (const annulet::Error& error) {
    spdlog::error("[{}] {}", annulet::name(error.code()), error.what());
    return exit_code_of(error.code());
  } catch (const std::exception& error) {
    spdlog::error("[internal] {}; please report this with the command line", error.what());
    return 5;
  }
}
