// A store made from result folders, again and again, and killed while it is made.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "annulet/base/error.hpp"
#include "annulet/base/files.hpp"
#include "annulet/base/random.hpp"
#include "annulet/cohort/fill_store.hpp"
#include "annulet/pipeline/score_slide.hpp"
#include "annulet/report/result_folder.hpp"
#include "annulet/store/cohort_store.hpp"
#include "support/catch.hpp"
#include "support/cohort_of_results.hpp"

using namespace annulet;

namespace {

/// A cohort of the samples, scored once for all the tests.
class Cohort {
 public:
  Cohort()
      : path_(std::filesystem::temp_directory_path() / ("annulet-fill-store-" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(path_);
    for (const char* name : {"her2-0", "her2-2plus", "he-like", "her2-3plus"}) {
      const std::string folder = std::string("slides/") + name;
      RunRecord run;
      const SlideResult result = score_slide(
          std::filesystem::path(ANNULET_SOURCE_DIR) / "samples/slides" / (std::string(name) + ".tif"), {}, {},
          run);
      AtomicFolder whole(path_ / folder, kResultFiles, true);
      write_result_folder(result, run, false, 1, whole);
      whole.commit();
      rows.push_back(sample::row_of_result(path_, folder));
    }
    CohortRow crashed;
    crashed.asked.slide = "crashed.svs";
    crashed.outcome.status = Status::Crashed;
    crashed.outcome.reasons = {"crashed"};
    rows.push_back(crashed);
  }
  ~Cohort() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path file() const { return path_ / "cohort.sqlite"; }
  void remove_store() const { std::filesystem::remove(file()); }

  std::vector<CohortRow> rows;

 private:
  std::filesystem::path path_;
};

/// Everything that a store tells, as text.
std::string told(const std::filesystem::path& folder) {
  const CohortStore store(folder);
  std::string text;
  const std::vector<std::int64_t> ids = store.slide_ids();
  const std::vector<CohortRow> rows = store.rows(1);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const SlideFacts facts = store.facts(ids[i]);
    const SlideCells cells = store.cells(ids[i]);
    text += rows[i].asked.slide + " " + rows[i].asked.case_id + " " + name(rows[i].outcome.status) + " " +
            rows[i].outcome.rule + " " + std::to_string(cells.cells.size()) + " " +
            std::to_string(cells.ground.touching.size()) + " " + std::to_string(facts.caveats.size());
    for (const auto& [reader, score] : rows[i].asked.readers) text += " " + reader + name(score);
    for (const CellRow& cell : cells.cells) text += " " + std::to_string(cell.x);
    text += '\n';
  }
  return text;
}

}  // namespace

TEST_CASE("a store is made from result folders, and made again for nothing") {
  Cohort cohort;
  const FillReport first = fill_store(cohort.path(), cohort.rows);
  CHECK(first.added == 5);
  CHECK(first.failures.empty());
  CHECK(first.cells > 500);
  const std::string bytes = read_text(cohort.file()), all = told(cohort.path());
  CHECK(fill_store(cohort.path(), cohort.rows).unchanged == 5);
  CHECK(read_text(cohort.file()) == bytes);
  CHECK(CohortStore(cohort.path()).runs().at(0).guideline == "asco-cap-breast-2018");

  SECTION("what the manifest says of a slide is changed without its cells") {
    cohort.rows[1].asked.case_id = "case 9";
    cohort.rows[1].asked.readers = {{"anna", Score::Two}};
    const FillReport again = fill_store(cohort.path(), cohort.rows);
    CHECK(again.updated == 1);
    CHECK(again.unchanged == 4);
    CHECK(CohortStore(cohort.path()).rows(1)[1].asked.readers.size() == 1);
    CHECK(CohortStore(cohort.path()).rows(1)[1].asked.case_id == "case 9");
  }
  SECTION("slides that left the cohort leave the store") {
    cohort.rows.erase(cohort.rows.begin());
    const FillReport again = fill_store(cohort.path(), cohort.rows);
    CHECK(again.removed == 1);
    CHECK(again.updated == 3);  // each stands in another place
    CHECK(again.added == 1);    // that has no result to know it by
    CHECK(CohortStore(cohort.path()).rows(1).size() == 4);
  }
  SECTION("on a network file system the same store comes about") {
    cohort.remove_store();
    const FillReport away = fill_store(cohort.path(), cohort.rows, {{}, {}, "nfs"});
    CHECK(away.on_network == "nfs");
    CHECK(told(cohort.path()) == all);
    CHECK(fill_store(cohort.path(), cohort.rows, {{}, {}, "nfs"}).unchanged == 5);
  }
  SECTION("two slides of one name are told with their lines") {
    cohort.rows[1].asked.slide = cohort.rows[0].asked.slide;
    CHECK_THROWS_AS(fill_store(cohort.path(), cohort.rows), Error);
  }
}

