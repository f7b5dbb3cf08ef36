#include "cell/kind_features.hpp"

#include <algorithm>

#include "annulet/base/integer_math.hpp"
#include "cell/bin_grid.hpp"

namespace annulet {

namespace {

constexpr std::int32_t kNearUm = 30, kFarUm = 100;
constexpr int kLargeShare = 50;  // percent of the slide's large area from which a neighbour counts as large

constexpr std::array<std::string_view, kKindFeatures> kNames = {
    "area",          "min_diameter",    "max_diameter", "elongation",     "circularity",
    "weak_edges",    "contrast",        "edge",         "edge_evenness",  "texture",
    "outside",       "outside_texture", "nearest",      "count_30",       "area_30_median",
    "area_30_upper", "elongation_30",   "contrast_30",  "circularity_30", "weak_30",
    "count_100",     "area_100_upper",  "large_30",     "area_relative",  "area_30_relative"};

std::int32_t& at(KindFeatures& features, KindFeature feature) {
  return features[static_cast<std::size_t>(feature)];
}

bool is_seen(const CellRow& row) {
  return (row.flags & kFlagInterior) == 0;
}

// Value of which `percent` of the values are below; values are reordered.
std::int32_t percentile(std::vector<std::int32_t>& values, int percent) {
  if (values.empty()) return 0;
  const auto rank = static_cast<std::ptrdiff_t>(values.size() - 1) * percent / 100;
  std::nth_element(values.begin(), values.begin() + rank, values.end());
  return values[static_cast<std::size_t>(rank)];
}

std::int32_t share(std::int64_t part, std::int64_t whole) {
  return static_cast<std::int32_t>(divide_round(100 * part, std::max<std::int64_t>(whole, 1)));
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

// Gathers what lies around each nucleus.
class Neighbourhood {
 public:
  Neighbourhood(const CellTable& cells, const std::vector<KindFeatures>& own, std::int32_t large)
      : cells_(cells), own_(own), large_(large) {
    std::int32_t left = 0, top = 0;
    for (std::uint32_t i = 0; i < cells.size(); ++i) {
      if (is_seen(cells[i])) seen_.push_back(i);
      left = std::min(left, cells[i].x);
      top = std::min(top, cells[i].y);
    }
    grid_.build(seen_.size(), kNearUm * kMicroUnits, left, top, [&](std::size_t i) {
      return Point<MicroFrame, std::int32_t>{cells_[seen_[i]].x, cells_[seen_[i]].y};
    });
  }

  void add_to(std::size_t i, KindFeatures& f) {
    near_.clear();
    area_far_.clear();
    constexpr std::int64_t kNear = kNearUm * kMicroUnits, kFar = kFarUm * kMicroUnits;
    std::int64_t nearest = kNear * kNear;
    grid_.near(cells_[i].x, cells_[i].y, kFar, [&](std::uint32_t k) {
      const std::uint32_t j = seen_[k];
      const std::int64_t dx = cells_[j].x - cells_[i].x, dy = cells_[j].y - cells_[i].y,
                         square = dx * dx + dy * dy;
      if (square > kFar * kFar) return;
      area_far_.push_back(cells_[j].nucleus_area);
      if (square > kNear * kNear) return;
      near_.push_back(j);
      if (j != i) nearest = std::min(nearest, square);
    });
    at(f, KindFeature::Nearest) = static_cast<std::int32_t>(integer_sqrt(nearest) / 4);
    at(f, KindFeature::Count30) = static_cast<std::int32_t>(near_.size());
    at(f, KindFeature::Area30Median) = of_near(KindFeature::Area, 50);
    at(f, KindFeature::Area30Upper) = of_near(KindFeature::Area, 75);
    at(f, KindFeature::Elongation30) = of_near(KindFeature::Elongation, 50);
    at(f, KindFeature::Contrast30) = of_near(KindFeature::Contrast, 50);
    at(f, KindFeature::Circularity30) = of_near(KindFeature::Circularity, 50);
    at(f, KindFeature::Weak30) = of_near(KindFeature::WeakEdges, 50);
    at(f, KindFeature::Count100) = static_cast<std::int32_t>(area_far_.size());
    at(f, KindFeature::Area100Upper) = percentile(area_far_, 75);
    const auto large = std::count_if(near_.begin(), near_.end(), [&](auto j) {
      return 100 * cells_[j].nucleus_area >= kLargeShare * large_;
    });
    at(f, KindFeature::Large30) = share(large, static_cast<std::int64_t>(near_.size()));
    at(f, KindFeature::Area30Relative) = share(at(f, KindFeature::Area30Upper), large_);
  }

 private:
  std::int32_t of_near(KindFeature feature, int percent) {
    values_.clear();
    for (std::uint32_t j : near_) values_.push_back(own_[j][static_cast<std::size_t>(feature)]);
    return percentile(values_, percent);
  }
  const CellTable& cells_;
  const std::vector<KindFeatures>& own_;
  std::int32_t large_;
  std::vector<std::uint32_t> seen_, near_;
  std::vector<std::int32_t> area_far_, values_;
  nuclei::BinGrid grid_;
};

}  // namespace

std::string_view name(KindFeature feature) {
  return kNames[static_cast<std::size_t>(feature)];
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

std::vector<KindFeatures> kind_features(const CellTable& cells) {
  const std::int32_t strong = strong_contrast(cells), large = large_area(cells);
  std::vector<KindFeatures> own(cells.size());
  for (std::size_t i = 0; i < cells.size(); ++i) own[i] = own_features(cells[i], strong, large);
  std::vector<KindFeatures> all = own;
  Neighbourhood neighbourhood(cells, own, large);
  for (std::size_t i = 0; i < cells.size(); ++i) neighbourhood.add_to(i, all[i]);
  return all;
}

}  // namespace annulet
