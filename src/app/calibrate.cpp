#include <fmt/format.h>

#include <filesystem>
#include <iostream>

#include "annulet/app/command.hpp"
#include "annulet/app/console.hpp"
#include "annulet/base/error.hpp"
#include "annulet/base/files.hpp"
#include "annulet/cell/kind.hpp"
#include "annulet/cohort/fitted_grading.hpp"
#include "annulet/model/model_file.hpp"
#include "annulet/pipeline/side_by_side.hpp"
#include "annulet/report/stored_result.hpp"
#include "app/calibrate_report.hpp"
#include "app/cohort_rows.hpp"

namespace annulet {
namespace {

namespace fs = std::filesystem;

constexpr int kExitNotShownToHelp = 3;

/// The id that all slides with a score were scored by, where it is built in; else the option has to be given.
std::string common_id(const std::vector<CohortRow>& rows, std::string SlideOutcome::*id, const char* kind,
                      const char* option) {
  std::string common;
  for (const CohortRow& row : rows) {
    if (!row.outcome.score) continue;
    if (!common.empty() && row.outcome.*id != common)
      throw Error(Code::Usage,
                  fmt::format("slides of the cohort were scored under {} and {}: name one with {}", common,
                              row.outcome.*id, option));
    common = row.outcome.*id;
  }
  for (const ModelFile& file : built_in_model_files()) {
    if (file.kind == kind && file.id == common) return common;
  }
  throw Error(Code::Usage, common.empty()
                               ? "no slide of the cohort has a score: there is nothing to fit to"
                               : fmt::format("the cohort was scored under '{}', which is not built in: "
                                             "give its file with {}",
                                             common, option));
}

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
  if (fs::exists(out) && !force)
    throw Error(Code::Usage,
                "--out '" + out.string() + "' is there already: choose another name, or --force");
  if (!out.parent_path().empty() && !fs::is_directory(out.parent_path()))
    throw Error(Code::Usage,
                "--out '" + out.string() + "': there is no folder " + out.parent_path().string());
  return id;
}

/// Reads slides of a cohort from their result folders.
class ResultFolders {
 public:
  ResultFolders(const fs::path& cohort, const std::vector<CohortRow>& rows, const LabelledSlides& labelled,
                int threads)
      : cohort_(cohort),
        rows_(rows),
        labelled_(labelled),
        threads_(threads),
        kind_(KindModel::load("annulet-1")) {}

  CalibrationCells operator()(std::size_t slide) const {
    const SlideOutcome& outcome = rows_[labelled_.row[slide]].outcome;
    const fs::path folder = cohort_ / outcome.folder;
    try {
      return read(folder);
    } catch (const Error& error) {
      throw error.within(folder.string());
    }
  }

 private:
  CalibrationCells read(const fs::path& folder) const {
    const StoredResult stored = read_stored_result(folder);
    if (!stored.has_cells) throw Error(Code::NotFound, "cells.bin.gz is missing; score the slide again");
    for (const ModelUse& model : stored.models) {
      if (model.kind == "kind" && model.digest != kind_.digest)
        throw Error(Code::Usage,
                    "its cells were told apart by another kind model than this annulet's: score the "
                    "cohort again with this version");
    }
    CalibrationCells cells{read_stored_cells(folder, stored), {}};
    const OverRanges over = [this](std::size_t count, const auto& work) { in_ranges(threads_, count, work); };
    cells.kinds = kind_(cells.cells, over);
    return cells;
  }

  fs::path cohort_;
  const std::vector<CohortRow>& rows_;
  const LabelledSlides& labelled_;
  int threads_;
  KindModel kind_;
};

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
    command_->add_option("--guideline", guideline_, "Guideline id or file; default the one of the cohort");
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
    const app::Cohort cohort = app::open_cohort(store_);
    const LabelledSlides labelled = label_slides(cohort.rows, reader_, consensus_);
    const CalibrationSettings settings = settings_for(cohort);
    const ResultFolders load(cohort.folder, cohort.rows, labelled, threads_);
    const Calibration fit = calibrate(labelled.slides, load, settings);
    expect_stored_scores(cohort, labelled, settings, fit);
    app::FitReport report{fit, labelled, settings, cohort.name, ""};
    if (fit.helps || write_anyway_) {
      write_file_atomically(out_, fitted_grading_toml(fit, labelled.slides, settings,
                                                      {id, cohort.name, labelled.reader, ANNULET_VERSION}));
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
  CalibrationSettings settings_for(const app::Cohort& cohort) {
    const std::string grading =
        !grading_.empty() ? grading_ : common_id(cohort.rows, &SlideOutcome::grading, "grading", "--grading");
    const std::string guideline =
        !guideline_.empty() ? guideline_
                            : common_id(cohort.rows, &SlideOutcome::guideline, "guidelines", "--guideline");
    const int threads = threads_;
    return {load_grading(grading), Guideline::load(guideline),
            [threads](std::size_t count, const auto& work) { in_ranges(threads, count, work); },
            [this](const char* stage, std::size_t done, std::size_t total) { tell(stage, done, total); }};
  }

  void tell(const char* stage, std::size_t done, std::size_t total) {
    if (Interruption::requested()) throw Cancelled{};
    progress_({stage, done, total, 0});
  }

  /// Where a slide was scored by the very models of the fit, grading it anew must give what its result says.
  void expect_stored_scores(const app::Cohort& cohort, const LabelledSlides& labelled,
                            const CalibrationSettings& settings, const Calibration& fit) const {
    for (std::size_t s = 0; s < labelled.slides.size(); ++s) {
      const SlideOutcome& outcome = cohort.rows[labelled.row[s]].outcome;
      if (outcome.guideline != settings.guideline.id() || outcome.grading != settings.base.id) continue;
      if (!is_built_in(settings.guideline.digest()) || !is_built_in(settings.base.digest)) continue;
      if (fit.slides[s].before == outcome.score) continue;
      throw Error(Code::Corrupt,
                  fmt::format("'{}': its cells do not lead to the score that its result says: the "
                              "folder was altered; score the slide again",
                              labelled.slides[s].name));
    }
  }

  CLI::App* command_ = nullptr;
  fs::path store_, out_;
  std::string reader_, guideline_, grading_;
  bool consensus_ = false, write_anyway_ = false, force_ = false, json_ = false;
  int threads_ = 0;
  ProgressDisplay progress_{"calibrate"};
};

}  // namespace

std::unique_ptr<Command> make_calibrate_command() {
  return std::make_unique<CalibrateCommand>();
}

}  // namespace annulet
