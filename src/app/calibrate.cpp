#include <fmt/format.h>

#include <filesystem>
#include <iostream>

#include "annulet/app/command.hpp"
#include "annulet/app/console.hpp"
#include "annulet/base/error.hpp"
#include "annulet/base/files.hpp"
#include "annulet/cohort/fitted_grading.hpp"
#include "annulet/cohort/rescore.hpp"
#include "annulet/model/model_file.hpp"
#include "annulet/pipeline/side_by_side.hpp"
#include "app/calibrate_report.hpp"
#include "app/output_file.hpp"

namespace annulet {
namespace {

namespace fs = std::filesystem;

constexpr int kExitNotShownToHelp = 3;

/// The name becomes the id that results carry.
std::string id_of(const fs::path& out, bool force) {
  const std::string id = out.stem().string();
  if (out.extension() != ".toml" || id.empty())
    throw Error(Code::Usage,
                "--out '" + out.string() + "': a grading is a .toml file, as in --out our-lab.toml");
  for (const ModelFile& file : built_in_model_files()) {
    if (file.kind == "grading" && file.id == id)
      throw Error(Code::Usage,
                  "--out '" + out.string() + "': '" + id + "' is the built-in grading; choose another name");
  }
  app::expect_free("--out", out, force);
  if (!out.parent_path().empty() && !fs::is_directory(out.parent_path()))
    throw Error(Code::Usage,
                "--out '" + out.string() + "': there is no folder " + out.parent_path().string());
  return id;
}

class CalibrateCommand : public Command {
 public:
  void declare(CLI::App& program) override {
    command_ =
        program.add_subcommand("calibrate", "Fit the grading's cut-offs to readers' scores of a cohort");
    command_->footer(
        "Example: annulet calibrate results/2025 --consensus --out our-lab.toml\n"
        "         annulet score slide.svs --out results/slide --grading our-lab.toml\n"
        "Needs 25 cases or more with a reader's score. Agreement is reported for cases that took no part in "
        "choosing\n"
        "the cut-offs that score them; where these do not agree better, nothing is written (exit code 3).");
    command_->add_option("store", store_, "Folder of a cohort that annulet batch wrote, or its cohort.sqlite")
        ->required();
    auto* reader = command_->add_option("--reader", reader_, "Whose scores: NAME of a column reader_NAME");
    command_->add_flag("--consensus", consensus_, "The median of all readers of a slide")->excludes(reader);
    command_->add_option("--out", out_, "The grading file to write; its name without .toml is the id")
        ->required();
    command_->add_option("--guideline", guideline_,
                         "Guideline id or file, or 2007, 2013, 2018, gastric; default the one of the cohort");
    command_->add_option("--grading", grading_,
                         "Grading id or file to start from; default the one of the cohort");
    command_->add_option("--threads", threads_, "Worker threads; default one per core")
        ->check(CLI::Range(1, 1024));
    command_->add_flag("--write-anyway", write_anyway_,
                       "Write the fitted cut-offs also where they are not shown to help");
    command_->add_flag("--force", force_, "Replace FILE");
    command_->add_flag("--json", json_, "Print JSON");
  }
  bool chosen() const override { return command_->parsed(); }

  int run() override {
    Interruption::install();
    const std::string id = id_of(out_, force_);
    const CohortStore store(store_);
    CohortStore::Snapshot held = store.snapshot();
    const RunInfo run = store.run("");
    const std::vector<CohortRow> rows = store.rows(run.id);
    const std::vector<std::int64_t> ids = store.slide_ids();
    held.reset();
    const LabelledSlides labelled = label_slides(rows, reader_, consensus_);
    const CalibrationSettings settings = settings_for(run);
    const Calibration fit = fit_to(store, ids, labelled, settings);
    expect_stored_scores(run, rows, labelled, settings, fit);
    const std::string data = fs::absolute(store.file()).lexically_normal().parent_path().filename().string();
    app::FitReport report{fit, labelled, settings, data, ""};
    if (fit.helps || write_anyway_) {
      write_file_atomically(out_, fitted_grading_toml(fit, labelled.slides, settings,
                                                      {id, data, labelled.reader, ANNULET_VERSION}));
      report.written = out_.string();
    }
    if (json_) {
      std::cout << app::fit_data(report).dump(2, ' ', false, nlohmann::json::error_handler_t::replace)
                << '\n';
    } else {
      std::cout << app::fit_words(report);
    }
    return report.written.empty() ? kExitNotShownToHelp : 0;
  }

 private:
  CalibrationSettings settings_for(const RunInfo& run) {
    const int threads = threads_;
    return {
        load_grading(!grading_.empty() ? grading_ : built_in_id("grading", run.grading, run.grading_digest)),
        Guideline::load(!guideline_.empty() ? Guideline::id_of(guideline_)
                                            : built_in_id("guideline", run.guideline, run.guideline_digest)),
        [threads](std::size_t count, const auto& work) { in_ranges(threads, count, work); },
        [this](const char* stage, std::size_t done, std::size_t total) { tell(stage, done, total); }};
  }

  Calibration fit_to(const CohortStore& store, const std::vector<std::int64_t>& ids,
                     const LabelledSlides& labelled, const CalibrationSettings& settings) {
    const auto load = [&](std::size_t slide) {
      try {
        SlideCells cells = store.cells(ids[labelled.row[slide]]);
        cells_ += cells.cells.size();
        return CalibrationCells{std::move(cells.cells), std::move(cells.ground.kinds)};
      } catch (const Error& error) {
        throw error.within("slide '" + labelled.slides[slide].name + "'");
      }
    };
    return calibrate(labelled.slides, load, settings);
  }

  void tell(const char* stage, std::size_t done, std::size_t total) {
    if (Interruption::requested()) throw Cancelled{};
    progress_({stage, done, total, cells_});
  }

  /// Where the run was made with the very models of the fit, grading a slide anew must give what the run
  /// says.
  static void expect_stored_scores(const RunInfo& run, const std::vector<CohortRow>& rows,
                                   const LabelledSlides& labelled, const CalibrationSettings& settings,
                                   const Calibration& fit) {
    if (run.guideline_digest != settings.guideline.digest() || run.grading_digest != settings.base.digest)
      return;
    for (std::size_t s = 0; s < labelled.slides.size(); ++s) {
      if (fit.slides[s].before == rows[labelled.row[s]].outcome.score) continue;
      throw Error(Code::Corrupt,
                  fmt::format("slide '{}': its cells in the store do not lead to the score that "
                              "stands beside them; run annulet batch again",
                              labelled.slides[s].name));
    }
  }

  CLI::App* command_ = nullptr;
  fs::path store_, out_;
  std::string reader_, guideline_, grading_;
  bool consensus_ = false, write_anyway_ = false, force_ = false, json_ = false;
  int threads_ = 0;
  std::size_t cells_ = 0;
  ProgressDisplay progress_{"calibrate"};
};

}  // namespace

std::unique_ptr<Command> make_calibrate_command() {
  return std::make_unique<CalibrateCommand>();
}

}  // namespace annulet
