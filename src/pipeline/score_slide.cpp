#include "annulet/pipeline/score_slide.hpp"

#include <fmt/format.h>
#include <oneapi/tbb/version.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <ctime>
#include <opencv2/core/version.hpp>
#include <optional>

#include "annulet/base/hand_back.hpp"
#include "annulet/base/packed_plane.hpp"
#include "annulet/model/cell_check.hpp"
#include "annulet/model/model_file.hpp"
#include "annulet/pipeline/conclude.hpp"
#include "annulet/pipeline/doubtful_tiles.hpp"
#include "annulet/pipeline/fields.hpp"
#include "annulet/pipeline/patient_count.hpp"
#include "annulet/pipeline/quality_finder.hpp"
#include "annulet/pipeline/scan.hpp"
#include "annulet/pipeline/side_by_side.hpp"
#include "annulet/pipeline/survey.hpp"
#include "annulet/pipeline/tile_account.hpp"
#include "annulet/pixel/stain_preset.hpp"
#include "annulet/region/apply_regions.hpp"
#include "annulet/region/regions.hpp"
#include "annulet/slide/slide_files.hpp"
#include "pipeline/slide_identity.hpp"

namespace annulet {
namespace {

constexpr const char* kPictureCaveat =
    "a picture, not a scanner's slide: pitch given by hand, white point and stain not a scanner's";
constexpr int kThumbnailPx = 1400;  // longest side of the picture under the heat map

/// Those that the options name, without in situ hybridisation.
ConcludeModels named_models(const ScoreOptions& options) {
  return {load_grading(options.grading), KindModel::load(options.kind), Guideline::load(options.guideline),
          Ish{}};
}

ConcludeModels load_models(const ScoreOptions& options) {
  if (!options.controls.empty() && options.controls != "ok" && options.controls != "failed") {
    throw Error(Code::Usage, "--controls takes ok or failed, not '" + options.controls + "'");
  }
  check_expected_digest(options.expect_sha256);
  if (options.stain != "fit") (void)load_stain_preset(options.stain);
  ConcludeModels models = named_models(options);
  if (!options.ish.empty()) models.ish = Ish::parse(options.ish);
  if (models.ish.kind != Ish::Kind::Absent) {
    // A wrong combination is a usage error: it must show before hours of work, not after.
    Tally probe;
    probe.pattern[static_cast<int>(CellKind::Tumour)][static_cast<int>(Pattern::None)] = 1;
    probe.measurable[static_cast<int>(CellKind::Tumour)][0][0][0] = 1;
    (void)models.guideline.decide(probe, {}, models.ish);
  }
  return models;
}

/// Notes that every result carries; they change no status.
std::vector<Remark> standing_notes(const ScoreOptions& options) {
  std::vector<Remark> notes;
  notes.push_back({"in-situ-not-recognised", "in-situ carcinoma is not recognised: exclude it with regions"});
  if (options.controls.empty())
    notes.push_back(
        {"controls-not-verified", "nobody said that the controls stained as expected (--controls ok)"});
  notes.push_back({"antibody-unverified",
                   options.antibody.empty()
                       ? "the antibody was not stated; that this is HER2 is taken on the user's word"
                       : "antibody '" + options.antibody + "' is taken on the user's word"});
  if (options.expect_sha256.empty())
    notes.push_back({"integrity-unverified",
                     "the slide's SHA-256 was not compared with an archive's (--expect-sha256): damage that "
                     "decodes to plausible pixels cannot be told"});
  notes.push_back({"research-use-only", "for research use only; not for diagnosis"});
  return notes;
}

/// What a fitted grading was fitted to; models read from the user's own files, which may carry a built-in id.
void note_own_models(const Grading& grading, SlideResult& result) {
  if (auto note = fitted_note(grading)) result.verdict.notes.push_back(std::move(*note));
  for (const ModelUse& model : result.models) {
    if (!model.digest.empty() && !is_built_in(model.digest)) {
      result.verdict.notes.push_back({"own-model", "the " + model.kind + " '" + model.id +
                                                       "' is a file of the user's, not the built-in one"});
    }
  }
}

std::vector<std::pair<std::string, std::string>> option_texts(const ScoreOptions& options) {
  std::vector<std::pair<std::string, std::string>> texts{{"guideline", options.guideline},
                                                         {"grading", options.grading},
                                                         {"kind", options.kind},
                                                         {"stain", options.stain}};
  if (options.mpp) texts.emplace_back("mpp", fmt::format("{}", *options.mpp));
  if (!options.ish.empty()) texts.emplace_back("ish", options.ish);
  if (!options.controls.empty()) texts.emplace_back("controls", options.controls);
  if (!options.antibody.empty()) texts.emplace_back("antibody", options.antibody);
  if (!options.expect_sha256.empty()) texts.emplace_back("expect-sha256", options.expect_sha256);
  if (options.allow_incomplete)
    texts.emplace_back("allow-incomplete", fmt::format("{}", *options.allow_incomplete));
  return texts;
}

/// A path to a model file must not leak into the result: its stem stands for it.
void name_models(const ConcludeModels& models, SlideResult& result) {
  for (auto& [key, value] : result.options) {
    if (key == "guideline") value = models.guideline.id();
    if (key == "grading") value = models.grading.id;
    if (key == "kind") value = models.kind.id;
    if (key == "stain" && value != "fit") value = load_stain_preset(value).id;
  }
  result.models = {
      {"guideline", models.guideline.id(), models.guideline.version(), models.guideline.digest()},
      {"grading", models.grading.id, models.grading.version, models.grading.digest},
      {"kind", models.kind.id, models.kind.version, models.kind.digest}};
}

/// The files of --region: which they were stands in the options, without their folders.
void read_region_files(const ScoreOptions& options, SlideResult& result) {
  for (const std::filesystem::path& path : options.regions) {
    RegionFile file = read_regions(path);
    if (options.deidentify) file.file_name.clear();
    result.options.emplace_back("region", fmt::format("{}{}sha256:{}", file.file_name,
                                                      file.file_name.empty() ? "" : " ", file.digest));
    if (file.skipped > 0) {
      result.verdict.caveats.push_back(
          {"region-skipped",
           fmt::format("{}: {} drawings were left out: points, lines and detections are no regions",
                       file.file_name.empty() ? "regions" : file.file_name, file.skipped)});
    }
    for (Region& region : file.regions) {
      if (options.deidentify) region.name.clear();
      RegionUse use{std::move(region), file.file_name, file.digest};
      use.from_scanned_corner = file.format == RegionFormat::GeoJson;
      result.regions.push_back(std::move(use));
    }
  }
}

Status status_of(const Verdict& verdict) {
  if (verdict.score) return verdict.caveats.empty() ? Status::Scored : Status::ScoredWithCaveats;
  return Status::NotEvaluable;
}

class Clock {
 public:
  explicit Clock(RunRecord& run) : run_(run) {}
  /// CPU seconds of this process since the last lap.
  void lap(const char* stage) {
    const double now = static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
    run_.seconds.emplace_back(stage, now - last_);
    last_ = now;
  }

