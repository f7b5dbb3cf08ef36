// Tiles that decode without a fault and do not show what was scanned: bits that changed, tiles written over
// others. A score that they may have touched never comes without a caveat.
#include <algorithm>

#include "annulet/pipeline/score_slide.hpp"
#include "support/catch.hpp"
#include "unit/slide/made_slides.hpp"

using namespace annulet;

namespace {

SlideResult score(const std::filesystem::path& slide, const ScoreOptions& options = {}) {
  RunRecord run;
  return score_slide(slide, options, {}, run);
}

bool has(const std::vector<Remark>& remarks, const char* code) {
  return std::any_of(remarks.begin(), remarks.end(),
                     [&](const Remark& remark) { return remark.code == code; });
}

std::filesystem::path copy_of_sample(const made::Folder& folder, const char* sample = "her2-2plus") {
  const std::filesystem::path copy = folder / "slide.tif";
  std::filesystem::copy_file(
      std::filesystem::path(ANNULET_SOURCE_DIR) / "samples/slides" / (std::string(sample) + ".tif"), copy,
      std::filesystem::copy_options::overwrite_existing);
  return copy;
}

std::string payload(const std::filesystem::path& slide, std::uint32_t tile) {
  const made::Place place = made::place_of_tile(slide, tile);
  return made::bytes_of(slide).substr(place.offset, place.size);
}

}  // namespace

TEST_CASE("whole slides carry no doubt") {
  const made::Folder folder;
  for (const char* sample : {"her2-0", "her2-1plus", "her2-2plus", "her2-3plus"}) {
    const SlideResult result = score(copy_of_sample(folder, sample));
    CAPTURE(sample);
    CHECK(result.problems.empty());
    CHECK_FALSE(has(result.verdict.caveats, "damaged-tiles"));
    CHECK_FALSE(has(result.verdict.caveats, "duplicate-tiles"));
  }
}

TEST_CASE("a tile copied over another is told twice: it does not fit, and its bytes are there twice") {
  const made::Folder folder;
  const std::filesystem::path slide = copy_of_sample(folder);
  made::replace_tile(slide, 21, payload(slide, 14));
  const SlideResult result = score(slide);
  CHECK(result.status == Status::ScoredWithCaveats);
  CHECK(has(result.verdict.caveats, "damaged-tiles"));
  CHECK(has(result.verdict.caveats, "duplicate-tiles"));
  CHECK(std::any_of(result.problems.begin(), result.problems.end(), [](const Problem& problem) {
    return problem.kind == ProblemKind::Suspect && problem.where == Rect<SlideFrame>{768, 768, 1024, 1024};
  }));
  CHECK(std::count_if(result.problems.begin(), result.problems.end(),
                      [](const Problem& problem) { return problem.kind == ProblemKind::Duplicate; }) == 2);
  CHECK(result.tiles.balanced());
}

TEST_CASE("doubts are the same for any threads and grid") {
  const made::Folder folder;
  const std::filesystem::path slide = copy_of_sample(folder);
  made::replace_tile(slide, 21, payload(slide, 14));
  made::replace_tile(slide, 7, payload(slide, 28));
  const SlideResult first = score(slide);
  for (const auto& [threads, block, memory] :
       {std::tuple{1, 64, 1U << 20}, {2, 100, 4U << 20}, {3, 300, 1U << 28}}) {
    ScoreOptions options;
    options.threads = threads;
    options.block_um = block;
    options.memory = memory;
    const SlideResult other = score(slide, options);
    CHECK(other.verdict.caveats == first.verdict.caveats);
    REQUIRE(other.problems.size() == first.problems.size());
    for (std::size_t i = 0; i < first.problems.size(); ++i)
      CHECK(other.problems[i].what == first.problems[i].what);
  }
}

TEST_CASE("no flipped bit that spoils a tile goes without a word") {
  const made::Folder folder;
  const std::filesystem::path slide = copy_of_sample(folder);
  const SlideResult intact = score(slide);
  const std::string bytes = made::bytes_of(slide);
  int spoiled = 0, told = 0;
  for (std::uint64_t step = 1; step <= 40; ++step) {
    const std::uint32_t tile = 14 + (step % 3) * 7 % 8;
    const made::Place place = made::place_of_tile(slide, tile);
    const std::uint64_t at = place.offset + place.size * step / 42;
    made::overwrite(slide, at, std::string(1, static_cast<char>(bytes[at] ^ (1 << (step % 8)))));
    const SlideResult result = score(slide);
    made::overwrite(slide, at, bytes.substr(at, 1));
    const bool is_told =
        !result.verdict.score || result.verdict.caveats.size() > intact.verdict.caveats.size();
    const bool differs =
        result.verdict.score != intact.verdict.score || result.verdict.group != intact.verdict.group;
    spoiled += is_told || differs ? 1 : 0;
    told += is_told ? 1 : 0;
  }
  CHECK(spoiled >= 5);
  CHECK(told == spoiled);
}

TEST_CASE("tiles of zeros, of a cut stream or without their end are lost, not invented") {
  const made::Folder folder;
  const std::filesystem::path slide = copy_of_sample(folder);
  const std::string bytes = made::bytes_of(slide);
  const made::Place place = made::place_of_tile(slide, 14);
  const std::pair<std::uint64_t, std::uint64_t> holes[] = {{0, place.size},
                                                           {0, 512},
                                                           {place.size / 2, place.size - place.size / 2},
                                                           {place.size - 2, 2},
                                                           {place.size / 3, 512}};
  for (const auto& [from, size] : holes) {
    CAPTURE(from, size);
    made::overwrite(slide, place.offset + from, std::string(size, '\0'));
    const SlideResult result = score(slide);
    made::overwrite(slide, place.offset, bytes.substr(place.offset, place.size));
    CHECK(result.status == Status::Failed);
    REQUIRE_FALSE(result.verdict.reasons.empty());
    CHECK(result.verdict.reasons.front().code == "incomplete");
    CHECK(result.tiles.undecodable == 1);
  }
}
