#include <algorithm>
#include <optional>

#include "annulet/base/error.hpp"
#include "annulet/store/cohort_store.hpp"
#include "store/cell_pack.hpp"
#include "store/database.hpp"
#include "store/schema.hpp"

namespace annulet {
namespace {

using store::with_errors;

constexpr std::int64_t kBatchRunId = 1;

/// Binds one value after another; empty texts are NULL.
class Binder {
 public:
  explicit Binder(SQLite::Statement& statement) : statement_(statement) {
    statement_.reset();
    statement_.clearBindings();
  }
  Binder& text(const std::string& value) {
    ++at_;
    if (!value.empty()) statement_.bindNoCopy(at_, value);
    return *this;
  }
  Binder& word(const std::string& value) {  // that may be empty, and is never NULL
    statement_.bind(++at_, value);
    return *this;
  }
  Binder& number(std::int64_t value) {
    statement_.bind(++at_, value);
    return *this;
  }
  Binder& count(std::uint64_t value) { return number(static_cast<std::int64_t>(value)); }
  Binder& real(double value) {
    statement_.bind(++at_, value);
    return *this;
  }
  Binder& real_or_null(double value) {
    ++at_;
    if (value != 0) statement_.bind(at_, value);
    return *this;
  }
  Binder& blob(const void* bytes, std::size_t count) {
    // A null pointer would be bound as NULL where there are no bytes.
    statement_.bindNoCopy(++at_, count == 0 ? "" : bytes, static_cast<int>(count));
    return *this;
  }
  void done() { statement_.exec(); }

 private:
  SQLite::Statement& statement_;
  int at_ = 0;
};

std::string text_of(const std::filesystem::path& path) {
  return path.string();
}

void put_remarks(SQLite::Statement& insert, std::int64_t run_id, std::int64_t slide_id, const char* role,
                 const std::vector<Remark>& remarks) {
  for (std::size_t i = 0; i < remarks.size(); ++i) {
    Binder(insert)
        .number(run_id)
        .number(slide_id)
        .word(role)
        .count(i)
        .word(remarks[i].code)
        .word(remarks[i].message)
        .done();
  }
}

/// Codes of an outcome for which no sentences are known.
std::vector<Remark> remarks_of(const std::vector<Remark>& remarks, const std::vector<std::string>& codes) {
  if (!remarks.empty() || codes.empty()) return remarks;
  std::vector<Remark> bare;
  for (const std::string& code : codes) bare.push_back({code, ""});
  return bare;
}

}  // namespace

struct CohortStoreWriter::Impl {
  std::filesystem::path file;
  SQLite::Database database;
  std::optional<SQLite::Transaction> group = {};

  /// A transaction of its own, where no group is open.
  template <class Work>
  void as_one(const Work& work) {
    with_errors(file, [&] {
      if (group) return work();
      SQLite::Transaction transaction(database);
      work();
      transaction.commit();
    });
  }

