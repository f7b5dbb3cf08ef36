#include "annulet/cohort/rescore.hpp"

#include <algorithm>
#include <utility>

#include "annulet/base/error.hpp"
#include "annulet/cohort/comparison.hpp"
#include "annulet/model/model_file.hpp"
#include "annulet/pipeline/options.hpp"
#include "annulet/store/store_place.hpp"

namespace annulet {
namespace {

/// Before the work. Whether it is still free is asked again when the run is added.
void expect_free_name(const std::vector<RunInfo>& runs, const std::string& name) {
  if (name.starts_with(kReaderPrefix))
    throw Error(Code::Usage, "--name '" + name + "' would be taken for a reader: give another --name");
  if (std::any_of(runs.begin(), runs.end(), [&](const RunInfo& run) { return run.name == name; }))
    throw Error(Code::Usage, "the store has a run named '" + name + "': give another --name");
}

RunInfo describe(const RescoreOptions& options, const Grading& grading, const Guideline& guideline,
                 const RunInfo& batch) {
  RunInfo run = batch;
  run.id = 0;
  run.guideline = guideline.id();
  run.guideline_digest = guideline.digest();
  run.grading = grading.id;
  run.grading_version = grading.version;
  run.grading_digest = grading.digest;
  run.version = ANNULET_VERSION;
  run.name = !options.name.empty() ? options.name
                                   : guideline.id() + (options.grading.empty() ? "" : " " + grading.id);
  run.options_digest = options_digest(run);
  return run;
}

}  // namespace

RescoredCohort rescore_cohort(const CohortStore& store, const RescoreOptions& options) {
  RescoredCohort all;
  std::vector<std::int64_t> ids;
  {
    const CohortStore::Snapshot held = store.snapshot();
    expect_free_name(store.runs(), options.name);
    all.batch = store.run("");
    all.before = store.rows(all.batch.id);
    ids = store.slide_ids();
  }
  const RunInfo& batch = all.batch;
  const Guideline guideline = Guideline::load(
      options.guideline.empty() ? built_in_id("guideline", batch.guideline, batch.guideline_digest)
                                : Guideline::id_of(options.guideline));
  const Grading grading =
      load_grading(options.grading.empty() ? built_in_id("grading", batch.grading, batch.grading_digest)
                                           : options.grading);
  all.run = describe(options, grading, guideline, batch);
  all.if_taken = options.name.empty() ? IfTaken::Number : IfTaken::Refuse;
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

RunInfo add_to_store(const std::filesystem::path& store, const RescoredCohort& rescored) {
  StorePlace place(store_file(store));
  RunInfo run;
  {
    CohortStoreWriter writer(place.path());
    run = writer.add_run(rescored.run, rescored.slides, rescored.if_taken);
  }
  place.finish();
  return run;
}

}  // namespace annulet
