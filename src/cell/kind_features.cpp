#include "cell/kind_features.hpp"

#include <algorithm>

#include "annulet/base/integer_math.hpp"
#include "cell/kind_neighbourhood.hpp"

namespace annulet {

namespace {

constexpr std::array<std::string_view, kKindFeatures> kNames = {
    "area",          "min_diameter",    "max_diameter", "elongation",     "circularity",
    "weak_edges",    "contrast",        "edge",         "edge_evenness",  "texture",
    "outside",       "outside_texture", "nearest",      "count_30",       "area_30_median",
    "area_30_upper", "elongation_30",   "contrast_30",  "circularity_30", "weak_30",
    "count_100",     "area_100_upper",  "large_30",     "area_relative",  "area_30_relative"};

// Value of which `percent` of the values are below; values are reordered.
std::int32_t percentile(std::vector<std::int32_t>& values, int percent) {
  if (values.empty()) return 0;
  const auto rank = static_cast<std::ptrdiff_t>(values.size() - 1) * percent / 100;
  std::nth_element(values.begin(), values.begin() + rank, values.end());
  return values[static_cast<std::size_t>(rank)];
}

}  // namespace

std::string_view name(KindFeature feature) {
  return kNames[static_cast<std::size_t>(feature)];
}

KindFeatures own_features(const CellRow& row, std::int32_t strong, std::int32_t large) {
  KindFeatures f{};
  const int contrast = row.haematoxylin_od - row.haematoxylin_outside;
  at(f, KindFeature::Area) = row.nucleus_area;
  at(f, KindFeature::MinDiameter) = row.min_diameter;
  at(f, KindFeature::MaxDiameter) = row.max_diameter;
  at(f, KindFeature::Elongation) = share(row.max_diameter, row.min_diameter);
  at(f, KindFeature::Circularity) = row.circularity;
  at(f, KindFeature::WeakEdges) = row.weak_edge_share;
  at(f, KindFeature::Contrast) = share(contrast, strong);
  at(f, KindFeature::Edge) = share(row.edge, strong);
  at(f, KindFeature::EdgeEvenness) = share(row.edge_quartile, row.edge);
  at(f, KindFeature::Texture) = std::min(share(row.haematoxylin_sd, std::max(contrast, 1)), 1000);
  at(f, KindFeature::Outside) = share(row.haematoxylin_outside, strong);
  at(f, KindFeature::OutsideTexture) = share(row.haematoxylin_outside_sd, strong);
  at(f, KindFeature::AreaRelative) = share(row.nucleus_area, large);
  return f;
}

std::int32_t strong_contrast(const CellTable& cells) {
  constexpr int kStrongPercent = 85;
  std::vector<std::int32_t> contrasts;
  for (const CellRow& row : cells) {
    if (is_seen(row)) contrasts.push_back(row.haematoxylin_od - row.haematoxylin_outside);
  }
  return std::max(percentile(contrasts, kStrongPercent), 1);
}

std::int32_t large_area(const CellTable& cells) {
  constexpr int kLargePercent = 90, kClearWeakRays = 3;
  std::vector<std::int32_t> areas;
  for (const CellRow& row : cells) {
    if (is_seen(row) && row.weak_edge_share <= kClearWeakRays) areas.push_back(row.nucleus_area);
  }
  return std::max(percentile(areas, kLargePercent), 1);
}

KindFeatureReader::KindFeatureReader(const CellTable& cells)
    : cells_(cells),
      strong_(strong_contrast(cells)),
      large_(large_area(cells)),
      neighbourhood_(std::make_unique<KindNeighbourhood>(cells, strong_, large_)) {}

KindFeatureReader::~KindFeatureReader() = default;

KindFeatures KindFeatureReader::operator()(std::size_t index, KindScratch& scratch) const {
  KindFeatures f = own_features(cells_[index], strong_, large_);
  neighbourhood_->add_to(cells_[index], scratch, f);
  return f;
}

std::vector<KindFeatures> kind_features(const CellTable& cells) {
  const KindFeatureReader features_of(cells);
  KindScratch scratch;
  std::vector<KindFeatures> all;
  all.reserve(cells.size());
  for (std::size_t i = 0; i < cells.size(); ++i) all.push_back(features_of(i, scratch));
  return all;
}

}  // namespace annulet
