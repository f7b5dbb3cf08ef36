#include "annulet/cell/kind.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "annulet/base/error.hpp"
#include "annulet/base/integer_math.hpp"
#include "annulet/base/wide.hpp"
#include "annulet/model/toml_table.hpp"
#include "cell/bin_grid.hpp"
#include "cell/kind_features.hpp"
#include "cell/kind_neighbourhood.hpp"

namespace annulet {

namespace {

/// Kinds in the order of the trees; what is no nucleus of its own stays uncertain.
constexpr std::array<CellKind, kKinds> kTreeKinds = {CellKind::Tumour, CellKind::Benign, CellKind::Lymphocyte,
                                                     CellKind::Stroma, CellKind::Uncertain};

constexpr std::int32_t kInteriorBin = 16 * kMicroUnits;
// Square of an interior's radius (1/64 um) from the area of its 0.6-fold (1/8 um2): 4096 / (8 x 0.36 pi),
// 1/1000.
constexpr std::int64_t kInteriorSquare1000 = 452'707;

struct Split {
  std::int32_t feature, cut;  ///< a cell goes right where the feature is at least the cut
};

constexpr std::size_t kLane = 64;  // cells that go through the trees together
using Lane = std::array<std::int32_t, kLane>;
using Block = std::array<Lane, kKindFeatures>;

// Adds one tree's leaves; `splits` by level and node. `nodes`: room for the leaves.
constexpr Wide add_tree = [](const Split* splits, const std::int32_t* leaves, int depth, const Block& block,
                             Lane* nodes, std::array<std::int64_t, kLane>& sums) ANNULET_KERNEL {
  Lane *below = nodes, *here = nodes + (std::size_t{1} << (depth - 1));
  for (int level = depth - 1; level >= 0; --level) {
    const std::size_t width = std::size_t{1} << level;
    for (std::size_t node = 0; node < width; ++node) {
      const Split split = splits[width - 1 + node];
      const std::int32_t* feature = block[static_cast<std::size_t>(split.feature)].data();
      std::int32_t* __restrict chosen = here[node].data();
      if (level == depth - 1) {
        const std::int32_t left = leaves[2 * node], right = leaves[2 * node + 1];
        for (std::size_t j = 0; j < kLane; ++j) chosen[j] = feature[j] >= split.cut ? right : left;
      } else {
        const std::int32_t *left = below[2 * node].data(), *right = below[2 * node + 1].data();
        for (std::size_t j = 0; j < kLane; ++j) chosen[j] = feature[j] >= split.cut ? right[j] : left[j];
      }
    }
    std::swap(below, here);
  }
  for (std::size_t j = 0; j < kLane; ++j) sums[j] += below[0][j];
};

}  // namespace

/// Trees of one depth, one after the other for the kinds of kTreeKinds, again and again. A tree of depth d
/// has 2^d - 1 splits by level and node, and 2^d leaves.
struct KindModel::Trees {
  int depth = 0;
  std::vector<Split> splits;
  std::vector<std::int32_t> leaves;
  int wall_ridge_od = 0, wall_share = 0;      ///< 1/1000 OD; percent of the rays
  int interior_area = 0, interior_apart = 0;  ///< percent of the slide's large area; of the interior's radius

  explicit Trees(TomlTable& table);
  void judge_nuclei(const CellTable& cells, const OverRanges& over, std::vector<CellKind>& kinds) const;
  bool is_walled(const CellRow& row) const;
  void judge_walled(const CellTable& cells, const OverRanges& over, std::vector<CellKind>& kinds) const;
  void judge_interiors(const CellTable& cells, const OverRanges& over, std::vector<CellKind>& kinds) const;

