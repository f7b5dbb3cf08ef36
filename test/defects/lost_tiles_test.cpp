// A tile that cannot be read is never taken for glass: on a lower level the next finer one stands in, and
// what no level shows leaves the slide without a score.
#include <fmt/format.h>
#include <tiffio.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <vector>

#include "annulet/pipeline/scan.hpp"
#include "annulet/pipeline/score_slide.hpp"
#include "annulet/pipeline/survey.hpp"
#include "annulet/pipeline/tile_account.hpp"
#include "support/catch.hpp"

using namespace annulet;
namespace fs = std::filesystem;

namespace {

struct Piece {
  std::uint64_t offset, bytes;
};

/// Where a tile of a directory lies in the file.
Piece piece_of(const fs::path& slide, int directory, std::uint32_t tile) {
  TIFF* tiff = TIFFOpen(slide.c_str(), "r");
  REQUIRE(tiff != nullptr);
  REQUIRE(TIFFSetDirectory(tiff, static_cast<tdir_t>(directory)) == 1);
  const Piece piece{TIFFGetStrileOffset(tiff, tile), TIFFGetStrileByteCount(tiff, tile)};
  TIFFClose(tiff);
  return piece;
}

int directories(const fs::path& slide) {
  TIFF* tiff = TIFFOpen(slide.c_str(), "r");
  REQUIRE(tiff != nullptr);
  const int n = TIFFNumberOfDirectories(tiff);
  TIFFClose(tiff);
  return n;
}

void zero(const fs::path& slide, const Piece& piece) {
  std::fstream file(slide, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(piece.offset));
  const std::vector<char> zeros(piece.bytes, 0);
  file.write(zeros.data(), static_cast<std::streamsize>(zeros.size()));
}

fs::path copy_of_sample(const char* name) {
  const fs::path copy = fs::temp_directory_path() / (std::string("annulet_lost_") + name + ".tif");
  fs::copy_file(fs::path(ANNULET_SOURCE_DIR) / "samples/slides/her2-2plus.tif", copy,
                fs::copy_options::overwrite_existing);
  return copy;
}

SlideResult score(const fs::path& slide, const ScoreOptions& options = {}) {
  RunRecord run;
  return score_slide(slide, options, {}, run);
}

/// A slide of which the tile at (512, 512) px cannot be decoded at level 0; the lower levels show it.
constexpr std::uint32_t kLost = 14;
const Rect<SlideFrame> kLostArea{512, 512, 768, 768};
fs::path slide_without_a_tile(const char* name) {
  const fs::path slide = copy_of_sample(name);
  zero(slide, piece_of(slide, 0, kLost));
  return slide;
}

ScoreOptions allowing(double percent) {
  ScoreOptions options;
  options.allow_incomplete = percent;
  return options;
}

double um_from(const CellRow& cell, const Rect<SlideFrame>& area, double pitch_um) {
  const auto gap = [&](std::int32_t at, std::int64_t first, std::int64_t end) {
    const double um = at / 64.0;
    return std::max(
        {static_cast<double>(first) * pitch_um - um, um - static_cast<double>(end) * pitch_um, 0.0});
  };
  return std::max(gap(cell.x, area.x0, area.x1), gap(cell.y, area.y0, area.y1));
}

}  // namespace

TEST_CASE("tiles lost on the lower levels hide no tissue") {
  const fs::path slide = copy_of_sample("lower");
  const SlideResult intact = score(slide);
  REQUIRE(intact.cells.size() > 100);
  const int n = directories(slide);
  REQUIRE(n > 2);
  for (int directory = 1; directory < n; ++directory) zero(slide, piece_of(slide, directory, 0));
  const SlideResult damaged = score(slide);
  fs::remove(slide);
  CHECK(damaged.status == intact.status);
  CHECK(damaged.tally.total() == Approx(static_cast<double>(intact.tally.total())).epsilon(0.02));
  CHECK(damaged.tiles.analysed == intact.tiles.analysed);
}

TEST_CASE("a tile lost on every level leaves no score, wherever it is") {
  for (const std::uint32_t tile : {0U, 14U}) {
    const fs::path slide = copy_of_sample("every");
    zero(slide, piece_of(slide, 0, tile));
    const int n = directories(slide);
    for (int directory = 1; directory < n; ++directory) {
      for (std::uint32_t i = 0; i < (directory == 1 ? 9U : directory == 2 ? 4U : 1U); ++i)
        zero(slide, piece_of(slide, directory, i));
    }
    const SlideResult damaged = score(slide);
    fs::remove(slide);
    INFO("tile " << tile);
    CHECK(damaged.status == Status::Failed);
    CHECK_FALSE(damaged.verdict.score);
    REQUIRE_FALSE(damaged.verdict.reasons.empty());
    CHECK(damaged.verdict.reasons.front().code == "incomplete");
    CHECK(damaged.tiles.undecodable == 1);
    CHECK(damaged.tiles.balanced());
  }
}

