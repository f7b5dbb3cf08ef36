#include <algorithm>
#include <cmath>
#include <queue>

#include "annulet/phantom/phantom_slide.hpp"
#include "recipes.hpp"
#include "support/catch.hpp"

using namespace annulet;

namespace {

PhantomRecipe small(const std::string& preset, double seed = 5, double size_px = 1000) {
  return recipes::small(preset, seed, size_px);
}

std::vector<PhantomCell> tumour_cells(const PhantomSlide& slide) {
  std::vector<PhantomCell> cells;
  for (const PhantomCell& cell : slide.cells) {
    if (cell.type == PhantomCellType::Tumour) cells.push_back(cell);
  }
  return cells;
}

double apart(const PhantomCell& a, const PhantomCell& b) {
  return std::hypot(a.x_um - b.x_um, a.y_um - b.y_um);
}

/// Tumour cells that stand next to a tumour cell, on average.
double mean_neighbours(const PhantomSlide& slide) {
  const std::vector<PhantomCell> cells = tumour_cells(slide);
  double pairs = 0;
  for (const PhantomCell& a : cells) {
    for (const PhantomCell& b : cells) pairs += &a != &b && apart(a, b) < 1.3 * slide.recipe.cell_diameter_um;
  }
  return pairs / static_cast<double>(cells.size());
}

/// Pieces of at least 20 blocks of 16 px that are darker than glass, joined by their sides.
int count_pieces(const PhantomSlide& slide) {
  constexpr int kBlock = 16;
  const int columns = slide.rgb.width / kBlock, rows = slide.rgb.height / kBlock;
  Plane<char> tissue(columns, rows, 0);
  for (int y = 0; y < rows * kBlock; ++y) {
    for (int x = 0; x < columns * kBlock; ++x) {
      if (slide.rgb.row(y)[3 * x] < slide.recipe.white[0] - 18) tissue(x / kBlock, y / kBlock) = 1;
    }
  }
  int pieces = 0;
  for (int y = 0; y < rows; ++y) {
    for (int x = 0; x < columns; ++x) {
      int size = 0;
      std::queue<std::pair<int, int>> open;
      open.emplace(x, y);
      while (!open.empty()) {
        const auto [cx, cy] = open.front();
        open.pop();
        if (!tissue.contains(cx, cy) || tissue(cx, cy) == 0) continue;
        tissue(cx, cy) = 0;
        ++size;
        for (const auto& [dx, dy] : {std::pair(1, 0), {-1, 0}, {0, 1}, {0, -1}})
          open.emplace(cx + dx, cy + dy);
      }
      pieces += size >= 20;
    }
  }
  return pieces;
}

/// How much the tumour cells within 45 um of one stand in a line, 0 .. 1, on average.
double alignment(const PhantomSlide& slide) {
  const std::vector<PhantomCell> cells = tumour_cells(slide);
  double sum = 0;
  for (const PhantomCell& a : cells) {
    double xx = 1e-9, xy = 0, yy = 0;
    for (const PhantomCell& b : cells) {
      if (apart(a, b) > 45) continue;
      const double dx = b.x_um - a.x_um, dy = b.y_um - a.y_um;
      xx += dx * dx, xy += dx * dy, yy += dy * dy;
    }
    sum += std::hypot(xx - yy, 2 * xy) / (xx + yy);
  }
  return sum / static_cast<double>(cells.size());
}

/// Share of the slide's squares of 2 um that are bare as glass; `x_um`, `y_um` and `reach_um` limit it.
double bare_share(const PhantomSlide& slide, double x_um, double y_um, double reach_um) {
  constexpr int kSide = 8;
  const auto at = [&](double um) { return static_cast<int>(um / slide.recipe.mpp); };
  double bare = 0, all = 0;
  for (int y = std::max(0, at(y_um - reach_um)); y + kSide < std::min(slide.rgb.height, at(y_um + reach_um));
       y += kSide) {
    for (int x = std::max(0, at(x_um - reach_um)); x + kSide < std::min(slide.rgb.width, at(x_um + reach_um));
         x += kSide) {
      bool empty = true;
      for (int k = 0; k < kSide * kSide && empty; ++k)
        empty = slide.rgb.row(y + k / kSide)[3 * (x + k % kSide)] > slide.recipe.white[0] - 3;
      bare += empty;
      ++all;
    }
  }
  return bare / all;
}

}  // namespace

