#include "store/schema.hpp"

#include <fmt/format.h>

#include <array>
#include <string>

#include "annulet/base/error.hpp"

namespace annulet::store {
namespace {

constexpr std::array kObjects = {
    SchemaObject{1, "slides", R"(CREATE TABLE slides(
  slide_id INTEGER PRIMARY KEY,
  position INTEGER NOT NULL,
  slide TEXT NOT NULL UNIQUE,
  line INTEGER NOT NULL,
  path TEXT,
  case_id TEXT,
  specimen TEXT,
  mpp REAL,
  ish TEXT,
  antibody TEXT,
  scanner TEXT,
  controls TEXT,
  date TEXT,
  expected_sha256 TEXT,
  folder TEXT,
  file_name TEXT,
  slide_sha256 TEXT,
  result_digest TEXT,
  entry_digest TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  pitch_x_um REAL,
  pitch_y_um REAL,
  cells INTEGER NOT NULL,
  edge_blush_um INTEGER NOT NULL
))"},
    SchemaObject{1, "slide_regions", R"(CREATE TABLE slide_regions(
  slide_id INTEGER NOT NULL REFERENCES slides ON DELETE CASCADE,
  position INTEGER NOT NULL,
  path TEXT NOT NULL,
  PRIMARY KEY(slide_id, position)
) WITHOUT ROWID)"},
    SchemaObject{1, "reader_scores", R"(CREATE TABLE reader_scores(
  slide_id INTEGER NOT NULL REFERENCES slides ON DELETE CASCADE,
  position INTEGER NOT NULL,
  reader TEXT NOT NULL,
  score TEXT NOT NULL,
  PRIMARY KEY(slide_id, position)
) WITHOUT ROWID)"},
    SchemaObject{1, "provenance", R"(CREATE TABLE provenance(
  slide_id INTEGER NOT NULL REFERENCES slides ON DELETE CASCADE,
  role TEXT NOT NULL,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  value TEXT,
  version TEXT,
  digest TEXT,
  PRIMARY KEY(slide_id, role, position)
) WITHOUT ROWID)"},
    SchemaObject{1, "runs", R"(CREATE TABLE runs(
  run_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  guideline TEXT,
  guideline_digest TEXT,
  grading TEXT,
  grading_version TEXT,
  grading_digest TEXT,
  kind TEXT,
  kind_digest TEXT,
  version TEXT NOT NULL,
  options_digest TEXT NOT NULL
))"},
    SchemaObject{1, "verdicts", R"(CREATE TABLE verdicts(
  run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  slide_id INTEGER NOT NULL REFERENCES slides ON DELETE CASCADE,
  status TEXT NOT NULL,
  score TEXT,
  score_group TEXT,
  guideline TEXT,
  rule TEXT,
  grading TEXT,
  message TEXT,
  none INTEGER NOT NULL,
  faint_incomplete INTEGER NOT NULL,
  moderate_or_strong_incomplete INTEGER NOT NULL,
  weak_moderate_complete INTEGER NOT NULL,
  intense_complete INTEGER NOT NULL,
  cells INTEGER NOT NULL,
  tumour INTEGER NOT NULL,
  measurable INTEGER NOT NULL,
  tissue_mm2 REAL NOT NULL,
  analysed_mm2 REAL NOT NULL,
  visible_od REAL,
  PRIMARY KEY(slide_id, run_id)
) WITHOUT ROWID)"},
    SchemaObject{1, "remarks", R"(CREATE TABLE remarks(
  run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  slide_id INTEGER NOT NULL REFERENCES slides ON DELETE CASCADE,
  role TEXT NOT NULL,
  position INTEGER NOT NULL,
  code TEXT NOT NULL,
  message TEXT NOT NULL,
  PRIMARY KEY(slide_id, run_id, role, position)
) WITHOUT ROWID)"},
    SchemaObject{1, "tallies", R"(CREATE TABLE tallies(
  run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  slide_id INTEGER NOT NULL REFERENCES slides ON DELETE CASCADE,
  kind TEXT NOT NULL,
  pattern TEXT NOT NULL,
  cells INTEGER NOT NULL,
  PRIMARY KEY(slide_id, run_id, kind, pattern)
) WITHOUT ROWID)"},
    SchemaObject{1, "cell_tiles", R"(CREATE TABLE cell_tiles(
  slide_id INTEGER NOT NULL REFERENCES slides ON DELETE CASCADE,
  tile_y INTEGER NOT NULL,
  tile_x INTEGER NOT NULL,
  cells INTEGER NOT NULL,
  packed TEXT NOT NULL
))"},
    SchemaObject{1, "cell_tiles_by_place",
                 "CREATE UNIQUE INDEX cell_tiles_by_place ON cell_tiles(slide_id, tile_y, tile_x)"},
    SchemaObject{1, "measurements", R"(CREATE TABLE measurements(
  slide_id INTEGER NOT NULL REFERENCES slides ON DELETE CASCADE,
  part INTEGER NOT NULL,
  cells INTEGER NOT NULL,
  checksum INTEGER NOT NULL,
  kinds BLOB NOT NULL,
  touching BLOB NOT NULL,
  measured BLOB NOT NULL
))"},
    SchemaObject{1, "measurements_by_part",
                 "CREATE UNIQUE INDEX measurements_by_part ON measurements(slide_id, part)"},
    SchemaObject{1, "cells", R"(CREATE VIEW cells AS SELECT
  s.slide_id, s.slide, t.tile_x, t.tile_y,
  CAST(substr(c.value, 1, 10) AS INTEGER) || '-' || CAST(substr(c.value, 11, 10) AS INTEGER) AS cell_id,
  CAST(substr(c.value, 11, 10) AS INTEGER) / 64.0 AS x_um,
  CAST(substr(c.value, 1, 10) AS INTEGER) / 64.0 AS y_um,
  CASE substr(c.value, 21, 1) WHEN '0' THEN 'tumour' WHEN '1' THEN 'benign' WHEN '2' THEN 'lymphocyte'
    WHEN '3' THEN 'stroma' ELSE 'uncertain' END AS kind,
  CASE substr(c.value, 22, 1) WHEN '0' THEN 'unmeasurable' WHEN '1' THEN 'none'
    WHEN '2' THEN 'faint_incomplete' WHEN '3' THEN 'moderate_or_strong_incomplete'
    WHEN '4' THEN 'weak_moderate_complete' ELSE 'intense_complete' END AS pattern,
  CASE WHEN substr(c.value, 22, 1) > '0' THEN CAST(substr(c.value, 24, 5) AS INTEGER) / 1000.0 END
    AS completeness,
  CASE WHEN substr(c.value, 22, 1) > '0' THEN CAST(substr(c.value, 29, 5) AS INTEGER) / 1000.0 END
    AS longest_arc,
  NULLIF(CAST(substr(c.value, 34, 5) AS INTEGER), 0) / 1000.0 AS strength_od,
  NULLIF(CAST(substr(c.value, 39, 5) AS INTEGER), 0) / 1000.0 AS median_od,
  NULLIF(CAST(substr(c.value, 44, 5) AS INTEGER), 0) / 32.0 AS width_um,
  NULLIF(CAST(substr(c.value, 49, 5) AS INTEGER), 0) / 1000.0 AS contrast_od,
  NULLIF(CAST(substr(c.value, 54, 5) AS INTEGER), 0) / 8.0 AS nucleus_area_um2,
  CAST(substr(c.value, 59, 5) AS INTEGER) / 8.0 AS cell_area_um2,
  CASE WHEN substr(c.value, 54, 5) > '00000' THEN CAST(substr(c.value, 64, 5) AS INTEGER) / 1000.0 END
    AS haematoxylin_od,
  CAST(substr(c.value, 69, 5) AS INTEGER) AS flags,
  CAST(substr(c.value, 23, 1) AS INTEGER) AS borrowed
FROM cell_tiles AS t JOIN slides AS s ON s.slide_id = t.slide_id, json_each(t.packed) AS c)"},
    SchemaObject{1, "results", R"(CREATE VIEW results AS SELECT
  r.run_id, r.name AS run, s.position, s.slide, s.case_id, s.specimen, s.scanner, s.date,
  v.status, v.score, v.score_group, v.guideline, v.rule, v.grading, v.message,
  v.cells, v.tumour, v.measurable,
  100.0 * v.none / NULLIF(v.measurable, 0) AS percent_none,
  100.0 * v.faint_incomplete / NULLIF(v.measurable, 0) AS percent_faint_incomplete,
  100.0 * v.moderate_or_strong_incomplete / NULLIF(v.measurable, 0) AS percent_moderate_or_strong_incomplete,
  100.0 * v.weak_moderate_complete / NULLIF(v.measurable, 0) AS percent_weak_moderate_complete,
  100.0 * v.intense_complete / NULLIF(v.measurable, 0) AS percent_intense_complete,
  v.tissue_mm2, v.analysed_mm2
FROM verdicts AS v JOIN slides AS s ON s.slide_id = v.slide_id JOIN runs AS r ON r.run_id = v.run_id
ORDER BY r.run_id, s.position)"},
    SchemaObject{2, "excluded", R"(CREATE TABLE excluded(
  slide_id INTEGER NOT NULL REFERENCES slides ON DELETE CASCADE,
  flag TEXT NOT NULL,
  mm2 REAL NOT NULL,
  PRIMARY KEY(slide_id, flag)
) WITHOUT ROWID)"},
    SchemaObject{2, "problems", R"(CREATE TABLE problems(
  slide_id INTEGER NOT NULL REFERENCES slides ON DELETE CASCADE,
  position INTEGER NOT NULL,
  kind TEXT NOT NULL,
  x INTEGER NOT NULL,
  y INTEGER NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  PRIMARY KEY(slide_id, position)
) WITHOUT ROWID)"},
};

}  // namespace