TEST_CASE("a result folder that was altered is named, kept without cells, and tried again") {
  Cohort cohort;
  const auto csv = cohort.path() / cohort.rows[1].outcome.folder / "cells.csv.gz";
  const std::string good = read_text(csv);
  const std::string other = read_text(cohort.path() / cohort.rows[0].outcome.folder / "cells.csv.gz");
  std::ofstream(csv, std::ios::binary) << other;
  const FillReport first = fill_store(cohort.path(), cohort.rows);
  REQUIRE(first.failures.size() == 1);
  CHECK(first.failures[0].first == "her2-2plus.tif");
  CHECK(first.failures[0].second.find("cells.csv.gz") != std::string::npos);
  CHECK(CohortStore(cohort.path()).rows(1)[1].outcome.score == Score::Two);
  std::ofstream(csv, std::ios::binary) << good;
  const FillReport second = fill_store(cohort.path(), cohort.rows);
  CHECK(second.failures.empty());
  CHECK(second.added == 1);
  const CohortStore store(cohort.path());
  CHECK(store.cells(store.slide_ids()[1]).cells.size() == cohort.rows[1].outcome.cells);

  cohort.rows[3].outcome.result_digest = std::string(64, '0');
  CHECK(fill_store(cohort.path(), cohort.rows).failures.size() == 1);
}

// How long the child runs on a loaded machine is nobody's to say, so its end is looked for: a child that got
// away before its kill halves the span from which the next moments are drawn, one that did not widens it.
TEST_CASE("killed at any moment, the next call completes the store") {
  constexpr int kKills = 12;
  constexpr int kMostTries = 200;
  Cohort cohort;
  fill_store(cohort.path(), cohort.rows);
  const std::string whole = told(cohort.path());
  Random random(5);
  useconds_t span_us = 30'000;
  int killed = 0;
  for (int i = 0; i < kMostTries && killed < kKills; ++i) {
    if (i % 3 == 0) cohort.remove_store();
    const pid_t child = ::fork();
    if (child == 0) {
      fill_store(cohort.path(), cohort.rows);
      ::_exit(0);
    }
    ::usleep(static_cast<useconds_t>(random.below(span_us)));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    const bool was_killed = WIFSIGNALED(status);
    killed += was_killed ? 1 : 0;
    span_us = was_killed ? span_us + span_us / 4 : span_us / 2 + 1;
    if (i % 3 != 2 && killed < kKills) continue;
    CHECK(fill_store(cohort.path(), cohort.rows).failures.empty());
    CHECK(told(cohort.path()) == whole);
  }
  CHECK(killed == kKills);
}

TEST_CASE("a hundred thousand slides are stored, and known again", "[long]") {
  const Cohort cohort;
  std::vector<CohortRow> rows;
  for (int i = 0; i < 100'000; ++i) {
    CohortRow& row = rows.emplace_back();
    row.asked.slide = "slide " + std::to_string(i);
    row.asked.readers = {{"anna", Score::One}};
    row.outcome.status = Status::Failed;
    row.outcome.reasons = {"corrupt"};
    row.outcome.message = "a tile does not decode";
  }
  CHECK(fill_store(cohort.path(), rows).added == rows.size());
  CHECK(fill_store(cohort.path(), rows).unchanged == rows.size());
  const CohortStore store(cohort.path());
  CHECK(store.rows(1).size() == rows.size());
  CHECK(store.slide_ids().size() == rows.size());
}
