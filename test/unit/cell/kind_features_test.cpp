#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include "annulet/base/integer_math.hpp"
#include "annulet/base/random.hpp"
#include "annulet/cell/kind.hpp"
#include "annulet/model/model_file.hpp"
#include "support/kernel_paths.hpp"

using namespace annulet;

namespace {

// Nuclei of every size, close together here and far apart there, some of them hidden.
CellTable scattered(std::uint64_t seed, int count, double side_um) {
  Random random(seed);
  CellTable cells;
  for (int i = 0; i < count; ++i) {
    CellRow row;
    const double reach = i % 3 == 0 ? side_um : side_um / 4;
    row.x = static_cast<std::int32_t>(random.uniform(0, reach) * kMicroUnits);
    row.y = static_cast<std::int32_t>(random.uniform(0, reach) * kMicroUnits);
    row.nucleus_area = static_cast<std::uint16_t>(random.below(i % 50 == 0 ? 65536 : 900));
    row.min_diameter = static_cast<std::uint16_t>(random.below(200));
    row.max_diameter = static_cast<std::uint16_t>(row.min_diameter + random.below(200));
    row.circularity = static_cast<std::uint8_t>(random.below(256));
    row.weak_edge_share = static_cast<std::uint8_t>(random.below(33));
    row.haematoxylin_od = static_cast<std::uint16_t>(random.below(800));
    row.haematoxylin_outside = static_cast<std::uint16_t>(random.below(800));
    if (random.below(8) == 0) row.flags = kFlagInterior;
    cells.push_back(row);
  }
  std::sort(cells.begin(), cells.end(), before);
  const auto alike = [](const CellRow& a, const CellRow& b) { return !before(a, b); };
  cells.erase(std::unique(cells.begin(), cells.end(), alike), cells.end());
  return cells;
}

std::int32_t percentile(std::vector<std::int32_t> values, int percent) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[(values.size() - 1) * static_cast<std::size_t>(percent) / 100];
}

// The features of models/kind that tell of the nuclei around a cell, by their numbers there.
enum Feature {
  kNearest = 12,
  kCount30,
  kMedian30,
  kUpper30,
  kCircularity30 = 18,
  kWeak30,
  kCount100,
  kUpper100
};
constexpr std::array<Feature, 8> kFeatures = {kNearest,       kCount30, kMedian30, kUpper30,
                                              kCircularity30, kWeak30,  kCount100, kUpper100};

// The same by looking at every pair.
std::int32_t feature_of(const CellTable& cells, std::size_t i, Feature feature) {
  std::vector<std::int32_t> area, circularity, weak, far_area;
  constexpr std::int64_t kNear = std::int64_t{30} * 30 * kMicroUnits * kMicroUnits;
  constexpr std::int64_t kFar = std::int64_t{100} * 100 * kMicroUnits * kMicroUnits;
  std::int64_t nearest = kNear;
  for (std::size_t j = 0; j < cells.size(); ++j) {
    const std::int64_t dx = cells[j].x - cells[i].x, dy = cells[j].y - cells[i].y, square = dx * dx + dy * dy;
    if ((cells[j].flags & kFlagInterior) != 0 || square > kFar) continue;
    far_area.push_back(cells[j].nucleus_area);
    if (square > kNear) continue;
    area.push_back(cells[j].nucleus_area);
    circularity.push_back(cells[j].circularity);
    weak.push_back(cells[j].weak_edge_share);
    if (j != i) nearest = std::min(nearest, square);
  }
  switch (feature) {
    case kNearest:
      return static_cast<std::int32_t>(integer_sqrt(nearest) / 4);
    case kCount30:
      return static_cast<std::int32_t>(area.size());
    case kMedian30:
      return percentile(area, 50);
    case kUpper30:
      return percentile(area, 75);
    case kCircularity30:
      return percentile(circularity, 50);
    case kWeak30:
      return percentile(weak, 50);
    case kCount100:
      return static_cast<std::int32_t>(far_area.size());
    case kUpper100:
      return percentile(far_area, 75);
  }
  return 0;
}

// A model by which a cell is of the tumour where the feature is at least the cut.
KindModel model_of(Feature feature, std::int32_t cut) {
  const std::string text = load_model_file("kind", "annulet-1").text;
  const std::size_t trees = text.find("[trees]"), features = text.find("[features]");
  REQUIRE(trees < features);
  const std::string split = "[" + std::to_string(feature) + ", " + std::to_string(cut) + "]";
  const auto path = std::filesystem::temp_directory_path() / "annulet_kind_features_test.toml";
  std::ofstream(path) << text.substr(0, trees) << "[trees]\ndepth = 1\nrounds = 1\nsplits = [" << split
                      << ", " << split << ", " << split << ", " << split << ", " << split
                      << "]\nleaves = [[0, 2], [1, 1], [1, 1], [1, 1], [1, 1]]\n"
                      << text.substr(features);
  KindModel model = KindModel::load(path.string());
  std::filesystem::remove(path);
  return model;
}

// How many cells are of another kind than their feature says.
int disagreements(const CellTable& cells, Feature feature) {
  std::vector<std::int32_t> values;
  for (std::size_t i = 0; i < cells.size(); ++i) values.push_back(feature_of(cells, i, feature));
  int wrong = 0;
  for (const int percent : {0, 20, 50, 80, 100}) {
    const std::int32_t cut = percentile(values, percent);
    const std::vector<CellKind> kinds = model_of(feature, cut)(cells);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if ((cells[i].flags & kFlagInterior) != 0) continue;
      wrong += (kinds[i] == CellKind::Tumour) != (values[i] >= cut);
    }
  }
  return wrong;
}

}  // namespace

TEST_CASE("what a kind is judged by of the nuclei around a cell is what looking at every pair says") {
  test::on_each_kernel_path([] {
    for (const int count : {1, 40, 700}) {
      const CellTable cells = scattered(static_cast<std::uint64_t>(count), count, 400);
      for (const Feature feature : kFeatures) {
        INFO("feature " << feature << " of " << cells.size() << " cells");
        CHECK(disagreements(cells, feature) == 0);
      }
    }
  });
}
