#include "annulet/pipeline/contiguity.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>

namespace annulet {
namespace {

/// Disjoint sets of cells (union by smaller index, path halving).
class Groups {
 public:
  explicit Groups(std::size_t n) : parent_(n), size_(n, 1) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
  }
  std::size_t find(std::size_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  void join(std::size_t a, std::size_t b) {
    a = find(a);
    b = find(b);
    if (a == b) return;
    if (b < a) std::swap(a, b);
    parent_[b] = a;
    size_[a] += size_[b];
  }
  std::uint64_t size(std::size_t i) { return size_[find(i)]; }

 private:
  std::vector<std::size_t> parent_;
  std::vector<std::uint64_t> size_;
};

using Touching = std::pair<std::size_t, std::size_t>;

std::vector<Touching> touching_pairs(const CellTable& cells, const GradedTable& graded) {
  std::vector<Touching> pairs;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (graded[i].kind != CellKind::Tumour) continue;
    std::array<int, kNeighbours> rays{};
    for (const std::uint8_t n : cells[i].facing) {
      if (n < kNeighbours) ++rays[n];
    }
    for (int n = 0; n < cells[i].neighbours; ++n) {
      if (rays[static_cast<std::size_t>(n)] < kTouchingRays) continue;
      const CellRow* other = neighbour_of(cells, cells[i], static_cast<std::size_t>(n));
      if (other == nullptr) continue;
      const auto j = static_cast<std::size_t>(other - cells.data());
      if (graded[j].kind == CellKind::Tumour) pairs.emplace_back(i, j);
    }
  }
  return pairs;
}

std::uint64_t largest_group(const GradedTable& graded, const std::vector<Touching>& pairs,
                            const std::function<bool(const GradedCell&)>& member) {
  Groups groups(graded.size());
  for (const auto& [a, b] : pairs) {
    if (member(graded[a]) && member(graded[b])) groups.join(a, b);
  }
  std::uint64_t largest = 0;
  for (std::size_t i = 0; i < graded.size(); ++i) {
    if (graded[i].kind == CellKind::Tumour && member(graded[i])) largest = std::max(largest, groups.size(i));
  }
  return largest;
}

}  // namespace

Contiguity find_contiguity(const CellTable& cells, const GradedTable& graded, const Grading& grading) {
  const std::vector<Touching> pairs = touching_pairs(cells, graded);
  Contiguity contiguity;
  contiguity.largest_intense_cluster =
      largest_group(graded, pairs, [](const GradedCell& c) { return c.pattern == Pattern::IntenseComplete; });
  const std::array<int, 3> least_od{0, grading.faint_od, grading.intense_od};
  for (std::size_t k = 0; k < least_od.size(); ++k) {
    contiguity.largest_gastric_cluster[k] = largest_group(graded, pairs, [&](const GradedCell& c) {
      return c.pattern != Pattern::Unmeasurable && c.longest_arc >= grading.reactive_arc &&
             c.strength_od >= least_od[k];
    });
  }
  return contiguity;
}

}  // namespace annulet
