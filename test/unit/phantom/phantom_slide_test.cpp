#include "annulet/phantom/phantom_slide.hpp"

#include <algorithm>
#include <cmath>

#include "recipes.hpp"
#include "support/catch.hpp"

using namespace annulet;

namespace {

PhantomRecipe small(const std::string& preset, double seed = 5, double size_px = 640) {
  return recipes::small(preset, seed, size_px);
}

double sum(const PhantomTruth::Percent& p) {
  return p.none + p.faint + p.moderate + p.intense + p.mi;
}

/// Haematoxylin and chromogen of a byte triple by least squares: this test's own unmixing.
std::array<double, 2> unmix(const PhantomRecipe& recipe, const std::uint8_t* rgb) {
  double hh = 0, hc = 0, cc = 0, ho = 0, co = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    const double od = -std::log10(std::max<double>(rgb[i], 1) / recipe.white[i]);
    const double h = recipe.haematoxylin_vector[i], c = recipe.chromogen_vector[i];
    hh += h * h, hc += h * c, cc += c * c, ho += h * od, co += c * od;
  }
  const double det = hh * cc - hc * hc;
  return {(ho * cc - co * hc) / det, (co * hh - ho * hc) / det};
}

}  // namespace

TEST_CASE("the same recipe paints the same slide, another seed another one") {
  const PhantomSlide a = paint_phantom(small("score2")), b = paint_phantom(small("score2"));
  CHECK(a.rgb.data == b.rgb.data);
  CHECK(a.cells.size() == b.cells.size());
  CHECK(paint_phantom(small("score2", 6)).rgb.data != a.rgb.data);
}

TEST_CASE("the size of the bands changes neither picture nor truth") {
  for (const char* preset : {"score2", "20x-score1"}) {
    CAPTURE(preset);
    const PhantomSlide whole = paint_phantom(small(preset, 5, 400)),
                       banded = paint_phantom(small(preset, 5, 400), 1);
    CHECK(whole.rgb.data == banded.rgb.data);
    REQUIRE(whole.cells.size() == banded.cells.size());
    REQUIRE_FALSE(whole.cells.empty());
    for (std::size_t i = 0; i < whole.cells.size(); ++i) {
      CHECK(whole.cells[i].x_um == banded.cells[i].x_um);
      CHECK(whole.cells[i].completeness == Approx(banded.cells[i].completeness));
      CHECK(whole.cells[i].dab_od == Approx(banded.cells[i].dab_od));
    }
  }
}

TEST_CASE("percentages add to 100 and every preset ends in its own score") {
  const std::pair<const char*, const char*> expected[] = {
      {"score0-null", "0"},     {"score0-ultralow", "0"},
      {"score1", "1+"},         {"score2", "2+"},
      {"score3", "3+"},         {"mi-incomplete", "2+"},
      {"no-tumour", ""},        {"blank", ""},
      {"he-like", ""},          {"border-3p-12", "3+"},
      {"hetero-cluster", "3+"}, {"hetero-cluster-07", "2+"},
      {"control-tissue", "1+"}, {"glands-basolateral", "2+"},
      {"artefact-4", "0"}};
  for (const auto& [preset, score] : expected) {
    CAPTURE(preset);
    PhantomRecipe recipe = load_recipe(preset);
    recipe.width_px = recipe.height_px = 1280;
    const PhantomTruth truth = conclude_phantom(paint_phantom(recipe));
    CHECK(truth.expected_score == score);
    if (truth.tumour_evaluable > 0) {
      CHECK(sum(truth.evaluable) == Approx(100));
      CHECK(sum(truth.all) == Approx(100));
      CHECK(truth.tumour_evaluable <= truth.tumour);
    }
    CHECK(std::count(truth.acceptable.begin(), truth.acceptable.end(), *score == 0 ? "None" : score) == 1);
  }
}

TEST_CASE("cells with an even ring are complete, by themselves and in the picture") {
  PhantomRecipe recipe = small("score2");
  recipe.percent_faint = recipe.percent_moderate = 0;
  recipe.percent_ring = 100;
  const PhantomSlide slide = paint_phantom(recipe);
  int rings = 0;
  for (const PhantomCell& cell : slide.cells) {
    if (cell.type != PhantomCellType::Tumour || !cell.evaluable) continue;
    ++rings;
    CHECK(cell.completeness == Approx(1));
    CHECK(cell.own_completeness == Approx(1));
    CHECK(cell.dab_od == Approx(recipe.od_moderate).margin(0.12));
  }
  CHECK(rings > 20);
}

