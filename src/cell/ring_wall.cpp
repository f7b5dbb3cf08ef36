#include <algorithm>
#include <bit>

#include "annulet/base/integer_math.hpp"
#include "annulet/base/wide.hpp"
#include "cell/lanes.hpp"
#include "cell/ring.hpp"
#include "cell/stained_ring.hpp"

namespace annulet::ring {
namespace {

// docs/science/membrane.md, "Is there a wall?".
constexpr int kCytoplasmTenths = 8;                           // m = D - 0.8 c
constexpr int kLeastProminence = kOdUnits * 4 / 100;          // 0.04 OD ...
constexpr int kLeastProminenceCoarse = kOdUnits * 25 / 1000;  // the luma brings less noise
constexpr int kProminenceTenths = 6;                          // ... + 0.6 c
constexpr int kSharePercent = 35;                             // and of 0.35 D
constexpr int kSurelyWall = kOdUnits * 25 / 100;  // 0.25 OD over both sides is a wall however brown the cell
// A membrane is a line: what is wider than 2.25 um is asked for twice as much over the cytoplasm, and for
// 0.40 OD.
constexpr int kWidthPerStep = 32 / kStepsPerUm;  // CellRow::width is 1/32 um
constexpr int kWidestLine = 9 * kStepsPerUm * kWidthPerStep / 4;
constexpr int kWideProminenceTenths = 2 * kProminenceTenths;
constexpr int kSurelyWideWall = kOdUnits * 40 / 100;
constexpr int kBrownCytoplasm = kOdUnits * kBrownCytoplasmOd / 1000;
constexpr int kSaturated = kOdUnits * 18 / 10;  // 1.8 OD: darker DAB leaves no light in blue
constexpr int kLostShare = 15;                  // per cent of the rays
constexpr int kBesideWall = 2;                  // 0.5 um: half a wall and its blur
constexpr int kOdPerMille = 1000;
constexpr std::int64_t kSine64 = 6424;  // round(65536 sin(2 pi / 64))

using Values = std::array<std::int16_t, kRays>;

// Bits of the largest values whose median is asked for.
constexpr int kOdBits = 12, kWidthBits = 8;
static_assert(255 * 16 < 1 << kOdBits && 2 * kBaselineFar * kWidthPerStep < 1 << kWidthBits);

// Of an even number the upper middle one. It is found bit by bit: at most half are less.
int median_portable(const Values& values, std::size_t count, int bits) {
  int found = 0;
  for (int bit = 1 << (bits - 1); bit > 0; bit /= 2) {
    std::size_t less = 0;
    for (std::size_t i = 0; i < count; ++i) less += values[i] < found + bit;
    if (less <= count / 2) found += bit;
  }
  return found;
}

#if ANNULET_HAS_AVX2
ANNULET_AVX2 int median_avx2(const Values& values, std::size_t count, int bits) {
  constexpr std::size_t kGroups = kRays / kLanes;
  __m256i group[kGroups];
  for (std::size_t i = 0; i < kGroups; ++i) {
    const auto left = static_cast<std::int16_t>(static_cast<int>(count) - static_cast<int>(i) * kLanes);
    group[i] = _mm256_blendv_epi8(_mm256_set1_epi16(INT16_MAX), lanes::load(values.data() + i * kLanes),
                                  _mm256_cmpgt_epi16(_mm256_set1_epi16(left), lanes::counted()));
  }
  int found = 0;
  for (int bit = 1 << (bits - 1); bit > 0; bit /= 2) {
    const __m256i tried = _mm256_set1_epi16(static_cast<std::int16_t>(found + bit));
    const __m256i low =
        _mm256_packs_epi16(_mm256_cmpgt_epi16(tried, group[0]), _mm256_cmpgt_epi16(tried, group[1]));
    const __m256i high =
        _mm256_packs_epi16(_mm256_cmpgt_epi16(tried, group[2]), _mm256_cmpgt_epi16(tried, group[3]));
    const int less = std::popcount(static_cast<std::uint32_t>(_mm256_movemask_epi8(low))) +
                     std::popcount(static_cast<std::uint32_t>(_mm256_movemask_epi8(high)));
    found = less <= static_cast<int>(count / 2) ? found + bit : found;
  }
  return found;
}
#endif

int median(const Values& values, std::size_t count, int bits) {
  if (count == 0) return 0;
#if ANNULET_HAS_AVX2
  if (kernel_path() == KernelPath::Avx2) return median_avx2(values, count, bits);
#endif
  return median_portable(values, count, bits);
}

std::uint16_t per_mille(int od) {
  return static_cast<std::uint16_t>(divide_round(std::max(od, 0) * kOdPerMille, kOdUnits));
}

// From the wall to where DAB falls below half the wall's height, 1/32 um: `steps` away it first does,
// kBaselineFar
// + 1 where it does not. Before the centre nothing is looked at.
int half_width(const std::int16_t* at, int wall, int half, int steps, int direction) {
  if (direction < 0 && steps > wall) return std::min(wall + 1, kBaselineFar) * kWidthPerStep;
  if (steps > kBaselineFar) return kBaselineFar * kWidthPerStep;
  const int above = at[direction * (steps - 1)], below = at[direction * steps];
  const int fall = std::max(above - below, 1), height = (above - half) * kWidthPerStep;
  return (steps - 1) * kWidthPerStep + (height + fall / 2) / fall;
}

// What lies at the wall of each ray.
struct Walls {
  Values dab, inside, lower, prominence;
};

// Some of the rays, and the full width of their walls at half prominence, 1/32 um.
struct Widths {
  std::array<std::uint8_t, kRays> ray;
  Values width;
  std::size_t count = 0;
};

int half_height(const Walls& walls, std::size_t ray) {
  return walls.dab[ray] - walls.prominence[ray] / 2;
}

void find_widths_portable(const Samples& s, const std::array<int, kRays>& wall, const Walls& walls,
                          Widths& out) {
  for (std::size_t i = 0; i < out.count; ++i) {
    const std::size_t ray = out.ray[i];
    const std::int16_t* at = s.dab_of(ray) + wall[ray];
    const int half = half_height(walls, ray);
    int outwards = 1, inwards = 1;
    while (outwards <= kBaselineFar && at[outwards] >= half) ++outwards;
    while (inwards <= kBaselineFar && at[-inwards] >= half) ++inwards;
    out.width[i] = static_cast<std::int16_t>(half_width(at, wall[ray], half, outwards, 1) +
                                             half_width(at, wall[ray], half, inwards, -1));
  }
}

#if ANNULET_HAS_AVX2
ANNULET_AVX2 void find_widths_avx2(const Samples& s, const std::array<int, kRays>& wall, const Walls& walls,
                                   Widths& out) {
  // Two bits a position; one beyond those that are looked at is always set.
  constexpr std::uint32_t kEndOutwards = 1U << (2 * kBaselineFar);
  constexpr std::uint32_t kEndInwards = 1U << (31 - 2 * kBaselineFar);
  for (std::size_t i = 0; i < out.count; ++i) {
    const std::size_t ray = out.ray[i];
    const std::int16_t* at = s.dab_of(ray) + wall[ray];
    const int half = half_height(walls, ray);
    const __m256i halves = _mm256_set1_epi16(static_cast<std::int16_t>(half));
    const auto below = [halves](const std::int16_t* from) ANNULET_AVX2 {
      return static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpgt_epi16(halves, lanes::load(from))));
    };
    const int outwards = std::countr_zero(below(at + 1) | kEndOutwards) / 2 + 1;
    const int inwards = std::countl_zero(below(at - kLanes) | kEndInwards) / 2 + 1;
    out.width[i] = static_cast<std::int16_t>(half_width(at, wall[ray], half, outwards, 1) +
                                             half_width(at, wall[ray], half, inwards, -1));
  }
}
#endif

