// Makes a store of many slides out of the cells of a few that were scored, for scripts/bench_rescore: each
// slide is a sheet of copies of their tables, stained by its own factor, so that scores of all four kinds
// come about.
//   cohort_generator OUT-FOLDER SLIDES CELLS-A-SLIDE RESULT-FOLDER...
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "annulet/base/digest.hpp"
#include "annulet/base/error.hpp"
#include "annulet/base/random.hpp"
#include "annulet/pipeline/edge_effect.hpp"
#include "annulet/report/stored_result.hpp"
#include "annulet/store/cohort_store.hpp"

using namespace annulet;

namespace {

struct Seed {
  StoredResult stored;
  CellTable cells;
  std::int32_t width = 0, height = 0;  // 1/64 um
};

struct Settings {
  Grading grading = load_grading("annulet-1");
  KindModel kind = KindModel::load("annulet-1");
  Guideline guideline = Guideline::load("asco-cap-breast-2018");
};

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

Seed read_seed(const std::filesystem::path& folder) {
  Seed seed{read_stored_result(folder), {}, 0, 0};
  seed.cells = read_stored_cells(folder, seed.stored);
  for (const CellRow& cell : seed.cells) {
    seed.width = std::max(seed.width, cell.x + 1);
    seed.height = std::max(seed.height, cell.y + 1);
  }
  return seed;
}

/// Copies of the seeds side by side until there are `count` cells, most of them of one; `stain` percent of
/// their walls.
CellTable sheet(const std::vector<Seed>& seeds, std::size_t count, unsigned stain, Random& random) {
  std::int32_t width = 0, height = 0;
  std::size_t mean = 0;
  for (const Seed& seed : seeds) {
    width = std::max(width, seed.width);
    height = std::max(height, seed.height);
    mean += seed.cells.size() / seeds.size();
  }
  std::int32_t columns = 1;
  while (static_cast<std::size_t>(columns) * static_cast<std::size_t>(columns) *
             std::max<std::size_t>(1, mean) <
         count)
    ++columns;
  constexpr std::uint64_t kOfOthers = 8;  // one sheet in so many is of any seed
  const std::size_t most = random.below(seeds.size());
  CellTable cells;
  cells.reserve(count + 2 * mean);
  for (std::int32_t place = 0; cells.size() < count; ++place) {
    const Seed& seed = seeds[random.below(kOfOthers) == 0 ? random.below(seeds.size()) : most];
    for (CellRow cell : seed.cells) {
      cell.x += place % columns * width;
      cell.y += place / columns * height;
      for (std::uint8_t& ridge : cell.ridge)
        ridge = static_cast<std::uint8_t>(std::min(255U, ridge * stain / 100));
      cells.push_back(cell);
    }
  }
  std::sort(cells.begin(), cells.end(), before);
  return cells;
}

struct Scored {
  CohortRow row;
  SlideFacts facts;
  SlideCells cells;
  ShownCells shown;
};

Scored score(CellTable cells, const std::string& name, const Settings& settings) {
  Scored scored;
  std::vector<CellKind> kinds = settings.kind(cells);
  SlideCells& slide = scored.cells;
  slide.ground = lay_groundwork(cells, std::move(kinds));
  slide.cells = std::move(cells);
  slide.edge_distances.assign(slide.cells.size(), kFarFromEdge);
  constexpr double kTissueMm2 = 100;
  Conclusion conclusion = conclude_again(slide.cells, slide.ground, settings.grading, settings.guideline, {},
                                         {kTissueMm2, false, {}});
  const Verdict& verdict = conclusion.verdict;
  scored.row.asked.slide = name;
  SlideOutcome& outcome = scored.row.outcome;
  outcome.status = verdict.score ? Status::ScoredWithCaveats : Status::NotEvaluable;
  outcome.score = verdict.score;
  outcome.group = verdict.group;
  outcome.guideline = verdict.guideline;
  outcome.rule = verdict.rule;
  outcome.grading = settings.grading.id;
  for (const Remark& caveat : verdict.caveats) outcome.caveats.push_back(caveat.code);
  for (std::size_t i = 0; i < outcome.by_pattern.size(); ++i)
    outcome.by_pattern[i] = conclusion.tally.of(CellKind::Tumour, static_cast<Pattern>(i + 1));
  outcome.cells = conclusion.tally.total();
  outcome.tumour = conclusion.tally.of(CellKind::Tumour);
  outcome.measurable = conclusion.tally.measurable_tumour();
  outcome.tissue_mm2 = outcome.analysed_mm2 = kTissueMm2;
  outcome.result_digest = sha256_of(name);
  scored.facts.caveats = verdict.caveats;
  scored.facts.visible_od = conclusion.limit_of_blank.visible_od;
  scored.facts.tally = conclusion.tally;
  scored.facts.file_name = name;
  scored.shown = std::move(conclusion.graded);
  return scored;
}

RunInfo batch_of(const Settings& settings) {
  RunInfo run;
  run.guideline = settings.guideline.id();
  run.guideline_digest = settings.guideline.digest();
  run.grading = settings.grading.id;
  run.grading_version = settings.grading.version;
  run.grading_digest = settings.grading.digest;
  run.kind = settings.kind.id;
  run.kind_digest = settings.kind.digest;
  run.version = ANNULET_VERSION;
  return run;
}

int generate(const std::filesystem::path& folder, std::size_t slides, std::size_t cells,
             const std::vector<Seed>& seeds) {
  const Settings settings;
  std::filesystem::create_directories(folder);
  std::filesystem::remove(store_file(folder));
  CohortStoreWriter writer(store_file(folder));
  writer.describe_batch(batch_of(settings));
  Random random(6);
  double cpu = 0, wall = 0;
  std::uint64_t written = 0;
  for (std::size_t i = 0; i < slides; ++i) {
    constexpr unsigned kPalest = 30, kDarkest = 130;  // percent of the seeds' stain
    const auto stain = static_cast<unsigned>(kPalest + random.below(kDarkest - kPalest));
    const Scored scored = score(sheet(seeds, cells, stain, random), "slide" + std::to_string(i), settings);
    const double cpu_before = cpu_seconds();
    const auto wall_before = std::chrono::steady_clock::now();
    writer.put(scored.row, i, sha256_of(scored.row.asked.slide), scored.facts, &scored.cells, &scored.shown);
    cpu += cpu_seconds() - cpu_before;
    wall += std::chrono::duration<double>(std::chrono::steady_clock::now() - wall_before).count();
    written += scored.cells.cells.size();
  }
  std::printf(
      "{\"slides\": %zu, \"cells\": %llu, \"cpu_seconds\": %.3f, \"wall_seconds\": %.3f, "
      "\"bytes\": %llu}\n",
      slides, static_cast<unsigned long long>(written), cpu, wall,
      static_cast<unsigned long long>(std::filesystem::file_size(store_file(folder))));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fprintf(stderr, "cohort_generator OUT-FOLDER SLIDES CELLS-A-SLIDE RESULT-FOLDER...\n");
    return 2;
  }
  try {
    std::vector<Seed> seeds;
    for (int i = 4; i < argc; ++i) seeds.push_back(read_seed(argv[i]));
    return generate(argv[1], std::strtoul(argv[2], nullptr, 10), std::strtoul(argv[3], nullptr, 10), seeds);
  } catch (const Error& error) {
    std::fprintf(stderr, "cohort_generator: %s\n", error.what());
    return 5;
  }
}
