#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "annulet/base/directions.hpp"
#include "annulet/base/integer_math.hpp"
#include "annulet/base/wide.hpp"
#include "cell/ring.hpp"

namespace annulet::ring {
namespace {

constexpr std::int32_t kReach = kNeighbourReachUm * kMicroUnits;
constexpr int kMicroPerRadius = kMicroUnits / 8;  // Nucleus::radius is 1/8 um

// Root of the mean square radius of an outline, 1/64 um.
std::int32_t rms_radius(const Nucleus& nucleus) {
  std::int64_t sum = 0;
  for (const std::uint8_t r : nucleus.radius) sum += std::int64_t{r} * r;
  return static_cast<std::int32_t>(integer_sqrt(sum * kMicroPerRadius * kMicroPerRadius / kNucleusRays));
}

// Outline of 32 radii at 64 rays, in steps of 0.25 um: the mean of two of 1/8 um.
constexpr Wide interpolate_outline = [](const std::uint8_t* radius,
                                        std::int32_t* __restrict edge) ANNULET_KERNEL {
  std::int32_t at[kNucleusRays + 1];
  for (std::size_t i = 0; i < kNucleusRays; ++i) at[i] = radius[i];
  at[kNucleusRays] = at[0];
  for (std::size_t i = 0; i < kNucleusRays; ++i) {
    const std::int32_t on = (2 * at[i] + 2) / 4, between = (at[i] + at[i + 1] + 2) / 4;
    edge[2 * i] = on < kLargestNucleus ? on : kLargestNucleus;
    edge[2 * i + 1] = between < kLargestNucleus ? between : kLargestNucleus;
  }
};

constexpr Wide mark_near = [](const std::int32_t* x, std::int32_t low, std::size_t count,
                              std::uint8_t* __restrict near) ANNULET_KERNEL {
  for (std::size_t i = 0; i < count; ++i) near[i] = static_cast<std::uint32_t>(x[i] - low) <= 2U * kReach;
};

// Fills table.found with all within the square of kReach around nucleus `index`, in their order.
void find_near(std::size_t index, NucleusTable& table) {
  constexpr std::size_t kAtOnce = sizeof(std::uint64_t);
  const std::size_t begin = table.begin[index], count = table.end[index] - begin;
  table.near.resize(std::max(table.near.size(), count + kAtOnce));
  mark_near(table.x.data() + begin, table.x[index] - kReach, count, table.near.data());
  std::memset(table.near.data() + count, 0, kAtOnce);
  table.found.clear();
  for (std::size_t i = 0; i < count; i += kAtOnce) {
    std::uint64_t marks;
    std::memcpy(&marks, table.near.data() + i, kAtOnce);
    for (; marks != 0; marks &= marks - 1) {
      table.found.push_back(
          static_cast<std::uint32_t>(begin + i + static_cast<std::size_t>(std::countr_zero(marks)) / 8));
    }
  }
}

// No direction of the table is longer than this.
constexpr std::int64_t kDirectionMost = kDirectionOne + 1;

// Midlines of the neighbours that may limit a ray whose cap is `cap` steps or less.
void collect_midlines(std::size_t index, std::int64_t cap, NucleusTable& table, std::vector<Midline>& out) {
  find_near(index, table);
  out.resize(table.found.size());
  std::size_t count = 0;
  for (const std::uint32_t j : table.found) {
    const std::int32_t dx = table.x[j] - table.x[index], dy = table.y[j] - table.y[index];
    const std::int32_t square = dx * dx + dy * dy, excess = table.radius[index] - table.radius[j];
    const std::int32_t numerator = square - excess * excess;
    // Nowhere does a ray meet it nearer than on the way to the neighbour: the greatest divisor is there.
    const std::int64_t distance = static_cast<std::int64_t>(std::sqrt(static_cast<double>(square))) + 1;
    const std::int64_t divisor = 2 * (distance * kDirectionMost - std::int64_t{excess} * kDirectionOne);
    out[count] = {dx, dy, excess, numerator};
    const bool limits = std::int64_t{numerator} * kDirectionOne < cap * kMicroPerStep * divisor;
    count += (j != index) & (square <= kReach * kReach) & (numerator > 0) & limits;
  }
  out.resize(count);
}

// For each ray the midline that it meets first, at numerator / divisor; of equals the first in the table. All
// of them, and their products, are integers below 2^53, which a double holds exactly.
struct Nearest {
  alignas(32) double numerator[kRays], divisor[kRays], which[kRays];
};

struct Directions {
  double x[kRays], y[kRays];
};
constexpr Directions kDirections = [] {
  Directions directions{};
  for (std::size_t ray = 0; ray < kRays; ++ray) {
    directions.x[ray] = kDirections64[ray][0];
    directions.y[ray] = kDirections64[ray][1];
  }
  return directions;
}();

constexpr Wide begin_rays = [](const std::int32_t* nucleus, Nearest& nearest) ANNULET_KERNEL {
  for (std::size_t ray = 0; ray < kRays; ++ray) {
    nearest.numerator[ray] = (nucleus[ray] + kCapUm * kStepsPerUm) * kMicroPerStep;
    nearest.divisor[ray] = kDirectionOne;
    nearest.which[ray] = -1;
  }
};

constexpr Wide limit_rays = [](const Midline* midlines, std::size_t count, Nearest& nearest) ANNULET_KERNEL {
  for (std::size_t i = 0; i < count; ++i) {
    const double dx = midlines[i].dx, dy = midlines[i].dy, numerator = midlines[i].numerator;
    const double least = static_cast<double>(midlines[i].excess) * kDirectionOne,
                 which = static_cast<double>(i);
    for (std::size_t ray = 0; ray < kRays; ++ray) {
      // 2 (u.d - excess) in 1/16384; the midline meets the ray only where it is positive.
      const double divisor = 2 * (kDirections.x[ray] * dx + kDirections.y[ray] * dy - least);
      const double old_numerator = nearest.numerator[ray], old_divisor = nearest.divisor[ray];
      const bool nearer = (divisor > 0) & (numerator * old_divisor < old_numerator * divisor);
      nearest.numerator[ray] = nearer ? numerator : old_numerator;
      nearest.divisor[ray] = nearer ? divisor : old_divisor;
      nearest.which[ray] = nearer ? which : nearest.which[ray];
    }
  }
};

// The quotient of such integers, cut, is the integer quotient.
constexpr Wide finish_rays = [](const Nearest& nearest, const std::int32_t* nucleus,
                                std::int32_t* __restrict wall,
                                std::int32_t* __restrict facing) ANNULET_KERNEL {
  constexpr double kScale = kDirectionOne / kMicroPerStep;
  for (std::size_t ray = 0; ray < kRays; ++ray) {
    const auto steps = static_cast<std::int32_t>(nearest.numerator[ray] * kScale / nearest.divisor[ray]);
    wall[ray] = steps > nucleus[ray] ? steps : nucleus[ray];
    facing[ray] = static_cast<std::int32_t>(nearest.which[ray]);
  }
};
static_assert(kDirectionOne % kMicroPerStep == 0);

// The greatest of one number a ray.
constexpr Wide greatest = [](const std::int32_t* values) ANNULET_KERNEL {
  std::int32_t most = values[0];
  for (std::size_t ray = 1; ray < kRays; ++ray) most = values[ray] > most ? values[ray] : most;
  return most;
};

}  // namespace

void fill_table(std::span<const Nucleus> nuclei, NucleusTable& table) {
  for (auto* values : {&table.x, &table.y, &table.radius}) values->resize(nuclei.size());
  for (auto* values : {&table.begin, &table.end}) values->resize(nuclei.size());
  for (std::size_t i = 0; i < nuclei.size(); ++i) {
    table.x[i] = nuclei[i].centre.x;
    table.y[i] = nuclei[i].centre.y;
    table.radius[i] = rms_radius(nuclei[i]);
  }
  std::uint32_t begin = 0, end = 0;
  for (std::size_t i = 0; i < nuclei.size(); ++i) {
    while (table.y[i] - table.y[begin] > kReach) ++begin;
    while (end < nuclei.size() && table.y[end] - table.y[i] <= kReach) ++end;
    table.begin[i] = begin;
    table.end[i] = end;
  }
}

void find_prior(const Nucleus& own, std::size_t index, NucleusTable& table, Prior& prior) {
  interpolate_outline(own.radius.data(), prior.nucleus.data());
  const std::int32_t cap = greatest(prior.nucleus.data()) + kCapUm * kStepsPerUm;
  collect_midlines(index, cap, table, prior.midlines);
  Nearest nearest;
  begin_rays(prior.nucleus.data(), nearest);
  limit_rays(prior.midlines.data(), prior.midlines.size(), nearest);
  finish_rays(nearest, prior.nucleus.data(), prior.wall.data(), prior.facing.data());
}

}  // namespace annulet::ring
