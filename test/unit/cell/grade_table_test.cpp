#include <algorithm>

#include "annulet/base/error.hpp"
#include "annulet/base/random.hpp"
#include "annulet/cell/grade.hpp"
#include "ring_rows.hpp"
#include "support/catch.hpp"

using namespace annulet;
using namespace annulet::ring_rows;

namespace {

std::vector<CellKind> all(std::size_t n, CellKind kind) {
  return std::vector<CellKind>(n, kind);
}

}  // namespace

TEST_CASE("a wall that faces a positive neighbour alone is borrowed") {
  const Grading grading;
  CellRow positive = row_at(10, 10, 0, 64, 50), negative = row_at(24, 10, 24, 16, 50),
          own = row_at(38, 10, 24, 28, 50);
  face(negative, positive, 24, 16);
  face(own, negative, 24, 16);
  CellTable cells = {positive, negative, own};
  const GradedTable graded = grade_table(cells, all(3, CellKind::Tumour), grading, 100);
  CHECK(graded[0].pattern == Pattern::WeakModerateComplete);
  CHECK_FALSE(graded[0].borrowed);
  CHECK(graded[1].pattern == Pattern::ModerateOrStrongIncomplete);
  CHECK(graded[1].borrowed);
  CHECK(graded[2].pattern == Pattern::ModerateOrStrongIncomplete);
  CHECK_FALSE(graded[2].borrowed);  // its neighbour is not positive, and it keeps a side of its own
  const Tally tally = count(graded, grading);
  CHECK(tally.borrowed_strong_incomplete == 1);
}

TEST_CASE("a cell that keeps enough wall of its own is not borrowed") {
  const Grading grading;
  CellRow positive = row_at(10, 10, 0, 64, 50), mixed = row_at(24, 10, 20, 30, 50);
  face(mixed, positive, 24, 16);
  CHECK_FALSE(grade_table({positive, mixed}, all(2, CellKind::Tumour), grading, 100)[1].borrowed);
  CellRow faint = mixed;  // what is left is faint
  for (std::size_t i = 0; i < kRays; ++i) {
    if (faint.facing[i] == kNoNeighbour && faint.ridge[i] > 0) faint.ridge[i] = 15;
  }
  CHECK(grade_table({positive, faint}, all(2, CellKind::Tumour), grading, 100)[1].borrowed);
}

TEST_CASE("a neighbour that the table does not hold is not positive") {
  const Grading grading;
  CellRow lone = row_at(24, 10, 24, 16, 50);
  face(lone, row_at(10, 10, 0, 64, 50), 24, 16);
  CHECK_FALSE(grade_table({lone}, all(1, CellKind::Tumour), grading, 100)[0].borrowed);
  CHECK_THROWS_AS(grade_table({lone}, {}, grading, 100), Error);
}

TEST_CASE("counting the parts and merging gives the count of the whole") {
  const Grading grading;
  Random random(4);
  GradedTable table(3000);
  for (GradedCell& cell : table) {
    cell.kind = static_cast<CellKind>(random.below(kKinds));
    cell.pattern = static_cast<Pattern>(random.below(kPatterns));
    cell.completeness = static_cast<std::uint16_t>(random.below(1001));
    cell.longest_arc = static_cast<std::uint16_t>(random.below(1001));
    cell.strength_od = static_cast<std::uint16_t>(random.below(900));
    cell.borrowed = random.below(2) == 0;
  }
  const Tally whole = count(table, grading);
  Tally merged;
  for (std::size_t i = 0; i < table.size(); i += 700) {
    const auto end = table.begin() + static_cast<std::ptrdiff_t>(std::min(i + 700, table.size()));
    merged.merge(count(GradedTable(table.begin() + static_cast<std::ptrdiff_t>(i), end), grading));
  }
  CHECK(merged == whole);
  CHECK(whole.total() == 3000);
  std::uint64_t binned = 0;
  for (const auto& kind : whole.measurable) {
    for (const auto& completeness : kind) {
      for (const auto& arc : completeness) binned += arc[0] + arc[1] + arc[2] + arc[3];
    }
  }
  for (const std::uint64_t n : whole.unmeasurable) binned += n;
  CHECK(binned == 3000);
}

