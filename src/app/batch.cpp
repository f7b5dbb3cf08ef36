#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <iostream>

#include "annulet/app/command.hpp"
#include "annulet/app/console.hpp"
#include "annulet/app/scoring_options.hpp"
#include "annulet/base/digest.hpp"
#include "annulet/base/error.hpp"
#include "annulet/cohort/batch.hpp"
#include "annulet/cohort/cohort_files.hpp"
#include "annulet/cohort/folder_lock.hpp"
#include "annulet/cohort/machine.hpp"
#include "annulet/cohort/manifest.hpp"
#include "annulet/cohort/plan.hpp"
#include "annulet/cohort/standing.hpp"
#include "annulet/pipeline/score_slide.hpp"
#include "annulet/pipeline/side_by_side.hpp"
#include "annulet/sandbox/program.hpp"
#include "app/batch_display.hpp"
#include "app/cohort_summary.hpp"

namespace annulet {
namespace fs = std::filesystem;
namespace {

constexpr double kMemoryShare = 0.8;  // of what is available, where --memory is not given

/// "K/N", 1 <= K <= N.
Shard parse_shard(const std::string& text) {
  const char* const end = text.data() + text.size();
  std::size_t part = 0, of = 0;
  const auto [slash, bad] = std::from_chars(text.data(), end, part);
  if (bad == std::errc() && slash != end && *slash == '/') {
    const auto [last, also_bad] = std::from_chars(slash + 1, end, of);
    if (also_bad == std::errc() && last == end && part >= 1 && part <= of) return {part - 1, of};
  }
  throw Error(Code::Usage, "--shard " + text + ": give K/N with K from 1 to N, as in --shard 3/16");
}

/// What parts that may work beside each other have in common.
std::string split_of(const std::vector<ManifestRow>& rows, const Shard& shard) {
  std::string slides;
  for (const ManifestRow& row : rows) slides += row.slide + '\n';
  return fmt::format("{} slides (digest {}) in {} parts", rows.size(), sha256_of(slides).substr(0, 8),
                     shard.of);
}

/// A worker that cannot be run would fail every slide.
void expect_runs(const std::string& worker) {
  Program program({worker, "--version"});
  while (!program.has_ended()) ::poll(nullptr, 0, 1);
  const Ending& ending = program.ending();
  if (ending.kind == Ending::Kind::Exited && ending.value == 0) return;
  throw Error(Code::Usage, "--worker: `" + worker + " --version` does not run: " + ending.said);
}

class BatchCommand : public Command {
 public:
  void declare(CLI::App& program) override {
    command_ = program.add_subcommand("batch", "Score the slides of a manifest or folder, unattended");
    command_->footer(
        "Examples: annulet batch cohort.csv --out results\n"
        "          annulet batch slides/ --out results --mpp 0.25 --events log.ndjson\n"
        "          annulet batch 'archive/**/*.svs' --out results --dry-run\n"
        "DIR gets cohort.csv, cohort.sqlite and a result folder a slide. Stopped at any moment, the same "
        "command "
        "goes on and ends with the same cohort.csv; with other options it does again what they change.");
    command_->add_option("slides", slides_, "Manifest (CSV), folder, or pattern in quotes")->required();
    command_->add_option("--out", out_, "Folder of the cohort: new, empty, or of an earlier batch")
        ->required();
    declare_scoring(*command_, options_.score);
    command_->add_flag("--geojson", options_.geojson, "Also write cells.geojson.gz for QuPath");
    command_->add_option("--threads", threads_, "Threads of all workers together; default one per core")
        ->check(CLI::Range(1, 1024));
    command_
        ->add_option("--memory", memory_,
                     "Memory for all workers together, as 8G; default 80 % of what is available. One worker "
                     "is reckoned at 512M")
        ->transform(CLI::AsSizeValue(false))
        ->check(CLI::PositiveNumber);
    command_->add_option("--workers", workers_, "Slides at a time; default as threads and memory allow")
        ->check(CLI::Range(1, 1024));
    command_->add_option("--slide-limit", how_.slide_limit, "Seconds after which a slide is given up")
        ->capture_default_str()
        ->check(CLI::Range(1, 1'000'000));
    command_->add_flag("--retry-failed", how_.retry_failed, "Score again what failed, crashed or timed out");
    auto* shard = command_->add_option("--shard", shard_,
                                       "K/N: only every N-th slide, from the K-th on; "
                                       "annulet merge then makes cohort.csv");
    command_->add_option("--index", index_, "Only slide N of the manifest (from 1); likewise")
        ->check(CLI::PositiveNumber)
        ->excludes(shard);
    command_->add_option("--events", events_,
                         "File to which a JSON line is added at every event; - is stdout");
    command_->add_option("--worker", worker_,
                         "Program that is run as `PROGRAM score ...` in place of this one");
    command_->add_flag("--dry-run", dry_run_,
                       "Only say what would be done, how long it takes and in how much memory");
    command_->add_flag("--no-store", no_store_, "Write cohort.csv without cohort.sqlite");
    command_->add_flag("--json", json_, "Print the summary as JSON");
  }
  bool chosen() const override { return command_->parsed(); }

