#include "annulet/pipeline/edge_effect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <opencv2/core.hpp>

#include "annulet/base/plane.hpp"
#include "annulet/pipeline/tissue_parts.hpp"
#include "pipeline/mask_runs.hpp"

namespace annulet {
namespace {

constexpr double kGridUm = 4;
constexpr double kLeastGlassMm2 = 0.005;  // smaller holes are lumina, clefts and fat
constexpr int kStep = 3, kDiagonal = 4;   // chamfer 3-4: within 8 % of the distance (Borgefors 1986)

constexpr int kBandUm = 10, kDeepestBlushUm = 100;
constexpr int kOuterUm = 20, kInnerUm = 120;  // where a blush must be seen, and where it must be gone
constexpr std::size_t kFewestNuclei = 10;     // in the outer band and inside
constexpr int kBlush = 60, kBlushGone = 30;   // 1/1000 OD above the nuclei inside (docs/science/gates.md)

constexpr std::uint64_t kFewestInBand = 100;  // measurable tumour cells: as for a score (contract 2)
constexpr std::uint64_t kStrongerPoints = 15;

/// Distances from glass that is an edge: 0 on it, far elsewhere, and where that is.
struct Distances {
  Plane<std::uint16_t> plane;
  std::vector<MaskRun> unknown;
};

Distances seeds(Plane<std::uint8_t> tissue, double grid_um, std::uint16_t far) {
  const cv::Mat mask(tissue.height(), tissue.width(), CV_8U, tissue.data());
  const std::vector<MaskRun> glass = runs_of(mask == 0);
  Groups areas = components_of(glass, Neighbours::Four);
  const double least = kLeastGlassMm2 * 1e6 / (grid_um * grid_um);
  for (std::size_t i = 0; i < glass.size(); ++i) {
    std::uint8_t* row = tissue.row(glass[i].y);
    if (static_cast<double>(areas.size(i)) < least) std::fill(row + glass[i].x0, row + glass[i].x1, 1);
  }
  Distances distances{Plane<std::uint16_t>(tissue.width(), tissue.height()), runs_of(mask)};
  for (const MaskRun& run : distances.unknown)
    std::fill(distances.plane.row(run.y) + run.x0, distances.plane.row(run.y) + run.x1, far);
  return distances;
}

/// Hands distances on to a stretch of `row` from the row beside it, whose distances are final.
void take_from_beside(const std::uint16_t* beside, std::uint16_t* __restrict row, const MaskRun& run,
                      int width) {
  const auto nearer = [&](int x, int from, int step) {
    return static_cast<std::uint16_t>(std::min<int>(row[x], beside[from] + step));
  };
  for (int x = run.x0; x < run.x1; ++x) row[x] = nearer(x, x, kStep);
  for (int x = std::max(run.x0, 1); x < run.x1; ++x) row[x] = nearer(x, x - 1, kDiagonal);
  for (int x = run.x0; x < std::min(run.x1, width - 1); ++x) row[x] = nearer(x, x + 1, kDiagonal);
}

/// Two passes that hand on distances from the neighbours that are done.
void spread(Distances& distances) {
  Plane<std::uint16_t>& plane = distances.plane;
  const int width = plane.width(), last = plane.height() - 1;
  const auto take = [](std::uint16_t& here, std::uint16_t beside) {
    here = static_cast<std::uint16_t>(std::min<int>(here, beside + kStep));
  };
  for (const MaskRun& run : distances.unknown) {
    std::uint16_t* row = plane.row(run.y);
    if (run.y > 0) take_from_beside(plane.row(run.y - 1), row, run, width);
    for (int x = std::max(run.x0, 1); x < run.x1; ++x) take(row[x], row[x - 1]);
  }
  for (auto run = distances.unknown.rbegin(); run != distances.unknown.rend(); ++run) {
    std::uint16_t* row = plane.row(run->y);
    if (run->y < last) take_from_beside(plane.row(run->y + 1), row, *run, width);
    for (int x = std::min(run->x1, width - 1) - 1; x >= run->x0; --x) take(row[x], row[x + 1]);
  }
}

bool carries_no_her2(CellKind kind) {
  return kind == CellKind::Stroma || kind == CellKind::Lymphocyte || kind == CellKind::Benign;
}

int median(std::vector<int> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// True where a clearly larger share of `a` than of `b` is stained, complete or intense.
bool stains_more(const Tally& a, const Tally& b) {
  const auto more = [&](std::initializer_list<Pattern> patterns) {
    std::uint64_t in_a = 0, in_b = 0;
    for (const Pattern p : patterns) {
      in_a += a.of(CellKind::Tumour, p);
      in_b += b.of(CellKind::Tumour, p);
    }
    const std::uint64_t of_a = a.measurable_tumour(), of_b = b.measurable_tumour();
    return in_a * of_b * 100 >= (in_b * 100 + kStrongerPoints * of_b) * of_a;
  };
  using enum Pattern;
  return more({FaintIncomplete, ModerateOrStrongIncomplete, WeakModerateComplete, IntenseComplete}) ||
         more({WeakModerateComplete, IntenseComplete}) || more({IntenseComplete});
}

}  // namespace

std::vector<std::uint16_t> edge_distances(const TissueMask& tissue, const CellTable& cells) {
  std::vector<std::uint16_t> distances(cells.size(), kFarFromEdge);
  if (tissue.piece.empty() || tissue.pitch_um <= 0 || cells.empty()) return distances;
  const int shrink = std::max(1, static_cast<int>(kGridUm / tissue.pitch_um + 0.5));
  const double grid_um = shrink * tissue.pitch_um;
  const auto far = static_cast<std::uint16_t>(kStep * (kFarFromEdge / grid_um + 1));
  Distances from_edge = seeds(tissue_halves(tissue, shrink), grid_um, far);
  spread(from_edge);
  const Plane<std::uint16_t>& plane = from_edge.plane;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const int x = static_cast<int>(cells[i].x / (kMicroUnits * grid_um)),
              y = static_cast<int>(cells[i].y / (kMicroUnits * grid_um));
    if (!plane.contains(x, y)) continue;
    distances[i] = static_cast<std::uint16_t>(
        std::min<double>(kFarFromEdge, static_cast<double>(plane(x, y)) * grid_um / kStep));
  }
  return distances;
}

int blush_depth(const CellTable& cells, const GradedTable& graded,
                const std::vector<std::uint16_t>& distances) {
  std::vector<int> outer, inner;
  std::array<std::vector<int>, kDeepestBlushUm / kBandUm> bands;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (!carries_no_her2(graded[i].kind) || cells[i].nucleus_area == 0) continue;
    const int brown = cells[i].nucleus_dab_od;
    if (distances[i] < kOuterUm) outer.push_back(brown);
    if (distances[i] >= kInnerUm) inner.push_back(brown);
    if (distances[i] < kDeepestBlushUm) bands[distances[i] / kBandUm].push_back(brown);
  }
  if (outer.size() < kFewestNuclei || inner.size() < kFewestNuclei) return 0;
  const int clean = median(std::move(inner));
  if (median(std::move(outer)) < clean + kBlush) return 0;
  int depth = kOuterUm;
  for (std::size_t band = kOuterUm / kBandUm; band < bands.size(); ++band) {
    if (bands[band].size() < kFewestNuclei / 2 || median(bands[band]) < clean + kBlushGone) break;
    depth = static_cast<int>(band + 1) * kBandUm;
  }
  return depth;
}