TEST_CASE("a single file is one cell wide, a nest is not") {
  PhantomRecipe recipe = small("score2");
  const double nests = mean_neighbours(paint_phantom(recipe));
  recipe.architecture = "files";
  recipe.tumour_fraction = 0.25;
  const double files = mean_neighbours(paint_phantom(recipe));
  CHECK(files > 0.8);
  CHECK(files < 2.3);
  CHECK(nests > 4);
}

TEST_CASE("trabeculae are bands") {
  PhantomRecipe recipe = small("score2");
  recipe.glass_margin_um = 0;
  const double nests = alignment(paint_phantom(recipe));
  recipe.architecture = "trabeculae";
  const PhantomSlide bands = paint_phantom(recipe);
  CHECK(alignment(bands) > 1.1 * nests);
  CHECK(mean_neighbours(bands) > 2.5);
}

TEST_CASE("cells of glands stand round lumens, basolateral ones spare the side of the lumen") {
  PhantomRecipe recipe = small("glands");
  recipe.percent_faint = recipe.percent_moderate = 0;
  recipe.percent_ring = 100;
  const auto mean_completeness = [](const PhantomSlide& slide) {
    double sum = 0, count = 0;
    for (const PhantomCell& cell : tumour_cells(slide)) {
      if (cell.evaluable) sum += cell.completeness, ++count;
    }
    return sum / count;
  };
  recipe.noise_grey = recipe.sharpen = 0;
  recipe.stroma_haematoxylin_od = 0.3;  // no bare places between fibres
  const PhantomSlide whole = paint_phantom(recipe);
  CHECK(tumour_cells(whole).size() > 30);
  for (const PhantomCell& cell : tumour_cells(whole)) {
    if (cell.evaluable) CHECK(bare_share(whole, cell.x_um, cell.y_um, 20) > 0);
  }
  CHECK(mean_completeness(whole) == Approx(1).margin(0.01));
  recipe.basolateral_percent = 100;
  CHECK(mean_completeness(paint_phantom(recipe)) < 0.93);
}

TEST_CASE("a cluster holds its share of the cells in one area") {
  for (const double percent : {8.0, 30.0}) {
    CAPTURE(percent);
    PhantomRecipe recipe = small("hetero-cluster", 3, 1600);
    recipe.cluster_percent = percent;
    const PhantomSlide slide = paint_phantom(recipe);
    CHECK(conclude_phantom(slide).evaluable.intense == Approx(percent).margin(1.5));
    double inside = 0, inside_pairs = 0, all = 0, all_pairs = 0;
    const std::vector<PhantomCell> cells = tumour_cells(slide);
    for (const PhantomCell& a : cells) {
      for (const PhantomCell& b : cells) {
        all += apart(a, b), ++all_pairs;
        if (a.intended == "3+" && b.intended == "3+") inside += apart(a, b), ++inside_pairs;
      }
    }
    CHECK(inside / inside_pairs < 0.75 * all / all_pairs);
  }
}

TEST_CASE("fragments are as many pieces of tissue, with glass between them") {
  PhantomRecipe recipe = load_recipe("biopsy");
  recipe.width_px = 3000;
  recipe.height_px = 2400;
  recipe.fragment_width_um = 100;
  recipe.fragments = 4;
  const PhantomSlide slide = paint_phantom(recipe);
  CHECK(count_pieces(slide) == 4);
  CHECK(slide.tissue_fraction < 0.5);
  CHECK(conclude_phantom(slide).tumour_evaluable > 30);
}