void find_widths(const Samples& s, const std::array<int, kRays>& wall, const Walls& walls, Widths& out) {
#if ANNULET_HAS_AVX2
  if (kernel_path() == KernelPath::Avx2) return find_widths_avx2(s, wall, walls, out);
#endif
  find_widths_portable(s, wall, walls, out);
}

// How far a wall must stand out of what lies beside it: by `over_cytoplasm` and a share of its own DAB, or by
// `surely`.
struct LeastProminence {
  int over_cytoplasm, surely;
  LeastProminence(bool coarse, int cytoplasm, bool wide)
      : over_cytoplasm((coarse ? kLeastProminenceCoarse : kLeastProminence) +
                       cytoplasm * (wide ? kWideProminenceTenths : kProminenceTenths) / 10),
        surely(wide ? kSurelyWideWall : kSurelyWall) {}
  ANNULET_KERNEL bool reached_by(int prominence, int dab) const {
    const bool of_share = 100 * prominence > kSharePercent * dab - 100;  // cut to an integer
    return (prominence >= surely) | ((prominence >= over_cytoplasm) & of_share);
  }
};

constexpr Wide find_ridges = [](const LeastProminence& least, const Values& dab, const Values& prominence,
                                std::uint8_t* __restrict stands_out) ANNULET_KERNEL {
  const std::int16_t *of_dab = dab.data(), *of_prominence = prominence.data();
  for (std::size_t ray = 0; ray < kRays; ++ray)
    stands_out[ray] = least.reached_by(of_prominence[ray], of_dab[ray]) ? 1 : 0;
};

