#include <algorithm>

#include "annulet/base/integer_math.hpp"
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

// Of an even number the upper middle one; 0 for none.
int median(Values& values, int count) {
  if (count == 0) return 0;
  std::nth_element(values.begin(), values.begin() + count / 2, values.begin() + count);
  return values[static_cast<std::size_t>(count / 2)];
}

std::uint16_t per_mille(int od) {
  return static_cast<std::uint16_t>(divide_round(std::max(od, 0) * kOdPerMille, kOdUnits));
}

// From the wall in one direction to where DAB falls below half the wall's height, 1/32 um.
int half_width(const std::int16_t* dab, int wall, int half, int direction) {
  for (int i = 1; i <= kBaselineFar; ++i) {
    const int k = wall + direction * i;
    if (k < 0) return i * kWidthPerStep;
    if (dab[k] >= half) continue;
    const int above = dab[k - direction], fall = std::max(above - dab[k], 1);
    return (i - 1) * kWidthPerStep + static_cast<int>(divide_round((above - half) * kWidthPerStep, fall));
  }
  return kBaselineFar * kWidthPerStep;
}

int width_at(const Samples& s, std::size_t ray, int wall) {
  const int half = s.dab[ray][wall] - s.prominence[ray][wall] / 2;
  const std::int16_t* dab = s.dab[ray].data();
  return half_width(dab, wall, half, 1) + half_width(dab, wall, half, -1);
}

// How far a wall must stand out of what lies beside it.
int least_prominence(bool coarse, int cytoplasm, int dab, bool wide) {
  const int least = coarse ? kLeastProminenceCoarse : kLeastProminence;
  const int over_cytoplasm = cytoplasm * (wide ? kWideProminenceTenths : kProminenceTenths) / 10;
  const int relative = std::max(least + over_cytoplasm, dab * kSharePercent / 100);
  return std::min(relative, wide ? kSurelyWideWall : kSurelyWall);
}

// What is not membrane at the wall: the cytoplasm's level, and where it is brown in patches the patch's own.
int level_below(const Samples& s, std::size_t ray, int wall, int cytoplasm) {
  const int level = cytoplasm * kCytoplasmTenths / 10;
  return cytoplasm < kBrownCytoplasm ? level : std::max<int>(level, s.lower[ray][wall]);
}

// Area of the polygon through the wall, 1/8 um2.
std::uint16_t polygon_area(const std::array<std::uint8_t, kRays>& radius) {
  std::int64_t sum = 0;  // 1/64 um2, doubled
  for (std::size_t i = 0; i < kRays; ++i) sum += std::int64_t{radius[i]} * radius[(i + 1) % kRays];
  return static_cast<std::uint16_t>(
      std::min<std::int64_t>(divide_round(sum * kSine64, 65536 * 2 * 8), 65535));
}

std::uint16_t flags_of(const Samples& s, const std::array<int, kRays>& wall) {
  int cut = 0, uncovered = 0, dark = 0;
  for (std::size_t ray = 0; ray < kRays; ++ray) {
    cut += wall[ray] + kBesideWall >= s.rays_off_slide_from[ray];
    uncovered += wall[ray] + kBesideWall >= s.rays_uncovered_from[ray];
    dark += s.dab[ray][wall[ray]] >= kSaturated;
  }
  std::uint16_t flags = 0;
  if (cut * 100 > kLostShare * kRays) flags |= kFlagCutBySlide;
  if (uncovered > 0) flags |= kFlagMissingPixels;
  if (dark * 2 > kRays) flags |= kFlagSaturated;
  return flags;
}

}  // namespace

void measure_wall(const Samples& s, const std::array<int, kRays>& wall, CellRow& row) {
  Values inside{};
  for (std::size_t ray = 0; ray < kRays; ++ray) inside[ray] = s.inside[ray][wall[ray]];
  const int cytoplasm = median(inside, kRays);
  Values prominences{}, widths{};
  int walls = 0;
  for (std::size_t ray = 0; ray < kRays; ++ray) {
    const int dab = s.dab[ray][wall[ray]], prominence = s.prominence[ray][wall[ray]];
    row.radius[ray] = static_cast<std::uint8_t>(wall[ray] * 8 / kStepsPerUm);
    row.ridge[ray] = 0;
    if (prominence < least_prominence(s.coarse, cytoplasm, dab, false)) continue;
    const int width = width_at(s, ray, wall[ray]);
    if (width > kWidestLine && prominence < least_prominence(s.coarse, cytoplasm, dab, true)) continue;
    const int over = dab - level_below(s, ray, wall[ray], cytoplasm);
    const int lost = std::clamp(prominence, 0, std::max(over, 0)) * s.lost_detail_percent;
    row.ridge[ray] = static_cast<std::uint8_t>(
        std::clamp<std::int64_t>(divide_round(over * 100 + lost, kOdUnits), 0, 255));
    if (row.ridge[ray] == 0) continue;
    prominences[static_cast<std::size_t>(walls)] = static_cast<std::int16_t>(prominence);
    widths[static_cast<std::size_t>(walls)] = static_cast<std::int16_t>(width);
    ++walls;
  }
  row.cytoplasm_od = per_mille(cytoplasm);
  row.contrast_od = per_mille(median(prominences, walls));
  row.width = static_cast<std::uint8_t>(std::min(median(widths, walls), 255));
  row.cell_area = polygon_area(row.radius);
  row.flags = static_cast<std::uint16_t>(row.flags | flags_of(s, wall));
}

}  // namespace annulet::ring
