#include "annulet/cohort/plan.hpp"

#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "support/catch.hpp"

using namespace annulet;

namespace {

using Path = std::filesystem::path;

/// Slides of stated sizes that take no place on the disk.
class Archive {
 public:
  Archive() : path_(std::filesystem::temp_directory_path() / ("annulet-plan-" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~Archive() { std::filesystem::remove_all(path_); }
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;

  ManifestRow row(const std::string& name, std::uint64_t bytes) const {
    ManifestRow row = missing(name);
    std::ofstream(row.path).close();
    std::filesystem::resize_file(row.path, bytes);
    return row;
  }
  ManifestRow missing(const std::string& name) const {
    ManifestRow row;
    row.slide = name;
    row.path = path_ / name;
    return row;
  }

 private:
  Path path_;
};

Step nothing_done(const ManifestRow&) {
  return Step::Score;
}

constexpr std::uint64_t kMega = 1'000'000;

}  // namespace

// docs/validation/speed.md, "Growth": CPU of one thread, peak memory of two.
TEST_CASE("no slide that was measured is planned below what it took, nor far above") {
  const Archive archive;
  struct Measured {
    double tissue_mpx, cpu_seconds, memory_mb;
  };
  for (const auto& [tissue_mpx, cpu_seconds, memory_mb] :
       {Measured{43, 0.762, 87}, {161, 2.294, 133}, {624, 7.06, 219}, {3829, 43.88, 593}}) {
    INFO(tissue_mpx);
    const auto bytes = static_cast<std::uint64_t>(tissue_mpx * 0.33e6);
    const PlannedSlide slide = make_plan({archive.row("a.tif", bytes)}, {1, 2, 0}, nothing_done).slides.at(0);
    CHECK(slide.cpu_seconds >= cpu_seconds);
    CHECK(slide.cpu_seconds <= 1.25 * cpu_seconds);
    CHECK(static_cast<double>(slide.memory_bytes) >= memory_mb * 1e6);
    CHECK(static_cast<double>(slide.memory_bytes) <= (memory_mb + 150) * 1e6);
  }
}

TEST_CASE("two threads are planned as much faster, and NDPI as much slower, as they were measured") {
  const Archive archive;
  const Plan plan = make_plan({archive.row("a.tif", 206 * kMega)}, {2, 1, 0}, nothing_done);
  REQUIRE(plan.slides.size() == 1);
  CHECK(plan.wall_seconds == plan.cpu_seconds);
  const Plan two_threads = make_plan({archive.row("a.tif", 206 * kMega)}, {1, 2, 0}, nothing_done);
  CHECK(plan.wall_seconds / two_threads.wall_seconds == Approx(1.82));
  const Plan ndpi = make_plan({archive.row("a.NDPI", 206 * kMega)}, {1, 1, 0}, nothing_done);
  CHECK(ndpi.cpu_seconds / plan.cpu_seconds == Approx(1.38).epsilon(0.02));
}

TEST_CASE("rows that are done or miss a file cost nothing, and are told apart") {
  const Archive archive;
  std::vector<ManifestRow> rows{archive.row("a.tif", kMega), archive.row("b.tif", kMega),
                                archive.missing("c.tif"),    archive.row("d.tif", kMega),
                                archive.missing("e.tif"),    archive.row("f.tif", kMega)};
  rows[3].regions = {rows[0].path, "/nowhere/d.geojson"};
  std::size_t asked = 0;
  const Plan plan = make_plan(rows, {}, [&](const ManifestRow& row) {
    ++asked;
    if (row.slide == "f.tif") return Step::Touched;
    return row.slide == "b.tif" || row.slide == "e.tif" ? Step::Done : Step::Score;
  });
  CHECK(asked == rows.size());
  CHECK(plan.of(Step::Score) == 1);
  CHECK(plan.of(Step::Done) == 2);
  CHECK(plan.of(Step::Missing) == 2);
  CHECK(plan.of(Step::Touched) == 1);
  CHECK(plan_text(plan, rows).find("2 done, 2 missing, 1 touched (") != std::string::npos);
  CHECK(plan.bytes == kMega);
  CHECK(plan.slides[1].step == Step::Done);
  CHECK(plan.slides[2].lacks == rows[2].path.string());
  CHECK(plan.slides[3].lacks == "/nowhere/d.geojson");
  CHECK(plan.slides[4].step == Step::Done);
  CHECK(plan.slides[4].lacks.empty());
  CHECK(plan.cpu_seconds == plan.slides[0].cpu_seconds);
}

TEST_CASE("workers take the next slide when they are free, and the largest slides set the memory") {
  const Archive archive;
  std::vector<ManifestRow> rows;
  for (int i = 0; i < 9; ++i) rows.push_back(archive.row("s" + std::to_string(i) + ".tif", 100 * kMega));
  rows.push_back(archive.row("large.tif", 900 * kMega));
  const double one = make_plan({rows[0]}, {}, nothing_done).cpu_seconds;
  const double large = make_plan({rows[9]}, {}, nothing_done).cpu_seconds;
  CHECK(make_plan(rows, {1, 1, 0}, nothing_done).wall_seconds == Approx(9 * one + large));
  const Plan three = make_plan(rows, {3, 1, 0}, nothing_done);
  CHECK(three.wall_seconds == Approx(3 * one + large));
  CHECK(three.longest_seconds == large);
  CHECK(three.memory_bytes == 2 * three.slides[0].memory_bytes + three.slides[9].memory_bytes);
  CHECK(make_plan(rows, {100, 1, 0}, nothing_done).wall_seconds == Approx(large));
  CHECK(make_plan({rows[0]}, {1, 1, 1000 * kMega}, nothing_done).memory_bytes ==
        three.slides[0].memory_bytes + 912 * kMega);
}

TEST_CASE("a plan is told as text and as JSON") {
  const Archive archive;
  std::vector<ManifestRow> rows{archive.row("a.tif", 206 * kMega), archive.missing("b\x1b.tif"),
                                archive.row("c\xff.tif", 10)};
  rows[0].line = 2;
  const Plan plan = make_plan(rows, {2, 1, 0}, [](const ManifestRow& row) {
    return row.slide == "c\xff.tif" ? Step::Done : Step::Score;
  });
  const std::string text = plan_text(plan, rows);
  CHECK(text.find("score     206 MB       8.4 s   288 MB  a.tif\n") != std::string::npos);
  CHECK(text.find("b\\x1b.tif  (not there: ") != std::string::npos);
  CHECK(text.find("\n3 slides: 1 to score (206 MB), 1 done, 1 missing\n") != std::string::npos);
  const auto json = nlohmann::json::parse(plan_json(plan, rows));
  CHECK(json["schema"] == "annulet-plan-1");
  CHECK(json["sums"]["to_score"] == 1);
  CHECK(json["sums"]["workers"] == 2);
  CHECK(json["slides"][0]["line"] == 2);
  CHECK(json["slides"][0]["cpu_seconds"] == json["sums"]["wall_seconds"]);
  CHECK(json["slides"][1]["step"] == "missing");
  CHECK_FALSE(json["slides"][1].contains("cpu_seconds"));
  CHECK(json["slides"][2]["step"] == "done");
}
