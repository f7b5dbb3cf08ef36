// A slide that is not what it was: changed while it is read, or not the one the archive knows.
#include <sys/stat.h>

#include <functional>

#include "annulet/base/digest.hpp"
#include "annulet/pipeline/score_slide.hpp"
#include "annulet/slide/slide_files.hpp"
#include "support/catch.hpp"
#include "support/mangled_tiff.hpp"

using namespace annulet;
namespace fs = std::filesystem;

namespace {

fs::path sample() {
  return fs::path(ANNULET_SOURCE_DIR) / "samples/slides/her2-2plus.tif";
}

/// Flips a bit in the middle and gives the file its old time of modification back.
void flip_secretly(const fs::path& slide) {
  const auto time = fs::last_write_time(slide);
  const auto middle = static_cast<std::streamoff>(fs::file_size(slide) / 2);
  std::fstream file(slide, std::ios::binary | std::ios::in | std::ios::out);
  file.seekg(middle);
  const auto byte = static_cast<char>(file.get() ^ 1);
  file.seekp(middle);
  file.put(byte);
  file.close();
  fs::last_write_time(slide, time);
}

struct Change {
  const char* what;
  std::function<void(const fs::path&)> make;
};

const std::vector<Change>& changes() {
  static const std::vector<Change> kChanges{
      {"a bit flipped, the time put back", flip_secretly},
      {"cut in half", [](const fs::path& slide) { fs::resize_file(slide, fs::file_size(slide) / 2); }},
      {"grown", [](const fs::path& slide) { std::ofstream(slide, std::ios::app) << 'x'; }},
      {"removed", [](const fs::path& slide) { fs::remove(slide); }},
      {"moved away and back",
       [](const fs::path& slide) {
         const fs::path away = slide.string() + ".away";
         fs::rename(slide, away);
         fs::rename(away, slide);
       }},
      {"replaced by a copy of itself",
       [](const fs::path& slide) {
         const fs::path copy = slide.string() + ".copy";
         fs::copy_file(slide, copy);
         fs::rename(copy, slide);
       }},
  };
  return kChanges;
}

}  // namespace

TEST_CASE("a slide that changes while it is scored fails, and nothing read of it is kept") {
  for (const Change& change : changes()) {
    for (const char* stage : {"digest", "scan"}) {
      INFO(change.what << " at " << stage);
      const mangled::Scratch scratch;
      const fs::path slide = scratch / "slide.tif";
      fs::copy_file(sample(), slide);
      bool done = false;
      const RunControl control{[&](const Progress& at) {
                                 if (done || at.stage != stage) return;
                                 done = true;
                                 change.make(slide);
                               },
                               nullptr};
      ScoreOptions options;
      options.threads = 1;
      RunRecord run;
      const SlideResult result = score_slide(slide, options, control, run);
      REQUIRE(done);
      CHECK(result.status == Status::Failed);
      CHECK_FALSE(result.verdict.score);
      REQUIRE(result.verdict.reasons.size() == 1);
      CHECK(result.verdict.reasons.front().code == "changed");
      CHECK(result.verdict.reasons.front().message.find("slide.tif") != std::string::npos);
      CHECK_FALSE(result.scanned);
      CHECK(result.cells.size() == 0);
      CHECK(result.slide_sha256.empty());
    }
  }
}

TEST_CASE("a slide at rest is not taken for changed, even right after it was written") {
  const mangled::Scratch scratch;
  const fs::path slide = scratch / "slide.tif";
  fs::copy_file(sample(), slide);
  const SlideWatch watch(slide);
  CHECK(watch.digest() == sha256_of_file(sample()));
  CHECK_NOTHROW(watch.check());
  flip_secretly(slide);
  CHECK_THROWS_AS(watch.check(), Error);
  CHECK_THROWS_AS(watch.digest(), Error);
}

TEST_CASE("the expected digest is compared before anything is scored") {
  const mangled::Scratch scratch;
  const fs::path slide = scratch / "slide.tif";
  fs::copy_file(sample(), slide);
  ScoreOptions options;
  options.expect_sha256 = sha256_of_file(slide);
  for (char& letter : options.expect_sha256) letter = static_cast<char>(std::toupper(letter));
  RunRecord run;
  const auto has_note = [](const SlideResult& result) {
    for (const Remark& note : result.verdict.notes) {
      if (note.code == "integrity-unverified") return true;
    }
    return false;
  };
  const SlideResult verified = score_slide(slide, options, {}, run);
  CHECK(verified.verdict.score);
  CHECK_FALSE(has_note(verified));
  CHECK(has_note(score_slide(slide, {}, {}, run)));

  const std::string whole = mangled::read_file(slide);
  for (std::size_t part = 0; part < 40; ++part) {
    std::string flipped = whole;
    const std::size_t at = (whole.size() - 1) * part / 39;
    flipped[at] = static_cast<char>(flipped[at] ^ 1 << part % 8);
    mangled::write_file(slide, flipped);
    std::vector<std::string> stages;
    const RunControl control{[&](const Progress& progress) { stages.push_back(progress.stage); }, nullptr};
    options.threads = 1;
    const SlideResult result = score_slide(slide, options, control, run);
    CAPTURE(at);
    CHECK(result.status == Status::Failed);
    REQUIRE(result.verdict.reasons.size() == 1);
    CHECK(result.verdict.reasons.front().code == "hash-mismatch");
    CHECK(result.slide_sha256 == sha256_of(flipped));
    CHECK(std::all_of(stages.begin(), stages.end(),
                      [](const std::string& stage) { return stage == "digest"; }));
  }
}

TEST_CASE("what is no digest is a usage error before the work") {
  RunRecord run;
  for (const char* text : {"0", "sha256:e8e5", "zz"}) {
    ScoreOptions options;
    options.expect_sha256 = text;
    CHECK_THROWS_AS(score_slide(sample(), options, {}, run), Error);
  }
}
