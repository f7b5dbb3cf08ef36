#include "annulet/store/cohort_store.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <map>

#include "annulet/base/digest.hpp"
#include "annulet/base/error.hpp"
#include "store/cell_pack.hpp"
#include "store/database.hpp"
#include "store/schema.hpp"

namespace annulet {
namespace {

using store::with_errors;

constexpr const char* kRunColumns =
    "SELECT r.run_id, r.name, r.guideline, r.guideline_digest, r.grading, r.grading_version, "
    "r.grading_digest, r.kind, r.kind_digest, r.version, r.options_digest, "
    "(SELECT count(*) FROM verdicts AS v WHERE v.run_id = r.run_id) FROM runs AS r ORDER BY r.run_id";

[[noreturn]] void refuse(const std::string& what) {
  throw Error(Code::Corrupt, "the store cannot be used: " + what +
                                 "; remove it and run annulet batch again: it is made anew from the result "
                                 "folders");
}

[[noreturn]] void gone() {
  throw Error(Code::Changed, "the store was brought up to date meanwhile and has it no more: try again");
}

std::uint64_t count_in(const SQLite::Column& column) {
  const std::int64_t value = column.getInt64();
  if (value < 0) refuse(std::string(column.getName()) + " is below 0");
  return static_cast<std::uint64_t>(value);
}

std::optional<Score> score_in(const SQLite::Column& column) {
  const std::string text = column.getString();
  if (text.empty()) return std::nullopt;
  for (int i = 0; i < kScoreCount; ++i) {
    if (text == name(static_cast<Score>(i))) return static_cast<Score>(i);
  }
  refuse("'" + text + "' is no score");
}

Status status_in(const SQLite::Column& column) {
  const std::string text = column.getString();
  for (const Status status : {Status::Scored, Status::ScoredWithCaveats, Status::NotEvaluable, Status::Failed,
                              Status::Crashed, Status::TimedOut}) {
    if (text == name(status)) return status;
  }
  refuse("'" + text + "' is no status");
}

template <class Enum>
Enum named(const std::string& text, int count, const char* what) {
  for (int i = 0; i < count; ++i) {
    if (text == name(static_cast<Enum>(i))) return static_cast<Enum>(i);
  }
  refuse("'" + text + "' is no " + what);
}

ManifestRow manifest_row(SQLite::Statement& row) {
  ManifestRow asked;
  asked.line = count_in(row.getColumn("line"));
  asked.slide = row.getColumn("slide").getString();
  asked.path = row.getColumn("path").getString();
  asked.case_id = row.getColumn("case_id").getString();
  asked.specimen = row.getColumn("specimen").getString();
  if (!row.getColumn("mpp").isNull()) asked.mpp = row.getColumn("mpp").getDouble();
  asked.ish = row.getColumn("ish").getString();
  asked.antibody = row.getColumn("antibody").getString();
  asked.scanner = row.getColumn("scanner").getString();
  asked.controls = row.getColumn("controls").getString();
  asked.date = row.getColumn("date").getString();
  asked.sha256 = row.getColumn("expected_sha256").getString();
  return asked;
}

/// What every run says alike of a slide.
SlideOutcome fixed_outcome(SQLite::Statement& row) {
  SlideOutcome outcome;
  outcome.slide_sha256 = row.getColumn("slide_sha256").getString();
  outcome.result_digest = row.getColumn("result_digest").getString();
  outcome.folder = row.getColumn("folder").getString();
  return outcome;
}

void add_verdict(SQLite::Statement& row, SlideOutcome& outcome) {
  if (row.getColumn("status").isNull()) {
    outcome.reasons = {"not-rescored"};
    outcome.message = "the run has no verdict on this slide, which came or changed later: rescore again";
    return;
  }
  outcome.status = status_in(row.getColumn("status"));
  outcome.score = score_in(row.getColumn("score"));
  outcome.group = row.getColumn("score_group").getString();
  outcome.guideline = row.getColumn("guideline").getString();
  outcome.rule = row.getColumn("rule").getString();
  outcome.grading = row.getColumn("grading").getString();
  outcome.message = row.getColumn("message").getString();
  for (std::size_t i = 0; i < outcome.by_pattern.size(); ++i)
    outcome.by_pattern[i] = count_in(row.getColumn(name(static_cast<Pattern>(i + 1))));
  outcome.cells = count_in(row.getColumn("v_cells"));
  outcome.tumour = count_in(row.getColumn("tumour"));
  outcome.measurable = count_in(row.getColumn("measurable"));
  outcome.tissue_mm2 = row.getColumn("tissue_mm2").getDouble();
  outcome.analysed_mm2 = row.getColumn("analysed_mm2").getDouble();
}

}  // namespace

struct CohortStore::Impl {
  std::filesystem::path file;
  SQLite::Database database;
  int version;

