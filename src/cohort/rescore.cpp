#include "annulet/cohort/rescore.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "annulet/base/error.hpp"
#include "annulet/model/model_file.hpp"
#include "annulet/pipeline/options.hpp"
#include "annulet/store/store_place.hpp"

namespace annulet {
namespace {

constexpr std::array<std::pair<const char*, const char*>, 6> kShortNames{
    {{"2007", "asco-cap-breast-2007"},
     {"2013", "asco-cap-breast-2013"},
     {"2018", "asco-cap-breast-2018"},
     {"gastric", "gastric-2016-resection"},
     {"gastric-resection", "gastric-2016-resection"},
     {"gastric-biopsy", "gastric-2016-biopsy"}}};

/// The model of the batch, where it is built in: what stands in a store may be anybody's and is never taken
/// as a path.
std::string of_batch(const char* kind, const char* folder, const std::string& id, const std::string& digest) {
  for (const ModelFile& file : built_in_model_files()) {
    if (file.kind == folder && file.id == id && file.digest == digest) return id;
  }
  throw Error(Code::Usage, std::string("the cohort was scored with a ") + kind + " '" + id +
                               "' that is not built into this annulet: give its file with --" + kind);
}

std::string free_name(const std::vector<RunInfo>& runs, const std::string& wanted) {
  const auto taken = [&](const std::string& name) {
    return std::any_of(runs.begin(), runs.end(), [&](const RunInfo& run) { return run.name == name; });
  };
  std::string name = wanted;
  for (int i = 2; taken(name); ++i) name = wanted + " (" + std::to_string(i) + ")";
  return name;
}

RunInfo describe(const CohortStore& store, const RescoreOptions& options, const Grading& grading,
                 const Guideline& guideline, const RunInfo& batch) {
  RunInfo run = batch;
  run.id = 0;
  run.guideline = guideline.id();
  run.guideline_digest = guideline.digest();
  run.grading = grading.id;
  run.grading_version = grading.version;
  run.grading_digest = grading.digest;
  run.version = ANNULET_VERSION;
  const std::vector<RunInfo> runs = store.runs();
  if (options.name.empty()) {
    run.name = free_name(runs, guideline.id() + (options.grading.empty() ? "" : " " + grading.id));
  } else if (free_name(runs, options.name) != options.name) {
    throw Error(Code::Usage, "the store has a run named '" + options.name + "': give another --name");
  } else {
    run.name = options.name;
  }
  run.options_digest = options_digest(run);
  return run;
}

}  // namespace

Guideline guideline_called(const std::string& name) {
  for (const auto& [alias, id] : kShortNames) {
    if (name == alias) return Guideline::load(id);
  }
  return Guideline::load(name);
}

RescoredCohort rescore_cohort(const CohortStore& store, const RescoreOptions& options) {
  RescoredCohort all;
  all.batch = store.run("");
  const RunInfo& batch = all.batch;
  const Guideline guideline = guideline_called(
      options.guideline.empty() ? of_batch("guideline", "guidelines", batch.guideline, batch.guideline_digest)
                                : options.guideline);
  const Grading grading = load_grading(
      options.grading.empty() ? of_batch("grading", "grading", batch.grading, batch.grading_digest)
                              : options.grading);
  all.run = describe(store, options, grading, guideline, batch);
  all.before = store.rows(batch.id);
  const std::vector<std::int64_t> ids = store.slide_ids();
  SlideCells room;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (options.cancelled && options.cancelled()) throw Cancelled{};
    try {
      RescorableSlide slide(store, ids[i], all.before[i], std::move(room));
      RescorableSlide::Answer answer = slide.rescore(grading, guideline);
      all.cells += slide.cells();
      all.after.push_back({all.before[i].asked, answer.rescored.outcome});
      all.why.push_back(std::move(answer.why));
      all.slides.push_back(std::move(answer.rescored));
      room = std::move(slide).give_room();
    } catch (const Error& error) {
      throw error.within("slide '" + all.before[i].asked.slide + "'");
    }
    if (options.progress) options.progress(i + 1, ids.size(), all.cells);
  }
  return all;
}

std::int64_t add_to_store(const std::filesystem::path& store, const RescoredCohort& rescored) {
  StorePlace place(store_file(store));
  std::int64_t id = 0;
  {
    CohortStoreWriter writer(place.path());
    id = writer.add_run(rescored.run, rescored.slides);
  }
  place.finish();
  return id;
}

}  // namespace annulet