 private:
  void judge_range(const KindFeatureReader& features_of, std::size_t begin, std::size_t end,
                   std::vector<CellKind>& kinds) const;
};

KindModel::Trees::Trees(TomlTable& table) {
  constexpr int kMostDepth = 8, kMostRounds = 1000, kMostRidge = 2550, kMostPercent = 300;
  wall_ridge_od = table.integer("wall.ridge_od", 0, kMostRidge);
  wall_share = table.integer("wall.share", 0, 100);
  interior_area = table.integer("interior.area", 0, kMostPercent);
  interior_apart = table.integer("interior.apart", 0, kMostPercent);
  depth = table.integer("trees.depth", 1, kMostDepth);
  for (int i = 0; i < kKindFeatures; ++i) {
    const std::string key = "features." + std::string(name(static_cast<KindFeature>(i)));
    if (table.integer(key, 0, kKindFeatures) != i)
      table.reject(key, "is number " + std::to_string(i) + " in this version");
  }
  const std::size_t trees = static_cast<std::size_t>(table.integer("trees.rounds", 1, kMostRounds)) * kKinds;
  const std::size_t ends = std::size_t{1} << depth;
  for (const auto& [feature, cut] : table.pairs("trees.splits")) {
    if (feature < 0 || feature >= kKindFeatures)
      table.reject("trees.splits", "names a feature that there is not");
    splits.push_back({feature, cut});
  }
  for (const auto& [left, right] : table.pairs("trees.leaves")) {
    leaves.push_back(left);
    leaves.push_back(right);
  }
  if (splits.size() != trees * (ends - 1))
    table.reject("trees.splits", "has not the number that depth and rounds ask for");
  if (leaves.size() != trees * ends)
    table.reject("trees.leaves", "has not the number that depth and rounds ask for");
}

// The kind with the largest sum of leaves; of equal ones the first. Cells go through a tree together, from
// its leaves up: every split is asked of every cell, which costs less than to jump from split to split.
void KindModel::Trees::judge_range(const KindFeatureReader& features_of, std::size_t begin, std::size_t end,
                                   std::vector<CellKind>& kinds) const {
  KindScratch scratch;
  Block block;
  std::vector<Lane> nodes(std::size_t{1} << depth);
  for (std::size_t first = begin; first < end; first += kLane) {
    const std::size_t count = std::min(kLane, end - first);
    for (std::size_t j = 0; j < count; ++j) {
      const KindFeatures features = features_of(first + j, scratch);
      for (std::size_t k = 0; k < kKindFeatures; ++k) block[k][j] = features[k];
    }
    std::array<std::array<std::int64_t, kLane>, kKinds> sums{};
    const std::size_t ends = std::size_t{1} << depth, trees = leaves.size() / ends;
    for (std::size_t tree = 0; tree < trees; ++tree)
      add_tree(splits.data() + tree * (ends - 1), leaves.data() + tree * ends, depth, block, nodes.data(),
               sums[tree % kKinds]);
    for (std::size_t j = 0; j < count; ++j) {
      std::size_t best = 0;
      for (std::size_t kind = 1; kind < kKinds; ++kind) {
        if (sums[kind][j] > sums[best][j]) best = kind;
      }
      kinds[first + j] = kTreeKinds[best];
    }
  }
}

void KindModel::Trees::judge_nuclei(const CellTable& cells, const OverRanges& over,
                                    std::vector<CellKind>& kinds) const {
  const KindFeatureReader features_of(cells);
  over(cells.size(),
       [&](std::size_t first, std::size_t last) { judge_range(features_of, first, last, kinds); });
}

bool KindModel::Trees::is_walled(const CellRow& row) const {
  const auto walled = std::count_if(row.ridge.begin(), row.ridge.end(),
                                    [&](int ridge) { return 10 * ridge >= wall_ridge_od; });
  return 100 * walled >= wall_share * kRays;
}

// Neither lymphocytes nor stroma carry HER2: what looks like one behind a strong wall all around is a cell of
// the tumour whose nucleus was seen in part, which brown nests do to nuclei. A wall that is weak or in part
// decides nothing, so the cells without stain, and the faint ones, are counted by their nuclei alone.
void KindModel::Trees::judge_walled(const CellTable& cells, const OverRanges& over,
                                    std::vector<CellKind>& kinds) const {
  over(cells.size(), [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      const bool bare = kinds[i] == CellKind::Stroma || kinds[i] == CellKind::Lymphocyte;
      if (bare && (cells[i].flags & kFlagInterior) == 0 && is_walled(cells[i])) kinds[i] = CellKind::Tumour;
    }
  });
}

