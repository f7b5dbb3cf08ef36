#include <spdlog/spdlog.h>

#include <filesystem>

#include "annulet/app/command.hpp"
#include "annulet/base/error.hpp"
#include "annulet/base/printable.hpp"
#include "annulet/cohort/folder_lock.hpp"
#include "annulet/cohort/manifest.hpp"
#include "app/cohort_summary.hpp"

namespace annulet {
namespace {

class MergeCommand : public Command {
 public:
  void declare(CLI::App& program) override {
    command_ = program.add_subcommand("merge", "Make cohort.csv of results that several processes made");
    command_->footer(
        "Example: annulet merge results --manifest cohort.csv\n"
        "After annulet batch --shard or --index. Writes what one annulet batch would have written, or says "
        "which slides have no result, or none for their row as it is now (exit 6), and writes nothing.");
    command_->add_option("folder", folder_, "Folder of the cohort")->required();
    command_->add_option("--manifest", manifest_, "The manifest, folder or pattern that the parts were given")
        ->required();
    command_->add_flag("--no-store", no_store_, "Write cohort.csv without cohort.sqlite");
    command_->add_flag("--json", json_, "Print the summary as JSON");
  }
  bool chosen() const override { return command_->parsed(); }

  int run() override {
    std::vector<ManifestRow> rows = read_manifest(manifest_);
    const CohortFolder folder = CohortFolder::open(folder_);
    const FolderLock lock(folder_, "lock");
    const std::vector<RowPlace> places = places_of(rows);
    if (const OpenRows open = find_open_rows(folder, rows, places); open.count > 0) {
      spdlog::error("{} of {} slides have no result yet; run their parts of annulet batch again", open.count,
                    rows.size());
      for (const std::string& slide : open.named) spdlog::error("  no result: {}", printable(slide));
      if (open.count > open.named.size()) spdlog::error("  and {} more", open.count - open.named.size());
      return 6;
    }
    const CohortSummary summary = summarize(folder, rows, places);
    if (!summary.one_common)
      throw Error(Code::Usage, folder_.string() +
                                   ": its slides were scored with different options or versions; run annulet "
                                   "batch on all of them with the same ones, then merge again");
    app::conclude_cohort(folder, std::move(rows), places, !no_store_);
    app::print_summary(summary, folder, true, json_);
    return summary.failed() > 0 ? 6 : 0;
  }

 private:
  CLI::App* command_ = nullptr;
  std::filesystem::path folder_;
  std::string manifest_;
  bool json_ = false, no_store_ = false;
};

}  // namespace

std::unique_ptr<Command> make_merge_command() {
  return std::make_unique<MergeCommand>();
}

}  // namespace annulet
