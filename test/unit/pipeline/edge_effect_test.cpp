#include "annulet/pipeline/edge_effect.hpp"

#include "support/catch.hpp"

using namespace annulet;

namespace {

/// Tissue from x = 100 um on, 1 mm high; cells every 10 um, every second column stroma.
struct Slide {
  TissueMask tissue;
  CellTable cells;
  GradedTable graded;

  template <class Paint>
  explicit Slide(const Paint& paint) {
    tissue.pitch_um = 2;
    tissue.piece = Plane<std::uint16_t>(500, 500, 1);
    for (int y = 0; y < 500; ++y) std::fill_n(tissue.piece.row(y), 50, std::uint16_t{0});
    for (int y = 5; y < 1000; y += 10) {
      for (int x = 105; x < 1000; x += 10) {
        CellRow row;
        row.x = x * kMicroUnits;
        row.y = y * kMicroUnits;
        row.nucleus_area = 400;
        GradedCell cell;
        cell.kind = x % 20 == 5 ? CellKind::Stroma : CellKind::Tumour;
        cell.pattern = Pattern::None;
        paint(x - 100, row, cell);
        cells.push_back(row);
        graded.push_back(cell);
      }
    }
  }
  std::vector<std::uint16_t> distances() const { return edge_distances(tissue, cells); }
};

std::optional<Remark> look(const Slide& slide) {
  const Guideline guideline = Guideline::load("asco-cap-breast-2018");
  const Grading grading;
  const Verdict whole = guideline.decide(count(slide.graded, grading), {}, {});
  return edge_effect(slide.graded, slide.distances(), grading, guideline, whole);
}

void intense(GradedCell& cell) {
  cell.pattern = Pattern::IntenseComplete;
  cell.completeness = cell.longest_arc = 1000;
  cell.strength_od = 800;
}

}  // namespace

TEST_CASE("distances run from the glass, within a tenth, and not from the slide's border") {
  const Slide slide([](int, CellRow&, GradedCell&) {});
  const auto distances = slide.distances();
  for (std::size_t i = 0; i < slide.cells.size(); ++i) {
    const int depth = slide.cells[i].x / kMicroUnits - 100;
    if (depth < kFarFromEdge - 20) {
      CHECK(distances[i] >= depth - 6);
      CHECK(distances[i] <= depth + 6);
    } else {
      CHECK(distances[i] >= kFarFromEdge - 30);
    }
  }
}

TEST_CASE("a small hole in the tissue is no edge, a large one is") {
  for (const int side : {20, 100}) {
    Slide slide([](int, CellRow&, GradedCell&) {});
    for (int y = 0; y < side / 2; ++y) std::fill_n(slide.tissue.piece.row(250 + y) + 400, side / 2, 0);
    const auto distances = slide.distances();
    const auto at = [&](int x_um, int y_um) {
      for (std::size_t i = 0; i < slide.cells.size(); ++i) {
        if (slide.cells[i].x == x_um * kMicroUnits && slide.cells[i].y == y_um * kMicroUnits)
          return static_cast<int>(distances[i]);
      }
      return -1;
    };
    CHECK((at(785, 515) < 40) == (side == 100));
  }
}

TEST_CASE("a blush is told by the nuclei that carry no HER2, and how deep it reaches") {
  const Slide blush([](int depth, CellRow& row, GradedCell&) {
    row.nucleus_dab_od = static_cast<std::uint16_t>(20 + (depth < 50 ? (50 - depth) * (50 - depth) / 10 : 0));
  });
  const int depth = blush_depth(blush.cells, blush.graded, blush.distances());
  CHECK(depth >= 30);
  CHECK(depth <= 40);
  const Slide strong_tumour([](int depth_um, CellRow& row, GradedCell& cell) {
    row.nucleus_dab_od = cell.kind == CellKind::Tumour && depth_um < 50 ? 300 : 20;
  });
  CHECK(blush_depth(strong_tumour.cells, strong_tumour.graded, strong_tumour.distances()) == 0);
}

TEST_CASE("tumour that stains at the edge alone carries both scores") {
  const Slide slide([](int depth, CellRow&, GradedCell& cell) {
    if (cell.kind == CellKind::Tumour && depth < 140) intense(cell);
  });
  const auto caveat = look(slide);
  REQUIRE(caveat);
  CHECK(caveat->code == "edge-effect");
  CHECK(caveat->message.find("reads 0 instead of 3+") != std::string::npos);
}

TEST_CASE("tumour that stains all over, or inside alone, shows no edge effect") {
  CHECK_FALSE(look(Slide([](int, CellRow&, GradedCell& cell) {
    if (cell.kind == CellKind::Tumour) intense(cell);
  })));
  CHECK_FALSE(look(Slide([](int depth, CellRow&, GradedCell& cell) {
    if (cell.kind == CellKind::Tumour && depth > 300) intense(cell);
  })));
}
