#include "annulet/pipeline/scope_gate.hpp"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "annulet/pixel/optical_density.hpp"
#include "annulet/pixel/unmix.hpp"

namespace annulet {
namespace {

// Cuts, each between what must be refused and everything else: docs/science/survey.md has the measurements.
constexpr double kDarkPictureShare = 0.80;  // fluorescence: most of the field emits nothing
constexpr int kDarkSum = 90;                // R + G + B
constexpr double kPinkShare = 0.30;         // H&E 0.72-0.99; the reddest DAB 0.05
constexpr double kNoBlueShare = 0.001;      // DAB without counterstain 0.000; the brownest 3+ field 0.003
constexpr double kNoHaematoxylinOd = 0.02;  // its 95th percentile: 0.00 against 0.04 and more
constexpr double kNoTissueMm2 = 0.005;
constexpr double kNoDabOd = 0.10;
constexpr std::int32_t kInkFreeOdSum = kOdOne * 20 / 100;  // tissue dense enough to have a colour

double percentile(const std::vector<std::uint64_t>& histogram, double share) {
  std::uint64_t total = 0, sum = 0;
  for (const std::uint64_t n : histogram) total += n;
  if (total == 0) return 0;
  for (std::size_t v = 0; v < histogram.size(); ++v) {
    sum += histogram[v];
    if (static_cast<double>(sum) >= share * static_cast<double>(total)) return static_cast<double>(v) / 100;
  }
  return 2.55;
}

}  // namespace

ScopeStatistics scope_statistics(const Overview& overview, const StainModel& stain,
                                 const TissueMask& tissue) {
  const Unmixer unmix(stain);
  const OdTables od = od_tables(stain.white);
  std::uint64_t dark = 0, dense = 0, pink = 0, blue = 0;
  std::vector<std::uint64_t> haematoxylin(256, 0), dab(256, 0);
  for (int y = 0; y < overview.rgb.height; ++y) {
    const std::uint8_t* in = overview.rgb.row(y);
    for (int x = 0; x < overview.rgb.width; ++x)
      dark += in[3 * x] + in[3 * x + 1] + in[3 * x + 2] < kDarkSum ? 1 : 0;
    const std::uint16_t* piece = tissue.piece.row(y);
    for (int x = 0; x < overview.rgb.width; ++x, in += 3) {
      if (piece[x] == 0) continue;
      const Unmixer::Amounts amounts = unmix(in[0], in[1], in[2]);
      ++haematoxylin[amounts.haematoxylin];
      ++dab[amounts.dab];
      const std::int32_t r = od[0][in[0]], g = od[1][in[1]], b = od[2][in[2]];
      const bool has_colour = r + g + b > kInkFreeOdSum;
      dense += has_colour ? 1 : 0;
      pink += has_colour & (5 * g > 7 * r) & (5 * g > 7 * b) ? 1 : 0;
      blue += has_colour & (20 * r > 23 * b) ? 1 : 0;
    }
  }
  const auto share = [](std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
  };
  ScopeStatistics statistics;
  statistics.dark_share = share(dark, overview.rgb.data.size() / 3);
  statistics.pink_share = share(pink, dense);
  statistics.blue_share = share(blue, dense);
  statistics.haematoxylin_p95 = percentile(haematoxylin, 0.95);
  statistics.dab_p999 = percentile(dab, 0.999);
  statistics.tissue_mm2 = tissue.area_mm2;
  return statistics;
}

std::optional<Remark> out_of_scope(const ScopeStatistics& s, bool fluorescence_in_header) {
  const auto reason = [](Code code, std::string message) {
    return Remark{std::string(name(code)), std::move(message)};
  };
  if (fluorescence_in_header)
    return reason(Code::Fluorescence,
                  "the file says that it is a fluorescence image; annulet scores brightfield HER2 IHC");
  if (s.dark_share > kDarkPictureShare) {
    return reason(
        Code::Fluorescence,
        fmt::format(
            "{:.0f} % of the picture is black, as in fluorescence; annulet scores brightfield HER2 IHC",
            100 * s.dark_share));
  }
  if (s.tissue_mm2 < kNoTissueMm2) {
    return reason(Code::NoTissue,
                  fmt::format("{:.4f} mm2 absorb light; the slide or field is blank", s.tissue_mm2));
  }
  if (s.pink_share > kPinkShare) {
    return reason(
        Code::NotDab,
        fmt::format("{:.0f} % of the tissue is stained pink or red: eosin (H&E) or a red chromogen, not DAB",
                    100 * s.pink_share));
  }
  if (s.blue_share < kNoBlueShare && s.haematoxylin_p95 < kNoHaematoxylinOd) {
    return reason(Code::NoHaematoxylin,
                  "no blue counterstain: cells cannot be told apart; stain with haematoxylin");
  }
  return std::nullopt;
}

bool no_dab_anywhere(const ScopeStatistics& statistics) {
  return statistics.dab_p999 < kNoDabOd;
}

}  // namespace annulet
