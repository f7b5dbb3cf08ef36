// Distance to the other scores. To decide by another row, every row before it must cease to hold and that row
// must hold. Rows count sets of cells that are nested or disjoint, so the fewest moves follow from the sets
// alone: inside a tree of nested sets a cell that must leave the outer set leaves the inner ones too.
#include <algorithm>
#include <bit>
#include <numeric>

#include "rules.hpp"

namespace annulet::guideline {
namespace {

struct Cap {
  CellSet cells = 0;
  std::int64_t excess = 0;  ///< cells above the most with which the row does not hold
  std::int64_t most = 0;
};

bool nested_or_disjoint(CellSet a, CellSet b) {
  return (a & b) == 0 || (a & b) == a || (a & b) == b;
}

/// Cells that must leave for all caps to be kept; `caps` sorted by size, so that the last is the outermost.
/// Returns those of the trees that touch `target` and those of the trees that do not.
struct Leaving {
  std::int64_t touching = 0, apart = 0;
};

Leaving cells_that_leave(std::vector<Cap> caps, CellSet target) {
  std::stable_sort(caps.begin(), caps.end(), [](const Cap& a, const Cap& b) {
    return std::popcount(a.cells) < std::popcount(b.cells);
  });
  Leaving leaving;
  std::vector<bool> inside(caps.size(), false);
  std::vector<std::int64_t> needed(caps.size(), 0);
  for (std::size_t i = 0; i < caps.size(); ++i) {
    std::int64_t children = 0;
    for (std::size_t j = 0; j < i; ++j) {
      if (inside[j] || (caps[j].cells & caps[i].cells) == 0) continue;
      children += needed[j];
      inside[j] = true;
    }
    needed[i] = std::max(children, caps[i].excess);
  }
  for (std::size_t i = 0; i < caps.size(); ++i) {
    if (inside[i]) continue;
    ((caps[i].cells & target) != 0 ? leaving.touching : leaving.apart) += needed[i];
  }
  return leaving;
}

/// Fewest cells that must change for row `target` to be the first that holds; nothing where no change can do
/// it.
std::optional<std::int64_t> distance(const std::vector<Row>& rows, const std::vector<std::uint64_t>& counts,
                                     std::uint64_t n, std::size_t target) {
  const Row& row = rows[target];
  const CellSet wanted = row.selection.cells();
  const std::int64_t least = row.kind == Row::Kind::Otherwise ? 0 : row.threshold.least(n);
  if (least > static_cast<std::int64_t>(n)) return std::nullopt;
  std::vector<Cap> caps;
  for (std::size_t i = 0; i < target; ++i) {
    const std::int64_t most = rows[i].threshold.least(n) - 1;
    const CellSet cells = rows[i].selection.cells();
    if (most < 0 || ((wanted & cells) == wanted && most < least)) return std::nullopt;
    caps.push_back({cells, std::max<std::int64_t>(0, static_cast<std::int64_t>(counts[i]) - most), most});
  }
  const std::int64_t missing = std::max<std::int64_t>(0, least - static_cast<std::int64_t>(counts[target]));
  const Leaving leaving = cells_that_leave(std::move(caps), wanted);
  return leaving.touching + std::max(leaving.apart, missing);
}

/// Every row must count a share, and the sets must form trees; else there is no margin to give.
bool has_margins(const std::vector<Row>& rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].kind == Row::Kind::Cluster) return false;
    for (std::size_t j = 0; j < i; ++j) {
      if (!nested_or_disjoint(rows[i].selection.cells(), rows[j].selection.cells())) return false;
    }
  }
  return true;
}

}  // namespace

std::vector<Margin> margins(const Rules& rules, const std::vector<std::uint64_t>& counts, std::uint64_t n,
                            std::size_t decided) {
  std::vector<Margin> list;
  if (!has_margins(rules.rows)) return list;
  for (std::size_t i = 0; i < rules.rows.size(); ++i) {
    const Row& row = rules.rows[i];
    if (row.score == rules.rows[decided].score) continue;
    const std::optional<std::int64_t> cells = distance(rules.rows, counts, n, i);
    if (!cells) continue;
    list.push_back(
        {row.id, name(row.score), *cells, 100.0 * static_cast<double>(*cells) / static_cast<double>(n)});
  }
  std::stable_sort(list.begin(), list.end(),
                   [](const Margin& a, const Margin& b) { return a.cells < b.cells; });
  return list;
}

}  // namespace annulet::guideline