TEST_CASE("control cells lie apart and count for nothing") {
  const PhantomRecipe recipe = small("control-tissue", 5, 1600);
  const PhantomSlide slide = paint_phantom(recipe);
  const std::vector<PhantomCell> cells = tumour_cells(slide);
  int control = 0, strong = 0, patient = 0;
  double nearest = 1e9;
  for (const PhantomCell& cell : cells) {
    if (!is_control(cell)) {
      ++patient;
      continue;
    }
    ++control;
    strong += cell.pattern == "3+";
    CHECK_FALSE(cell.evaluable);
    for (const PhantomCell& other : cells) {
      if (!is_control(other)) nearest = std::min(nearest, apart(cell, other));
    }
  }
  CHECK(control > 15);
  CHECK(strong > 0.85 * control);
  CHECK(nearest > recipe.control_gap_um);
  const PhantomTruth truth = conclude_phantom(slide);
  CHECK(truth.tumour == patient);
  CHECK(truth.all.intense == 0);
  CHECK(truth.expected_score == "1+");
  CHECK(count_pieces(slide) == 2);
  for (const PhantomRegion& region : slide.tumour) {
    const auto near_region = [&](const PhantomCell& cell) {
      return is_control(cell) && std::any_of(region[0].begin(), region[0].end(), [&](const auto& p) {
               return std::hypot(cell.x_um - p.x * recipe.mpp, cell.y_um - p.y * recipe.mpp) < 20;
             });
    };
    CHECK(std::none_of(cells.begin(), cells.end(), near_region));
  }
}

TEST_CASE("fat takes its share and holds no cell") {
  PhantomRecipe recipe = small("score1", 4, 1600);
  recipe.noise_grey = recipe.sharpen = recipe.glass_margin_um = 0;
  const PhantomSlide plain = paint_phantom(recipe);
  recipe.fat_percent = 40;
  const PhantomSlide fat = paint_phantom(recipe);
  const auto bare = [](const PhantomSlide& slide) { return bare_share(slide, 200, 200, 200); };
  CHECK(bare(fat) - bare(plain) == Approx(0.4).margin(0.12));  // whole fat cells
  CHECK(fat.cells.size() > 100);
  for (const PhantomCell& cell : fat.cells) CHECK(bare_share(fat, cell.x_um, cell.y_um, 12) < 0.7);
}

TEST_CASE("necrosis holds debris and no tumour") {
  PhantomRecipe recipe = small("score1", 4, 1600);
  recipe.necrosis_per_mm2 = 25;
  const PhantomSlide slide = paint_phantom(recipe);
  const std::vector<PhantomCell> cells = tumour_cells(slide);
  int debris = 0;
  double nearest = 1e9;
  for (const PhantomCell& cell : slide.cells) {
    if (cell.type != PhantomCellType::Debris) continue;
    ++debris;
    for (const PhantomCell& other : cells) nearest = std::min(nearest, apart(cell, other));
  }
  CHECK(debris > 50);
  CHECK(nearest > 4);
  CHECK(conclude_phantom(slide).tumour == static_cast<int>(cells.size()));
}

TEST_CASE("clefts empty the rim of the nests and leave the cells alone") {
  PhantomRecipe recipe = small("score2");
  const auto white_px = [](const PhantomSlide& slide) {
    double count = 0;
    for (const std::uint8_t grey : slide.rgb.data) count += grey > 228;
    return count;
  };
  const PhantomSlide plain = paint_phantom(recipe);
  recipe.cleft_percent = 100;
  const PhantomSlide cleft = paint_phantom(recipe);
  CHECK(white_px(cleft) > 1.15 * white_px(plain));
  const std::vector<PhantomCell> a = tumour_cells(plain), b = tumour_cells(cleft);
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(a[i].x_um == b[i].x_um);
}