std::string blush_words(int depth_um, const std::optional<Score>& with) {
  return fmt::format(
      "a brown blush reaches {} um in from the tissue's edge; cells in it count as not "
      "measurable; with them this slide reads {}",
      depth_um, with ? name(*with) : "no score");
}

std::optional<Remark> edge_effect(const GradedTable& graded, const std::vector<std::uint16_t>& distances,
                                  const Grading& grading, const Guideline& guideline, const Verdict& whole) {
  if (!whole.score) return std::nullopt;
  std::array<GradedTable, 2> parts;  // inside, at the edge
  for (std::size_t i = 0; i < graded.size(); ++i) {
    if (graded[i].kind == CellKind::Tumour) parts[distances[i] < kEdgeBandUm ? 1 : 0].push_back(graded[i]);
  }
  const Tally inside = count(parts[0], grading), edge = count(parts[1], grading);
  if (inside.measurable_tumour() < kFewestInBand || edge.measurable_tumour() < kFewestInBand)
    return std::nullopt;
  // A guideline that judges clusters of touching cells says nothing of a tally alone.
  if (guideline.decide(Tally(inside).merge(edge), {}, {}).score != whole.score) return std::nullopt;
  const auto score = guideline.decide(inside, {}, {}).score;
  if (!score || *score == *whole.score || !stains_more(edge, inside)) return std::nullopt;
  return Remark{
      "edge-effect",
      fmt::format("tumour cells within {} um of the tissue's edge ({} of {}) stain more than those "
                  "inside; without them this slide reads {} instead of {}: staining at an edge may be "
                  "an artefact",
                  kEdgeBandUm, edge.measurable_tumour(),
                  edge.measurable_tumour() + inside.measurable_tumour(), name(*score), name(*whole.score))};
}

}  // namespace annulet
