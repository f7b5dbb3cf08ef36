#include "annulet/cell/kind.hpp"

#include <algorithm>

#include "annulet/pixel/toml_table.hpp"
#include "cell/kind_features.hpp"

namespace annulet {

/// Positions in KindModel::parameters_.
struct KindModel::Parameters {
  enum Index {
    TumourArea,
    TumourAreaAround,
    TumourElongation,
    TumourWeakEdges,
    UncertainWeakEdges,
    LymphocyteArea,
    StromaElongation,
    InteriorRidge,
    InteriorShare,
    Count
  };
  static constexpr std::array<const char*, Count> kKeys = {
      "rule.tumour_area",       "rule.tumour_area_around",   "rule.tumour_elongation",
      "rule.tumour_weak_edges", "rule.uncertain_weak_edges", "rule.lymphocyte_area",
      "rule.stroma_elongation", "interior.ridge_od",         "interior.share"};
};

KindModel KindModel::load(const std::string& id_or_path) {
  constexpr int kMost = 100'000;
  const ModelFile file = load_model_file("kind", id_or_path);
  TomlTable table(file);
  KindModel model;
  model.id = table.text("id");
  model.version = table.text("version");
  for (const char* key : {"source", "licence"}) (void)table.text(key);
  model.digest = file.digest;
  for (const char* key : Parameters::kKeys) model.parameters_.push_back(table.integer(key, 0, kMost));
  table.no_other_keys();
  return model;
}

std::vector<CellKind> KindModel::operator()(const CellTable& cells) const {
  using P = Parameters;
  const auto parameter = [&](P::Index index) { return parameters_[static_cast<std::size_t>(index)]; };
  const std::vector<KindFeatures> features = kind_features(cells);
  std::vector<CellKind> kinds(cells.size(), CellKind::Uncertain);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto f = [&](KindFeature feature) { return features[i][static_cast<std::size_t>(feature)]; };
    if ((cells[i].flags & kFlagInterior) != 0) {
      const auto walled = std::count_if(cells[i].ridge.begin(), cells[i].ridge.end(),
                                        [&](int ridge) { return 10 * ridge >= parameter(P::InteriorRidge); });
      if (100 * walled >= parameter(P::InteriorShare) * kRays) kinds[i] = CellKind::Tumour;
    } else if (f(KindFeature::WeakEdges) > parameter(P::UncertainWeakEdges)) {
      kinds[i] = CellKind::Uncertain;
    } else if (f(KindFeature::Area) >= parameter(P::TumourArea) &&
               f(KindFeature::Area30Upper) >= parameter(P::TumourAreaAround) &&
               f(KindFeature::Elongation) < parameter(P::TumourElongation) &&
               f(KindFeature::WeakEdges) <= parameter(P::TumourWeakEdges)) {
      kinds[i] = CellKind::Tumour;
    } else if (f(KindFeature::Elongation) >= parameter(P::StromaElongation)) {
      kinds[i] = CellKind::Stroma;
    } else {
      kinds[i] =
          f(KindFeature::Area) < parameter(P::LymphocyteArea) ? CellKind::Lymphocyte : CellKind::Benign;
    }
  }
  return kinds;
}

}  // namespace annulet
