#include "annulet/pipeline/contiguity.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <optional>
#include <utility>

#include "annulet/base/integer_math.hpp"
#include "pipeline/groups.hpp"

namespace annulet {
namespace {

/// Finds cells by their place. A table is sorted by y: the cells of one um of it lie together, and the places
/// alone are a thirtieth of the table.
class Places {
 public:
  explicit Places(const CellTable& cells) {
    keys_.reserve(cells.size());
    for (const CellRow& row : cells) keys_.push_back(key_of(row.x, row.y));
    if (cells.empty()) return;
    first_ = stripe_of(cells.front().y);
    starts_.resize(static_cast<std::size_t>(stripe_of(cells.back().y) - first_) + 2, cells.size());
    for (std::size_t i = cells.size(); i-- > 0;)
      starts_[static_cast<std::size_t>(stripe_of(cells[i].y) - first_)] = i;
    for (std::size_t s = starts_.size() - 1; s-- > 0;) starts_[s] = std::min(starts_[s], starts_[s + 1]);
  }
  /// The cell that `row` names as its neighbour `index`; nothing where the table does not hold it.
  std::optional<std::size_t> neighbour_of(const CellRow& row, std::size_t index) const {
    const std::int32_t x = row.x + row.neighbour[index][0], y = row.y + row.neighbour[index][1];
    const std::int64_t stripe = stripe_of(y) - first_;
    if (stripe < 0 || stripe + 1 >= static_cast<std::int64_t>(starts_.size())) return std::nullopt;
    const auto first = keys_.begin() + static_cast<std::ptrdiff_t>(starts_[static_cast<std::size_t>(stripe)]);
    const auto last =
        keys_.begin() + static_cast<std::ptrdiff_t>(starts_[static_cast<std::size_t>(stripe) + 1]);
    const auto at = std::lower_bound(first, last, key_of(x, y));
    if (at == last || *at != key_of(x, y)) return std::nullopt;
    return static_cast<std::size_t>(at - keys_.begin());
  }

 private:
  static std::int64_t key_of(std::int32_t x, std::int32_t y) { return (std::int64_t{y} << 32) + x; }
  static std::int64_t stripe_of(std::int32_t y) { return divide_floor(y, kMicroUnits); }

  std::vector<std::int64_t> keys_;
  std::vector<std::size_t> starts_;  // of each stripe of 1 um, and the end
  std::int64_t first_ = 0;
};

// What can be contiguous: groups of touching tumour cells that are all of one such kind, a bit each.
constexpr std::size_t kGroupings = 4;

// Bit 0: intense and complete; bits 1 to 3: reactive in the sense of the gastric guideline, at least faint,
// at least intense.
std::vector<std::uint8_t> memberships(const GradedTable& graded, const Grading& grading) {
  const std::array<int, 3> least_od{0, grading.faint_od, grading.intense_od};
  std::vector<std::uint8_t> members(graded.size(), 0);
  for (std::size_t i = 0; i < graded.size(); ++i) {
    const GradedCell& cell = graded[i];
    if (cell.kind != CellKind::Tumour) continue;
    unsigned bits = cell.pattern == Pattern::IntenseComplete ? 1U : 0U;
    const bool reactive = cell.pattern != Pattern::Unmeasurable && cell.longest_arc >= grading.reactive_arc;
    for (std::size_t k = 0; k < least_od.size(); ++k) {
      if (reactive && cell.strength_od >= least_od[k]) bits |= 2U << k;
    }
    members[i] = static_cast<std::uint8_t>(bits);
  }
  return members;
}

int rays_facing(const CellRow& row, std::uint8_t neighbour) {
  std::uint8_t rays = 0;
  for (const std::uint8_t n : row.facing) rays = static_cast<std::uint8_t>(rays + (n == neighbour ? 1 : 0));
  return rays;
}

// Cells whose walls touch, of those that may be in groups; in no order.
std::vector<TouchingPair> touching(const CellTable& cells, const std::vector<std::uint8_t>& members,
                                   const OverRanges& over) {
  const Places places(cells);
  std::vector<TouchingPair> pairs;
  std::mutex gathering;
  over(cells.size(), [&](std::size_t first, std::size_t last) {
    std::vector<TouchingPair> found;
    for (std::size_t i = first; i < last; ++i) {
      if (members[i] == 0) continue;
      for (std::uint8_t n = 0; n < cells[i].neighbours; ++n) {
        if (rays_facing(cells[i], n) < kTouchingRays) continue;
        const auto other = places.neighbour_of(cells[i], n);
        if (!other || (members[i] & members[*other]) == 0) continue;
        found.emplace_back(static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(*other));
      }
    }
    const std::lock_guard lock(gathering);
    pairs.insert(pairs.end(), found.begin(), found.end());
  });
  return pairs;
}

Contiguity largest_groups(const std::vector<TouchingPair>& pairs, const std::vector<std::uint8_t>& members) {
  std::vector<Groups> groups(kGroupings, Groups(std::vector<std::uint32_t>(members.size(), 1)));
  for (const auto& [one, other] : pairs) {
    const unsigned both = members[one] & members[other];
    for (std::size_t g = 0; both != 0 && g < kGroupings; ++g) {
      if ((both & 1U << g) != 0) groups[g].join(one, other);
    }
  }
  std::array<std::uint64_t, kGroupings> largest{};
  for (std::size_t i = 0; i < members.size(); ++i) {
    for (std::size_t g = 0; members[i] != 0 && g < kGroupings; ++g) {
      if ((members[i] & 1U << g) != 0) largest[g] = std::max(largest[g], groups[g].size(i));
    }
  }
  Contiguity contiguity;
  contiguity.largest_intense_cluster = largest[0];
  std::copy(largest.begin() + 1, largest.end(), std::begin(contiguity.largest_gastric_cluster));
  return contiguity;
}

}  // namespace

Contiguity find_contiguity(const CellTable& cells, const GradedTable& graded, const Grading& grading,
                           const OverRanges& over) {
  const std::vector<std::uint8_t> members = memberships(graded, grading);
  return largest_groups(touching(cells, members, over), members);
}

Contiguity find_contiguity(const std::vector<TouchingPair>& pairs, const GradedTable& graded,
                           const Grading& grading) {
  return largest_groups(pairs, memberships(graded, grading));
}

std::vector<TouchingPair> find_touching(const CellTable& cells, const std::vector<CellKind>& kinds,
                                        const OverRanges& over) {
  std::vector<std::uint8_t> tumour(cells.size());
  for (std::size_t i = 0; i < cells.size(); ++i) tumour[i] = kinds[i] == CellKind::Tumour ? 1 : 0;
  std::vector<TouchingPair> pairs = touching(cells, tumour, over);
  for (auto& [one, other] : pairs) {
    if (one > other) std::swap(one, other);
  }
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  return pairs;
}

}  // namespace annulet
