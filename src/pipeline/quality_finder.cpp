#include "annulet/pipeline/quality_finder.hpp"

#include <fmt/format.h>

#include <array>
#include <string>

namespace annulet {

void find_artefacts(const Overview& overview, const StainModel& stain, TissueMask& tissue, QcMap& quality) {
  find_ink(overview, stain, tissue, quality);
  find_bubbles_and_dust(overview, stain.white, tissue, quality);
}

double faulty_percent(const TissueMask& tissue, const QcMap& quality, bool of_blur) {
  std::uint64_t all = 0, faulty = 0;
  std::array<std::uint64_t, kQcFlags> flagged{};
  for (int y = 0; y < tissue.piece.height(); ++y) {
    const std::uint16_t* piece = tissue.piece.row(y);
    const std::uint8_t* flag = quality.flag.row(y);
    const int width = tissue.piece.width();
    std::uint32_t on_tissue = 0;
    for (int x = 0; x < width; ++x) on_tissue += piece[x] != 0 ? 1 : 0;
    all += on_tissue;
    for (int x = 0; x < width; ++x) {  // few are
      if (flag[x] != 0 && piece[x] != 0) ++flagged[flag[x]];
    }
  }
  for (std::size_t i = 1; i < kQcFlags; ++i) {
    const auto flag = static_cast<QcFlag>(i);
    if (of_blur ? flag == QcFlag::Blur : is_fault(flag)) faulty += flagged[i];
  }
  // no part of what was to be counted
  for (const QcFlag flag : {QcFlag::Control, QcFlag::Region}) all -= flagged[static_cast<std::size_t>(flag)];
  return all == 0 ? 0 : 100 * static_cast<double>(faulty) / static_cast<double>(all);
}

namespace {

/// "41 % pen, 2 % fold": of the tissue.
std::string shares(const TissueMask& tissue, const QcMap& quality) {
  const std::array<double, kQcFlags> areas = quality.areas_mm2();
  std::string text;
  for (std::size_t i = 1; i < kQcFlags; ++i) {
    const auto flag = static_cast<QcFlag>(i);
    const double percent = tissue.area_mm2 > 0 ? 100 * areas[i] / tissue.area_mm2 : 0;
    if (!is_fault(flag) || percent < 0.5) continue;
    text += fmt::format("{}{:.0f} % {}", text.empty() ? "" : ", ", percent, name(flag));
  }
  return text;
}

}  // namespace

std::optional<Remark> too_much_excluded(const TissueMask& tissue, const QcMap& quality) {
  const double blurred = faulty_percent(tissue, quality, true);
  if (blurred > kMostBlurredPercent) {
    return Remark{
        std::string(name(Code::OutOfFocus)),
        fmt::format("{:.0f} % of the tissue is out of focus: its membranes cannot be judged", blurred)};
  }
  const double percent = faulty_percent(tissue, quality);
  if (percent <= kMostFaultyPercent) return std::nullopt;
  return Remark{std::string(name(Code::TooMuchExcluded)),
                fmt::format("{:.0f} % of the tissue cannot be judged ({}); at most {:.0f} % may be lost",
                            percent, shares(tissue, quality), kMostFaultyPercent)};
}

std::optional<Remark> much_excluded(const TissueMask& tissue, const QcMap& quality) {
  const double percent = faulty_percent(tissue, quality);
  if (percent < kMuchFaultyPercent) return std::nullopt;
  return Remark{
      "much-excluded",
      fmt::format("{:.0f} % of the tissue could not be judged ({}): the score speaks for the rest alone",
                  percent, shares(tissue, quality))};
}

}  // namespace annulet
