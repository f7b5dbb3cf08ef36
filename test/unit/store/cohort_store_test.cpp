#include "annulet/store/cohort_store.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <unistd.h>

#include <fstream>

#include "annulet/base/error.hpp"
#include "annulet/base/files.hpp"
#include "annulet/pipeline/edge_effect.hpp"
#include "store/cell_pack.hpp"
#include "store/schema.hpp"
#include "support/catch.hpp"
#include "support/cell_sheet.hpp"

using namespace annulet;

namespace {

class Folder {
 public:
  Folder()
      : path_(std::filesystem::temp_directory_path() / ("annulet-store-test-" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::filesystem::path file() const { return path_ / "cohort.sqlite"; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

struct Sheet {
  SlideCells cells;
  ShownCells shown;
};

Sheet sheet(int side, std::uint64_t seed) {
  Sheet made;
  made.cells.cells = sample::cell_sheet(side, seed);
  const CellTable& cells = made.cells.cells;
  Random random(seed);
  std::vector<CellKind> kinds;
  for (std::size_t i = 0; i < cells.size(); ++i) kinds.push_back(static_cast<CellKind>(random.below(kKinds)));
  made.cells.ground = lay_groundwork(cells, kinds);
  for (std::size_t i = 0; i < cells.size(); ++i)
    made.cells.edge_distances.push_back(random.below(2) == 0 ? 0 : kFarFromEdge);
  const Grading grading = load_grading("annulet-1");
  made.shown = grade_table(cells, kinds, grading, grading.visible_od);
  return made;
}

CohortRow full_row(const std::string& slide) {
  CohortRow row;
  ManifestRow& asked = row.asked;
  asked.line = 7;
  asked.slide = slide;
  asked.path = "/archive/" + slide;
  asked.case_id = "case 1";
  asked.specimen = "primary";
  asked.mpp = 0.25;
  asked.regions = {"a.geojson", "b.xml"};
  asked.readers = {{"anna", Score::One}, {"ben", Score::Three}};
  asked.ish = "1.2,3.4";
  asked.antibody = "4B5";
  asked.scanner = "scanner, 2nd floor";
  asked.controls = "ok";
  asked.date = "2026-01-31";
  asked.sha256 = std::string(64, 'a');
  SlideOutcome& outcome = row.outcome;
  outcome.status = Status::ScoredWithCaveats;
  outcome.score = Score::Two;
  outcome.group = "equivocal";
  outcome.guideline = "asco-cap-breast-2018";
  outcome.rule = "R2";
  outcome.grading = "annulet-1";
  outcome.caveats = {"picture", "near-cut"};
  outcome.by_pattern = {1, 2, 3, 4, 5};
  outcome.cells = 21;
  outcome.tumour = 16;
  outcome.measurable = 15;
  outcome.tissue_mm2 = 1.5;
  outcome.analysed_mm2 = 1.25;
  outcome.slide_sha256 = std::string(64, 'b');
  outcome.result_digest = std::string(64, 'c');
  outcome.folder = "slides/" + slide;
  return row;
}

SlideFacts full_facts() {
  SlideFacts facts;
  facts.file_name = "one.svs";
  facts.width = 4000;
  facts.height = 3000;
  facts.pitch_x_um = facts.pitch_y_um = 0.25;
  facts.visible_od = 0.1;
  facts.edge_blush_um = 40;
  facts.caveats = {{"picture", "a picture"}, {"near-cut", "near"}};
  facts.notes = {{"research-use-only", "for research use only"}};
  facts.models = {{"grading", "annulet-1", "1", "d1"}, {"guideline", "asco-cap-breast-2018", "1", "d2"}};
  facts.options = {{"guideline", "asco-cap-breast-2018"}, {"ish", "1.2,3.4"}};
  Problem problem;
  problem.kind = ProblemKind::Undecodable;
  problem.where = {10, 20, 30, 50};
  facts.problems = {problem};
  facts.excluded_mm2 = {{"fold", 0.25}};
  facts.tally.pattern[0][2] = 9;
  return facts;
}

CohortRow refused_row(const std::string& slide) {
  CohortRow row;
  row.asked.slide = slide;
  row.outcome.status = Status::Failed;
  row.outcome.reasons = {"corrupt"};
  row.outcome.message = "a tile does not decode";
  return row;
}

RunInfo batch() {
  RunInfo run;
  run.guideline = "asco-cap-breast-2018";
  run.grading = "annulet-1";
  run.version = "0";
  return run;
}

void fill(const std::filesystem::path& file, const Sheet& made) {
  CohortStoreWriter writer(file);
  CHECK(writer.describe_batch(batch()));
  CHECK_FALSE(writer.describe_batch(batch()));
  writer.put(full_row("one"), 1, "e1", full_facts(), &made.cells, &made.shown);
  writer.put(refused_row("two"), 0, "e2", {}, nullptr, nullptr);
}

void check_equal(const SlideCells& a, const SlideCells& b) {
  CHECK(a.cells == b.cells);
  CHECK(a.ground.kinds == b.ground.kinds);
  CHECK(a.ground.blanks == b.ground.blanks);
  CHECK(a.ground.touching == b.ground.touching);
  for (std::size_t i = 0; i < a.edge_distances.size(); ++i)
    REQUIRE((a.edge_distances[i] < kEdgeBandUm) == (b.edge_distances[i] < kEdgeBandUm));
}

void execute(const std::filesystem::path& file, const std::string& sql) {
  SQLite::Database database(file, SQLite::OPEN_READWRITE);
  database.exec(sql);
}

Code refusal(const std::filesystem::path& file) {
  try {
    const CohortStore store(file);
    for (const CohortRow& row : store.rows(1)) (void)row;
    for (const std::int64_t id : store.slide_ids()) {
      (void)store.facts(id);
      (void)store.cells(id);
    }
  } catch (const Error& error) {
    CHECK(std::string(error.what()).size() > 40);
    return error.code();
  }
  return Code::Internal;
}

}  // namespace

TEST_CASE("what is put into a store comes out of it") {
  const Folder folder;
  const Sheet made = sheet(110, 3);  // two parts of cells, several tiles
  REQUIRE(made.cells.cells.size() > store::kPartCells);
  fill(folder.file(), made);
  const CohortStore store(folder.path());
  const std::vector<RunInfo> runs = store.runs();
  REQUIRE(runs.size() == 1);
  CHECK(runs[0].name == "batch");
  CHECK(runs[0].slides == 2);
  const std::vector<CohortRow> rows = store.rows(1);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].asked.slide == "two");  // in the order of the manifest
  CHECK(rows[0].outcome.status == Status::Failed);
  CHECK_FALSE(rows[0].outcome.score);
  CHECK(rows[0].outcome.reasons == std::vector<std::string>{"corrupt"});
  CHECK(rows[0].outcome.message == "a tile does not decode");
  const ManifestRow &asked = rows[1].asked, expected = full_row("one").asked;
  CHECK(asked.line == 7);
  CHECK(asked.path == expected.path);
  CHECK(asked.case_id == expected.case_id);
  CHECK(asked.specimen == expected.specimen);
  CHECK(asked.mpp == expected.mpp);
  CHECK(asked.regions == expected.regions);
  CHECK(asked.readers == expected.readers);
  CHECK(asked.ish == expected.ish);
  CHECK(asked.antibody == expected.antibody);
  CHECK(asked.scanner == expected.scanner);
  CHECK(asked.controls == expected.controls);
  CHECK(asked.date == expected.date);
  CHECK(asked.sha256 == expected.sha256);
  const SlideOutcome &outcome = rows[1].outcome, scored = full_row("one").outcome;
  CHECK(outcome.status == scored.status);
  CHECK(outcome.score == scored.score);
  CHECK(outcome.group == scored.group);
  CHECK(outcome.rule == scored.rule);
  CHECK(outcome.caveats == scored.caveats);
  CHECK(outcome.by_pattern == scored.by_pattern);
  CHECK(outcome.measurable == scored.measurable);
  CHECK(outcome.analysed_mm2 == scored.analysed_mm2);
  CHECK(outcome.result_digest == scored.result_digest);
  CHECK(outcome.folder == scored.folder);
  const std::vector<std::int64_t> ids = store.slide_ids();
  const SlideFacts facts = store.facts(ids[1]);
  CHECK(facts.caveats == full_facts().caveats);
  CHECK(facts.notes == full_facts().notes);
  CHECK(facts.options == full_facts().options);
  CHECK(facts.models[1].digest == "d2");
  CHECK(facts.problems.at(0).where == full_facts().problems[0].where);
  CHECK(facts.excluded_mm2 == full_facts().excluded_mm2);
  CHECK(facts.tally == full_facts().tally);
  CHECK(facts.edge_blush_um == 40);
  check_equal(store.cells(ids[1]), made.cells);
  CHECK(store.cells(ids[0], store.cells(ids[1])).cells.empty());
}

TEST_CASE("the view of the cells reads like a table of them") {
  const Folder folder;
  const Sheet made = sheet(60, 5);
  fill(folder.file(), made);
  SQLite::Database database(folder.file(), SQLite::OPEN_READONLY);
  SQLite::Statement query(database, "SELECT * FROM cells ORDER BY y_um, x_um");
  std::size_t i = 0;
  for (; query.executeStep(); ++i) {
    const CellRow& cell = made.cells.cells.at(i);
    const GradedCell& shown = made.shown.at(i);
    REQUIRE(query.getColumn("cell_id").getString() == std::to_string(cell.y) + "-" + std::to_string(cell.x));
    CHECK(query.getColumn("slide").getString() == "one");
    CHECK(query.getColumn("x_um").getDouble() == cell.x / 64.0);
    CHECK(query.getColumn("y_um").getDouble() == cell.y / 64.0);
    CHECK(query.getColumn("tile_x").getInt() == cell.x / (64 * kStoreTileUm));
    CHECK(query.getColumn("kind").getString() == name(shown.kind));
    CHECK(query.getColumn("pattern").getString() == name(shown.pattern));
    const bool judged = shown.pattern != Pattern::Unmeasurable;
    CHECK(query.getColumn("completeness").isNull() == !judged);
    if (judged) CHECK(query.getColumn("completeness").getDouble() == shown.completeness / 1000.0);
    CHECK(query.getColumn("strength_od").isNull() == (!judged || shown.strength_od == 0));
    if (judged && shown.strength_od > 0)
      CHECK(query.getColumn("strength_od").getDouble() == shown.strength_od / 1000.0);
    CHECK(query.getColumn("nucleus_area_um2").getDouble() == cell.nucleus_area / 8.0);
    CHECK(query.getColumn("cell_area_um2").getDouble() == cell.cell_area / 8.0);
    CHECK(query.getColumn("haematoxylin_od").getDouble() == cell.haematoxylin_od / 1000.0);
    CHECK(query.getColumn("flags").getInt() == cell.flags);
    CHECK(query.getColumn("borrowed").getInt() == (shown.borrowed ? 1 : 0));
  }
  CHECK(i == made.cells.cells.size());
}

TEST_CASE("a rescoring adds a run, and a slide that it does not know is said to have none") {
  const Folder folder;
  fill(folder.file(), sheet(20, 1));
  std::vector<RescoredSlide> slides;
  {
    const CohortStore store(folder.file());
    const std::vector<std::int64_t> ids = store.slide_ids();
    const std::vector<CohortRow> rows = store.rows(1);
    for (std::size_t i = 0; i < ids.size(); ++i)
      slides.push_back({ids[i], rows[i].outcome, {}, {}, {}, 0.1, {}});
    slides[1].outcome.score = Score::Three;
    slides[1].caveats = {{"near-cut", "now"}};
  }
  CohortStoreWriter writer(folder.file());
  RunInfo run = batch();
  run.name = "again";
  CHECK(writer.add_run(run, slides).id == 2);
  CHECK_THROWS_AS(writer.add_run(run, slides), Error);
  writer.put(full_row("three"), 5, "e3", full_facts(), nullptr, nullptr);
  const CohortStore store(folder.file());
  CHECK(store.run("again").id == 2);
  CHECK(store.run("2").name == "again");
  CHECK(store.run("").name == "batch");
  CHECK_THROWS_AS(store.run("other"), Error);
  const std::vector<CohortRow> rows = store.rows(2);
  REQUIRE(rows.size() == 3);
  CHECK(rows[1].outcome.score == Score::Three);
  CHECK(rows[1].outcome.caveats == std::vector<std::string>{"near-cut"});
  CHECK(rows[2].outcome.status == Status::Failed);
  CHECK(rows[2].outcome.reasons == std::vector<std::string>{"not-rescored"});
  CHECK(store.rows(1)[1].outcome.score == Score::Two);
}

TEST_CASE("a run whose name is taken gets the next number where it may") {
  const Folder folder;
  fill(folder.file(), sheet(20, 1));
  CohortStoreWriter writer(folder.file());
  RunInfo run = batch();
  run.name = "2013";
  CHECK(writer.add_run(run, {}, IfTaken::Number).name == "2013");
  CHECK(writer.add_run(run, {}, IfTaken::Number).name == "2013 (2)");
  CHECK(writer.add_run(run, {}, IfTaken::Number).name == "2013 (3)");
  CHECK(CohortStore(folder.file()).run("2013 (3)").id == 4);
}

TEST_CASE("what is read under a snapshot is of one moment, and without one a slide is all of one moment") {
  const Folder folder;
  fill(folder.file(), sheet(20, 1));
  const CohortStore store(folder.file());
  SQLite::Database other(folder.file(), SQLite::OPEN_READWRITE);  // that waits for nobody
  {
    const CohortStore::Snapshot held = store.snapshot();
    const std::size_t slides = store.rows(1).size();
    CHECK_THROWS_AS(other.exec("DELETE FROM slides"), SQLite::Exception);
    CHECK(store.slide_ids().size() == slides);
    CHECK_THROWS_AS(other.exec("DELETE FROM slides"), SQLite::Exception);  // nor when a reading in it ends
  }
  const std::vector<std::int64_t> ids = store.slide_ids();
  other.exec("DELETE FROM slides");
  const auto code_of = [](const auto& read) {
    try {
      (void)read();
    } catch (const Error& error) {
      CHECK(std::string(error.what()).find("remove") == std::string::npos);
      return error.code();
    }
    return Code::Internal;
  };
  CHECK(code_of([&] { return store.facts(ids[1]); }) == Code::Changed);
  CHECK(code_of([&] { return store.cells(ids[1]); }) == Code::Changed);
}

TEST_CASE("a slide that was scored anew is told from the one that was read before") {
  const Folder folder;
  const Sheet made = sheet(20, 1);
  fill(folder.file(), made);
  CohortStoreWriter writer(folder.file());
  const std::vector<std::pair<std::string, KnownSlide>> before = writer.known();
  RunInfo run = batch();
  run.name = "again";
  const auto add = [&](std::int64_t id) {
    try {
      writer.add_run(run, {{id, full_row("one").outcome, {}, {}, {}, 0.1, {}}});
    } catch (const Error& error) {
      return error.code();
    }
    return Code::Internal;
  };
  CohortRow anew = full_row("one");
  anew.outcome.result_digest = std::string(64, 'd');
  writer.put(anew, 1, "e9", full_facts(), &made.cells, &made.shown);
  for (const auto& [slide, known] : before) CHECK(writer.known()[0].second.id != known.id);
  CHECK(add(before[0].second.id) == Code::Changed);
  // Nor is a later slide that came by the number of one that went.
  CHECK(add(writer.known()[0].second.id) == Code::Changed);
}

TEST_CASE("a slide put again takes the place of the first, one removed leaves nothing") {
  const Folder folder;
  const Sheet made = sheet(20, 1);
  fill(folder.file(), made);
  CohortStoreWriter writer(folder.file());
  CohortRow row = full_row("one");
  row.asked.readers.clear();
  row.outcome.score = Score::Zero;
  writer.put(row, 0, "e9", full_facts(), &made.cells, &made.shown);
  CHECK(CohortStore(folder.file()).rows(1)[1].outcome.score == Score::Zero);
  CHECK(CohortStore(folder.file()).rows(1)[1].asked.readers.empty());
  std::vector<std::int64_t> ids;
  for (const auto& [slide, known] : writer.known()) ids.push_back(known.id);
  CHECK(writer.known()[0].second.entry_digest == "e9");
  writer.remove(ids);
  SQLite::Database database(folder.file(), SQLite::OPEN_READONLY);
  for (const char* table : {"slides", "verdicts", "remarks", "tallies", "cell_tiles", "measurements",
                            "provenance", "reader_scores", "slide_regions", "problems", "excluded"})
    CHECK(database.execAndGet(std::string("SELECT count(*) FROM ") + table).getInt() == 0);
}

TEST_CASE("a store of an older version is read as it is and brought up when it is written") {
  const Folder folder;
  {
    SQLite::Database old(folder.file(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    store::create_schema(old, 1);
    old.exec("INSERT INTO runs VALUES(1,'batch','g','','a','1','','','','0','x')");
    old.exec(
        "INSERT INTO slides VALUES(1,0,'one',2,'p',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'slides/one',"
        "'one.svs',NULL,'digest','entry',10,10,NULL,NULL,0,0)");
    old.exec(
        "INSERT INTO verdicts VALUES(1,1,'not-evaluable',NULL,NULL,'g',NULL,'a','too little',0,0,0,0,0,0,0,0,"
        "1,1,NULL)");
    old.exec("INSERT INTO remarks VALUES(1,1,'reason',0,'too-few-cells','too little')");
  }
  const std::string before = read_text(folder.file());
  CHECK(CohortStore(folder.file()).rows(1).at(0).outcome.reasons.at(0) == "too-few-cells");
  CHECK(CohortStore(folder.file()).facts(1).problems.empty());
  CHECK(read_text(folder.file()) == before);
  {
    CohortStoreWriter writer(folder.file());
    CHECK(writer.known().at(0).second.entry_digest.empty());  // what version 1 did not keep is read anew
  }
  SQLite::Database now(folder.file(), SQLite::OPEN_READONLY);
  CHECK(now.execAndGet("PRAGMA user_version").getInt() == store::kSchemaVersion);
  CHECK(now.execAndGet("SELECT count(*) FROM problems").getInt() == 0);
  CHECK(CohortStore(folder.file()).rows(1).at(0).outcome.message == "too little");
}

TEST_CASE("what is no store, or was tampered with, is refused and left as it is") {
  const Folder folder;
  CHECK_THROWS_AS(CohortStore(folder.path()), Error);
  CHECK_FALSE(std::filesystem::exists(folder.file()));
  fill(folder.file(), sheet(100, 2));
  const std::string good = read_text(folder.file());
  const auto tampered = [&](const std::string& sql) {
    std::ofstream(folder.file(), std::ios::binary) << good;
    execute(folder.file(), sql);
    return refusal(folder.file());
  };
  CHECK(tampered("PRAGMA application_id = 7") == Code::Unsupported);
  CHECK(tampered("PRAGMA user_version = 99") == Code::Unsupported);
  CHECK(tampered("PRAGMA user_version = 0") == Code::Unsupported);
  CHECK(tampered("DROP TABLE tallies") == Code::Corrupt);
  CHECK(tampered("ALTER TABLE slides ADD COLUMN more TEXT") == Code::Corrupt);
  CHECK(tampered("CREATE TRIGGER t AFTER INSERT ON runs BEGIN DELETE FROM slides; END") == Code::Corrupt);
  CHECK(tampered("UPDATE verdicts SET score = '4+' WHERE score IS NOT NULL") == Code::Corrupt);
  CHECK(tampered("UPDATE verdicts SET status = 'fine'") == Code::Corrupt);
  CHECK(tampered("UPDATE slides SET cells = cells + 1") == Code::Corrupt);
  CHECK(tampered("UPDATE slides SET cells = -1") == Code::Corrupt);
  CHECK(tampered("UPDATE slides SET cells = 4000000000000") == Code::Corrupt);
  CHECK(tampered("DELETE FROM measurements WHERE part = 0") == Code::Corrupt);
  CHECK(tampered("UPDATE measurements SET measured = substr(measured, 1, 268) WHERE part = 1") ==
        Code::Corrupt);
  CHECK(tampered("UPDATE measurements SET kinds = substr(kinds, 2) || x'00'") == Code::Corrupt);
  CHECK(tampered("UPDATE measurements SET touching = touching || x'00'") == Code::Corrupt);
  CHECK(tampered("UPDATE measurements SET checksum = checksum + 1") == Code::Corrupt);
}

TEST_CASE("references of cells are checked, whoever wrote the checksum") {
  const Sheet made = sheet(20, 4);
  const auto read = [&](SlideCells cells, const auto& change) {
    change(cells);
    const auto parts = store::pack_parts(cells);
    store::PartReader reader(cells.cells.size(), {});
    for (const store::PackedPart& part : parts) {
      const auto room = reader.room(part.cells);
      std::copy(part.measured.begin(), part.measured.end(), room.begin());
      const auto bytes = [](const std::string& text) {
        return std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
      };
      reader.add(bytes(part.kinds), bytes(part.touching), part.checksum());
    }
    return reader.take();
  };
  check_equal(read(made.cells, [](SlideCells&) {}), made.cells);
  CHECK_THROWS_AS(read(made.cells, [](SlideCells& c) { c.cells[5].neighbours = 9; }), Error);
  CHECK_THROWS_AS(read(made.cells, [](SlideCells& c) { std::swap(c.cells[5], c.cells[6]); }), Error);
  CHECK_THROWS_AS(read(made.cells, [](SlideCells& c) { c.ground.kinds[5] = static_cast<CellKind>(6); }),
                  Error);
  CHECK_THROWS_AS(read(made.cells, [](SlideCells& c) { c.ground.touching.back().second = 400; }), Error);
  CHECK_THROWS_AS(read(made.cells, [](SlideCells& c) { c.ground.touching.back().second = 0; }), Error);
}

TEST_CASE("a flipped bit anywhere in a store is refused or changes no cell", "[long]") {
  const Folder folder;
  const Sheet made = sheet(40, 6);
  fill(folder.file(), made);
  const std::string good = read_text(folder.file());
  Random random(8);
  for (int i = 0; i < 2000; ++i) {
    std::string bad = good;
    const std::size_t at = random.below(bad.size());
    bad[at] = static_cast<char>(bad[at] ^ (1 << random.below(8)));
    std::ofstream(folder.file(), std::ios::binary) << bad;
    try {
      const CohortStore store(folder.file());
      (void)store.rows(1);
      const std::vector<std::int64_t> ids = store.slide_ids();
      for (const std::int64_t id : ids) {
        (void)store.facts(id);
        const SlideCells cells = store.cells(id);
        if (!cells.cells.empty()) CHECK(cells.cells == made.cells.cells);
      }
    } catch (const Error& error) {
      CHECK(error.code() != Code::Internal);
    }
  }
}
