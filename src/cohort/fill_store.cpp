#include "annulet/cohort/fill_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>

#include "annulet/base/digest.hpp"
#include "annulet/base/error.hpp"
#include "annulet/base/files.hpp"
#include "annulet/pipeline/edge_effect.hpp"
#include "annulet/report/stored_result.hpp"
#include "annulet/report/tissue_map.hpp"
#include "annulet/store/cohort_store.hpp"
#include "annulet/store/store_place.hpp"
#include "cohort/parts.hpp"
#include "cohort/shown_cells.hpp"

namespace annulet {
namespace {

// What is lost where a filling is killed, at most; and no slide of many cells waits for another.
constexpr std::size_t kSlidesAGroup = 256;
constexpr std::uint64_t kCellsAGroup = 100'000;

/// SHA-256 over everything that the row says.
std::string entry_digest(const CohortRow& row, std::size_t position) {
  const ManifestRow& asked = row.asked;
  const SlideOutcome& outcome = row.outcome;
  cohort::Parts parts;
  parts.add(position).add(asked.line).add(asked.slide).add(asked.path.string()).add(asked.case_id);
  parts.add(asked.specimen).add(asked.mpp ? fmt::format("{}", *asked.mpp) : "").add(asked.ish);
  parts.add(asked.antibody).add(asked.scanner).add(asked.controls).add(asked.date).add(asked.sha256);
  parts.add(asked.regions.size()).add(asked.readers.size());
  for (const auto& region : asked.regions) parts.add(region.string());
  for (const auto& [reader, score] : asked.readers) parts.add(reader).add(name(score));
  parts.add(name(outcome.status)).add(outcome.result_digest).add(outcome.folder).add(outcome.message);
  for (const auto* codes : {&outcome.reasons, &outcome.caveats}) {
    parts.add(codes->size());
    for (const std::string& code : *codes) parts.add(code);
  }
  return parts.digest();
}

/// Everything that is read of one result folder.
struct Folder {
  SlideFacts facts;
  std::optional<SlideCells> cells;
  ShownCells shown;
};

SlideFacts facts_of(const StoredResult& stored) {
  SlideFacts facts;
  facts.file_name = stored.file_name;
  facts.width = stored.width;
  facts.height = stored.height;
  facts.pitch_x_um = stored.pitch_x_um;
  facts.pitch_y_um = stored.pitch_y_um;
  facts.visible_od = stored.visible_od;
  facts.reasons = stored.reasons;
  facts.caveats = stored.caveats;
  facts.notes = stored.notes;
  facts.models = stored.models;
  facts.options = stored.options;
  facts.problems = stored.problems;
  facts.excluded_mm2.assign(stored.excluded_mm2.begin(), stored.excluded_mm2.end());
  return facts;
}

/// The patterns that cells.csv.gz tells are those that result.json counted.
void expect_counts(const StoredResult& stored, const Tally& tally) {
  bool same = tally.total() == stored.cells;
  for (std::size_t i = 0; i < stored.by_pattern.size(); ++i)
    same = same && tally.of(CellKind::Tumour, static_cast<Pattern>(i + 1)) == stored.by_pattern[i];
  if (!same)
    throw Error(Code::Corrupt,
                "cells.csv.gz does not lead to the counts of result.json: the folder was altered; score the "
                "slide again");
}

void read_cells(const std::filesystem::path& path, const StoredResult& stored, Folder& folder) {
  SlideCells& slide = folder.cells.emplace();
  slide.cells = read_stored_cells(path, stored);
  folder.shown = read_shown_cells(path, slide.cells);
  std::vector<CellKind> kinds;
  kinds.reserve(slide.cells.size());
  for (const GradedCell& cell : folder.shown) {
    kinds.push_back(cell.kind);
    ++folder.facts.tally.pattern[static_cast<std::size_t>(cell.kind)][static_cast<std::size_t>(cell.pattern)];
  }
  expect_counts(stored, folder.facts.tally);
  slide.ground = lay_groundwork(slide.cells, std::move(kinds));
  const double pitch = (stored.pitch_x_um + stored.pitch_y_um) / 2;
  const auto map = TissueMap::read(path);
  slide.edge_distances = edge_distances(
      map ? map->mask(static_cast<double>(stored.width) * pitch, static_cast<double>(stored.height) * pitch)
          : TissueMask{},
      slide.cells);
  const bool blushed = std::any_of(slide.cells.begin(), slide.cells.end(),
                                   [](const CellRow& cell) { return (cell.flags & kFlagEdgeBlush) != 0; });
  if (blushed)
    folder.facts.edge_blush_um = std::max(1, blush_depth(slide.cells, folder.shown, slide.edge_distances));
  folder.facts.cells = slide.cells.size();
}

/// `digest`: of the result.json that the row speaks of.
Folder read_folder(const std::filesystem::path& path, const std::string& digest) {
  const std::string json = read_text(path / "result.json");
  if (sha256_of(json) != digest)
    throw Error(Code::Changed, "'" + (path / "result.json").string() +
                                   "' is not the result that the cohort speaks of: run annulet batch again");
  const StoredResult stored = read_stored_result(path);
  Folder folder;
  folder.facts = facts_of(stored);
  if (stored.has_cells) read_cells(path, stored, folder);
  return folder;
}

/// What the slides were scored with, by the first that has a result.
std::optional<RunInfo> batch_run(const std::filesystem::path& cohort, const std::vector<CohortRow>& rows) {
  for (const CohortRow& row : rows) {
    if (row.outcome.folder.empty() || row.outcome.result_digest.empty()) continue;
    try {
      const StoredResult stored = read_stored_result(cohort / row.outcome.folder);
      RunInfo run;
      run.version = ANNULET_VERSION;
      for (const ModelUse& model : stored.models) {
        if (model.kind == "guideline") run.guideline = model.id, run.guideline_digest = model.digest;
        if (model.kind == "kind") run.kind = model.id, run.kind_digest = model.digest;
        if (model.kind != "grading") continue;
        run.grading = model.id;
        run.grading_version = model.version;
        run.grading_digest = model.digest;
      }
      return run;
    } catch (const Error&) {
      continue;  // that folder is told when its turn comes
    }
  }
  return std::nullopt;
}

class Filling {
 public:
  Filling(const std::filesystem::path& cohort, const std::filesystem::path& file, FillReport& report)
      : cohort_(cohort), writer_(file), report_(report), known_(writer_.known()) {}

