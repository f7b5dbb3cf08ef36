#include "annulet/cohort/cohort_folder.hpp"

#include <unistd.h>

#include <fstream>
#include <set>

#include "annulet/base/error.hpp"
#include "annulet/base/files.hpp"
#include "annulet/cohort/batch.hpp"
#include "annulet/cohort/cohort_csv.hpp"
#include "annulet/cohort/cohort_files.hpp"
#include "annulet/cohort/folder_lock.hpp"
#include "support/catch.hpp"

using namespace annulet;
namespace fs = std::filesystem;

namespace {

struct Scratch {
  fs::path path = fs::temp_directory_path() / ("annulet-cohort-" + std::to_string(::getpid()));
  Scratch() { fs::remove_all(path); }
  ~Scratch() { fs::remove_all(path); }
};

ManifestRow row_of(const std::string& slide) {
  ManifestRow row;
  row.slide = slide;
  row.path = slide;
  return row;
}

SlideOutcome outcome() {
  SlideOutcome outcome;
  outcome.status = Status::ScoredWithCaveats;
  outcome.score = Score::One;
  outcome.group = "low";
  outcome.guideline = "asco-cap-breast-2018";
  outcome.rule = "R3";
  outcome.grading = "annulet-1";
  outcome.caveats = {"near-cut", "picture"};
  outcome.by_pattern = {700, 200, 50, 49, 1};
  outcome.cells = 2000;
  outcome.tumour = 1010;
  outcome.measurable = 1000;
  outcome.tissue_mm2 = 1.25;
  outcome.analysed_mm2 = 1.0625;
  outcome.slide_sha256 = std::string(64, 'a');
  outcome.result_digest = std::string(64, 'b');
  outcome.folder = "slides/x-aaaaaaaa";
  return outcome;
}

}  // namespace

TEST_CASE("places are unique, and fit for a folder") {
  const auto places = places_of({row_of("a/case.svs"), row_of("b/case.ndpi"), row_of("a/case.svs"),
                                 row_of("=cmd|' /C calc'!A0.tif"), row_of("..tif"),
                                 row_of("Fall 7 \xC3\xBC\n.tif"), row_of(std::string(300, 'x') + ".tif")});
  CHECK(places[0].stem == "case");
  CHECK(places[1].stem == "case~2");
  CHECK(places[2].stem == "case~3");
  std::set<std::string> ids;
  for (const RowPlace& place : places) {
    CHECK(place.stem.find_first_of("/ '|!\n=") == std::string::npos);
    CHECK(place.stem.front() != '.');
    CHECK(place.stem.size() <= 104);
    ids.insert(place.id);
  }
  CHECK(ids.size() == places.size());
  CHECK(places[5].stem.find("\xC3\xBC") != std::string::npos);
}

TEST_CASE("a record is read as it was written") {
  const Scratch scratch;
  const CohortFolder folder = CohortFolder::make(scratch.path);
  const RowPlace place = places_of({row_of("a.svs")}).front();
  CHECK_FALSE(folder.record(place));
  RowRecord record{"a.svs", "common", "asked", "key", "stamp", 1, true, outcome(), "slides/x-0000"};
  folder.write(place, record);
  const auto read = folder.record(place);
  REQUIRE(read);
  CHECK(read->slide == "a.svs");
  CHECK(read->asked == "asked");
  CHECK(read->key == "key");
  CHECK(read->tries == 1);
  CHECK(read->finished);
  CHECK(read->earlier == "slides/x-0000");
  CHECK(read->outcome.status == Status::ScoredWithCaveats);
  CHECK(read->outcome.score == Score::One);
  CHECK(read->outcome.by_pattern == outcome().by_pattern);
  CHECK(read->outcome.caveats == outcome().caveats);
  CHECK(read->outcome.folder == outcome().folder);
}