  void read_lists(std::map<std::int64_t, CohortRow*>& rows, std::int64_t run_id);
  void read_provenance(std::int64_t slide_id, SlideFacts& facts);
  void read_problems(std::int64_t slide_id, SlideFacts& facts);
};

std::filesystem::path store_file(const std::filesystem::path& folder_or_file) {
  std::error_code failed;
  return std::filesystem::is_directory(folder_or_file, failed) ? folder_or_file / "cohort.sqlite"
                                                               : folder_or_file;
}

CohortStore::CohortStore(const std::filesystem::path& folder_or_file) {
  const std::filesystem::path file = store_file(folder_or_file);
  SQLite::Database database = store::open_for_reading(file);
  const int version = with_errors(file, [&] { return store::check_schema(database, file.string()); });
  impl_ = std::make_unique<Impl>(Impl{file, std::move(database), version});
}

CohortStore::~CohortStore() = default;
CohortStore::CohortStore(CohortStore&&) noexcept = default;
CohortStore& CohortStore::operator=(CohortStore&&) noexcept = default;

const std::filesystem::path& CohortStore::file() const {
  return impl_->file;
}

CohortStore::Snapshot CohortStore::snapshot() const {
  return with_errors(impl_->file, [&] {
    if (sqlite3_get_autocommit(impl_->database.getHandle()) == 0) return Snapshot();
    impl_->database.exec("BEGIN");
    return Snapshot(impl_.get());
  });
}

void CohortStore::EndSnapshot::operator()(Impl* impl) const noexcept {
  sqlite3_exec(impl->database.getHandle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

std::vector<RunInfo> CohortStore::runs() const {
  return with_errors(impl_->file, [&] {
    std::vector<RunInfo> runs;
    SQLite::Statement query(impl_->database, kRunColumns);
    while (query.executeStep()) {
      RunInfo& run = runs.emplace_back();
      run.id = query.getColumn(0).getInt64();
      int column = 1;
      for (std::string* text :
           {&run.name, &run.guideline, &run.guideline_digest, &run.grading, &run.grading_version,
            &run.grading_digest, &run.kind, &run.kind_digest, &run.version, &run.options_digest})
        *text = query.getColumn(column++).getString();
      run.slides = count_in(query.getColumn(column));
    }
    return runs;
  });
}

RunInfo CohortStore::run(const std::string& name_or_id) const {
  const std::vector<RunInfo> all = runs();
  if (all.empty())
    throw Error(Code::Unsupported, "'" + impl_->file.string() + "' holds no run yet: run annulet batch");
  if (name_or_id.empty()) return all.front();
  std::string names;
  for (const RunInfo& run : all) {
    if (run.name == name_or_id) return run;
    names += (names.empty() ? "" : ", ") + std::to_string(run.id) + " " + run.name;
  }
  for (const RunInfo& run : all) {
    if (std::to_string(run.id) == name_or_id) return run;
  }
  throw Error(Code::Usage,
              "'" + impl_->file.string() + "' has no run '" + name_or_id + "'; its runs are: " + names);
}

void CohortStore::Impl::read_lists(std::map<std::int64_t, CohortRow*>& rows, std::int64_t run_id) {
  const auto row_of = [&](const SQLite::Column& id) {
    const auto at = rows.find(id.getInt64());
    if (at == rows.end()) refuse("a row belongs to no slide");
    return at->second;
  };
  SQLite::Statement regions(database, "SELECT slide_id, path FROM slide_regions ORDER BY slide_id, position");
  while (regions.executeStep())
    row_of(regions.getColumn(0))->asked.regions.emplace_back(regions.getColumn(1).getString());
  SQLite::Statement readers(database,
                            "SELECT slide_id, reader, score FROM reader_scores ORDER BY slide_id, position");
  while (readers.executeStep()) {
    const auto score = score_in(readers.getColumn(2));
    if (!score) refuse("a reader's score is empty");
    row_of(readers.getColumn(0))->asked.readers.emplace_back(readers.getColumn(1).getString(), *score);
  }
  SQLite::Statement remarks(database,
                            "SELECT slide_id, role, code FROM remarks WHERE run_id = ? AND role <> 'note' "
                            "ORDER BY slide_id, role, position");
  remarks.bind(1, run_id);
  while (remarks.executeStep()) {
    SlideOutcome& outcome = row_of(remarks.getColumn(0))->outcome;
    (remarks.getColumn(1).getString() == "reason" ? outcome.reasons : outcome.caveats)
        .push_back(remarks.getColumn(2).getString());
  }
}

std::vector<CohortRow> CohortStore::rows(std::int64_t run_id) const {
  const Snapshot held = snapshot();
  return with_errors(impl_->file, [&] {
    std::vector<CohortRow> rows;
    std::vector<std::int64_t> ids;
    SQLite::Statement query(impl_->database,
                            "SELECT s.*, v.*, v.cells AS v_cells FROM slides AS s LEFT JOIN verdicts AS v "
                            "ON v.slide_id = s.slide_id AND v.run_id = ? ORDER BY s.position, s.slide_id");
    query.bind(1, run_id);
    while (query.executeStep()) {
      ids.push_back(query.getColumn(0).getInt64());
      CohortRow& row = rows.emplace_back(CohortRow{manifest_row(query), fixed_outcome(query)});
      add_verdict(query, row.outcome);
    }
    std::map<std::int64_t, CohortRow*> by_id;
    for (std::size_t i = 0; i < rows.size(); ++i) by_id[ids[i]] = &rows[i];
    impl_->read_lists(by_id, run_id);
    return rows;
  });
}

std::vector<std::int64_t> CohortStore::slide_ids() const {
  return with_errors(impl_->file, [&] {
    std::vector<std::int64_t> ids;
    SQLite::Statement query(impl_->database, "SELECT slide_id FROM slides ORDER BY position, slide_id");
    while (query.executeStep()) ids.push_back(query.getColumn(0).getInt64());
    return ids;
  });
}

void CohortStore::Impl::read_provenance(std::int64_t slide_id, SlideFacts& facts) {
  SQLite::Statement query(database,
                          "SELECT role, name, value, version, digest FROM provenance WHERE slide_id = ? "
                          "ORDER BY role, position");
  query.bind(1, slide_id);
  while (query.executeStep()) {
    const std::string named = query.getColumn(1).getString(), value = query.getColumn(2).getString();
    if (query.getColumn(0).getString() == "option")
      facts.options.emplace_back(named, value);
    else
      facts.models.push_back({named, value, query.getColumn(3).getString(), query.getColumn(4).getString()});
  }
}

void CohortStore::Impl::read_problems(std::int64_t slide_id, SlideFacts& facts) {
  if (version < 2) return;
  SQLite::Statement query(
      database, "SELECT kind, x, y, width, height FROM problems WHERE slide_id = ? ORDER BY position");
  query.bind(1, slide_id);
  while (query.executeStep()) {
    Problem problem;
    problem.kind = named<ProblemKind>(query.getColumn(0).getString(), 4, "problem");
    problem.where.x0 = query.getColumn(1).getInt64();
    problem.where.y0 = query.getColumn(2).getInt64();
    problem.where.x1 = problem.where.x0 + query.getColumn(3).getInt64();
    problem.where.y1 = problem.where.y0 + query.getColumn(4).getInt64();
    facts.problems.push_back(problem);
  }
  SQLite::Statement excluded(database, "SELECT flag, mm2 FROM excluded WHERE slide_id = ? ORDER BY flag");
  excluded.bind(1, slide_id);
  while (excluded.executeStep())
    facts.excluded_mm2.emplace_back(excluded.getColumn(0).getString(), excluded.getColumn(1).getDouble());
}

SlideFacts CohortStore::facts(std::int64_t slide_id) const {
  const Snapshot held = snapshot();
  return with_errors(impl_->file, [&] {
    SlideFacts facts;
    SQLite::Statement slide(impl_->database, "SELECT * FROM slides WHERE slide_id = ?");
    slide.bind(1, slide_id);
    if (!slide.executeStep()) gone();
    facts.file_name = slide.getColumn("file_name").getString();
    facts.width = slide.getColumn("width").getInt64();
    facts.height = slide.getColumn("height").getInt64();
    facts.pitch_x_um = slide.getColumn("pitch_x_um").getDouble();
    facts.pitch_y_um = slide.getColumn("pitch_y_um").getDouble();
    facts.cells = count_in(slide.getColumn("cells"));
    facts.edge_blush_um = slide.getColumn("edge_blush_um").getInt();
    facts.result_digest = slide.getColumn("result_digest").getString();
    SQLite::Statement verdict(impl_->database,
                              "SELECT visible_od FROM verdicts WHERE run_id = 1 AND slide_id = ?");
    verdict.bind(1, slide_id);
    if (verdict.executeStep()) facts.visible_od = verdict.getColumn(0).getDouble();
    SQLite::Statement remarks(impl_->database,
                              "SELECT role, code, message FROM remarks WHERE run_id = 1 AND slide_id = ? "
                              "ORDER BY role, position");
    remarks.bind(1, slide_id);
    while (remarks.executeStep()) {
      const std::string role = remarks.getColumn(0).getString();
      (role == "reason"   ? facts.reasons
       : role == "caveat" ? facts.caveats
                          : facts.notes)
          .push_back({remarks.getColumn(1).getString(), remarks.getColumn(2).getString()});
    }
    SQLite::Statement tally(impl_->database,
                            "SELECT kind, pattern, cells FROM tallies WHERE run_id = 1 AND slide_id = ?");
    tally.bind(1, slide_id);
    while (tally.executeStep()) {
      const auto kind = named<CellKind>(tally.getColumn(0).getString(), kKinds, "kind of cells");
      const auto pattern = named<Pattern>(tally.getColumn(1).getString(), kPatterns, "pattern");
      facts.tally.pattern[static_cast<std::size_t>(kind)][static_cast<std::size_t>(pattern)] =
          count_in(tally.getColumn(2));
    }
    impl_->read_provenance(slide_id, facts);
    impl_->read_problems(slide_id, facts);
    return facts;
  });
}

namespace {

/// Reads a blob into memory that is there: one copy instead of two.
class BlobReader {
 public:
  BlobReader(SQLite::Database& database, std::int64_t rowid) : database_(database) {
    if (sqlite3_blob_open(database.getHandle(), "main", "measurements", "measured", rowid, 0, &blob_) !=
        SQLITE_OK)
      throw SQLite::Exception(database.getHandle());
  }
  ~BlobReader() { sqlite3_blob_close(blob_); }
  BlobReader(const BlobReader&) = delete;
  BlobReader& operator=(const BlobReader&) = delete;
  void read(std::int64_t rowid, std::span<CellRow> into) {
    if (sqlite3_blob_reopen(blob_, rowid) != SQLITE_OK) throw SQLite::Exception(database_.getHandle());
    if (static_cast<std::size_t>(sqlite3_blob_bytes(blob_)) != into.size_bytes())
      refuse("a part holds another number of bytes than its cells take");
    if (sqlite3_blob_read(blob_, into.data(), static_cast<int>(into.size_bytes()), 0) != SQLITE_OK)
      throw SQLite::Exception(database_.getHandle());
  }

 private:
  SQLite::Database& database_;
  sqlite3_blob* blob_ = nullptr;
};

std::span<const std::uint8_t> bytes_of(const SQLite::Column& column) {
  const auto* bytes = static_cast<const std::uint8_t*>(column.getBlob());
  return {bytes, static_cast<std::size_t>(column.getBytes())};
}

}  // namespace

SlideCells CohortStore::cells(std::int64_t slide_id, SlideCells room_of) const {
  const Snapshot held = snapshot();
  return with_errors(impl_->file, [&] {
    SQLite::Statement slide(impl_->database, "SELECT cells FROM slides WHERE slide_id = ?");
    slide.bind(1, slide_id);
    if (!slide.executeStep()) gone();
    store::PartReader reader(count_in(slide.getColumn(0)), std::move(room_of));
    SQLite::Statement parts(impl_->database,
                            "SELECT rowid, part, cells, checksum, kinds, touching FROM measurements "
                            "WHERE slide_id = ? ORDER BY part");
    parts.bind(1, slide_id);
    std::unique_ptr<BlobReader> measured;
    for (std::int64_t expected = 0; parts.executeStep(); ++expected) {
      if (parts.getColumn(1).getInt64() != expected) refuse("parts of a slide are missing");
      const std::int64_t rowid = parts.getColumn(0).getInt64();
      const std::span<CellRow> room = reader.room(count_in(parts.getColumn(2)));
      if (!measured) measured = std::make_unique<BlobReader>(impl_->database, rowid);
      measured->read(rowid, room);
      reader.add(bytes_of(parts.getColumn(4)), bytes_of(parts.getColumn(5)),
                 static_cast<std::uint64_t>(parts.getColumn(3).getInt64()));
    }
    return reader.take();
  });
}

std::string options_digest(const RunInfo& run) {
  std::string text;
  for (const std::string* part : {&run.guideline, &run.guideline_digest, &run.grading, &run.grading_version,
                                  &run.grading_digest, &run.kind, &run.kind_digest, &run.version})
    text += *part + '\n';
  return sha256_of(text);
}

}  // namespace annulet
