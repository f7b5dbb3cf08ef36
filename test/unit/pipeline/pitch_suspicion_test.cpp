#include "annulet/pipeline/pitch_suspicion.hpp"

#include "support/catch.hpp"

using namespace annulet;

namespace {

struct Cells {
  CellTable rows;
  GradedTable graded;
  /// `count` nuclei of a kind, their areas spread evenly between two.
  void add(CellKind kind, int count, double least_um2, double most_um2, int width = 56) {
    for (int i = 0; i < count; ++i) {
      CellRow row;
      row.nucleus_area = static_cast<std::uint16_t>(8 * (least_um2 + (most_um2 - least_um2) * i / count));
      row.width = static_cast<std::uint8_t>(width);
      rows.push_back(row);
      GradedCell cell;
      cell.kind = kind;
      graded.push_back(cell);
    }
  }
  std::string said() const { return suspect_pitch(rows, graded, 0.25).value_or(""); }
};

}  // namespace

TEST_CASE("nuclei of the right size raise no suspicion") {
  Cells cells;
  cells.add(CellKind::Lymphocyte, 100, 18, 50);
  cells.add(CellKind::Tumour, 400, 30, 150);
  CHECK(cells.said().empty());
}

TEST_CASE("areas four times too large or too small are told, with the direction") {
  Cells large;
  large.add(CellKind::Lymphocyte, 100, 40, 200);
  large.add(CellKind::Tumour, 400, 60, 250);
  CHECK(large.said().find("twice too large") != std::string::npos);
  Cells small;
  small.add(CellKind::Lymphocyte, 100, 12, 30);
  small.add(CellKind::Tumour, 400, 10, 45);
  CHECK(small.said().find("half of what is right") != std::string::npos);
}

TEST_CASE("walls that are too thin speak where lymphocytes are too small") {
  Cells cells;
  cells.add(CellKind::Lymphocyte, 100, 12, 28, 40);
  cells.add(CellKind::Tumour, 400, 12, 70, 44);
  CHECK_FALSE(cells.said().empty());
  Cells thick;
  thick.add(CellKind::Lymphocyte, 100, 12, 28, 40);
  thick.add(CellKind::Tumour, 400, 12, 70, 60);
  CHECK(thick.said().empty());
}

TEST_CASE("a handful of nuclei says nothing, and neither do those that were not seen whole") {
  Cells few;
  few.add(CellKind::Lymphocyte, 9, 80, 200);
  few.add(CellKind::Tumour, 20, 10, 30);
  CHECK(few.said().empty());
  Cells cut;
  cut.add(CellKind::Lymphocyte, 100, 80, 200);
  for (CellRow& row : cut.rows) row.flags = kFlagInterior;
  CHECK(cut.said().empty());
}
