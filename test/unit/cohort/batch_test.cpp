// A batch whose processes, slides and disk let it down. What scores a slide is a shell script here.
#include "annulet/cohort/batch.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "annulet/base/digest.hpp"
#include "annulet/base/error.hpp"
#include "annulet/base/files.hpp"
#include "annulet/report/writers.hpp"
#include "support/catch.hpp"
#include "support/sample_result.hpp"

using namespace annulet;
namespace fs = std::filesystem;

namespace {

using Kind = BatchEvent::Kind;
constexpr const char* kNewest = "asco-cap-breast-2018";
constexpr const char* kOlder = "asco-cap-breast-2013";

/// One slide, the results that a worker leaves of it by guideline, and a cohort's folder.
class Bench {
 public:
  explicit Bench(const std::string& slide = "slide.tif")
      : path_(fs::temp_directory_path() / ("annulet-batch-" + std::to_string(::getpid()))) {
    fs::remove_all(path_);
    fs::create_directories(path_);
    put(slide, "pixels");
    for (const char* guideline : {kNewest, kOlder}) {
      SlideResult result = sample::scored();
      result.slide_sha256 = sha256_of_file(path_ / slide);
      result.verdict.guideline = guideline;
      put(std::string(guideline) + ".json", write_result_json(result));
    }
    put("worker", R"(here=$(dirname "$0")
for word; do
  case $word in --out=*) out=${word#--out=} ;; --guideline=*) guideline=${word#--guideline=} ;; esac
done
echo run >>"$here/runs"
if [ -e "$here/mishap" ]; then . "$here/mishap"; fi
mkdir "$out" && cp "$here/$guideline.json" "$out/result.json" && touch "$out/cells.csv.gz" "$out/cells.bin.gz"
)");
    ManifestRow row;
    row.slide = slide;
    row.path = path_ / slide;
    rows_.push_back(row);
    how_.program = {"/bin/sh", (path_ / "worker").string()};
  }
  ~Bench() { fs::remove_all(path_); }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  void put(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary | std::ios::trunc) << text;
  }
  /// What the worker does before it leaves its result; empty: nothing.
  void mishap(const std::string& commands) const {
    commands.empty() ? static_cast<void>(fs::remove(path_ / "mishap")) : put("mishap", commands);
  }
  fs::path in_cohort(const std::string& name) const { return path_ / "cohort" / name; }
  fs::path slide() const { return rows_.front().path; }
  std::size_t runs() const {
    const std::string text = fs::exists(path_ / "runs") ? read_text(path_ / "runs") : "";
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }

  /// The events of one batch; it is given up after `most` of them.
  std::vector<BatchEvent> batch(const char* guideline, std::size_t most = 8) const {
    CohortOptions options;
    options.score.guideline = guideline;
    std::vector<BatchEvent> events;
    BatchControl control;
    control.at_each_event = [&](const BatchEvent& event) {
      events.push_back(event);
      if (events.size() >= most) throw Cancelled{};
    };
    try {
      run_batch(CohortFolder::make(path_ / "cohort"), rows_, options, how_, control);
    } catch (const Cancelled&) {
    }
    return events;
  }

  RowRecord record() const {
    const auto found = CohortFolder::open(path_ / "cohort").record(places_of(rows_).front());
    REQUIRE(found);
    return *found;
  }
  /// Whether the record that stands tells of the result that stands.
  bool agrees() const {
    const RowRecord held = record();
    return !held.finished ||
           held.outcome.result_digest == sha256_of_file(in_cohort(held.outcome.folder) / "result.json");
  }

 private:
  fs::path path_;
  std::vector<ManifestRow> rows_;
  BatchOptions how_;
};

}  // namespace

TEST_CASE("a slide whose process dies is tried once more, and then is a row that says so") {
  const Bench bench;
  bench.mishap("kill -SEGV $$\n");
  const std::vector<BatchEvent> events = bench.batch(kNewest);
  REQUIRE(events.size() == 4);
  CHECK(events[1].kind == Kind::Started);
  CHECK(events[2].kind == Kind::Retried);
  CHECK(events[2].attempt == 2);
  CHECK(events[3].kind == Kind::Ended);
  CHECK(events[3].outcome.status == Status::Crashed);
  CHECK(bench.runs() == 2);
  CHECK(bench.record().finished);
  CHECK(bench.agrees());
  CHECK(bench.batch(kNewest).front().to_do == 0);  // it has ended, as it is
}

TEST_CASE("tries count across batches") {
  const Bench bench;
  bench.mishap("kill -SEGV $$\n");
  CHECK(bench.batch(kNewest, 3).back().kind == Kind::Retried);  // given up before the second
  CHECK(bench.runs() == 1);
  CHECK(bench.record().tries == 1);
  const std::vector<BatchEvent> events = bench.batch(kNewest);
  REQUIRE(events.size() == 3);
  CHECK(events[1].kind == Kind::Retried);
  CHECK(events[2].outcome.status == Status::Crashed);
  CHECK(bench.runs() == 2);
}

TEST_CASE("a result that did not come to its place is no result") {
  const Bench bench;
  CHECK(bench.batch(kNewest).back().outcome.guideline == kNewest);
  const fs::path slides = bench.in_cohort("slides"), away = bench.in_cohort("away");
  bench.mishap("mv '" + slides.string() + "' '" + away.string() + "'\n");
  CHECK_THROWS_AS(bench.batch(kOlder), Error);
  bench.mishap("");
  fs::rename(away, slides);
  CHECK(bench.agrees());
  const std::vector<BatchEvent> events = bench.batch(kOlder);
  CHECK(events.front().to_do == 1);
  CHECK(events.back().outcome.guideline == kOlder);
  CHECK(bench.agrees());
}

