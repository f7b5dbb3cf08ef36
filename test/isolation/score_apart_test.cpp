// Scoring in a process of its own: the same files as in one process, and whatever the reader does, a result.
// The parents of these tests use no threads, so that they may fork.
#include "annulet/pipeline/score_apart.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <opencv2/core/utility.hpp>
#include <string>
#include <thread>

#include "annulet/base/files.hpp"
#include "annulet/pipeline/result_message.hpp"
#include "annulet/report/writers.hpp"
#include "annulet/sandbox/child.hpp"
#include "annulet/slide/slide_source.hpp"
#include "support/catch.hpp"

using namespace annulet;
namespace fs = std::filesystem;

namespace {

// Pictures are drawn in the parents of these tests, and OpenCV would start threads for them.
[[maybe_unused]] const bool kNoThreads = (cv::setNumThreads(1), true);

fs::path sample_slide(const std::string& name = "her2-2plus.tif") {
  return fs::path(ANNULET_SOURCE_DIR) / "samples/slides" / name;
}

/// Every file of the result folder that may not differ between runs.
std::string files_of(const SlideResult& result) {
  std::string all = write_result_json(result);
  if (!result.scanned) return all;
  for (std::size_t part = 0; part < cells_bin_parts(result); ++part) all += cells_bin_part(result, part);
  for (std::size_t part = 0; part < geojson_parts(result); ++part) all += geojson_part(result, part);
  write_cells_csv(result, [&](std::string_view piece) { all += piece; });
  return all + encode_png(draw_overlay(result)) + encode_png(draw_heatmap(result));
}

/// The same from a slide that is scored in one process; that process is a child all the same, since this one
/// may have no threads.
std::string files_in_one_process(const fs::path& slide, const ScoreOptions& options) {
  Confinement none;
  none.readable = {"/"};
  Child child(none,
              [&](const Reply& reply) {
                RunRecord run;
                const SlideResult result = score_slide(slide, options, {}, run);
                const std::string all = files_of(result) + write_report_html(result, {});
                reply.send(all.data(), all.size());
              },
              {});
  std::string all;
  char piece[65536];
  for (std::size_t taken; (taken = child.receive(piece, sizeof piece)) > 0;) all.append(piece, taken);
  return all;
}

SlideResult score_with(const SlideScorer& scorer, RunRecord& run, ScoreOptions options = {}) {
  const SlideResult result = score_apart(sample_slide(), options, {}, run, scorer);
  CHECK_FALSE(write_report_html(result, run).empty());
  CHECK_FALSE(write_run_json(run).empty());
  return result;
}

SlideResult score_with(const SlideScorer& scorer, ScoreOptions options = {}) {
  RunRecord run;
  return score_with(scorer, run, options);
}

void crashed(const SlideResult& result, const std::string& words) {
  CHECK(result.status == Status::Crashed);
  CHECK(exit_code(result.status) == 7);
  REQUIRE(result.verdict.reasons.size() == 1);
  CHECK(result.verdict.reasons[0].code == "crashed");
  INFO(result.verdict.reasons[0].message);
  CHECK(result.verdict.reasons[0].message.find(words) != std::string::npos);
  CHECK(result.verdict.reasons[0].message.find("her2-2plus.tif") != std::string::npos);
  CHECK_FALSE(result.verdict.score.has_value());
  const nlohmann::json json = nlohmann::json::parse(write_result_json(result));
  CHECK(json["status"] == "crashed");
  CHECK(json["score"].is_null());
  CHECK(json["percent"].is_null());
}

/// A slide that does something to its reader after a few reads.
class Poisoned : public SlideSource {
 public:
  Poisoned(const fs::path& path, std::function<void()> deed)
      : sound_(open_slide(path)), deed_(std::move(deed)) {}
  const SlideInfo& info() const override { return sound_->info(); }
  void read(int level, Rect<LevelFrame> rect, SlidePixels& out) const override {
    if (reads_.fetch_add(1) == 2) deed_();
    sound_->read(level, rect, out);
  }

