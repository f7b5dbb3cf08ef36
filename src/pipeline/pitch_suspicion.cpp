#include "annulet/pipeline/pitch_suspicion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace annulet {
namespace {

constexpr std::size_t kFewestNuclei = 10, kFewestTumour = 25;  // to know their sizes
// Right pitch against twice and half of it, on phantoms and real fields: docs/science/gates.md.
constexpr int kLargeLymphocyteMedian = 35, kLargeLymphocyteP90 = 95;  // um2; p90 26-71, at twice 120-190
constexpr int kSmallTumourP90 = 48;         // um2; 53-167, at half 24-45 on phantoms
constexpr int kSmallLymphocyteMedian = 21;  // um2; 21-32, at half 17-21 ...
constexpr int kThinWall = 52;               // 1/32 um; 1.64-1.97 um, at half 1.19-1.59 um: real slides
constexpr int kPerUm2 = 8;                  // CellRow::nucleus_area

/// Areas of the nuclei of a kind that were seen whole, ascending.
std::vector<std::uint16_t> areas(const CellTable& cells, const GradedTable& graded, CellKind kind) {
  std::vector<std::uint16_t> all;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (graded[i].kind == kind && cells[i].nucleus_area > 0 && cells[i].flags == 0)
      all.push_back(cells[i].nucleus_area);
  }
  std::sort(all.begin(), all.end());
  return all;
}

/// Median width of the walls of tumour cells, 1/32 um; 0 where too few have one.
int wall_width(const CellTable& cells, const GradedTable& graded) {
  std::vector<std::uint8_t> widths;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (graded[i].kind == CellKind::Tumour && cells[i].flags == 0 && cells[i].width > 0)
      widths.push_back(cells[i].width);
  }
  if (widths.size() < kFewestTumour) return 0;
  const auto middle = widths.begin() + static_cast<std::ptrdiff_t>((widths.size() - 1) / 2);
  std::nth_element(widths.begin(), middle, widths.end());
  return *middle;
}

int percentile(const std::vector<std::uint16_t>& sorted, std::size_t percent) {
  return sorted[(sorted.size() - 1) * percent / 100] / kPerUm2;
}

}  // namespace

std::optional<std::string> suspect_pitch(const CellTable& cells, const GradedTable& graded, double pitch_um) {
  const std::vector<std::uint16_t> lymphocytes = areas(cells, graded, CellKind::Lymphocyte);
  const bool known = lymphocytes.size() >= kFewestNuclei;
  if (known && percentile(lymphocytes, 50) >= kLargeLymphocyteMedian &&
      percentile(lymphocytes, 90) >= kLargeLymphocyteP90) {
    return fmt::format(
        "what looks like lymphocytes has nuclei of {} um2 (one in ten over {} um2), and 20 to 40 are right: "
        "the "
        "{:.4g} um per pixel of this slide may be about twice too large: check it, and give the right one "
        "with --mpp",
        percentile(lymphocytes, 50), percentile(lymphocytes, 90), pitch_um);
  }
  const std::vector<std::uint16_t> tumour = areas(cells, graded, CellKind::Tumour);
  if (tumour.size() < kFewestTumour) return std::nullopt;
  const int width = wall_width(cells, graded);
  const bool all_small = percentile(tumour, 90) < kSmallTumourP90;
  const bool thin_and_small = lymphocytes.size() >= kFewestTumour && width > 0 && width < kThinWall &&
                              percentile(lymphocytes, 50) < kSmallLymphocyteMedian;
  if (all_small || thin_and_small) {
    return fmt::format(
        "nuclei are too small (tumour cells: nine in ten below {} um2, 50 to 180 are right): the {:.4g} um "
        "per "
        "pixel of this slide may be about half of what is right: check it, and give the right one with --mpp",
        percentile(tumour, 90) + 1, pitch_um);
  }
  return std::nullopt;
}

}  // namespace annulet