TEST_CASE("what is no record counts as none") {
  const Scratch scratch;
  const CohortFolder folder = CohortFolder::make(scratch.path);
  const RowPlace place = places_of({row_of("a.svs")}).front();
  RowRecord record{"a.svs", "common", "", "key", "stamp", 0, true, outcome(), ""};
  folder.write(place, record);
  const fs::path file = scratch.path / "state" / place.id.substr(0, 2) / (place.id + ".json");
  const std::string whole = read_text(file);
  for (std::size_t cut = 0; cut < whole.size() - 1; ++cut) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << whole.substr(0, cut);
    REQUIRE_FALSE(folder.record(place));
  }
  for (const char* text :
       {"null", "[]", "{\"schema\":\"annulet/row/9\"}", "{\"schema\":\"annulet/row/1\",\"slide\":7}"}) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
    CHECK_FALSE(folder.record(place));
  }
}

TEST_CASE("a folder of something else is not taken for a cohort's") {
  const Scratch scratch;
  fs::create_directories(scratch.path);
  CHECK_THROWS_AS(CohortFolder::open(scratch.path), Error);
  CHECK_THROWS_AS(CohortFolder::open(scratch.path / "none"), Error);
  std::ofstream(scratch.path / "thesis.doc") << "years of work";
  CHECK_THROWS_AS(CohortFolder::make(scratch.path), Error);
  CHECK(read_text(scratch.path / "thesis.doc") == "years of work");
  fs::remove(scratch.path / "thesis.doc");
  CHECK(CohortFolder::make(scratch.path).path() == scratch.path);
  CHECK(CohortFolder::make(scratch.path).path() == scratch.path);
}

TEST_CASE("a folder is held once, by many who share it, or by one") {
  const Scratch scratch;
  fs::create_directories(scratch.path);
  {
    const FolderLock one(scratch.path, "lock");
    CHECK_THROWS_AS(FolderLock(scratch.path, "lock"), Error);
    CHECK_THROWS_AS(FolderLock(scratch.path, "lock", true), Error);
    const FolderLock other(scratch.path, "lock.1-of-2");
  }
  const FolderLock first(scratch.path, "lock", true), second(scratch.path, "lock", true);
  CHECK_THROWS_AS(FolderLock(scratch.path, "lock"), Error);
}

TEST_CASE("parts of one split work beside each other, those of another when they have ended") {
  const Scratch scratch;
  fs::create_directories(scratch.path);
  {
    const SplitLock first(scratch.path, "4 slides in 2 parts"), second(scratch.path, "4 slides in 2 parts");
    CHECK_THROWS_AS(SplitLock(scratch.path, "4 slides in 3 parts"), Error);
    const SplitLock third(scratch.path, "4 slides in 2 parts");
  }
  const SplitLock other(scratch.path, "4 slides in 3 parts");
  CHECK_THROWS_AS(SplitLock(scratch.path, "4 slides in 2 parts"), Error);
}

TEST_CASE("a folder takes the place of another") {
  const Scratch scratch;
  fs::create_directories(scratch.path / "new");
  std::ofstream(scratch.path / "new/a") << "1";
  move_folder(scratch.path / "new", scratch.path / "kept");
  CHECK(read_text(scratch.path / "kept/a") == "1");
  CHECK_FALSE(fs::exists(scratch.path / "new"));
  fs::create_directories(scratch.path / "new");
  std::ofstream(scratch.path / "new/a") << "2";
  move_folder(scratch.path / "new", scratch.path / "kept");
  CHECK(read_text(scratch.path / "kept/a") == "2");
  CHECK(read_text(scratch.path / "new/a") == "1");
}

TEST_CASE("a row says how its slide ended, and nothing that a spreadsheet would run") {
  ManifestRow row = row_of("=HYPERLINK(\"x\").svs");
  row.case_id = "@case";
  row.readers = {{"zoe", Score::Two}};
  const std::vector<std::string> readers{"ann", "zoe"};
  const std::string header = cohort_csv_header(readers), line = cohort_csv_row(row, outcome(), readers);
  CHECK(std::count(header.begin(), header.end(), ',') == 30);
  CHECK(line.starts_with(
      "\"'=HYPERLINK(\"\"x\"\").svs\",'@case,,scored-with-caveats,1+,low,asco-cap-breast-2018,R3,"
      "annulet-1,70.000,20.000,5.000,4.900,0.100,2000,1010,1000,1.2500,1.0625,,near-cut picture,"));
  CHECK(line.ends_with(",,2+," + std::string(64, 'a') + "," + std::string(64, 'b') + ",slides/x-aaaaaaaa\n"));
  SlideOutcome refused;
  refused.status = Status::NotEvaluable;
  refused.reasons = {"no-tissue"};
  CHECK(cohort_csv_row(row, refused, readers)
            .find(",not-evaluable,,,,,,,,,,,0,0,0,0.0000,0.0000,no-tissue,,") != std::string::npos);
}