 private:
  RunRecord& run_;
  double last_ = static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
};

void copy_excluded(const Survey& survey, SlideResult& result) {
  const std::array<double, kQcFlags> excluded = survey.quality.areas_mm2();
  for (std::size_t i = 1; i < kQcFlags; ++i) {
    if (excluded[i] > 0) result.excluded_mm2[name(static_cast<QcFlag>(i))] = excluded[i];
  }
}

void copy_survey(const Survey& survey, SlideResult& result) {
  result.pitch = survey.pitch;
  result.stain = survey.stain;
  result.nucleus_gain = survey.nuclei.gain_percent / 100.0;
  result.tissue_mm2 = survey.tissue.area_mm2;
  result.regions = survey.regions;
  copy_excluded(survey, result);
  result.thumbnail = thumbnail(survey.overview, kThumbnailPx, result.thumbnail_pitch_um);
  result.verdict.caveats.insert(result.verdict.caveats.end(), survey.caveats.begin(), survey.caveats.end());
  result.models.push_back({"stain", survey.stain.id, "", survey.stain.digest});
}

/// What the slide's pixels gave.
struct Measured {
  Scan scan;
  std::optional<Remark> incomplete;  ///< tissue was lost, as much as is allowed
  double lost_mm2 = 0;               ///< of the counted tissue
};

/// Books every tile of the file and the tissue that was lost; with more of it lost than the user allows the
/// slide has failed.
bool fail_if_incomplete(const Survey& survey, const std::vector<Problem>& of_reading,
                        const ScoreOptions& options, SlideResult& result, Measured& measured) {
  const std::vector<Problem>& unseen = survey.overview.unseen;
  const double pitch_um = survey.pitch.mean();
  result.problems = unseen;
  result.problems.insert(result.problems.end(), of_reading.begin(), of_reading.end());
  sort_once(result.problems);
  const Plane<std::uint8_t> left_out =
      unseen.empty() ? Plane<std::uint8_t>{} : left_out_by(survey.regions, pitch_um, survey.tissue);
  result.tiles =
      account_tiles(result.slide, pitch_um, survey.tissue, survey.counted, of_reading, unseen, left_out);
  const TissueLoss loss =
      lost_tissue(result.slide, pitch_um, survey.tissue, survey.counted, of_reading, unseen, left_out);
  if (loss.missing_mm2 > 0) result.excluded_mm2["missing"] = loss.missing_mm2;
  if (loss.undecodable_mm2 > 0) result.excluded_mm2["undecodable"] = loss.undecodable_mm2;
  measured.lost_mm2 = loss.counted_mm2;
  const auto found = incompleteness(result.tiles, loss, options.allow_incomplete);
  if (!found) return false;
  if (found->allowed) {
    measured.incomplete = found->remark;
    return false;
  }
  result.status = Status::Failed;
  result.verdict.reasons = {found->remark};
  return true;
}

/// What the scan saw to be folded or out of focus joins what is kept out of the count, and its cells leave
/// the table. `tissue` is the plane of `survey.tissue`, which gets it back. False where nothing is left that
/// could be scored, for the reason that `result` then holds.
bool leave_out_flaws(const PackedPlane<std::uint16_t>& tissue, int threads, Survey& survey, Scan& scan,
                     SlideResult& result) {
  const OverRanges over = [threads](std::size_t count, const auto& work) { in_ranges(threads, count, work); };
  flag_blur(scan.sharpness, survey.counted, survey.quality, over);
  hand_back_freed();
  flag_folds(scan.sharpness, survey.counted, survey.quality, over);
  scan.sharpness = {};
  survey.counted = {};  // made anew: a large slide has no room for both
  hand_back_freed();
  survey.tissue.piece = tissue.unpack();
  survey.counted = counted_tissue(survey.tissue, survey.quality);
  std::erase_if(scan.cells, [&](const CellRow& cell) {
    return survey.counted.at_um(static_cast<double>(cell.x) / kMicroUnits,
                                static_cast<double>(cell.y) / kMicroUnits) == 0;
  });
  copy_excluded(survey, result);
  if (const auto reason = too_much_excluded(survey.tissue, survey.quality)) {
    result.status = Status::NotEvaluable;
    result.verdict.reasons = {*reason};
    return false;
  }
  if (auto caveat = much_excluded(survey.tissue, survey.quality))
    result.verdict.caveats.push_back(std::move(*caveat));
  return true;
}

/// Everything that is measured on the slide's pixels; nothing where the slide gets no score, for the reason
/// that `result` then holds.
std::optional<Measured> measure(const SlideSource& source, const ScoreOptions& options,
                                const RunControl& control, Survey& survey, SlideResult& result,
                                RunRecord& run) {
  Clock clock(run);
  Measured measured;
  const Pitch pitch = resolve_pitch(source.info(), options.mpp, result.verdict.caveats);
  survey = survey_slide(source, pitch, options, control, result.regions);
  clock.lap("survey");
  copy_survey(survey, result);
  survey.overview.rgb = {};  // the thumbnail is made: a large slide needs the memory
  const bool refused = !survey.reasons.empty();
  // Where a scan follows, it books what is lost everywhere, not in the sampled windows alone.
  if (fail_if_incomplete(survey, refused ? survey.problems : std::vector<Problem>{}, options, result,
                         measured))
    return std::nullopt;
  if (refused) {
    result.status = Status::NotEvaluable;
    result.verdict.reasons = survey.reasons;
    return std::nullopt;
  }
  // Only `counted` is looked at meanwhile, and a large slide needs the memory.
  const PackedPlane tissue(std::move(survey.tissue.piece));
  const PackedPlane flags(std::move(survey.quality.flag));
  Scan& scan = measured.scan;
  scan = scan_slide(source, survey, options, control);
  hand_back_freed();
  survey.quality.flag = flags.unpack();
  const bool enough = leave_out_flaws(tissue, options.threads, survey, scan, result);
  clock.lap("scan");
  run.seconds.insert(run.seconds.end(), {{"scan.read", scan.seconds.read},
                                         {"scan.unmix", scan.seconds.unmix},
                                         {"scan.spots", scan.seconds.spots},
                                         {"scan.outlines", scan.seconds.outlines},
                                         {"scan.nuclei", scan.seconds.nuclei},
                                         {"scan.membranes", scan.seconds.membranes}});
  if (fail_if_incomplete(survey, scan.problems, options, result, measured) || !enough) return std::nullopt;
  drop_lost_cells(scan.cells, scan.problems, pitch.mean());
  expect_few_enough(scan.cells.size());
  result.problems.insert(result.problems.end(), scan.doubts.begin(), scan.doubts.end());
  sort_once(result.problems);
  for (Remark& caveat : doubt_caveats(scan.doubts, survey.counted, pitch.mean()))
    result.verdict.caveats.push_back(std::move(caveat));
  return measured;
}

/// Then no control tissue is looked for: who marks it, or draws what is to be counted, has seen the slide.
bool user_says_what_counts(const std::vector<RegionUse>& regions) {
  return std::any_of(regions.begin(), regions.end(),
                     [](const RegionUse& use) { return use.region.role != RegionRole::Exclude; });
}

void conclude_scan(const SlideSource& source, Survey& survey, Measured measured, const ScoreOptions& options,
                   const ConcludeModels& models, const RunControl& control, SlideResult& result,
                   RunRecord& run) {
  Clock clock(run);
  control.report({"conclude", 0, 1, measured.scan.cells.size()});
  result.scanned = true;
  result.cells = std::move(measured.scan.cells);
  if (measured.incomplete)
    result.verdict.caveats.insert(result.verdict.caveats.begin(), *measured.incomplete);
  Conclusion conclusion = conclude_patient(
      survey, result.cells, models,
      {survey.counted.area_mm2 - measured.lost_mm2, options.controls == "failed", result.verdict.caveats},
      !user_says_what_counts(survey.regions), options.threads);
  result.analysed_mm2 = survey.counted.area_mm2 - measured.lost_mm2;
  copy_excluded(survey, result);
  result.graded = std::move(conclusion.graded);
  result.limit_of_blank = conclusion.limit_of_blank;
  result.tally = conclusion.tally;
  result.verdict = std::move(conclusion.verdict);
  result.status = status_of(result.verdict);
  result.fields = read_fields(source, result);
  hand_back_freed();  // the parent takes up memory while this process sends
  clock.lap("conclude");
}

/// Reads the file once from end to end. Only one thread may report progress, and beside the survey it is
/// the survey's.
std::string digest(const SlideWatch& watch, const ScoreOptions& options, const RunControl& control) {
  const RunControl silent{{}, control.cancelled, control.alive};
  const RunControl& mine = thread_count(options.threads) == 1 ? control : silent;
  return watch.digest([&] { mine.report({"digest", 0, 1, 0}); });
}

void score_opened(const SlideWatch& watch, const SlideSource& source, const ScoreOptions& options,
                  const ConcludeModels& models, const RunControl& control, SlideResult& result,
                  RunRecord& run) {
  const SlideResult opened = result;
  if (options.mpp && std::isfinite(*options.mpp))
    result.pitch = {*options.mpp, *options.mpp, PitchOrigin::User};
  if (result.slide.picture) result.verdict.caveats.push_back({"picture", kPictureCaveat});
  Survey survey;
  std::optional<Measured> measured;
  try {
    beside(
        options.threads,
        [&] {
          if (result.slide_sha256.empty()) result.slide_sha256 = digest(watch, options, control);
        },
        [&] { measured = measure(source, options, control, survey, result, run); });
  } catch (...) {
    if (result.slide_sha256.empty()) result = opened;  // with one thread nothing was measured, either
    throw;
  }
  if (measured) conclude_scan(source, survey, std::move(*measured), options, models, control, result, run);
  result.tissue = std::move(survey.tissue);
  result.quality = std::move(survey.quality);
}

/// What is known of a slide before it is opened.
SlideResult unopened(const std::filesystem::path& slide, const ScoreOptions& options,
                     const ConcludeModels& models) {
  SlideResult result;
  result.slide.file_name = slide.filename().string();
  result.options = option_texts(options);
  name_models(models, result);
  result.verdict.guideline = models.guideline.id();
  result.verdict.guideline_digest = models.guideline.digest();
  return result;
}

/// What every result and every run end with.
void finish(const ScoreOptions& options, const Grading& grading, SlideResult& result, RunRecord& run) {
  note_own_models(grading, result);
  for (Remark& note : standing_notes(options)) result.verdict.notes.push_back(std::move(note));
  run.version = ANNULET_VERSION;
  run.threads = thread_count(options.threads);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  run.peak_memory_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
  run.libraries = slide_library_versions();
  run.libraries.emplace_back("onetbb", TBB_runtime_version());
  run.libraries.emplace_back("opencv", CV_VERSION);
}

}  // namespace

SlideResult score_slide(const std::filesystem::path& slide, const ScoreOptions& options,
                        const RunControl& control, RunRecord& run) {
  const ConcludeModels models = load_models(options);
  const auto started = std::chrono::steady_clock::now();
  SlideResult result = unopened(slide, options, models);
  read_region_files(options, result);
  const SlideResult unread = result;
  std::optional<SlideWatch> watch;
  try {
    watch.emplace(slide);
    if (!options.expect_sha256.empty()) {
      result.slide_sha256 = digest(*watch, options, control);
      require_expected_digest(slide, options.expect_sha256, result.slide_sha256);
    }
    const std::unique_ptr<SlideSource> source = open_slide(slide);
    result.slide = source->info();
    result.pitch = source->info().pitch;
    score_opened(*watch, *source, options, models, control, result, run);
    run.tiles_decoded = source->tiles_decoded();
    watch->check();
  } catch (const Error& caught) {
    const Error error = changed_instead(watch ? &*watch : nullptr, caught);
    if (error.code() == Code::Changed) result = unread;  // nothing that was read of it holds
    if (error.code() == Code::Usage || error.code() == Code::Output || error.code() == Code::Internal) throw;
    result.status = is_not_evaluable(error.code()) ? Status::NotEvaluable : Status::Failed;
    result.verdict.reasons.push_back({std::string(name(error.code())), error.what()});
    result.verdict.score.reset();
  }
  finish(options, models.grading, result, run);
  run.seconds_total = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  return result;
}

void check_options(const ScoreOptions& options) {
  (void)load_models(options);
}

SlideResult unread_slide(const std::filesystem::path& slide, const ScoreOptions& options, const Error& why,
                         RunRecord& run) {
  // Options that cannot be done may be what it is to tell.
  const ConcludeModels models = named_models(options);
  SlideResult result = unopened(slide, options, models);
  result.status = why.code() == Code::TimedOut  ? Status::TimedOut
                  : why.code() == Code::Crashed ? Status::Crashed
                                                : Status::Failed;
  result.verdict.reasons.push_back({std::string(name(why.code())), why.what()});
  finish(options, models.grading, result, run);
  return result;
}

}  // namespace annulet
