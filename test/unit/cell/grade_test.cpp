#include "annulet/cell/grade.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include "annulet/base/error.hpp"
#include "annulet/base/integer_math.hpp"
#include "annulet/base/random.hpp"
#include "annulet/model/model_file.hpp"
#include "support/catch.hpp"
#include "support/kernel_paths.hpp"

using namespace annulet;

namespace {

// The contract's definitions without any calibration.
Grading plain() {
  return Grading{};
}

CellRow even_row(int rays, int ridge) {
  CellRow row;
  row.radius.fill(56);
  row.facing.fill(kNoNeighbour);
  for (int i = 0; i < rays; ++i) row.ridge[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(ridge);
  return row;
}

Pattern pattern(int rays, int ridge) {
  return grade(even_row(rays, ridge), plain(), 100).pattern;
}

// What is stained of a ring, ray by ray.
struct PlainRing {
  std::int64_t share = 0, longest = 0, mean_od = 0, median_od = 0;
};

PlainRing plain_ring(const CellRow& row, int visible_od, int bridged) {
  std::vector<int> levels;
  std::array<bool, kRays> stained{}, closed{};
  std::int64_t all = 0, seen = 0, weighted = 0;
  const auto length = [&](std::size_t i) { return std::max<std::int64_t>(row.radius[i % kRays], 1); };
  for (std::size_t i = 0; i < kRays; ++i) {
    all += length(i);
    stained[i] = row.ridge[i] * 10 >= visible_od;
    if (!stained[i]) continue;
    levels.push_back(row.ridge[i]);
    seen += length(i);
    weighted += length(i) * row.ridge[i];
  }
  PlainRing ring;
  if (levels.empty()) return ring;
  for (std::size_t i = 0; i < kRays; ++i) {  // a bare ray is bridged between stained ones not too far apart
    const auto steps_to_stain = [&](std::size_t step) {
      int steps = 0;
      for (std::size_t k = i; !stained[k]; k = (k + step) % kRays) ++steps;
      return steps;
    };
    closed[i] = stained[i] || steps_to_stain(1) + steps_to_stain(kRays - 1) - 1 <= bridged;
  }
  std::int64_t share = 0, run = 0, longest = 0;
  for (std::size_t i = 0; i < 2 * kRays; ++i) {  // twice around: no run is cut
    run = closed[i % kRays] ? run + length(i) : 0;
    share += i < kRays && closed[i] ? length(i) : 0;
    longest = std::max(longest, std::min(run, all));
  }
  ring.share = divide_round(share * 1000, all);
  if (ring.share == 0) return ring;
  std::sort(levels.begin(), levels.end());
  ring.longest = divide_round(longest * 1000, all);
  ring.mean_od = divide_round(weighted * 10, seen);
  ring.median_od = 10 * levels[levels.size() / 2];
  return ring;
}

std::string load_error(const std::string& text) {
  static int count = 0;
  const auto path =
      std::filesystem::temp_directory_path() /
      ("annulet-grading-" + std::to_string(::getpid()) + "-" + std::to_string(count++) + ".toml");
  std::ofstream(path) << text;
  std::string message;
  try {
    load_grading(path.string());
  } catch (const Error& error) {
    CHECK(error.code() == Code::Usage);
    message = error.what();
  }
  std::filesystem::remove(path);
  return message;
}

std::string built_in_text() {
  for (const ModelFile& file : built_in_model_files()) {
    if (file.kind == "grading" && file.id == "annulet-1") return file.text;
  }
  return {};
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("patterns follow the contract, exactly at every cut") {
  CHECK(pattern(0, 0) == Pattern::None);
  CHECK(pattern(6, 80) == Pattern::None);                        // 0.094
  CHECK(pattern(7, 80) == Pattern::ModerateOrStrongIncomplete);  // 0.109
  CHECK(pattern(64, 24) == Pattern::FaintIncomplete);            // faint, even if complete
  CHECK(pattern(64, 25) == Pattern::WeakModerateComplete);
  CHECK(pattern(64, 59) == Pattern::WeakModerateComplete);
  CHECK(pattern(64, 60) == Pattern::IntenseComplete);
  CHECK(pattern(54, 60) == Pattern::ModerateOrStrongIncomplete);  // 0.844
  CHECK(pattern(55, 60) == Pattern::IntenseComplete);             // 0.859
  CHECK(pattern(7, 24) == Pattern::FaintIncomplete);
  CHECK(pattern(64, 9) == Pattern::None);  // below the visible cut
  CHECK(pattern(64, 10) == Pattern::FaintIncomplete);
}

TEST_CASE("completeness, arc and strength are shares and means of the ring") {
  const GradedCell half = grade(even_row(32, 40), plain(), 100);
  CHECK(half.completeness == 500);
  CHECK(half.longest_arc == 500);
  CHECK(half.strength_od == 400);
  CHECK(half.median_od == 400);

  CellRow row = even_row(0, 0);
  for (std::size_t i = 0; i < 8; ++i) row.ridge[i] = 20;
  for (std::size_t i = 60; i < 64; ++i) row.ridge[i] = 50;  // 12 in one arc across the first ray
  for (std::size_t i = 30; i < 40; ++i) row.ridge[i] = 30;
  const GradedCell arcs = grade(row, plain(), 100);
  CHECK(arcs.completeness == 344);
  CHECK(arcs.longest_arc == 188);
  CHECK(arcs.strength_od == (8 * 200 + 4 * 500 + 10 * 300) / 22);
  CHECK(arcs.median_od == 300);
}

TEST_CASE("a longer part of the perimeter weighs more") {
  CellRow row = even_row(32, 40);
  for (std::size_t i = 32; i < 64; ++i) row.radius[i] = 28;  // the bare half is half as far away
  CHECK(grade(row, plain(), 100).completeness == 667);
}

TEST_CASE("a gap of one ray is bridged, of two is not") {
  CellRow row = even_row(64, 40);
  row.ridge[10] = 0;
  CHECK(grade(row, plain(), 100).completeness == 1000);
  CHECK(grade(row, plain(), 100).longest_arc == 1000);
  CHECK(grade(row, plain(), 100).strength_od == 400);
  row.ridge[11] = 0;
  CHECK(grade(row, plain(), 100).completeness == 969);
  row = even_row(0, 0);
  row.ridge[63] = row.ridge[1] = 40;  // across the first ray
  CHECK(grade(row, plain(), 100).completeness == 47);
}

TEST_CASE("every kernel path grades as a plain programme does") {
  Random random(20);
  std::vector<CellRow> rows(300);
  for (CellRow& row : rows) {
    const std::uint64_t stained = random.below(101);
    for (std::size_t i = 0; i < kRays; ++i) {
      row.radius[i] = static_cast<std::uint8_t>(random.below(256));
      row.ridge[i] = static_cast<std::uint8_t>(random.below(100) < stained ? random.below(256) : 0);
    }
  }
  test::on_each_kernel_path([&] {
    for (const CellRow& row : rows) {
      for (const int visible_od : {10, 100, 455, 2550, 2551}) {
        const GradedCell cell = grade(row, plain(), visible_od);
        const PlainRing ring = plain_ring(row, visible_od, plain().bridged_rays);
        CHECK(cell.completeness == ring.share);
        CHECK(cell.longest_arc == ring.longest);
        CHECK(cell.strength_od == ring.mean_od);
        CHECK(cell.median_od == ring.median_od);
        GradedCell tallied = grade_for_tally(row, plain(), visible_od);
        tallied.median_od = cell.median_od;
        CHECK(tallied == cell);
      }
    }
  });
}

TEST_CASE("rings that cannot be judged are unmeasurable") {
  for (const int flag : {kFlagCutBySlide, kFlagMissingPixels, kFlagEdgeBlush}) {
    CellRow row = even_row(64, 80);
    row.flags = static_cast<std::uint16_t>(flag);
    CHECK(grade(row, plain(), 100).pattern == Pattern::Unmeasurable);
  }
  for (const int flag : {kFlagInterior, kFlagSaturated}) {
    CellRow row = even_row(64, 80);
    row.flags = static_cast<std::uint16_t>(flag);
    CHECK(grade(row, plain(), 100).pattern == Pattern::IntenseComplete);
  }
}

TEST_CASE("raising the visible cut never adds staining") {
  Random random(9);
  for (int trial = 0; trial < 500; ++trial) {
    CellRow row = even_row(0, 0);
    for (std::size_t i = 0; i < kRays; ++i) {
      row.ridge[i] = static_cast<std::uint8_t>(random.below(40));
      row.radius[i] = static_cast<std::uint8_t>(30 + random.below(60));
    }
    int last = 1000, arc = 1000;
    for (int cut = 100; cut <= 150; cut += 10) {
      const GradedCell cell = grade(row, plain(), cut);
      CHECK(cell.completeness <= last);
      CHECK(cell.longest_arc <= arc);
      CHECK(cell.longest_arc <= cell.completeness);
      CHECK(cell.completeness <= 1000);
      last = cell.completeness;
      arc = cell.longest_arc;
    }
  }
}

TEST_CASE("more DAB on any ray never lowers completeness") {
  const Grading grading = load_grading("annulet-1");
  Random random(10);
  for (int trial = 0; trial < 500; ++trial) {
    CellRow row = even_row(0, 0);
    for (auto& ridge : row.ridge) ridge = static_cast<std::uint8_t>(random.below(30));
    const GradedCell less = grade(row, grading, 100);
    for (auto& ridge : row.ridge) ridge = static_cast<std::uint8_t>(ridge + random.below(20));
    CHECK(grade(row, grading, 100).completeness >= less.completeness);
  }
}

TEST_CASE("a calibration curve passes through its knots and goes on straight") {
  const CalibrationCurve curve{{{100, 0}, {500, 600}, {900, 1000}}};
  CHECK(curve(100) == 0);
  CHECK(curve(500) == 600);
  CHECK(curve(900) == 1000);
  CHECK(curve(300) == 300);
  CHECK(curve(0) == -150);
  CHECK(curve(1000) == 1100);
  for (int v = 1; v < 1200; ++v) CHECK(curve(v) >= curve(v - 1));
}

TEST_CASE("the built-in grading holds the contract's definitions") {
  const Grading grading = load_grading("annulet-1");
  CHECK(grading.stained_share == 100);
  CHECK(grading.complete_share == 850);
  CHECK(grading.faint_od == 250);
  CHECK(grading.moderate_od == 400);
  CHECK(grading.intense_od == 600);
  CHECK(grading.visible_od == 100);
  CHECK(grading.visible_od_max == 150);
  CHECK(grading.reactive_arc == 150);
  CHECK(grading.digest.size() == 64);
  CHECK(grading.completeness(0) == 0);
  CHECK(grading.completeness(1000) == 1000);
  for (int v = 1; v <= 1000; ++v) {
    CHECK(grading.completeness(v) >= grading.completeness(v - 1));
    CHECK(grading.strength(v) > grading.strength(v - 1));
  }
}

TEST_CASE("a grading file is read strictly, and an error points at its place") {
  const std::string text = built_in_text();
  CHECK(load_error(text).empty());
  CHECK(load_error(replaced(text, "faint_od =", "feint_od =")).find("cuts.faint_od") != std::string::npos);
  CHECK(load_error(replaced(text, "[cuts]", "[cuts]\nnew_key = 1")).find("unknown key 'cuts.new_key'") !=
        std::string::npos);
  const auto lines =
      std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(text.find("[cuts]")), '\n');
  CHECK(load_error(replaced(text, "[cuts]", "[cuts]\nnew_key = 1")).find(std::to_string(lines + 2)) !=
        std::string::npos);
  CHECK(load_error(replaced(text, "faint_od = 250", "faint_od = \"250\"")).find("whole number") !=
        std::string::npos);
  CHECK_FALSE(load_error(replaced(text, "intense_od = 600", "intense_od = 300")).empty());
  CHECK(load_error(replaced(text, "strength = [[0, 0]", "strength = [[0, 9000]")).find("rise") !=
        std::string::npos);
  CHECK_FALSE(load_error(replaced(text, "strength = [[0, 0]", "strength = [[0]")).empty());
  CHECK_THROWS_AS(load_grading("no-such-grading"), Error);
}
