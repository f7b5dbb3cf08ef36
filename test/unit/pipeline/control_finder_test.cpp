#include "annulet/pipeline/control_finder.hpp"

#include "support/catch.hpp"

using namespace annulet;

namespace {

/// A slide of 2 um squares on which tissue is drawn and filled with tumour cells 15 um apart.
struct Slide {
  TissueMask tissue;
  CellTable cells;
  GradedTable graded;

  Slide(int width_um, int height_um) {
    tissue.pitch_um = 2;
    tissue.piece = Plane<std::uint16_t>(width_um / 2, height_um / 2, 0);
  }
  template <class Inside>
  void fill(Pattern pattern, const Inside& inside) {
    for (int y = 0; y < tissue.piece.height(); ++y) {
      for (int x = 0; x < tissue.piece.width(); ++x) {
        if (inside(2 * x + 1, 2 * y + 1)) tissue.piece(x, y) = 1;
      }
    }
    for (int y = 7; y < 2 * tissue.piece.height(); y += 15) {
      for (int x = 7; x < 2 * tissue.piece.width(); x += 15) {
        if (!inside(x, y)) continue;
        CellRow row;
        row.x = x * kMicroUnits;
        row.y = y * kMicroUnits;
        cells.push_back(row);
        GradedCell cell;
        cell.kind = CellKind::Tumour;
        cell.pattern = pattern;
        graded.push_back(cell);
      }
    }
  }
  void box(int x0, int y0, int x1, int y1, Pattern pattern) {
    fill(pattern, [=](int x, int y) { return x >= x0 && x < x1 && y >= y0 && y < y1; });
  }
  void disc(int cx, int cy, int radius, Pattern pattern) {
    fill(pattern, [=](int x, int y) { return (x - cx) * (x - cx) + (y - cy) * (y - cy) < radius * radius; });
  }
  ControlTissue look() const { return find_control(find_parts(tissue), cells, graded); }
};

}  // namespace

TEST_CASE("a small round piece that stains otherwise is control tissue, wherever it lies") {
  for (const auto& [x, y] : {std::pair{300, 1800}, {1700, 1800}, {300, 1500}}) {
    Slide slide(2000, 2000);
    slide.box(0, 0, 2000, 1200, Pattern::FaintIncomplete);
    slide.disc(x, y, 150, Pattern::IntenseComplete);
    const ControlTissue control = slide.look();
    REQUIRE(control.labels.size() == 1);
    CHECK(control.certain);
    CHECK(control.area_mm2 > 0.06);
    CHECK(control.area_mm2 < 0.08);
    CHECK(control.holds(find_parts(slide.tissue).at_um(x, y)));
    CHECK_FALSE(control.holds(find_parts(slide.tissue).at_um(1000, 600)));
  }
}

TEST_CASE("a negative control beside a positive patient is one, too") {
  Slide slide(2000, 2000);
  slide.box(0, 0, 2000, 1200, Pattern::IntenseComplete);
  slide.disc(300, 1700, 150, Pattern::None);
  CHECK(slide.look().certain);
}

TEST_CASE("the dots of a row go together, also the one that stains as the patient does") {
  Slide slide(2000, 2000);
  slide.box(0, 0, 2000, 1200, Pattern::FaintIncomplete);
  slide.disc(200, 1700, 120, Pattern::None);
  slide.disc(540, 1700, 120, Pattern::FaintIncomplete);
  slide.disc(880, 1700, 120, Pattern::IntenseComplete);
  const ControlTissue control = slide.look();
  CHECK(control.labels.size() == 3);
  CHECK(control.certain);
}

TEST_CASE("a piece that stains as the patient does is the patient's") {
  Slide slide(2000, 2000);
  slide.box(0, 0, 2000, 1200, Pattern::FaintIncomplete);
  slide.disc(300, 1700, 150, Pattern::FaintIncomplete);
  slide.disc(1300, 1700, 90, Pattern::FaintIncomplete);
  CHECK(slide.look().labels.empty());
}

TEST_CASE("cores of one size are no controls of one another") {
  Slide slide(2400, 1800);
  for (int row = 0; row < 2; ++row) {
    for (int column = 0; column < 3; ++column)
      slide.disc(400 + 800 * column, 400 + 900 * row, 300, static_cast<Pattern>(1 + (row + column) % 5));
  }
  CHECK(slide.look().labels.empty());
}

TEST_CASE("a round piece of half the patient's size is counted, and said") {
  Slide slide(2000, 2000);
  slide.box(0, 0, 900, 400, Pattern::None);
  slide.disc(400, 1500, 220, Pattern::IntenseComplete);
  const ControlTissue control = slide.look();
  REQUIRE(control.labels.size() == 1);
  CHECK_FALSE(control.certain);
}

TEST_CASE("an elongated piece is a biopsy, however it stains") {
  Slide slide(2000, 2000);
  slide.box(0, 0, 2000, 1200, Pattern::None);
  slide.box(200, 1600, 900, 1720, Pattern::IntenseComplete);
  CHECK(slide.look().labels.empty());
}

TEST_CASE("among like pieces of the patient's one that stains otherwise is counted, and said") {
  Slide slide(2000, 2000);
  slide.box(0, 0, 2000, 1000, Pattern::FaintIncomplete);
  slide.disc(300, 1700, 150, Pattern::IntenseComplete);
  slide.disc(1300, 1700, 150, Pattern::FaintIncomplete);
  const ControlTissue control = slide.look();
  REQUIRE(control.labels.size() == 1);
  CHECK_FALSE(control.certain);
}

TEST_CASE("a few stained cells on a crumb are no control") {
  Slide slide(2000, 2000);
  slide.box(0, 0, 2000, 1200, Pattern::FaintIncomplete);
  slide.disc(300, 1700, 20, Pattern::IntenseComplete);
  CHECK(slide.look().labels.empty());
}

TEST_CASE("a thin bridge does not make two pieces one") {
  Slide slide(2000, 2000);
  slide.box(0, 0, 2000, 1200, Pattern::FaintIncomplete);
  slide.disc(500, 1380, 150, Pattern::IntenseComplete);
  slide.box(496, 1200, 504, 1240, Pattern::IntenseComplete);
  CHECK(slide.look().labels.size() == 1);
}

TEST_CASE("roundness is told from the shape") {
  Slide slide(2000, 1000);
  slide.disc(300, 500, 200, Pattern::None);
  slide.box(700, 400, 1900, 600, Pattern::None);
  const TissueParts parts = find_parts(slide.tissue);
  REQUIRE(parts.parts.size() == 2);
  CHECK(parts.parts[0].roundness > 0.85);
  CHECK(parts.parts[1].roundness < 0.3);
  CHECK(parts.parts[0].diameter_um() > 380);
  CHECK(parts.parts[0].diameter_um() < 410);
  CHECK(parts.at_um(300, 500) == 1);
  CHECK(parts.at_um(1300, 500) == 2);
  CHECK(parts.at_um(600, 900) == 0);
}