// What a strong wall encloses all around is a tumour cell whose nucleus is hidden, unless it is small against
// the nuclei of this slide or a seen tumour nucleus lies so near that both are one cell. Anything else may be
// a hole.
void KindModel::Trees::judge_interiors(const CellTable& cells, const OverRanges& over,
                                       std::vector<CellKind>& kinds) const {
  const std::int32_t large = large_area(cells);
  std::vector<std::uint32_t> interiors, tumour;
  std::int32_t left = 0, top = 0;
  for (std::uint32_t i = 0; i < cells.size(); ++i) {
    left = std::min(left, cells[i].x);
    top = std::min(top, cells[i].y);
    if ((cells[i].flags & kFlagInterior) != 0) {
      interiors.push_back(i);
    } else if (kinds[i] == CellKind::Tumour) {
      tumour.push_back(i);
    }
  }
  nuclei::BinGrid grid;
  grid.build(tumour.size(), kInteriorBin, left, top, [&](std::size_t k) {
    return Point<MicroFrame, std::int32_t>{cells[tumour[k]].x, cells[tumour[k]].y};
  });
  const auto is_hidden_tumour = [&](const CellRow& row) {
    if (100 * row.nucleus_area < interior_area * large || !is_walled(row)) return false;
    const std::int64_t radius = integer_sqrt(std::int64_t{row.nucleus_area} * kInteriorSquare1000 / 1000);
    const std::int64_t apart = radius * interior_apart / 100;
    bool alone = true;
    grid.near(row.x, row.y, static_cast<std::int32_t>(apart), [&](std::uint32_t k) {
      const std::int64_t dx = cells[tumour[k]].x - row.x, dy = cells[tumour[k]].y - row.y;
      alone = alone && dx * dx + dy * dy >= apart * apart;
    });
    return alone;
  };
  over(interiors.size(), [&](std::size_t first, std::size_t last) {
    for (std::size_t k = first; k < last; ++k) {
      const std::uint32_t i = interiors[k];
      kinds[i] = is_hidden_tumour(cells[i]) ? CellKind::Tumour : CellKind::Uncertain;
    }
  });
}

KindModel KindModel::load(const std::string& id_or_path) {
  const ModelFile file = load_model_file("kind", id_or_path);
  TomlTable table(file);
  KindModel model;
  model.id = table.text("id");
  model.version = table.text("version");
  for (const char* key : {"source", "licence"}) (void)table.text(key);
  model.digest = file.digest;
  model.trees_ = std::make_shared<const Trees>(table);
  table.no_other_keys();
  return model;
}

KindModel::Reasons KindModel::reasons(const CellTable& cells, std::size_t index) const {
  expects(trees_ != nullptr, "KindModel: loaded before use");
  KindScratch scratch;
  const KindFeatures features = KindFeatureReader(cells)(index, scratch);
  Reasons reasons;
  for (std::size_t i = 0; i < features.size(); ++i)
    reasons.features.emplace_back(name(static_cast<KindFeature>(i)), features[i]);
  std::array<std::int64_t, kKinds> sums{};
  const std::size_t ends = std::size_t{1} << trees_->depth, trees = trees_->leaves.size() / ends;
  for (std::size_t tree = 0; tree < trees; ++tree) {
    std::size_t node = 0;
    for (int level = 0; level < trees_->depth; ++level) {
      const Split split = trees_->splits[tree * (ends - 1) + (std::size_t{1} << level) - 1 + node];
      node = 2 * node + (features[static_cast<std::size_t>(split.feature)] >= split.cut ? 1 : 0);
    }
    sums[tree % kKinds] += trees_->leaves[tree * ends + node];
  }
  for (std::size_t kind = 0; kind < kKinds; ++kind) reasons.votes.emplace_back(kTreeKinds[kind], sums[kind]);
  std::stable_sort(reasons.votes.begin(), reasons.votes.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  reasons.walled = trees_->is_walled(cells[index]);
  return reasons;
}

std::vector<CellKind> KindModel::operator()(const CellTable& cells, const OverRanges& over) const {
  expects(trees_ != nullptr, "KindModel: loaded before use");
  std::vector<CellKind> kinds(cells.size());
  trees_->judge_nuclei(cells, over, kinds);
  trees_->judge_walled(cells, over, kinds);
  trees_->judge_interiors(cells, over, kinds);
  return kinds;
}

}  // namespace annulet