TEST_CASE("a slide of which level 0 is lost is incomplete, not without nuclei") {
  const fs::path slide = copy_of_sample("level0");
  constexpr std::uint64_t kHead = 40;  // bytes: with none of them the file is refused as corrupt
  for (std::uint32_t tile = 0; tile < 36; ++tile) {
    const Piece piece = piece_of(slide, 0, tile);
    zero(slide, {piece.offset + kHead, piece.bytes - kHead});
  }
  const SlideResult damaged = score(slide), allowed = score(slide, allowing(100));
  fs::remove(slide);
  CHECK(damaged.status == Status::Failed);
  REQUIRE_FALSE(damaged.verdict.reasons.empty());
  CHECK(damaged.verdict.reasons.front().code == "incomplete");
  CHECK(damaged.tiles.undecodable == 36);
  CHECK(damaged.tiles.analysed == 0);
  CHECK_FALSE(allowed.verdict.score);
}

TEST_CASE("a tile lost on every level costs nothing where the user leaves it out") {
  const fs::path slide = copy_of_sample("left_out");
  const fs::path regions = fs::temp_directory_path() / "annulet_lost_left_out.geojson";
  zero(slide, piece_of(slide, 0, 14));  // kLostArea
  const int n = directories(slide);
  for (int directory = 1; directory < n; ++directory) {
    for (std::uint32_t i = 0; i < (directory == 1 ? 9U : directory == 2 ? 4U : 1U); ++i)
      zero(slide, piece_of(slide, directory, i));
  }
  ScoreOptions options;
  options.regions = {regions};
  const auto with = [&](const char* role, Rect<SlideFrame> where) {
    std::ofstream(regions) << fmt::format(
        R"({{"type":"Feature","properties":{{"classification":{{"name":"{}"}}}},)"
        R"("geometry":{{"type":"Polygon","coordinates":[[[{},{}],[{},{}],[{},{}],[{},{}]]]}}}})",
        role, where.x0, where.y0, where.x1, where.y0, where.x1, where.y1, where.x0, where.y1);
    return score(slide, options);
  };
  const SlideResult excluded = with("Ignore*", kLostArea), elsewhere = with("Tumor", {800, 0, 1536, 1536}),
                    half = with("Ignore*", {512, 512, 640, 768});
  fs::remove(slide);
  fs::remove(regions);
  for (const SlideResult* result : {&excluded, &elsewhere}) {
    CHECK(result->verdict.score.has_value());
    CHECK(result->tiles.undecodable == 0);
    CHECK(result->tiles.excluded >= 1);
    CHECK(result->tiles.balanced());
    CHECK(result->excluded_mm2.count("undecodable") == 0);
    CHECK(result->problems.size() == 1);
  }
  CHECK(half.status == Status::Failed);
  CHECK(half.excluded_mm2.at("undecodable") == Approx(0.032 * 0.064));
}

TEST_CASE("a tile lost inside tissue fails the slide unless the loss is allowed, and is then said") {
  const fs::path slide = slide_without_a_tile("allowed");
  const SlideResult refused = score(slide), too_much = score(slide, allowing(1.0)),
                    allowed = score(slide, allowing(5.0));
  fs::remove(slide);
  CHECK(exit_code(refused.status) == 4);
  CHECK(refused.verdict.reasons.at(0).code == "incomplete");
  CHECK(refused.excluded_mm2.at("undecodable") == Approx(0.064 * 0.064).epsilon(0.1));
  CHECK(too_much.status == Status::Failed);
  CHECK_FALSE(too_much.verdict.score);

  CHECK(allowed.status == Status::ScoredWithCaveats);
  REQUIRE_FALSE(allowed.verdict.caveats.empty());
  CHECK(allowed.verdict.caveats.front().code == "incomplete");
  CHECK(allowed.tiles.undecodable == 1);
  CHECK(allowed.tiles.balanced());
  CHECK(allowed.excluded_mm2 == refused.excluded_mm2);
  CHECK(allowed.analysed_mm2 == Approx(allowed.tissue_mm2 - allowed.excluded_mm2.at("undecodable")));
  CHECK(std::count(allowed.options.begin(), allowed.options.end(),
                   std::pair<std::string, std::string>("allow-incomplete", "5")) == 1);
  int cut = 0;
  for (std::size_t i = 0; i < allowed.cells.size(); ++i) {
    CHECK(um_from(allowed.cells[i], kLostArea, 0.25) > 0);
    if ((allowed.cells[i].flags & kFlagMissingPixels) == 0) continue;
    ++cut;
    CHECK(allowed.graded[i].pattern == Pattern::Unmeasurable);
    CHECK(um_from(allowed.cells[i], kLostArea, 0.25) < 20);
  }
  CHECK(cut > 0);
}