TEST_CASE("a result whose record could not be written is not taken for the one before") {
  const Bench bench;
  CHECK(bench.batch(kNewest).back().outcome.guideline == kNewest);
  const fs::path state = bench.in_cohort("state"), away = bench.in_cohort("away");
  bench.mishap("mv '" + state.string() + "' '" + away.string() + "'; touch '" + state.string() + "'\n");
  CHECK_THROWS_AS(bench.batch(kOlder), Error);
  bench.mishap("");
  fs::remove(state);
  fs::rename(away, state);
  CHECK(bench.agrees());
  CHECK(bench.batch(kNewest).size() >= 1);
  CHECK(bench.record().outcome.guideline == kNewest);
  CHECK(bench.agrees());
}

TEST_CASE("a slide that was touched stands, one that changed does not") {
  const Bench bench;
  CHECK(bench.batch(kNewest).size() == 3);
  CHECK(bench.batch(kNewest).front().kept == 1);
  fs::last_write_time(bench.slide(), fs::file_time_type::clock::now());
  CHECK(bench.batch(kNewest).front().kept == 1);
  bench.put("slide.tif", "others");
  CHECK(bench.batch(kNewest).front().to_do == 1);
  CHECK(bench.batch(kOlder).front().to_do == 1);
}

TEST_CASE("the result of a slide as it was goes, however its successor comes") {
  const Bench bench;
  CHECK(bench.batch(kNewest).size() == 3);
  const std::string before = bench.record().outcome.folder;
  bench.put("slide.tif", "others");
  SlideResult result = sample::scored();
  result.slide_sha256 = sha256_of_file(bench.slide());
  result.verdict.guideline = kNewest;
  bench.put(std::string(kNewest) + ".json", write_result_json(result));
  bench.mishap("kill -SEGV $$\n");
  CHECK(bench.batch(kNewest, 3).back().kind == Kind::Retried);  // and given up
  CHECK(fs::exists(bench.in_cohort(before)));
  bench.mishap("");
  CHECK(bench.batch(kNewest).back().kind == Kind::Ended);
  CHECK(bench.agrees());
  CHECK(bench.record().outcome.folder != before);
  CHECK_FALSE(fs::exists(bench.in_cohort(before)));
  // A process that was ended between the record and the removal.
  fs::create_directories(bench.in_cohort(before));
  CHECK(bench.batch(kNewest).front().kept == 1);
  CHECK_FALSE(fs::exists(bench.in_cohort(before)));
}

TEST_CASE("a result that is not the recorded one, or lacks its cells, is made again") {
  const Bench bench;
  CHECK(bench.batch(kNewest).size() == 3);
  const fs::path result = bench.in_cohort(bench.record().outcome.folder);
  std::ofstream(result / "result.json", std::ios::trunc) << "{}";
  CHECK(bench.batch(kNewest).front().to_do == 1);
  CHECK(bench.agrees());
  for (const char* table : {"cells.csv.gz", "cells.bin.gz"}) {
    fs::remove(result / table);
    CHECK(bench.batch(kNewest).front().to_do == 1);
    CHECK(fs::exists(result / table));
  }
  CHECK(bench.batch(kNewest).front().kept == 1);
}

TEST_CASE("the folder of another row is neither taken nor removed, whatever manifest that row is of") {
  const Bench bench;
  CHECK(bench.batch(kNewest).size() == 3);
  const RowRecord own = bench.record();
  // Another row had the name before; then one of the same name comes to it again.
  const CohortFolder folder = CohortFolder::open(bench.in_cohort(""));
  RowRecord other = own;
  other.outcome.folder = "slides/other-00000000";
  other.earlier = own.outcome.folder;
  folder.write({"ffffffffffffffff", "other"}, other);
  CHECK(bench.batch(kOlder).front().to_do == 1);
  CHECK(bench.record().outcome.folder == own.outcome.folder);
  // Two rows claim one folder: it is of one of them, and the second is scored into one of its own.
  other.outcome.folder = own.outcome.folder;
  folder.write({"0000000000000000", "other"}, other);
  CHECK(bench.batch(kOlder).front().to_do == 1);
  CHECK(bench.record().outcome.folder != own.outcome.folder);
  CHECK(fs::exists(bench.in_cohort(own.outcome.folder)));
  CHECK(bench.agrees());
  CHECK(bench.batch(kOlder).front().kept == 1);
}

TEST_CASE("tables go before a result is replaced") {
  const Bench bench;
  CHECK(bench.batch(kNewest).size() == 3);
  for (const char* table : {kCohortCsv, kPatientsCsv}) std::ofstream(bench.in_cohort(table)) << "of before";
  CHECK(bench.batch(kNewest).front().kept == 1);
  CHECK(fs::exists(bench.in_cohort(kCohortCsv)));
  CHECK(bench.batch(kOlder, 2).back().kind == Kind::Started);  // and given up
  for (const char* table : {kCohortCsv, kPatientsCsv}) CHECK_FALSE(fs::exists(bench.in_cohort(table)));
}

TEST_CASE("a slide of several files is as large as all of them") {
  const Bench bench("slide.vms");
  const std::string list = "[Virtual Microscope Specimen]\nImageFile=slide.jpg\nMapFile=slide.jpg\n";
  bench.put("slide.vms", list);
  bench.put("slide.jpg", std::string(1000, 'x'));
  const std::vector<BatchEvent> events = bench.batch(kNewest);
  CHECK(events.front().bytes == list.size() + 1000);
  CHECK(events.back().bytes == list.size() + 1000);
}