TEST_CASE("a shard takes every n-th row, and all of them each row once") {
  for (std::size_t of = 1; of < 6; ++of) {
    for (std::size_t row = 0; row < 20; ++row) {
      int takers = 0;
      for (std::size_t part = 0; part < of; ++part) takers += Shard{part, of}.takes(row);
      CHECK(takers == 1);
    }
  }
}

TEST_CASE("a key tells what a result depends on from what it does not") {
  CohortOptions options;
  ManifestRow row = row_of("a.svs");
  const std::string common = common_digest(options), key = row_key(row, options, common);
  CohortOptions other = options;
  other.score.threads = 7;
  other.score.memory = 1 << 20;
  other.score.timeout = 5;
  CHECK(common_digest(other) == common);
  other.score.guideline = "asco-cap-breast-2013";
  CHECK(common_digest(other) != common);
  other = options;
  other.geojson = true;
  CHECK(common_digest(other) != common);
  ManifestRow asked = row;
  asked.case_id = "c";
  asked.scanner = "s";
  asked.readers = {{"ann", Score::One}};
  CHECK(row_key(asked, options, common) == key);
  std::set<std::string> keys{key};
  const auto differs = [&](auto change) {
    ManifestRow changed = row;
    change(changed);
    CHECK(keys.insert(row_key(changed, options, common)).second);
  };
  differs([](ManifestRow& r) { r.mpp = 0.25; });
  differs([](ManifestRow& r) { r.ish = "negative"; });
  differs([](ManifestRow& r) { r.controls = "ok"; });
  differs([](ManifestRow& r) { r.antibody = "negative"; });
  differs([](ManifestRow& r) { r.sha256 = std::string(64, 'c'); });
  differs([](ManifestRow& r) { r.regions = {"no-such.geojson"}; });
}

TEST_CASE("a key changes with the bytes of the files that the options name") {
  const Scratch scratch;
  fs::create_directories(scratch.path);
  const std::string built_in = read_text(fs::path(ANNULET_SOURCE_DIR) / "models/grading/annulet-1.toml");
  const fs::path grading = scratch.path / "own.toml", region = scratch.path / "tumour.geojson";
  std::ofstream(grading) << built_in;
  std::ofstream(region) << "{}";
  CohortOptions options;
  options.score.grading = grading.string();
  ManifestRow row = row_of("a.svs");
  row.regions = {region};
  const std::string common = common_digest(options), key = row_key(row, options, common);
  std::ofstream(region) << "{ }";
  CHECK(row_key(row, options, common) != key);
  std::string edited = built_in;
  edited.replace(edited.find("intense_od = 600"), 16, "intense_od = 610");
  std::ofstream(grading) << edited;
  CHECK(common_digest(options) != common);
}

TEST_CASE("what is asked of a row is told from what is asked of all") {
  CohortOptions options, other;
  other.score.mpp = 0.25;
  const std::string common = common_digest(options);
  CHECK(common_digest(other) == common);
  CHECK(shared_digest(other, common) != shared_digest(options, common));
  ManifestRow row = row_of("a.svs"), same = row_of("b.svs");
  CHECK(asked_digest(row) == asked_digest(same));
  same.ish = "positive";
  CHECK(asked_digest(row) != asked_digest(same));
}

TEST_CASE("a slide's stamp changes with its bytes and its times") {
  const Scratch scratch;
  fs::create_directories(scratch.path);
  const fs::path slide = scratch.path / "a.tif";
  const std::string absent = slide_stamp(slide);
  std::ofstream(slide) << "one";
  const std::string first = slide_stamp(slide);
  CHECK(first != absent);
  CHECK(slide_stamp(slide) == first);
  const auto time = fs::last_write_time(slide);
  std::ofstream(slide) << "two";
  fs::last_write_time(slide, time);  // an edit that puts its time back is still seen
  CHECK(slide_stamp(slide) != first);
}