// The rays whose walls stand out.
Widths ridges_of(const Walls& walls, const LeastProminence& least) {
  std::array<std::uint8_t, kRays> stands_out;
  find_ridges(least, walls.dab, walls.prominence, stands_out.data());
  Widths ridges{};
  for (std::size_t ray = 0; ray < kRays; ++ray) {
    ridges.ray[ridges.count] = static_cast<std::uint8_t>(ray);
    ridges.count += stands_out[ray];
  }
  return ridges;
}

// What is not membrane at the wall: the cytoplasm's level, and where it is brown in patches the patch's own.
int level_below(int cytoplasm, int lower) {
  const int level = cytoplasm * kCytoplasmTenths / 10;
  return cytoplasm < kBrownCytoplasm ? level : std::max(level, lower);
}

// Area of the polygon through the wall, 1/8 um2.
std::uint16_t polygon_area(const std::array<std::uint8_t, kRays>& radius) {
  std::int64_t sum = 0;  // 1/64 um2, doubled
  for (std::size_t i = 0; i < kRays; ++i) sum += std::int64_t{radius[i]} * radius[(i + 1) % kRays];
  return static_cast<std::uint16_t>(
      std::min<std::int64_t>(divide_round(sum * kSine64, 65536 * 2 * 8), 65535));
}

std::uint16_t flags_of(const Samples& s, const std::array<int, kRays>& wall, const Walls& walls) {
  int cut = 0, uncovered = 0, dark = 0;
  for (const std::int16_t dab : walls.dab) dark += dab >= kSaturated;
  for (std::size_t ray = 0; ray < kRays && !s.whole; ++ray) {
    cut += wall[ray] + kBesideWall >= s.rays_off_slide_from[ray];
    uncovered += wall[ray] + kBesideWall >= s.rays_uncovered_from[ray];
  }
  std::uint16_t flags = 0;
  if (cut * 100 > kLostShare * kRays) flags |= kFlagCutBySlide;
  if (uncovered > 0) flags |= kFlagMissingPixels;
  if (dark * 2 > kRays) flags |= kFlagSaturated;
  return flags;
}

}  // namespace

void measure_wall(const Samples& s, const std::array<int, kRays>& wall, CellRow& row) {
  Walls walls;
  for (std::size_t ray = 0; ray < kRays; ++ray) {
    const Beside beside = s.beside(ray, wall[ray]);
    walls.dab[ray] = beside.dab;
    walls.inside[ray] = beside.inside;
    walls.lower[ray] = beside.lower;
    walls.prominence[ray] = beside.prominence;
    row.radius[ray] = static_cast<std::uint8_t>(wall[ray] * 8 / kStepsPerUm);
  }
  const int cytoplasm = median(walls.inside, kRays, kOdBits);
  Widths widths = ridges_of(walls, LeastProminence(s.coarse, cytoplasm, false));
  find_widths(s, wall, walls, widths);
  row.ridge.fill(0);
  Values prominences{};
  std::size_t ridges = 0;
  const LeastProminence least_of_wide(s.coarse, cytoplasm, true);
  for (std::size_t i = 0; i < widths.count; ++i) {
    const std::size_t ray = widths.ray[i];
    const int dab = walls.dab[ray], prominence = walls.prominence[ray], width = widths.width[i];
    if (width > kWidestLine && !least_of_wide.reached_by(prominence, dab)) continue;
    const int over = dab - level_below(cytoplasm, walls.lower[ray]);
    const int lost = std::clamp(prominence, 0, std::max(over, 0)) * s.lost_detail_percent;
    row.ridge[ray] = static_cast<std::uint8_t>(
        std::clamp<std::int64_t>(divide_round(over * 100 + lost, kOdUnits), 0, 255));
    if (row.ridge[ray] == 0) continue;
    prominences[ridges] = walls.prominence[ray];
    widths.width[ridges] = widths.width[i];
    ++ridges;
  }
  row.cytoplasm_od = per_mille(cytoplasm);
  row.contrast_od = per_mille(median(prominences, ridges, kOdBits));
  row.width = static_cast<std::uint8_t>(std::min(median(widths.width, ridges, kWidthBits), 255));
  row.cell_area = polygon_area(row.radius);
  row.flags = static_cast<std::uint16_t>(row.flags | flags_of(s, wall, walls));
}

}  // namespace annulet::ring
