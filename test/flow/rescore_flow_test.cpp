// A stored cohort scored anew against `score` asked the same of the slides.
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "annulet/base/files.hpp"
#include "annulet/cohort/fill_store.hpp"
#include "annulet/cohort/rescore.hpp"
#include "annulet/pipeline/score_slide.hpp"
#include "annulet/report/result_folder.hpp"
#include "support/catch.hpp"
#include "support/cohort_of_results.hpp"
#include "support/data.hpp"

using namespace annulet;

namespace {

class Folder {
 public:
  explicit Folder(const std::string& name)
      : path_(std::filesystem::temp_directory_path() / (name + std::to_string(::getpid()))) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

SlideResult score_into(const std::filesystem::path& slide, const ScoreOptions& options,
                       const std::filesystem::path& folder) {
  RunRecord run;
  SlideResult result = score_slide(slide, options, {}, run);
  AtomicFolder whole(folder, kResultFiles, true);
  write_result_folder(result, run, false, 1, whole);
  whole.commit();
  return result;
}

SlideResult scored(const std::filesystem::path& slide, const ScoreOptions& options) {
  RunRecord run;
  return score_slide(slide, options, {}, run);
}

std::vector<std::string> codes(const std::vector<Remark>& remarks) {
  std::vector<std::string> all;
  for (const Remark& remark : remarks) all.push_back(remark.code);
  return all;
}

std::vector<std::string> sentences(const std::vector<Remark>& remarks) {
  std::vector<std::string> all;
  for (const Remark& remark : remarks) all.push_back(remark.code + ": " + remark.message);
  return all;
}

/// Whether the score is the same with the control's cells is known of the batch's settings alone.
std::vector<std::string> but_for_control(std::vector<std::string> codes) {
  std::erase_if(codes, [](const std::string& code) { return code.starts_with("control-"); });
  return codes;
}

/// The rescored verdict is that of `score`.
void check_same(const RescoredSlide& slide, const SlideResult& score) {
  const Verdict& verdict = score.verdict;
  CHECK(slide.outcome.score == verdict.score);
  CHECK(slide.outcome.group == verdict.group);
  CHECK(slide.outcome.rule == verdict.rule);
  CHECK(slide.outcome.guideline == verdict.guideline);
  if (but_for_control(slide.outcome.caveats).size() == slide.outcome.caveats.size())
    CHECK(name(slide.outcome.status) == std::string(name(score.status)));
  CHECK(slide.outcome.cells == score.tally.total());
  for (std::size_t i = 0; i < slide.outcome.by_pattern.size(); ++i)
    CHECK(slide.outcome.by_pattern[i] == score.tally.of(CellKind::Tumour, static_cast<Pattern>(i + 1)));
  if (verdict.score) CHECK(slide.tally == score.tally);
  CHECK(codes(slide.reasons) == codes(verdict.reasons));
  CHECK(but_for_control(codes(slide.caveats)) == but_for_control(codes(verdict.caveats)));
  CHECK(but_for_control(codes(slide.notes)) == but_for_control(codes(verdict.notes)));
  if (score.scanned) CHECK(slide.visible_od == Approx(score.limit_of_blank.visible_od));
}

std::string changed_grading(const std::filesystem::path& folder) {
  std::string text = read_text(std::filesystem::path(ANNULET_SOURCE_DIR) / "models/grading/annulet-1.toml");
  const auto replace = [&](const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
  };
  replace("id = \"annulet-1\"", "id = \"changed\"");
  replace("od = 100 ", "od = 130 ");
  replace("faint_od = 250", "faint_od = 310");
  replace("complete_share = 850", "complete_share = 700");
  const std::filesystem::path file = folder / "changed.toml";
  std::ofstream(file) << text;
  return file.string();
}

using Ask = std::pair<std::string, std::string>;  // guideline, grading

/// Scores slides, fills a store, and asks it what `score` is asked, too.
void compare(const std::vector<std::filesystem::path>& slides, const std::vector<Ask>& asks,
             const std::string& ish) {
  const Folder folder("annulet-rescore-flow-");
  std::vector<CohortRow> rows;
  std::vector<SlideResult> results;
  ScoreOptions options;
  options.ish = ish;
  for (const auto& slide : slides) {
    const std::string name = "slides/" + slide.stem().string();
    results.push_back(score_into(slide, options, folder.path() / name));
    rows.push_back(sample::row_of_result(folder.path(), name));
    rows.back().asked.ish = ish;
  }
  const FillReport report = fill_store(folder.path(), rows);
  REQUIRE(report.failures.empty());
  const CohortStore store(folder.path());
  {
    const RescoredCohort again = rescore_cohort(store, {options.guideline, options.grading, "", {}, {}});
    for (std::size_t i = 0; i < slides.size(); ++i) {
      INFO(slides[i].string());
      check_same(again.slides[i], results[i]);
      CHECK(sentences(again.slides[i].caveats) == sentences(results[i].verdict.caveats));
      CHECK(sentences(again.slides[i].notes) == sentences(results[i].verdict.notes));
      CHECK(sentences(again.slides[i].reasons) == sentences(results[i].verdict.reasons));
    }
  }
  const std::string grading = changed_grading(folder.path());
  for (Ask ask : asks) {
    if (ask.second == "changed") ask.second = grading;
    const RescoredCohort again = rescore_cohort(store, {ask.first, ask.second, "", {}, {}});
    options.guideline = ask.first;
    options.grading = ask.second;
    for (std::size_t i = 0; i < slides.size(); ++i) {
      INFO(slides[i].string() << " " << ask.first << " " << ask.second);
      check_same(again.slides[i], scored(slides[i], options));
    }
  }
}

std::filesystem::path sample_slide(const std::string& name) {
  return std::filesystem::path(ANNULET_SOURCE_DIR) / "samples/slides" / (name + ".tif");
}

}  // namespace

TEST_CASE("a stored cohort scored anew says what score says") {
  compare({sample_slide("her2-0"), sample_slide("her2-1plus"), sample_slide("her2-2plus"),
           sample_slide("her2-3plus"), sample_slide("he-like")},
          {{"asco-cap-breast-2013", "annulet-1"}, {"asco-cap-breast-2018", "changed"}}, "");
}

TEST_CASE("the in situ hybridisation of the manifest decides the group of a slide scored anew") {
  compare({sample_slide("her2-2plus")}, {{"asco-cap-breast-2007", "annulet-1"}}, "negative");
}

TEST_CASE("synthetic slides with artefacts scored anew say what score says", "[real][long]") {
  const auto data = test_data("synthetic slides scored anew");
  if (!data) return;
  std::vector<std::filesystem::path> slides;
  for (const auto& entry : std::filesystem::directory_iterator(*data / "phantom" / "slides"))
    slides.push_back(entry.path());
  std::sort(slides.begin(), slides.end());
  compare(slides,
          {{"asco-cap-breast-2007", "annulet-1"},
           {"asco-cap-breast-2013", "changed"},
           {"asco-cap-breast-2018", "changed"},
           {"gastric-2016-resection", "annulet-1"},
           {"gastric-2016-biopsy", "changed"}},
          "");
}