  int run() override {
    Interruption::install();
    std::vector<ManifestRow> rows = read_manifest(slides_);
    how_.shard = shard(rows.size());
    plan_workers();
    check_options(options_.score);
    if (dry_run_) return tell_plan(rows);
    const CohortFolder folder = CohortFolder::make(out_);
    if (!worker_.empty()) expect_runs(worker_);
    const FolderLock everyone(out_, "lock", !how_.shard.whole());
    std::optional<SplitLock> split;
    std::optional<FolderLock> own;
    if (!how_.shard.whole()) {
      split.emplace(out_, split_of(rows, how_.shard));
      own.emplace(out_, fmt::format("lock.{}-of-{}", how_.shard.part + 1, how_.shard.of));
    }
    {
      app::BatchDisplay display(rows, how_.workers);
      app::EventLog log(events_, rows);
      const BatchControl control{[&](const BatchEvent& event) {
                                   display(event);
                                   log(event);
                                 },
                                 [&] { display.tick(); }, &Interruption::requested()};
      run_batch(folder, rows, options_, how_, control);
    }
    const std::vector<RowPlace> places = places_of(rows);
    const CohortSummary summary = summarize(folder, rows, places, how_.shard);
    if (how_.shard.whole()) app::conclude_cohort(folder, std::move(rows), places, !no_store_);
    app::print_summary(summary, folder, how_.shard.whole(), json_);
    return summary.failed() > 0 ? 6 : 0;
  }

 private:
  Shard shard(std::size_t rows) const {
    if (!shard_.empty()) return parse_shard(shard_);
    if (index_ == 0) return {};
    if (index_ > rows)
      throw Error(Code::Usage, fmt::format("--index {}: the manifest has {} slides", index_, rows));
    return {index_ - 1, std::max<std::size_t>(rows, 2)};
  }

  /// Looks at the folder of an earlier batch, and makes none.
  int tell_plan(const std::vector<ManifestRow>& rows) const {
    const std::optional<CohortFolder> folder = CohortFolder::find(out_);
    const std::optional<Standing> standing = folder ? std::optional<Standing>(*folder) : std::nullopt;
    const std::vector<RowPlace> places = places_of(rows);
    const std::string common = common_digest(options_);
    std::vector<ManifestRow> own;
    std::vector<RowPlace> own_places;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      if (!how_.shard.takes(row)) continue;
      own.push_back(rows[row]);
      own_places.push_back(places[row]);
    }
    const auto step_of = [&](const ManifestRow& row) {
      if (!folder) return Step::Score;
      const RowPlace& place = own_places[static_cast<std::size_t>(&row - own.data())];
      const std::string why = standing->why_to_do(place, row, folder->record(place),
                                                  row_key(row, options_, common), how_.retry_failed);
      return why.empty() ? Step::Done : why == kTouched ? Step::Touched : Step::Score;
    };
    const Plan plan = make_plan(own, {how_.workers, how_.threads, options_.score.memory}, step_of);
    std::cout << (json_ ? plan_json(plan, own) : plan_text(plan, own));
    return 0;
  }

  void plan_workers() {
    const int threads = thread_count(threads_);
    const auto memory =
        memory_ != 0 ? memory_
                     : static_cast<std::uint64_t>(kMemoryShare * static_cast<double>(available_memory()));
    how_.workers = workers_ != 0 ? workers_ : workers_within(threads, memory);
    how_.threads = std::max(1, threads / how_.workers);
    how_.program = {worker_.empty() ? fs::read_symlink("/proc/self/exe").string() : worker_};
  }

  CLI::App* command_ = nullptr;
  std::string slides_, shard_, worker_, events_;
  fs::path out_;
  CohortOptions options_;
  BatchOptions how_;
  int threads_ = 0, workers_ = 0;
  std::uint64_t memory_ = 0;
  std::size_t index_ = 0;
  bool json_ = false, no_store_ = false, dry_run_ = false;
};

}  // namespace

std::unique_ptr<Command> make_batch_command() {
  return std::make_unique<BatchCommand>();
}

}  // namespace annulet
