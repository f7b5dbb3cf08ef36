#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <array>
#include <ctime>
#include <filesystem>
#include <functional>
#include <iostream>
#include <optional>
#include <string_view>
#include <vector>

#include "annulet/app/command.hpp"
#include "annulet/app/console.hpp"
#include "annulet/app/scoring_options.hpp"
#include "annulet/base/digest.hpp"
#include "annulet/base/files.hpp"
#include "annulet/base/printable.hpp"
#include "annulet/base/pseudonyms.hpp"
#include "annulet/pipeline/score_apart.hpp"
#include "annulet/report/deidentify.hpp"
#include "annulet/report/result_folder.hpp"

namespace annulet {
namespace {

/// An empty text is a script's variable without a value: as good as not given, were it not refused.
const CLI::Validator kSomething(
    [](const std::string& text) {
      return std::string(text.empty() ? "an empty text; give one, or leave the option out" : "");
    },
    "");

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

std::string percent_line(const SlideResult& result) {
  const auto tumour = static_cast<std::size_t>(CellKind::Tumour);
  const std::uint64_t measurable = result.tally.measurable_tumour();
  if (measurable == 0) return "no measurable tumour cells";
  std::string line = fmt::format("{} measurable tumour cells:", measurable);
  for (int p = static_cast<int>(Pattern::None); p < kPatterns; ++p) {
    line +=
        fmt::format(" {} {:.1f} %", name(static_cast<Pattern>(p)),
                    100.0 * static_cast<double>(result.tally.pattern[tumour][static_cast<std::size_t>(p)]) /
                        static_cast<double>(measurable));
  }
  return line;
}

void print_summary(const SlideResult& result, const std::filesystem::path& folder) {
  const Verdict& verdict = result.verdict;
  std::cout << printable(result.slide.file_name) << ": " << name(result.status);
  if (verdict.score)
    std::cout << "  HER2 IHC " << name(*verdict.score) << "  (" << verdict.group << "; " << verdict.guideline
              << " " << verdict.rule << ")";
  std::cout << '\n';
  for (const Remark& r : verdict.reasons)
    std::cout << "  reason  " << r.code << ": " << printable(r.message) << '\n';
  if (result.scanned) std::cout << "  " << percent_line(result) << '\n';
  for (const Remark& c : verdict.caveats)
    std::cout << "  caveat  " << c.code << ": " << printable(c.message) << '\n';
  std::cout << "  report  " << printable((folder / "report.html").string())
            << "\n  For research use only; not for diagnosis.\n";
}

class ScoreCommand : public Command {
 public:
  void declare(CLI::App& program) override {
    command_ = program.add_subcommand("score", "Score one slide and write the evidence");
    command_->footer(
        "Example: annulet score case17.svs --out results/case17 --controls ok\n"
        "DIR gets result.json, report.html, cells.csv.gz, heatmap.png, overlay.png and more: whole or not at "
        "all.");
    command_->add_option("slide", slide_, "Whole slide, or a JPEG/PNG field with --mpp")->required();
    command_
        ->add_option(
            "--out", out_,
            "Folder for the result: must not exist yet, or be empty (--force replaces an earlier result)")
        ->required();
    declare_scoring(*command_, options_);
    command_->add_option("--ish", options_.ish, "negative | positive | RATIO,COPIES[,recounted]")
        ->check(kSomething);
    command_
        ->add_option(
            "--region", options_.regions,
            "Areas to count, to leave out or that are controls, drawn in QuPath (GeoJSON), ImageScope or "
            "ASAP (XML); may be given several times")
        ->allow_extra_args(false);
    command_
        ->add_option("--expect-sha256", options_.expect_sha256,
                     "The slide's SHA-256 as the archive knows it; compared before anything is scored")
        ->check(kSomething);
    command_->add_flag("--deidentify", options_.deidentify,
                       "Replace the names of slide and host by keyed hashes in every file and message");
    command_
        ->add_option("--deidentify-key", key_file_,
                     "File of 16 bytes or more that keys the hashes: equal names then have equal hashes "
                     "in every run; default a key of this run that nobody keeps")
        ->check(kSomething);
    command_->add_option("--threads", options_.threads, "Worker threads; default one per core")
        ->check(CLI::Range(1, 1024));
    command_
        ->add_option("--memory", options_.memory,
                     "Memory for the pixels in work, as 512M or 2G; default 88M. The cells, about 300 "
                     "bytes each, and 100 MB for the program come on top")
        ->transform(CLI::AsSizeValue(false))
        ->check(CLI::PositiveNumber);
    command_->add_flag("--geojson", geojson_, "Also write cells.geojson.gz for QuPath");
    command_->add_flag("--json", json_, "Print result.json on stdout instead of a summary");
    command_->add_flag("--force", force_, "Replace a result that is already in DIR, and nothing else");
  }
  bool chosen() const override { return command_->parsed(); }

  int run() override {
    Interruption::install();
    options_.deidentify = options_.deidentify || !key_file_.empty();
    const std::optional<Pseudonyms> pseudonyms = pseudonyms_if_asked();
    if (!pseudonyms) return score(nullptr);
    try {
      return score(&*pseudonyms);
    } catch (const Error& error) {
      throw Error(error.code(), pseudonyms->scrub(error.what()));
    } catch (const std::exception& error) {
      throw Error(Code::Internal, pseudonyms->scrub(error.what()));
    }
  }

 private:
  std::optional<Pseudonyms> pseudonyms_if_asked() const {
    if (!options_.deidentify) return std::nullopt;
    Pseudonyms pseudonyms(key_file_.empty() ? Pseudonyms::random_key() : Pseudonyms::key_of_file(key_file_));
    pseudonyms.add("slide", slide_);
    for (const std::filesystem::path& file : options_.regions) pseudonyms.add("regions", file);
    return pseudonyms;
  }

  int score(const Pseudonyms* pseudonyms) {
    AtomicFolder folder(out_, kResultFiles, force_);
    RunRecord record;
    record.started = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
    record.host = host_name();
    const std::string name = slide_.filename().string();
    SlideResult result;
    {
      ProgressDisplay display(pseudonyms != nullptr ? pseudonyms->of("slide", name) : name);
      const RunControl control{[&](const Progress& p) { display(p); }, &Interruption::requested()};
      result = score_apart(slide_, options_, control, record);
      control.report({"write", 0, 1, result.cells.size()});
    }
    if (pseudonyms != nullptr) deidentify(*pseudonyms, key_file_.empty() ? "run" : "file", result, record);
    const std::string json = write_result_folder(result, record, geojson_, options_.threads, folder);
    folder.commit();
    for (const Remark& r : result.verdict.reasons) {
      spdlog::error("{}: [{}] {}", pseudonyms != nullptr ? result.slide.file_name : slide_.string(), r.code,
                    r.message);
    }
    if (json_) {
      std::cout << json;
    } else {
      print_summary(result,
                    pseudonyms != nullptr ? std::filesystem::path(pseudonyms->scrub(out_.string())) : out_);
    }
    return exit_code(result.status);
  }

  CLI::App* command_ = nullptr;
  std::filesystem::path slide_, out_, key_file_;
  ScoreOptions options_;
  bool geojson_ = false, json_ = false, force_ = false;
};

}  // namespace

std::unique_ptr<Command> make_score_command() {
  return std::make_unique<ScoreCommand>();
}

}  // namespace annulet