std::span<const SchemaObject> schema_objects() {
  return kObjects;
}

void create_schema(SQLite::Database& database, int version) {
  SQLite::Transaction transaction(database);
  for (const SchemaObject& object : kObjects) {
    if (object.since <= version) database.exec(object.sql);
  }
  database.exec(fmt::format("PRAGMA application_id = {}", kApplicationId));
  database.exec(fmt::format("PRAGMA user_version = {}", version));
  transaction.commit();
}

void migrate(SQLite::Database& database, int from) {
  SQLite::Transaction transaction(database);
  for (const SchemaObject& object : kObjects) {
    if (object.since > from) database.exec(object.sql);
  }
  // Version 1 did not keep what the new tables hold: the next filling reads every result folder anew.
  if (from < 2) database.exec("UPDATE slides SET entry_digest = '', result_digest = NULL");
  database.exec(fmt::format("PRAGMA user_version = {}", kSchemaVersion));
  transaction.commit();
}

std::string no_store_words(const std::string& file, const std::string& why) {
  return "'" + file + "' is no store of annulet, or no longer" + why +
         ": give the folder that annulet batch wrote, or its cohort.sqlite; where it is that one, move it "
         "away "
         "and run annulet batch again, which makes it anew from the result folders";
}

int check_schema(SQLite::Database& database, const std::string& file) {
  if (database.execAndGet("PRAGMA application_id").getInt() != kApplicationId)
    throw Error(Code::Unsupported, no_store_words(file));
  const int version = database.execAndGet("PRAGMA user_version").getInt();
  if (version < 1 || version > kSchemaVersion)
    throw Error(Code::Unsupported,
                fmt::format("'{}' is a store of version {}, and this annulet knows 1 to {}: use the annulet "
                            "that wrote it, or a later one",
                            file, version, kSchemaVersion));
  SQLite::Statement sql(database, "SELECT sql FROM sqlite_master WHERE name = ?");
  for (const SchemaObject& object : kObjects) {
    if (object.since > version) continue;
    sql.reset();
    sql.bind(1, object.name);
    if (!sql.executeStep() || sql.getColumn(0).getString() != object.sql)
      throw Error(Code::Corrupt,
                  fmt::format("'{}': its table {} is not the one of version {}; remove the file and run "
                              "annulet batch again: it is made anew from the result folders",
                              file, object.name, version));
  }
  SQLite::Statement triggers(database, "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'");
  triggers.executeStep();
  if (triggers.getColumn(0).getInt() != 0)
    throw Error(Code::Corrupt, "'" + file + "' holds triggers, which annulet does not write: remove them");
  return version;
}

}  // namespace annulet::store