TEST_CASE("the painted stain unmixes back") {
  PhantomRecipe recipe = small("score3");
  recipe.sharpen = recipe.noise_grey = recipe.blur_um = 0;
  recipe.percent_faint = recipe.percent_moderate = recipe.percent_intense = 0;
  recipe.percent_ring = 100;
  recipe.od_moderate = 0.4;
  recipe.cytoplasm_chromogen_od = recipe.stroma_chromogen_od = recipe.cytoplasm_haematoxylin_od = 0;
  const PhantomSlide slide = paint_phantom(recipe);
  int seen = 0;
  for (const PhantomCell& cell : slide.cells) {
    if (cell.type != PhantomCellType::Tumour || !cell.evaluable || cell.nucleus_area_um2 < 40) continue;
    const int x = static_cast<int>(cell.x_um / recipe.mpp), y = static_cast<int>(cell.y_um / recipe.mpp);
    const auto [haematoxylin, dab] = unmix(recipe, slide.rgb.row(y) + 3 * x);
    CHECK(dab == Approx(0).margin(0.06));  // the middle of a nucleus carries haematoxylin alone
    CHECK(haematoxylin > 0.03);
    double ridge = 0;  // towards the right the wall is crossed once within the cell's radius
    for (int step = 0; step < 60 && x + step < slide.rgb.width; ++step) {
      ridge = std::max(ridge, unmix(recipe, slide.rgb.row(y) + 3 * (x + step))[1]);
    }
    CHECK(ridge > 0.6 * cell.dab_od);
    ++seen;
  }
  CHECK(seen > 20);
}

TEST_CASE("cells cut by the border are not evaluable, and all stand on the slide") {
  const PhantomSlide slide = paint_phantom(small("score1"));
  int cut = 0;
  for (const PhantomCell& cell : slide.cells) {
    CHECK(cell.x_um >= 0);
    CHECK(cell.x_um < 160);
    CHECK(cell.y_um >= 0);
    CHECK(cell.y_um < 160);
    const double border = std::min({cell.x_um, cell.y_um, 160 - cell.x_um, 160 - cell.y_um});
    if (cell.type == PhantomCellType::Tumour && border < 2) CHECK_FALSE(cell.evaluable);
    cut += cell.evaluable ? 0 : 1;
  }
  CHECK(cut > 3);
}

TEST_CASE("the truth is scored at the cuts of ASCO/CAP 2018") {
  const auto score = [](int strong, int moderate, int faint, int mi, int of) {
    PhantomSlide slide;
    for (int i = 0; i < of; ++i) {
      PhantomCell cell;
      cell.pattern = i < strong                           ? "3+"
                     : i < strong + moderate              ? "2+"
                     : i < strong + moderate + faint      ? "1+"
                     : i < strong + moderate + faint + mi ? "mi"
                                                          : "none";
      cell.own_completeness = 0.5;
      cell.own_od = cell.dab_od = 0.5;
      slide.cells.push_back(cell);
    }
    return conclude_phantom(slide);
  };
  CHECK(score(101, 0, 0, 0, 1000).expected_score == "3+");
  CHECK(score(100, 0, 0, 0, 1000).expected_score == "2+");
  CHECK(score(0, 101, 0, 0, 1000).expected_score == "2+");
  CHECK(score(0, 100, 0, 0, 1000).zero_kind == "ultralow");
  CHECK(score(10, 0, 0, 0, 1000).expected_score == "2+");
  CHECK(score(9, 0, 0, 0, 1000).expected_score == "0");
  CHECK(score(9, 0, 0, 0, 100).expected_score == "0");
  CHECK(score(0, 0, 0, 101, 1000).expected_score == "2+");
  CHECK(score(0, 0, 1, 100, 1000).expected_score == "1+");
  CHECK(score(0, 0, 100, 0, 1000).zero_kind == "ultralow");
  CHECK(score(0, 0, 9, 0, 1000).zero_kind == "null");
  CHECK(score(0, 0, 0, 0, 1000).acceptable == std::vector<std::string>{"0"});
  CHECK(score(90, 0, 0, 0, 1000).acceptable == std::vector<std::string>{"2+", "3+"});
}
