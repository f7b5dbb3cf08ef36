#include "annulet/pipeline/second_population.hpp"

#include "support/catch.hpp"

using namespace annulet;

namespace {

/// A square lattice of tumour cells 20 um apart; those left of `split_um` stain intensely all around.
struct Field {
  CellTable cells;
  GradedTable graded;
  Field(int width_um, int height_um, int split_um) {
    for (int y = 10; y < height_um; y += 20) {
      for (int x = 10; x < width_um; x += 20) {
        CellRow row;
        row.x = x * kMicroUnits;
        row.y = y * kMicroUnits;
        cells.push_back(row);
        GradedCell cell;
        cell.kind = CellKind::Tumour;
        cell.pattern = x < split_um ? Pattern::IntenseComplete : Pattern::None;
        cell.completeness = x < split_um ? 1000 : 0;
        cell.longest_arc = cell.completeness;
        cell.strength_od = x < split_um ? 800 : 0;
        graded.push_back(cell);
      }
    }
  }
};

std::optional<Remark> look(const Field& field) {
  const Guideline guideline = Guideline::load("asco-cap-breast-2018");
  const Grading grading;
  const Verdict whole = guideline.decide(count(field.graded, grading), {}, {});
  return second_population(field.cells, field.graded, grading, guideline, whole);
}

}  // namespace

TEST_CASE("a second contiguous population with another score is told with both percentages") {
  const auto caveat = look(Field(8000, 4000, 3200));
  REQUIRE(caveat);
  CHECK(caveat->code == "second-population");
  CHECK(caveat->message.find("reads 0") != std::string::npos);
  CHECK(caveat->message.find("reads 3+") != std::string::npos);
}

TEST_CASE("a uniform tumour, and a population of at most 10 %, are no second population") {
  CHECK_FALSE(look(Field(8000, 4000, 8000)));
  CHECK_FALSE(look(Field(8000, 4000, 0)));
  CHECK_FALSE(look(Field(8000, 4000, 40)));
}

TEST_CASE("a guideline of touching cells says nothing of a part alone") {
  const Field field(8000, 4000, 3200);
  const Guideline guideline = Guideline::load("gastric-2016-biopsy");
  const Grading grading;
  Contiguity contiguity;
  for (std::uint64_t& cells : contiguity.largest_gastric_cluster) cells = 50;
  const Verdict whole = guideline.decide(count(field.graded, grading), contiguity, {});
  REQUIRE(whole.score == Score::Three);
  CHECK_FALSE(second_population(field.cells, field.graded, grading, guideline, whole));
}