TEST_CASE("the bins of the tally stand at the grading's cuts") {
  const Grading grading;
  GradedCell cell;
  cell.kind = CellKind::Tumour;
  cell.pattern = Pattern::None;
  const auto bin = [&](int completeness, int arc, int strength) {
    cell.completeness = static_cast<std::uint16_t>(completeness);
    cell.longest_arc = static_cast<std::uint16_t>(arc);
    cell.strength_od = static_cast<std::uint16_t>(strength);
    return count({cell}, grading).measurable[0];
  };
  CHECK(bin(99, 149, 249)[0][0][0] == 1);
  CHECK(bin(100, 150, 250)[1][1][1] == 1);
  CHECK(bin(849, 150, 400)[1][1][2] == 1);
  CHECK(bin(850, 150, 600)[2][1][3] == 1);
}

TEST_CASE(
    "the limit of blank is measured on negative tissue and only ever raises the cut, within its bound") {
  const Grading grading;
  const auto table = [](int ridge, int n) {
    CellTable cells;
    for (int i = 0; i < n; ++i)
      cells.push_back(row_at(100 * (i % 20), 100 * (i / 20), 0, 4, ridge));  // 6 % of the rays
    return cells;
  };
  const auto limit = [&](int ridge, int n, CellKind kind) {
    const CellTable cells = table(ridge, n);
    return limit_of_blank(cells, blank_cells(cells, all(cells.size(), kind)), grading);
  };
  CHECK(limit(5, 400, CellKind::Lymphocyte).visible_od == Approx(0.10));
  CHECK_FALSE(limit(5, 400, CellKind::Lymphocyte).raised);
  CHECK(limit(5, 400, CellKind::Lymphocyte).measured_od == Approx(0.05));
  CHECK(limit(12, 400, CellKind::Stroma).visible_od == Approx(0.12));
  CHECK(limit(12, 400, CellKind::Stroma).raised);
  CHECK(limit(12, 400, CellKind::Stroma).source == "negative-tissue");
  CHECK(limit(12, 400, CellKind::Stroma).area_mm2 == Approx(400 * 150e-6));
  CHECK(limit(60, 400, CellKind::Stroma).visible_od == Approx(0.15));
  CHECK(limit(12, 100, CellKind::Stroma).source == "default");  // too few
  CHECK(limit(12, 400, CellKind::Tumour).source == "default");
  CHECK(limit(12, 400, CellKind::Benign).source == "default");
}

TEST_CASE("negative cells beside tumour do not enter the limit of blank") {
  const Grading grading;
  CellTable cells;
  std::vector<CellKind> kinds;
  for (int i = 0; i < 600;
       ++i) {  // every second row of cells lies 10 um from a tumour cell and borrows its wall
    const bool beside = i % 2 == 1;
    cells.push_back(row_at(500 * (i % 30), 200 * (i / 30), 0, beside ? 30 : 4, beside ? 80 : 3));
    kinds.push_back(CellKind::Lymphocyte);
    if (beside) {
      cells.push_back(row_at(500 * (i % 30) + 10, 200 * (i / 30), 0, 64, 80));
      kinds.push_back(CellKind::Tumour);
    }
  }
  const LimitOfBlank limit = limit_of_blank(cells, blank_cells(cells, kinds), grading);
  CHECK(limit.cells == 300);
  CHECK(limit.measured_od == Approx(0.03));
}

TEST_CASE("a few stained cells that were taken for negative ones do not set the limit of blank") {
  const Grading grading;
  CellTable cells;
  for (int i = 0; i < 400; ++i) {
    const bool misjudged = i % 20 == 0;
    cells.push_back(row_at(100 * (i % 20), 100 * (i / 20), 0, misjudged ? 32 : 4, misjudged ? 40 : 3));
  }
  const LimitOfBlank limit =
      limit_of_blank(cells, blank_cells(cells, all(cells.size(), CellKind::Stroma)), grading);
  CHECK(limit.cells == 380);
  CHECK_FALSE(limit.raised);
}
