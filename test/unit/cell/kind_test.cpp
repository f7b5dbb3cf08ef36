#include "annulet/cell/kind.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "annulet/base/error.hpp"
#include "annulet/base/random.hpp"
#include "support/catch.hpp"

using namespace annulet;

namespace {

// A clean round or long nucleus at a place in um.
CellRow nucleus(double x_um, double y_um, double area_um2, double elongation = 1.15) {
  CellRow row;
  row.x = static_cast<std::int32_t>(x_um * 64);
  row.y = static_cast<std::int32_t>(y_um * 64);
  row.nucleus_area = static_cast<std::uint16_t>(area_um2 * 8);
  double diameter = 1;
  while (diameter * diameter * 0.7854 * elongation < area_um2) diameter += 0.05;
  row.min_diameter = static_cast<std::uint16_t>(diameter * 16);
  row.max_diameter = static_cast<std::uint16_t>(diameter * elongation * 16);
  row.circularity = static_cast<std::uint8_t>(elongation < 1.4 ? 232 : 180);
  row.haematoxylin_od = 350;
  row.haematoxylin_sd = 60;
  row.haematoxylin_outside = 70;
  row.haematoxylin_outside_sd = 40;
  row.edge = 120;
  row.edge_quartile = 95;
  row.score = 1200;
  return row;
}

// A sheet of nuclei `spacing` um apart whose areas vary by a fifth.
CellTable sheet(int side, double spacing, double area_um2, double elongation = 1.15) {
  Random random(1);
  CellTable cells;
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      cells.push_back(nucleus(50 + x * spacing + random.uniform(-1, 1),
                              50 + y * spacing + random.uniform(-1, 1), area_um2 * random.uniform(0.8, 1.2),
                              elongation * random.uniform(0.95, 1.05)));
    }
  }
  std::sort(cells.begin(), cells.end(), before);
  return cells;
}

double share_of(const std::vector<CellKind>& kinds, CellKind kind) {
  return static_cast<double>(std::count(kinds.begin(), kinds.end(), kind)) /
         static_cast<double>(kinds.size());
}

std::vector<CellKind> kinds_of(const CellTable& cells) {
  return KindModel::load("annulet-1")(cells);
}

}  // namespace

TEST_CASE("a sheet of large round nuclei is tumour") {
  CHECK(share_of(kinds_of(sheet(12, 14, 95)), CellKind::Tumour) > 0.9);
}

TEST_CASE("packed small round nuclei are not tumour") {
  CHECK(share_of(kinds_of(sheet(20, 7.5, 33)), CellKind::Tumour) == 0);
  CHECK(share_of(kinds_of(sheet(20, 7.5, 33)), CellKind::Lymphocyte) > 0.8);
}

TEST_CASE("sparse spindles are not tumour") {
  CHECK(share_of(kinds_of(sheet(10, 22, 35, 3.0)), CellKind::Tumour) == 0);
  CHECK(share_of(kinds_of(sheet(10, 22, 35, 3.0)), CellKind::Stroma) > 0.8);
}

TEST_CASE("an interior is tumour only behind a wall, of a cell's size, and away from seen tumour nuclei") {
  const auto kind_of = [](double x_um, double y_um, double area_um2, int walled) {
    CellTable cells = sheet(6, 16, 95);
    CellRow interior = nucleus(x_um, y_um, area_um2);
    interior.flags |= kFlagInterior;
    std::fill_n(interior.ridge.begin(), walled, std::uint8_t{60});
    cells.push_back(interior);
    std::sort(cells.begin(), cells.end(), before);
    const auto kinds = kinds_of(cells);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (cells[i] == interior) return kinds[i];
    }
    return CellKind::Benign;
  };
  CHECK(kind_of(90, 30, 45, 46) == CellKind::Tumour);
  CHECK(kind_of(90, 30, 45, 44) == CellKind::Uncertain);
  CHECK(kind_of(90, 30, 45, 0) == CellKind::Uncertain);
  CHECK(kind_of(90, 30, 12, 64) == CellKind::Uncertain);
  CHECK(kind_of(66, 58, 45, 64) == CellKind::Uncertain);
}

TEST_CASE("a wall in part takes no part") {
  CellTable cells = sheet(8, 14, 70);
  const auto plain = kinds_of(cells);
  for (CellRow& row : cells) {
    std::fill_n(row.ridge.begin(), 44, std::uint8_t{120});
    row.nucleus_dab_od = 700;
    row.cytoplasm_od = 300;
    row.contrast_od = 900;
  }
  CHECK(kinds_of(cells) == plain);
}

TEST_CASE("what has a strong wall all around is no stroma") {
  CellTable cells = sheet(10, 22, 35, 3.0);
  const auto plain = kinds_of(cells);
  REQUIRE(share_of(plain, CellKind::Stroma) > 0.8);
  for (CellRow& row : cells) row.ridge.fill(24);
  CHECK(kinds_of(cells) == plain);
  for (CellRow& row : cells) row.ridge.fill(25);
  CHECK(share_of(kinds_of(cells), CellKind::Stroma) == 0);
  CHECK(share_of(kinds_of(cells), CellKind::Tumour) > 0.8);
}

TEST_CASE("what lies beyond 100 um does not change a kind, and an empty table has none") {
  CellTable cells = sheet(8, 14, 95);
  const auto alone = kinds_of(cells);
  CellTable more = cells;
  for (CellRow row : cells) {
    row.y += 64 * 500;
    more.push_back(row);
  }
  const auto both = kinds_of(more);
  CHECK(std::equal(alone.begin(), alone.end(), both.begin()));
  CHECK(kinds_of({}).empty());
}

TEST_CASE("a kind file that is not one is refused by name") {
  try {
    KindModel::load("no-such-model");
    FAIL("must throw");
  } catch (const Error& error) {
    CHECK(error.code() == Code::Usage);
    CHECK(std::string(error.what()).find("annulet-1") != std::string::npos);
  }
  const auto path = std::filesystem::temp_directory_path() / "annulet_kind_test.toml";
  std::ofstream(path) << "id = \"x\"\nversion = \"1\"\n";
  CHECK_THROWS_AS(KindModel::load(path.string()), Error);
  std::filesystem::remove(path);
}