  void describe(const std::vector<CohortRow>& rows) {
    RunInfo none;
    none.version = ANNULET_VERSION;
    if (writer_.describe_batch(batch_run(cohort_, rows).value_or(none))) changed_ = true;
  }

  void drop_strangers(const std::vector<CohortRow>& rows) {
    std::vector<std::pair<std::string_view, std::size_t>> lines;
    lines.reserve(rows.size());
    for (const CohortRow& row : rows) lines.emplace_back(row.asked.slide, row.asked.line);
    std::sort(lines.begin(), lines.end());
    const auto alike = [](const auto& a, const auto& b) { return a.first == b.first; };
    if (const auto twice = std::adjacent_find(lines.begin(), lines.end(), alike); twice != lines.end())
      throw Error(Code::Usage,
                  fmt::format("slide '{}' stands twice in the cohort, in lines {} and {}: give each row a "
                              "slide of its own",
                              twice->first, twice->second, (twice + 1)->second));
    std::vector<std::int64_t> gone;
    for (const auto& [slide, known] : known_) {
      const auto at =
          std::lower_bound(lines.begin(), lines.end(), std::pair<std::string_view, std::size_t>(slide, 0));
      if (at == lines.end() || at->first != slide) gone.push_back(known.id);
    }
    if (gone.empty()) return;
    writer_.remove(gone);
    report_.removed = gone.size();
    changed_ = true;
  }

  void put(const CohortRow& row, std::size_t position) {
    const std::string digest = entry_digest(row, position);
    const KnownSlide* known = find(row.asked.slide);
    if (known != nullptr && known->entry_digest == digest) {
      ++report_.unchanged;
      return;
    }
    changed_ = true;
    if (in_group_ == 0) writer_.begin_group();
    put_changed(row, position, digest, known);
    if (++in_group_ == kSlidesAGroup || report_.cells - cells_before_ >= kCellsAGroup) commit();
  }

  void commit() {
    writer_.commit_group();
    in_group_ = 0;
    cells_before_ = report_.cells;
  }

  bool changed() const { return changed_; }

 private:
  using Known = std::vector<std::pair<std::string, KnownSlide>>;

  const KnownSlide* find(const std::string& slide) const {
    const auto at =
        std::lower_bound(known_.begin(), known_.end(), slide,
                         [](const auto& known, const std::string& name) { return known.first < name; });
    return at != known_.end() && at->first == slide ? &at->second : nullptr;
  }

  void put_changed(const CohortRow& row, std::size_t position, const std::string& digest,
                   const KnownSlide* known) {
    const bool same_result = known != nullptr && !known->entry_digest.empty() &&
                             !row.outcome.result_digest.empty() &&
                             known->result_digest == row.outcome.result_digest;
    if (same_result) {
      writer_.put_manifest(known->id, row, position, digest);
      ++report_.updated;
      return;
    }
    put_result(row, position, digest);
  }

  void put_result(const CohortRow& row, std::size_t position, const std::string& digest) {
    Folder folder;
    try {
      if (!row.outcome.folder.empty() && !row.outcome.result_digest.empty())
        folder = read_folder(cohort_ / row.outcome.folder, row.outcome.result_digest);
    } catch (const Error& error) {
      report_.failures.emplace_back(row.asked.slide, error.what());
      writer_.put(row, position, "", {}, nullptr, nullptr);
      return;
    }
    const SlideCells* cells = folder.cells ? &*folder.cells : nullptr;
    writer_.put(row, position, digest, folder.facts, cells, cells != nullptr ? &folder.shown : nullptr);
    ++report_.added;
    report_.cells += folder.facts.cells;
  }

  const std::filesystem::path& cohort_;
  CohortStoreWriter writer_;
  FillReport& report_;
  Known known_;  // by slide, rising
  std::size_t in_group_ = 0;
  std::uint64_t cells_before_ = 0;  // of the groups committed
  bool changed_ = false;
};

}  // namespace

FillReport fill_store(const std::filesystem::path& cohort_folder, const std::vector<CohortRow>& rows,
                      const FillOptions& options) {
  const std::filesystem::path file = store_file(cohort_folder);
  FillReport report;
  std::error_code failed;
  const bool was_there = std::filesystem::exists(file, failed);
  StorePlace place(file, options.on_network.empty() ? network_file_system_at(file) : options.on_network);
  report.on_network = place.on_network();
  bool changed = !was_there;
  {
    Filling filling(cohort_folder, place.path(), report);
    filling.drop_strangers(rows);
    filling.describe(rows);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (options.cancelled && options.cancelled()) break;
      filling.put(rows[i], i);
      if (options.progress) options.progress(i + 1, rows.size());
    }
    filling.commit();
    changed = changed || filling.changed();
  }
  if (changed) place.finish();
  return report;
}

}  // namespace annulet
