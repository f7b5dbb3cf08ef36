#include "annulet/app/scoring_options.hpp"

#include "annulet/guideline/guideline.hpp"

namespace annulet {

void declare_scoring(CLI::App& command, ScoreOptions& options) {
  command
      .add_option("--guideline", options.guideline,
                  "Guideline id or file (annulet models list), or 2007, 2013, 2018, gastric, gastric-biopsy")
      ->transform(Guideline::id_of)
      ->capture_default_str();
  command.add_option("--grading", options.grading, "Grading id or file")->capture_default_str();
  command.add_option("--stain", options.stain, "Stain preset id or file, or fit (per slide)")
      ->capture_default_str();
  command.add_option("--mpp", options.mpp, "um per pixel; wins over the file")->check(CLI::PositiveNumber);
  command.add_option("--controls", options.controls, "Whether the controls stained as expected")
      ->check(CLI::IsMember({"ok", "failed"}));
  command.add_option("--antibody", options.antibody, "Antibody clone, as text for the record");
  command
      .add_option("--allow-incomplete", options.allow_incomplete,
                  "Percent of the tissue area that may be lost to tiles that are missing or damaged; "
                  "without it any such tile ends the slide without a score")
      ->check(CLI::Range(0.0, 100.0));
  command
      .add_option("--timeout", options.timeout,
                  "Seconds without progress after which reading the slide is given up")
      ->capture_default_str()
      ->check(CLI::Range(1, 86400));
  command.add_flag("--require-sandbox", options.require_sandbox,
                   "Read nothing where the system refuses seccomp or limits to the reading process");
}

}  // namespace annulet