  void put_asked_lists(std::int64_t slide_id, const ManifestRow& asked);
  void put_verdict(std::int64_t run_id, std::int64_t slide_id, const SlideOutcome& outcome,
                   double visible_od);
  void put_judged(std::int64_t run_id, std::int64_t slide_id, const SlideOutcome& outcome,
                  const std::vector<Remark>& reasons, const std::vector<Remark>& caveats,
                  const std::vector<Remark>& notes, double visible_od, const Tally& tally);
  void put_tally(std::int64_t run_id, std::int64_t slide_id, const Tally& tally);
  void put_facts(std::int64_t slide_id, const SlideFacts& facts);
  void put_cells(std::int64_t slide_id, const SlideCells& cells, const ShownCells& shown);
  void put_run(std::int64_t run_id, const RunInfo& run);
  void name_run(RunInfo& run, IfTaken if_taken);
};

CohortStoreWriter::CohortStoreWriter(const std::filesystem::path& file)
    : impl_(new Impl{file, store::open_for_writing(file)}) {}

CohortStoreWriter::~CohortStoreWriter() = default;

void CohortStoreWriter::begin_group() {
  with_errors(impl_->file, [&] { impl_->group.emplace(impl_->database); });
}

void CohortStoreWriter::commit_group() {
  with_errors(impl_->file, [&] {
    if (impl_->group) impl_->group->commit();
    impl_->group.reset();
  });
}

std::vector<std::pair<std::string, KnownSlide>> CohortStoreWriter::known() const {
  return with_errors(impl_->file, [&] {
    std::vector<std::pair<std::string, KnownSlide>> all;
    SQLite::Statement query(impl_->database,
                            "SELECT slide, slide_id, entry_digest, result_digest FROM slides");
    while (query.executeStep()) {
      all.emplace_back(query.getColumn(0).getString(),
                       KnownSlide{query.getColumn(1).getInt64(), query.getColumn(2).getString(),
                                  query.getColumn(3).getString()});
    }
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    return all;
  });
}

void CohortStoreWriter::Impl::put_asked_lists(std::int64_t slide_id, const ManifestRow& asked) {
  SQLite::Statement region(database, "INSERT INTO slide_regions VALUES(?, ?, ?)");
  for (std::size_t i = 0; i < asked.regions.size(); ++i)
    Binder(region).number(slide_id).count(i).word(text_of(asked.regions[i])).done();
  SQLite::Statement reader(database, "INSERT INTO reader_scores VALUES(?, ?, ?, ?)");
  for (std::size_t i = 0; i < asked.readers.size(); ++i) {
    const auto& [who, score] = asked.readers[i];
    Binder(reader).number(slide_id).count(i).word(who).word(name(score)).done();
  }
}

void CohortStoreWriter::Impl::put_verdict(std::int64_t run_id, std::int64_t slide_id,
                                          const SlideOutcome& outcome, double visible_od) {
  SQLite::Statement insert(database, "INSERT INTO verdicts VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  const std::string score = outcome.score ? name(*outcome.score) : "";
  Binder bind(insert);
  bind.number(run_id).number(slide_id).word(name(outcome.status)).text(score).text(outcome.group);
  bind.text(outcome.guideline).text(outcome.rule).text(outcome.grading).text(outcome.message);
  for (const std::uint64_t cells : outcome.by_pattern) bind.count(cells);
  bind.count(outcome.cells).count(outcome.tumour).count(outcome.measurable);
  bind.real(outcome.tissue_mm2).real(outcome.analysed_mm2).real_or_null(visible_od).done();
}

void CohortStoreWriter::Impl::put_tally(std::int64_t run_id, std::int64_t slide_id, const Tally& tally) {
  SQLite::Statement insert(database, "INSERT INTO tallies VALUES(?, ?, ?, ?, ?)");
  for (int kind = 0; kind < kKinds; ++kind) {
    for (int pattern = 0; pattern < kPatterns; ++pattern) {
      const std::uint64_t cells = tally.of(static_cast<CellKind>(kind), static_cast<Pattern>(pattern));
      if (cells == 0) continue;
      Binder(insert)
          .number(run_id)
          .number(slide_id)
          .word(name(static_cast<CellKind>(kind)))
          .word(name(static_cast<Pattern>(pattern)))
          .count(cells)
          .done();
    }
  }
}

void CohortStoreWriter::Impl::put_judged(std::int64_t run_id, std::int64_t slide_id,
                                         const SlideOutcome& outcome, const std::vector<Remark>& reasons,
                                         const std::vector<Remark>& caveats, const std::vector<Remark>& notes,
                                         double visible_od, const Tally& tally) {
  put_verdict(run_id, slide_id, outcome, visible_od);
  SQLite::Statement insert(database, "INSERT INTO remarks VALUES(?, ?, ?, ?, ?, ?)");
  put_remarks(insert, run_id, slide_id, "reason", remarks_of(reasons, outcome.reasons));
  put_remarks(insert, run_id, slide_id, "caveat", remarks_of(caveats, outcome.caveats));
  put_remarks(insert, run_id, slide_id, "note", notes);
  put_tally(run_id, slide_id, tally);
}

void CohortStoreWriter::Impl::put_facts(std::int64_t slide_id, const SlideFacts& facts) {
  SQLite::Statement insert(database, "INSERT INTO provenance VALUES(?, ?, ?, ?, ?, ?, ?)");
  for (std::size_t i = 0; i < facts.models.size(); ++i) {
    const ModelUse& model = facts.models[i];
    Binder(insert)
        .number(slide_id)
        .word("model")
        .count(i)
        .word(model.kind)
        .text(model.id)
        .text(model.version)
        .text(model.digest)
        .done();
  }
  for (std::size_t i = 0; i < facts.options.size(); ++i) {
    const auto& [option, value] = facts.options[i];
    Binder(insert).number(slide_id).word("option").count(i).word(option).text(value).done();
  }
  SQLite::Statement excluded(database, "INSERT INTO excluded VALUES(?, ?, ?)");
  for (const auto& [flag, mm2] : facts.excluded_mm2)
    Binder(excluded).number(slide_id).word(flag).real(mm2).done();
  SQLite::Statement problem(database, "INSERT INTO problems VALUES(?, ?, ?, ?, ?, ?, ?)");
  for (std::size_t i = 0; i < facts.problems.size(); ++i) {
    const Problem& at = facts.problems[i];
    Binder(problem)
        .number(slide_id)
        .count(i)
        .word(name(at.kind))
        .number(at.where.x0)
        .number(at.where.y0)
        .number(at.where.width())
        .number(at.where.height())
        .done();
  }
}

void CohortStoreWriter::Impl::put_cells(std::int64_t slide_id, const SlideCells& cells,
                                        const ShownCells& shown) {
  SQLite::Statement tile(database, "INSERT INTO cell_tiles VALUES(?, ?, ?, ?, ?)");
  for (const store::PackedTile& packed : store::pack_tiles(cells.cells, shown)) {
    Binder bind(tile);
    bind.number(slide_id).number(packed.y).number(packed.x).count(packed.cells).text(packed.text).done();
  }
  SQLite::Statement part(database, "INSERT INTO measurements VALUES(?, ?, ?, ?, ?, ?, ?)");
  const std::vector<store::PackedPart> parts = store::pack_parts(cells);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const store::PackedPart& packed = parts[i];
    Binder bind(part);
    bind.number(slide_id).count(i).count(packed.cells);
    bind.number(static_cast<std::int64_t>(packed.checksum()));
    bind.blob(packed.kinds.data(), packed.kinds.size()).blob(packed.touching.data(), packed.touching.size());
    bind.blob(packed.measured.data(), packed.measured.size_bytes()).done();
  }
}

void CohortStoreWriter::put(const CohortRow& row, std::size_t position, const std::string& entry_digest,
                            const SlideFacts& facts, const SlideCells* cells, const ShownCells* shown) {
  impl_->as_one([&] {
    SQLite::Database& database = impl_->database;
    // Taken before the slide goes: SQLite would give the last slide its own number again, and who read that
    // before would take the new cells for the old.
    const std::int64_t slide_id =
        database.execAndGet("SELECT coalesce(max(slide_id), 0) + 1 FROM slides").getInt64();
    SQLite::Statement gone(database, "DELETE FROM slides WHERE slide = ?");
    gone.bind(1, row.asked.slide);
    gone.exec();
    const ManifestRow& asked = row.asked;
    SQLite::Statement insert(database,
                             "INSERT INTO slides VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    const std::string path = text_of(asked.path);
    Binder bind(insert);
    bind.number(slide_id).count(position).word(asked.slide).count(asked.line).text(path);
    bind.text(asked.case_id)
        .text(asked.specimen)
        .real_or_null(asked.mpp.value_or(0))
        .text(asked.ish)
        .text(asked.antibody);
    bind.text(asked.scanner).text(asked.controls).text(asked.date).text(asked.sha256);
    bind.text(row.outcome.folder).text(facts.file_name).text(row.outcome.slide_sha256);
    bind.text(row.outcome.result_digest).word(entry_digest).number(facts.width).number(facts.height);
    bind.real_or_null(facts.pitch_x_um).real_or_null(facts.pitch_y_um);
    bind.count(cells != nullptr ? cells->cells.size() : 0).number(facts.edge_blush_um).done();
    impl_->put_asked_lists(slide_id, asked);
    impl_->put_judged(kBatchRunId, slide_id, row.outcome, facts.reasons, facts.caveats, facts.notes,
                      facts.visible_od, facts.tally);
    impl_->put_facts(slide_id, facts);
    if (cells != nullptr) impl_->put_cells(slide_id, *cells, *shown);
  });
}

void CohortStoreWriter::put_manifest(std::int64_t slide_id, const CohortRow& row, std::size_t position,
                                     const std::string& entry_digest) {
  impl_->as_one([&] {
    SQLite::Database& database = impl_->database;
    for (const char* table : {"slide_regions", "reader_scores"}) {
      SQLite::Statement gone(database, std::string("DELETE FROM ") + table + " WHERE slide_id = ?");
      gone.bind(1, slide_id);
      gone.exec();
    }
    const ManifestRow& asked = row.asked;
    SQLite::Statement update(database,
                             "UPDATE slides SET position = ?, line = ?, path = ?, case_id = ?, specimen = ?, "
                             "mpp = ?, ish = ?, antibody = ?, scanner = ?, controls = ?, date = ?, "
                             "expected_sha256 = ?, folder = ?, entry_digest = ? WHERE slide_id = ?");
    const std::string path = text_of(asked.path);
    Binder bind(update);
    bind.count(position).count(asked.line).text(path).text(asked.case_id).text(asked.specimen);
    bind.real_or_null(asked.mpp.value_or(0)).text(asked.ish).text(asked.antibody).text(asked.scanner);
    bind.text(asked.controls).text(asked.date).text(asked.sha256).text(row.outcome.folder);
    bind.word(entry_digest).number(slide_id).done();
    impl_->put_asked_lists(slide_id, asked);
  });
}

void CohortStoreWriter::remove(const std::vector<std::int64_t>& slide_ids) {
  impl_->as_one([&] {
    SQLite::Statement gone(impl_->database, "DELETE FROM slides WHERE slide_id = ?");
    for (const std::int64_t id : slide_ids) Binder(gone).number(id).done();
  });
}

void CohortStoreWriter::Impl::put_run(std::int64_t run_id, const RunInfo& run) {
  SQLite::Statement insert(database,
                           "INSERT INTO runs VALUES(?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT(run_id) DO UPDATE SET "
                           "name = excluded.name, guideline = excluded.guideline, guideline_digest = "
                           "excluded.guideline_digest, grading = excluded.grading, grading_version = "
                           "excluded.grading_version, grading_digest = excluded.grading_digest, kind = "
                           "excluded.kind, kind_digest = excluded.kind_digest, version = excluded.version, "
                           "options_digest = excluded.options_digest");
  Binder bind(insert);
  bind.number(run_id).word(run.name).text(run.guideline).text(run.guideline_digest).text(run.grading);
  bind.text(run.grading_version).text(run.grading_digest).text(run.kind).text(run.kind_digest);
  bind.word(run.version).word(options_digest(run)).done();
}

bool CohortStoreWriter::describe_batch(const RunInfo& run) {
  return with_errors(impl_->file, [&] {
    SQLite::Statement known(impl_->database, "SELECT options_digest FROM runs WHERE run_id = 1");
    if (known.executeStep() && known.getColumn(0).getString() == options_digest(run)) return false;
    known.reset();
    RunInfo batch = run;
    batch.name = kBatchRun;
    SQLite::Transaction transaction(impl_->database);
    impl_->put_run(kBatchRunId, batch);
    transaction.commit();
    return true;
  });
}

void CohortStoreWriter::Impl::name_run(RunInfo& run, IfTaken if_taken) {
  SQLite::Statement same(database, "SELECT 1 FROM runs WHERE name = ?");
  const std::string wanted = run.name;
  for (int number = 2;; ++number) {
    Binder(same).word(run.name);
    if (!same.executeStep()) return;
    if (if_taken == IfTaken::Refuse)
      throw Error(Code::Usage, "the store has a run named '" + wanted + "': give another --name");
    run.name = wanted + " (" + std::to_string(number) + ")";
  }
}

RunInfo CohortStoreWriter::add_run(RunInfo run, const std::vector<RescoredSlide>& slides, IfTaken if_taken) {
  return with_errors(impl_->file, [&] {
    SQLite::Database& database = impl_->database;
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    impl_->name_run(run, if_taken);
    run.id = database.execAndGet("SELECT coalesce(max(run_id), 1) + 1 FROM runs").getInt64();
    impl_->put_run(run.id, run);
    // A digest that is NULL was dropped by `migrate`; the slide is the same.
    SQLite::Statement still(database,
                            "SELECT 1 FROM slides WHERE slide_id = ? AND coalesce(result_digest, ?2) = ?2");
    for (const RescoredSlide& slide : slides) {
      Binder(still).number(slide.slide_id).word(slide.outcome.result_digest);
      if (!still.executeStep())
        throw Error(Code::Changed, "the cohort was scored anew meanwhile: rescore again");
      impl_->put_judged(run.id, slide.slide_id, slide.outcome, slide.reasons, slide.caveats, slide.notes,
                        slide.visible_od, slide.tally);
    }
    transaction.commit();
    return run;
  });
}

}  // namespace annulet