TEST_CASE("a lost tile changes no cell that it does not touch") {
  const fs::path slide = slide_without_a_tile("rest"), intact = copy_of_sample("whole");
  const auto damaged_source = open_slide(slide), source = open_slide(intact);
  Survey survey = survey_slide(*source, source->info().pitch, {}, {});
  Scan damaged = scan_slide(*damaged_source, survey, {}, {});
  REQUIRE(damaged.problems.size() == 1);
  CHECK(damaged.problems[0].where == kLostArea);
  drop_lost_cells(damaged.cells, damaged.problems, 0.25);
  // The same area kept out of the count of the whole slide.
  const double px = 0.25 / survey.tissue.pitch_um;
  for (auto y = static_cast<int>(512 * px); y < static_cast<int>(768 * px); ++y) {
    for (auto x = static_cast<int>(512 * px); x < static_cast<int>(768 * px); ++x) {
      if (survey.tissue.piece(x, y) != 0)
        survey.quality.flag(x, y) = static_cast<std::uint8_t>(QcFlag::Region);
    }
  }
  survey.counted = counted_tissue(survey.tissue, survey.quality);
  Scan masked = scan_slide(*source, survey, {}, {});
  fs::remove(slide);
  fs::remove(intact);
  const auto far_off = [](CellTable cells) {
    std::erase_if(cells, [](const CellRow& cell) { return um_from(cell, kLostArea, 0.25) < 60; });
    return cells;
  };
  const CellTable rest = far_off(damaged.cells);
  CHECK(rest.size() > 100);
  CHECK(rest == far_off(masked.cells));
  // Near the loss cells become unmeasurable or are gone: none is added.
  const auto measurable = [](const CellTable& cells) {
    return std::count_if(cells.begin(), cells.end(),
                         [](const CellRow& cell) { return (cell.flags & kFlagMissingPixels) == 0; });
  };
  CHECK(measurable(damaged.cells) <= measurable(masked.cells) + 2);
}

TEST_CASE("an undecodable tile of background costs nothing and is listed where it was met") {
  const fs::path slide = copy_of_sample("glass");
  const auto source = open_slide(slide);
  const Survey survey = survey_slide(*source, source->info().pitch, {}, {});
  std::vector<std::uint32_t> glass;
  for (std::uint32_t tile = 0; tile < 36; ++tile) {
    const Rect<SlideFrame> area{tile % 6 * 256, tile / 6 * 256, tile % 6 * 256 + 256, tile / 6 * 256 + 256};
    const TileAccount one = account_tiles(source->info(), 0.25, survey.tissue, survey.counted,
                                          {{ProblemKind::Undecodable, "tile", area}}, {});
    if (one.undecodable == 0) glass.push_back(tile);
  }
  if (glass.empty()) {
    SUCCEED("this sample is tissue all over");
  }
  const SlideResult intact = score(slide);
  for (const std::uint32_t tile : glass) zero(slide, piece_of(slide, 0, tile));
  const SlideResult damaged = score(slide);
  fs::remove(slide);
  CHECK(damaged.status == intact.status);
  CHECK(damaged.tally.total() == intact.tally.total());
  CHECK(damaged.tiles.undecodable == 0);
  CHECK(damaged.tiles.background == intact.tiles.background);
}

TEST_CASE("the account of a slide is the same for any threads and grid") {
  const fs::path slide = slide_without_a_tile("grid");
  zero(slide, piece_of(slide, 0, 0));
  const SlideResult first = score(slide, allowing(100));
  for (const auto& [threads, block, offset] : {std::tuple{1, 64, 0}, {2, 100, 30}, {2, 300, 50}}) {
    ScoreOptions options = allowing(100);
    options.threads = threads;
    options.block_um = block;
    options.offset_um = offset;
    const SlideResult other = score(slide, options);
    CHECK(other.tiles.undecodable == first.tiles.undecodable);
    CHECK(other.excluded_mm2 == first.excluded_mm2);
    CHECK(other.cells == first.cells);
    REQUIRE(other.problems.size() == first.problems.size());
    for (std::size_t i = 0; i < first.problems.size(); ++i) {
      CHECK(other.problems[i].where == first.problems[i].where);
      CHECK(other.problems[i].what == first.problems[i].what);
    }
  }
  fs::remove(slide);
}
