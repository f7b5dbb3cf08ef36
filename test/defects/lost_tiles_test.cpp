// A tile that cannot be read is never taken for glass: on a lower level the next finer one stands in, and
// what no level shows leaves the slide without a score.
#include <tiffio.h>

#include <filesystem>
#include <fstream>
#include <vector>

#include "annulet/pipeline/score_slide.hpp"
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

SlideResult score(const fs::path& slide) {
  RunRecord run;
  return score_slide(slide, {}, {}, run);
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
