#include "cell/own_wall.hpp"

#include <algorithm>

#include "annulet/base/directions.hpp"
#include "annulet/base/integer_math.hpp"
#include "cell/stained_ring.hpp"

namespace annulet {
namespace {

constexpr int kMicroPerRadius = kMicroUnits / 8;  // CellRow::radius is 1/8 um
constexpr std::int64_t kSamePlace = kMicroUnits;  // 1 um: half a line and its blur

bool positive(Pattern pattern) {
  return pattern == Pattern::WeakModerateComplete || pattern == Pattern::IntenseComplete;
}

// The ray that points most along (x, y), both less than 2^15, of equal ones the first: one of the seventeen
// of its quadrant.
std::size_t ray_towards(std::int32_t x, std::int32_t y) {
  constexpr std::size_t kQuarter = kRays / 4;
  const std::size_t quadrant = x >= 0 && y >= 0 ? 0 : x < 0 && y >= 0 ? 1 : x < 0 ? 2 : 3;
  const auto along = [&](std::size_t ray) { return kDirections64[ray][0] * x + kDirections64[ray][1] * y; };
  std::size_t best = quadrant == 3 ? 0 : quadrant * kQuarter;
  std::int32_t most = along(best);
  const std::size_t end = std::min<std::size_t>((quadrant + 1) * kQuarter, kRays - 1);
  for (std::size_t ray = quadrant * kQuarter; ray <= end; ++ray) {
    const std::int32_t here = along(ray);
    best = here > most ? ray : best;
    most = std::max(most, here);
  }
  return best;
}

// Whether `other` sees a stained wall at the place of `row`'s wall on `ray`, or on one of the rays beside.
bool seen_from(const CellRow& other, const CellRow& row, std::size_t ray, int visible_od) {
  const std::int64_t radius = std::int64_t{row.radius[ray]} * kMicroPerRadius;
  const std::int64_t x = row.x - other.x + divide_round(kDirections64[ray][0] * radius, kDirectionOne);
  const std::int64_t y = row.y - other.y + divide_round(kDirections64[ray][1] * radius, kDirectionOne);
  const std::int64_t square = x * x + y * y;
  const std::size_t towards = ray_towards(static_cast<std::int32_t>(x), static_cast<std::int32_t>(y));
  for (const std::size_t beside : {towards, (towards + 1) % kRays, (towards + kRays - 1) % kRays}) {
    const std::int64_t wall = std::int64_t{other.radius[beside]} * kMicroPerRadius;
    const std::int64_t nearest = std::max<std::int64_t>(0, wall - kSamePlace + 1), beyond = wall + kSamePlace;
    const bool same_place = square >= nearest * nearest && square < beyond * beyond;
    if (same_place && is_stained(other.ridge[beside], visible_od)) return true;
  }
  return false;
}

}  // namespace

RayFlags own_wall(const CellTable& cells, const GradedTable& graded, std::size_t index, int visible_od) {
  const CellRow& row = cells[index];
  RayFlags own{};
  for (std::size_t ray = 0; ray < kRays; ++ray) {
    own[ray] = row.facing[ray] < kNeighbours || row.cytoplasm_od < kBrownCytoplasmOd ? 1 : 0;
  }
  for (std::size_t i = 0; i < std::min<std::size_t>(row.neighbours, kNeighbours); ++i) {
    const CellRow* other = neighbour_of(cells, row, i);
    if (other == nullptr) continue;
    const bool theirs = positive(graded[static_cast<std::size_t>(other - cells.data())].pattern);
    for (std::size_t ray = 0; ray < kRays; ++ray) {
      if (row.facing[ray] != i || !is_stained(row.ridge[ray], visible_od)) continue;
      if (theirs || !seen_from(*other, row, ray, visible_od)) own[ray] = 0;
    }
  }
  return own;
}

}  // namespace annulet
