#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <filesystem>
#include <iostream>

#include "annulet/app/command.hpp"
#include "annulet/app/console.hpp"
#include "annulet/cohort/rescore.hpp"
#include "annulet/cohort/rescore_table.hpp"
#include "annulet/store/store_place.hpp"

namespace annulet {
namespace {

class RescoreCommand : public Command {
 public:
  void declare(CLI::App& program) override {
    command_ = program.add_subcommand(
        "rescore", "Score a stored cohort under another guideline or grading, without its slides");
    command_->footer(
        "Examples: annulet rescore cohort/ --guideline 2013\n"
        "          annulet rescore cohort/ --guideline gastric --csv > gastric.csv\n"
        "          annulet rescore cohort/ --grading models/our-lab.toml --name our-lab\n"
        "Adds a run to the store and prints which slides moved, from what to what, and by which rule. Slides "
        "that were refused stay refused.");
    command_->add_option("store", store_, "Folder that annulet batch wrote, or its cohort.sqlite")
        ->required();
    command_->add_option("--guideline", options_.guideline,
                         "Id or file of a guideline, or 2007, 2013, 2018, gastric, gastric-biopsy (default: "
                         "that of the batch)");
    command_->add_option("--grading", options_.grading,
                         "Id or file of a grading, such as annulet calibrate writes (default: that of the "
                         "batch)");
    command_->add_option("--name", options_.name, "Name of the run in the store (default: made of the two)");
    command_->add_flag("--dry-run", dry_run_, "Print, and leave the store as it is");
    auto* json = command_->add_flag("--json", json_, "Print JSON, every slide in it");
    command_->add_flag("--csv", csv_, "Print a table of commas, a row for every slide")->excludes(json);
  }
  bool chosen() const override { return command_->parsed(); }

  int run() override {
    Interruption::install();
    options_.cancelled = [] { return Interruption::requested().load(); };
    ProgressDisplay display("rescore");
    options_.progress = [&](std::size_t done, std::size_t of, std::uint64_t cells) {
      display({"rescore", done, of, static_cast<std::size_t>(cells)});
    };
    RescoredCohort rescored = rescore_cohort(CohortStore(store_), options_);
    if (!dry_run_) {
      const std::string network = network_file_system_at(store_file(store_));
      if (!network.empty())
        spdlog::info("the store lies on a network file system ({}): a copy is written and takes its place",
                     network);
      rescored.run = add_to_store(store_, rescored);
    }
    std::cout << (json_ ? rescored_json(rescored) : csv_ ? rescored_csv(rescored) : rescored_words(rescored));
    return 0;
  }

 private:
  CLI::App* command_ = nullptr;
  std::filesystem::path store_;
  RescoreOptions options_;
  bool dry_run_ = false, json_ = false, csv_ = false;
};

}  // namespace

std::unique_ptr<Command> make_rescore_command() {
  return std::make_unique<RescoreCommand>();
}

}  // namespace annulet
