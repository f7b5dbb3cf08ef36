// Every tile of every kind of file ends in exactly one account, also where there is no score.
#include <filesystem>
#include <fstream>

#include "annulet/pipeline/scan.hpp"
#include "annulet/pipeline/score_slide.hpp"
#include "annulet/pipeline/survey.hpp"
#include "annulet/pipeline/tile_account.hpp"
#include "annulet/slide/jpeg_encoder.hpp"
#include "support/catch.hpp"
#include "unit/slide/made_slides.hpp"

using namespace annulet;
using made::Layout;

namespace {

constexpr double kPitch = 0.25;

std::filesystem::path sample(const char* name) {
  return std::filesystem::path(ANNULET_SOURCE_DIR) / "samples/slides" / (std::string(name) + ".tif");
}

RgbImage pixels_of(const char* name) {
  return made::read_all(*open_slide(sample(name))).rgb;
}

SlideResult score(const std::filesystem::path& slide, const ScoreOptions& options = {}) {
  RunRecord run;
  return score_slide(slide, options, {}, run);
}

Layout strips() {
  Layout layout;
  layout.compression = COMPRESSION_ADOBE_DEFLATE;
  layout.photometric = PHOTOMETRIC_RGB;
  layout.tile_width = 0;
  layout.um_per_px = kPitch;
  return layout;
}

}  // namespace

TEST_CASE("a TIFF of strips is accounted for in squares of 256 px") {
  const made::Folder folder;
  made::write_tiff(folder / "strips.tif", pixels_of("her2-2plus"), strips());
  const SlideResult whole = score(folder / "strips.tif");
  CHECK(whole.verdict.score);
  CHECK(whole.tiles.expected == 36);
  CHECK(whole.tiles.balanced());
  CHECK(whole.cells.size() > 300);

  const made::Place strip = made::place_of_tile(folder / "strips.tif", 9);  // rows 576 to 639
  made::overwrite(folder / "strips.tif", strip.offset, std::string(strip.size, '\0'));
  const SlideResult lost = score(folder / "strips.tif");
  CHECK(lost.status == Status::Failed);
  CHECK(lost.tiles.undecodable == 6);
  CHECK(lost.tiles.balanced());
  REQUIRE(lost.problems.size() == 1);
  CHECK(lost.problems[0].where == Rect<SlideFrame>{0, 576, 1536, 640});
  // No other level shows what was on it: all of it counts as tissue.
  CHECK(lost.excluded_mm2.at("undecodable") == Approx(1536 * 64 * kPitch * kPitch * 1e-6).epsilon(0.1));
  ScoreOptions options;
  options.allow_incomplete = 10;
  const SlideResult allowed = score(folder / "strips.tif", options);
  CHECK(allowed.status == Status::ScoredWithCaveats);
  CHECK(allowed.cells.size() < whole.cells.size());
}

TEST_CASE("a picture is accounted for in squares of 256 px") {
  const made::Folder folder;
  made::write_bytes(folder / "field.jpg", encode_jpeg(pixels_of("her2-2plus"), 95));
  ScoreOptions options;
  options.mpp = kPitch;
  const SlideResult result = score(folder / "field.jpg", options);
  CHECK(result.verdict.score);
  CHECK(result.tiles.expected == 36);
  CHECK(result.tiles.analysed > 0);
  CHECK(result.tiles.balanced());
}

TEST_CASE("a slide that is refused before the scan has its account") {
  const SlideResult refused = score(sample("he-like"));
  CHECK(refused.status == Status::NotEvaluable);
  CHECK_FALSE(refused.scanned);
  CHECK(refused.tiles.expected == 36);
  CHECK(refused.tiles.balanced());
}

TEST_CASE("OpenSlide's reader comes to the same account and the same cells, with a tile lost too") {
  const made::Folder folder;
  std::filesystem::copy_file(sample("her2-2plus"), folder / "slide.tif");
  const made::Place place = made::place_of_tile(folder / "slide.tif", 14);
  for (const bool damaged : {false, true}) {
    if (damaged) made::overwrite(folder / "slide.tif", place.offset, std::string(place.size, '\0'));
    CellTable cells[2];
    TileAccount accounts[2];
    for (const ReaderChoice reader : {ReaderChoice::Tiff, ReaderChoice::OpenSlide}) {
      const auto source = open_slide(folder / "slide.tif", reader);
      const Pitch pitch{kPitch, kPitch, PitchOrigin::Header};
      const Survey survey = survey_slide(*source, pitch, {}, {});
      Scan scan = scan_slide(*source, survey, {}, {});
      drop_lost_cells(scan.cells, scan.problems, kPitch);
      const int which = reader == ReaderChoice::Tiff ? 0 : 1;
      cells[which] = std::move(scan.cells);
      accounts[which] = account_tiles(source->info(), kPitch, survey.tissue, survey.counted, scan.problems,
                                      survey.overview.unseen);
      CHECK(accounts[which].balanced());
      CHECK(accounts[which].undecodable == (damaged ? 1U : 0U));
    }
    CHECK(accounts[0].expected == accounts[1].expected);
    CHECK(accounts[0].analysed == accounts[1].analysed);
    CHECK(cells[0] == cells[1]);
  }
}