 private:
  std::unique_ptr<SlideSource> sound_;
  std::function<void()> deed_;
  mutable std::atomic<int> reads_{0};
};

/// Reads a slide as the survey does until it is stopped by what it reads.
SlideScorer reading(const std::function<void()>& deed) {
  return
      [deed](const fs::path& slide, const ScoreOptions& options, const RunControl& control, RunRecord& run) {
        const Poisoned source(slide, deed);
        SlidePixels pixels;
        for (std::int64_t y = 0; y < 4; ++y) {
          control.report({"scan", static_cast<std::size_t>(y), 4, 0});
          source.read(0, {0, y * 64, 256, y * 64 + 64}, pixels);
        }
        return score_slide(slide, options, control, run);
      };
}

}  // namespace

TEST_CASE("a slide that is scored apart gives the same files") {
  for (const int threads : {1, 2}) {
    ScoreOptions options;
    options.threads = threads;
    for (const char* name : {"her2-0.tif", "her2-3plus.tif", "he-like.tif"}) {
      INFO(name);
      RunRecord run;
      const SlideResult result = score_apart(sample_slide(name), options, {}, run);
      CHECK(files_of(result) + write_report_html(result, {}) ==
            files_in_one_process(sample_slide(name), options));
      CHECK(run.sandbox.find("seccomp") != std::string::npos);
      CHECK(run.tiles_decoded > 0);
      CHECK(run.threads == threads);
    }
  }
}

TEST_CASE("a slide that is not there, and options that cannot be, end as they do in one process") {
  RunRecord run;
  const SlideResult result = score_apart("no-such-folder/no-such-slide.svs", {}, {}, run);
  CHECK(result.status == Status::Failed);
  CHECK(result.verdict.reasons.at(0).code == "not-found");
  ScoreOptions options;
  options.guideline = "gastric-2016-biopsy";
  options.ish = "2.1,4.5";
  try {
    score_apart(sample_slide(), options, {}, run);
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.code() == Code::Usage);
  }
}

TEST_CASE("progress of the child is seen in the parent") {
  std::vector<std::string> stages;
  RunRecord run;
  const RunControl control{[&](const Progress& at) {
    if (stages.empty() || stages.back() != at.stage) stages.push_back(at.stage);
  }};
  score_apart(sample_slide(), {}, control, run);
  CHECK(std::find(stages.begin(), stages.end(), "scan") != stages.end());
  CHECK(stages.back() == "conclude");
}

TEST_CASE("a reader that crashes is a result with a reason") {
  RunRecord run;
  crashed(score_with(reading([] { ::raise(SIGSEGV); }), run), "SIGSEGV");
  CHECK(run.sandbox.find("seccomp") != std::string::npos);
  CHECK(run.threads >= 1);
  crashed(score_with(reading([] { ::raise(SIGKILL); })), "killed");
  crashed(score_with(reading([] { ::_exit(0); })), "ended without a result");
  crashed(score_with(reading([] { throw std::bad_alloc(); })), "memory");
  crashed(score_with(reading([] {
            const std::string said =
                "(annulet:4711): GLib-ERROR **: 10:20:30.456: tile \x1b[31m 9 is bad\nmore\n";
            [[maybe_unused]] const auto written = ::write(STDERR_FILENO, said.data(), said.size());
            std::abort();
          })),
          "its last words: tile  [31m 9 is bad");
}

TEST_CASE("what GLib says before it gives up for want of memory is understood") {
  crashed(score_with(reading([] {
            const std::string said =
                "(annulet:1): GLib-ERROR **: 10:20:30.456: failed to allocate 6400000000 bytes\n";
            [[maybe_unused]] const auto written = ::write(STDERR_FILENO, said.data(), said.size());
            ::raise(SIGTRAP);
          })),
          "ran out of");
}

