#include "annulet/pipeline/stain_place.hpp"

#include "support/catch.hpp"

using namespace annulet;

namespace {

/// 256 um square on which one thing is drawn every 24 um; `inside` is asked in um from its middle.
template <class Inside>
StainTile pattern(const Inside& brown) {
  StainTile tile;
  tile.dab = Plane<std::uint8_t>(512, 512, 2);
  for (int y = 0; y < 512; ++y) {
    for (int x = 0; x < 512; ++x) {
      const double dx = (x % 48 - 24) * kWorkPitch, dy = (y % 48 - 24) * kWorkPitch;
      tile.dab(x, y) = static_cast<std::uint8_t>(brown(dx, dy) ? 60 : 2);
    }
  }
  return tile;
}

}  // namespace

TEST_CASE("filled nuclei are discs, walls and stretches of wall are not") {
  const auto nuclei = brown_places(pattern([](double x, double y) { return x * x + y * y < 12; }));
  CHECK(nuclei.all > 60);
  CHECK(nuclei.discs == nuclei.all);
  CHECK(suspect_nuclei(nuclei));

  const auto rings = brown_places(pattern([](double x, double y) {
    const double away2 = x * x + y * y;
    return away2 > 49 && away2 < 81;
  }));
  CHECK(rings.discs * 5 < rings.all + 5);
  CHECK_FALSE(suspect_nuclei(rings));

  const auto stretches =
      brown_places(pattern([](double x, double y) { return y > -1 && y < 1 && x > -5 && x < 5; }));
  CHECK(stretches.discs == 0);
}

TEST_CASE("a slide without brown, or with a few specks, is not suspect") {
  CHECK(brown_places(pattern([](double, double) { return false; })).all == 0);
  CHECK_FALSE(suspect_nuclei({10, 10, 1}));
  CHECK_FALSE(suspect_nuclei({30, 30, 1.5}));
  CHECK(suspect_nuclei({400, 300, 1.5}));
}

TEST_CASE("brown cytoplasm around faint walls is told, brown cytoplasm within dark walls is not") {
  for (const auto& [cytoplasm, wall, told] :
       {std::tuple{200, 15, true}, {200, 0, true}, {300, 90, false}, {60, 0, false}}) {
    CellTable cells(200);
    GradedTable graded(200);
    for (CellRow& row : cells) {
      row.cytoplasm_od = static_cast<std::uint16_t>(cytoplasm);
      row.ridge.fill(static_cast<std::uint8_t>(wall));
    }
    for (GradedCell& cell : graded) cell.kind = CellKind::Tumour;
    CHECK(suspect_cytoplasm(cells, graded).has_value() == told);
  }
  CHECK_FALSE(suspect_cytoplasm({}, {}));
}
