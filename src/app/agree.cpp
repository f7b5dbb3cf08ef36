#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>
#include <iostream>

#include "annulet/app/command.hpp"
#include "annulet/base/error.hpp"
#include "annulet/base/files.hpp"
#include "annulet/cohort/agree_report.hpp"
#include "annulet/guideline/guideline.hpp"
#include "annulet/store/cohort_store.hpp"
#include "app/output_file.hpp"

namespace annulet {
namespace {

namespace fs = std::filesystem;

/// As it stands, or the run that annulet rescore named by the guideline of this short name.
std::string run_called(const std::string& name, const std::vector<RunInfo>& runs) {
  const auto is_run = [&](const std::string& called) {
    return std::any_of(runs.begin(), runs.end(), [&](const RunInfo& run) { return run.name == called; });
  };
  const std::string id = Guideline::id_of(name);
  return !is_run(name) && is_run(id) ? id : name;
}

/// The store's runs by name; rows only of those that take part, the one compared last.
std::vector<RunRows> runs_of(const CohortStore& store, std::vector<RunInfo> infos, const std::string& run,
                             const std::string& against) {
  if (infos.empty())
    throw Error(Code::Usage, store.file().string() + ": holds no run; score the cohort with annulet batch");
  const auto chosen = std::find_if(infos.begin(), infos.end(), [&](const auto& i) { return i.name == run; });
  std::rotate(chosen == infos.end() ? infos.end() - 1 : chosen,
              chosen == infos.end() ? infos.end() : chosen + 1, infos.end());
  std::vector<RunRows> runs;
  for (const RunInfo& info : infos) {
    const bool takes_part = &info == &infos.back() || info.name == against;
    runs.push_back({info.name, takes_part ? store.rows(info.id) : std::vector<CohortRow>{}});
  }
  return runs;
}

bool has_readers(const RunRows& run) {
  return std::any_of(run.rows.begin(), run.rows.end(),
                     [](const auto& row) { return !row.asked.readers.empty(); });
}

/// Where the page can link to: "" where it lies in the cohort's folder.
std::string way_to_cohort(const fs::path& page, const fs::path& cohort) {
  const fs::path from = fs::absolute(page).parent_path();
  const std::string way = fs::relative(cohort, from).generic_string();
  return way.empty() || way == "." ? "" : way + "/";
}

/// A link that leads nowhere is none.
void drop_missing_reports(AgreeReport& report, const fs::path& cohort) {
  const auto check = [&](std::string& folder) {
    std::error_code failed;
    if (!folder.empty() && !fs::exists(cohort / folder / "report.html", failed)) folder.clear();
  };
  for (PanelSlide& slide : report.panel.slides) check(slide.folder);
  for (PatientDiscordance& found : report.patients.discordances) {
    for (SpecimenScore& specimen : found.specimens) check(specimen.folder);
  }
}

class AgreeCommand : public Command {
 public:
  void declare(CLI::App& program) override {
    command_ =
        program.add_subcommand("agree", "How well the program, its runs and the readers of a cohort agree");
    command_->footer(
        "Example: annulet agree results --html results/agree.html\n"
        "         annulet agree results --run gastric --against batch\n"
        "Readers are the columns reader_NAME of the manifest; runs are what batch scored ('batch') and each\n"
        "annulet rescore. Without --against: the run against every reader, and the readers among "
        "themselves.");
    command_->add_option("store", store_, "Folder of a batch, or its cohort.sqlite")->required();
    command_->add_option("--run", run_,
                         "Run to compare: its name, or 2013, gastric and so on where annulet rescore named "
                         "it; default: the newest");
    command_->add_option("--against", against_, "Run or reader to compare it with: NAME or reader:NAME");
    command_->add_option("--html", html_, "Write a page with plots and links to the slides' reports");
    command_->add_option("--csv", csv_, "Write one line a comparison and statistic");
    command_->add_option("--patients", patients_, "Write the cases whose specimens differ, as CSV");
    command_->add_option("--replicates", replicates_, "Resamplings of the cases behind each interval")
        ->check(CLI::Range(99, 99999))
        ->capture_default_str();
    command_->add_flag("--json", json_, "JSON on stdout instead of tables");
    command_->add_flag("--force", force_, "Replace FILEs that are there already");
  }
  bool chosen() const override { return command_->parsed(); }

  int run() override {
    app::expect_free("--html", html_, force_);
    app::expect_free("--csv", csv_, force_);
    app::expect_free("--patients", patients_, force_);
    const CohortStore store(store_);
    const fs::path cohort = fs::weakly_canonical(fs::absolute(store.file())).parent_path();
    CohortStore::Snapshot held = store.snapshot();
    const std::vector<RunInfo> infos = store.runs();
    const std::string run = run_called(run_, infos), against = run_called(against_, infos);
    const std::vector<RunRows> runs = runs_of(store, infos, run, against);
    held.reset();  // a batch beside this need not wait for the figures
    // Files first: who reads the tables finds them written.
    if (!patients_.empty()) write(patients_, patients_csv(patients_of(runs.back().rows)));
    if (!patients_.empty() && against.empty() && !has_readers(runs.back())) {
      spdlog::info("no reader's scores and no --against: only the cases were listed");
      return 0;
    }
    AgreeReport report = agree_report(cohort.filename().string(), runs, run, against, replicates_);
    if (!csv_.empty()) write(csv_, agree_csv(report));
    if (!html_.empty()) {
      drop_missing_reports(report, cohort);
      write(html_, agree_html(report, way_to_cohort(html_, cohort)));
    }
    std::cout << (json_ ? agree_json(report) : agree_text(report));
    return 0;
  }

 private:
  static void write(const fs::path& path, const std::string& text) {
    write_file_atomically(path, text);
    spdlog::info("wrote {}", path.string());
  }

  CLI::App* command_ = nullptr;
  fs::path store_, html_, csv_, patients_;
  std::string run_, against_;
  int replicates_ = kAgreementReplicates;
  bool json_ = false, force_ = false;
};

}  // namespace

std::unique_ptr<Command> make_agree_command() {
  return std::make_unique<AgreeCommand>();
}

}  // namespace annulet