TEST_CASE("a reader that hangs is given up") {
  ScoreOptions options;
  options.timeout = 1;
  const SlideResult result = score_with(reading([] {
                                          for (;;) ::sleep(1);
                                        }),
                                        options);
  CHECK(result.status == Status::TimedOut);
  CHECK(exit_code(result.status) == 7);
  REQUIRE(result.verdict.reasons.size() == 1);
  CHECK(result.verdict.reasons[0].code == "timed-out");
}

TEST_CASE("evil readers hurt nobody and are not believed") {
  const fs::path made = fs::temp_directory_path() / ("annulet-evil-" + std::to_string(::getpid()));
  const pid_t parent = ::getpid();
  // Everything is tried, nothing succeeds, and the slide is scored all the same.
  const SlideResult result = score_with(reading([&] {
    const bool done = ::open(made.c_str(), O_CREAT | O_WRONLY, 0600) >= 0 || ::kill(parent, SIGKILL) == 0 ||
                      ::fork() >= 0 || ::execl("/bin/true", "true", nullptr) == 0;
    if (done) ::_exit(99);
  }));
  CHECK(result.verdict.score.has_value());
  CHECK_FALSE(fs::exists(made));

  crashed(score_with(reading([] {  // no message at all, 10 GB long
            const std::vector<char> junk(1 << 20, 'j');
            const Reply reply(3);
            for (int i = 0; i < 10240; ++i) reply.send(junk.data(), junk.size());
          })),
          "cannot be trusted");
  crashed(score_with([](const fs::path& slide, const ScoreOptions& options, const RunControl& control,
                        RunRecord& run) {
            SlideResult forged = score_slide(slide, options, control, run);
            forged.verdict.score = Score::Three;  // of cells that are not there
            for (auto& kind : forged.tally.pattern) kind[5] += 1000;
            return forged;
          }),
          "cannot be trusted");
  crashed(
      score_with([](const fs::path&, const ScoreOptions& options, const RunControl& control, RunRecord& run) {
        SlideResult other = score_slide(sample_slide("her2-3plus.tif"), options, control, run);
        return other;
      }),
      "cannot be trusted");
}

TEST_CASE("Ctrl-C ends the reader at once") {
  std::atomic<bool> stop{true};
  const RunControl control{{}, &stop};
  RunRecord run;
  const auto start = std::chrono::steady_clock::now();
  CHECK_THROWS_AS(score_apart(sample_slide(), {}, control, run, reading([] {
                                for (;;) ::sleep(1);
                              })),
                  Cancelled);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::minutes(1));
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);  // no child is left
}

TEST_CASE("the members of a slide may be links to elsewhere") {
  const fs::path root = fs::temp_directory_path() / ("annulet-links-" + std::to_string(::getpid()));
  fs::create_directories(root / "store");
  fs::create_directories(root / "view");
  write_file_atomically(
      root / "store/Slidedat.ini",
      "[HIERARCHICAL]\nINDEXFILE = Index.dat\n[DATAFILE]\nFILE_COUNT = 1\nFILE_0 = Data.dat\n");
  for (const char* name : {"Index.dat", "Data.dat"}) write_file_atomically(root / "store" / name, "x");
  write_file_atomically(root / "view/a.mrxs", "\xFF\xD8\xFF\xD9");
  fs::create_directory_symlink(root / "store", root / "view/a");
  RunRecord run;
  const SlideResult result = score_apart(root / "view/a.mrxs", {}, {}, run);
  fs::remove_all(root);
  REQUIRE_FALSE(result.verdict.reasons.empty());
  INFO(result.verdict.reasons[0].message);
  CHECK(result.verdict.reasons[0].code != "permission");  // it is no slide, but it was read
}

TEST_CASE("a sandbox that is required is there, or nothing is read") {
  ScoreOptions options;
  options.require_sandbox = true;
  RunRecord run;
  CHECK(score_apart(sample_slide(), options, {}, run).verdict.score.has_value());
}
