#include "annulet/pipeline/quality_finder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

namespace annulet {

void find_artefacts(const Overview& overview, const StainModel& stain, TissueMask& tissue, QcMap& quality) {
  find_ink(overview, stain, tissue, quality);
  find_bubbles_and_dust(overview, stain.white, tissue, quality);
}

FaultyShare faulty_share(const TissueMask& tissue, const QcMap& quality) {
  std::uint64_t all = 0;
  std::array<std::uint64_t, kQcFlags> flagged{};
  for (int y = 0; y < tissue.piece.height(); ++y) {
    const std::uint16_t* piece = tissue.piece.row(y);
    const std::uint8_t* flag = quality.flag.row(y);
    const int width = tissue.piece.width();
    std::uint32_t on_tissue = 0;
    for (int x = 0; x < width; ++x) on_tissue += piece[x] != 0 ? 1 : 0;
    all += on_tissue;
    constexpr int kAtOnce = 64;  // few are flagged
    for (int x0 = 0; x0 < width; x0 += kAtOnce) {
      const int x1 = std::min(width, x0 + kAtOnce);
      if (std::count(flag + x0, flag + x1, 0) == x1 - x0) continue;
      for (int x = x0; x < x1; ++x) flagged[flag[x]] += piece[x] != 0 ? 1 : 0;
    }
  }
  // no part of what was to be counted
  for (const QcFlag flag : {QcFlag::Control, QcFlag::Region}) all -= flagged[static_cast<std::size_t>(flag)];
  if (all == 0) return {};
  std::uint64_t faulty = 0;
  for (std::size_t i = 1; i < kQcFlags; ++i) faulty += is_fault(static_cast<QcFlag>(i)) ? flagged[i] : 0;
  const auto percent = [all](std::uint64_t part) {
    return 100 * static_cast<double>(part) / static_cast<double>(all);
  };
  return {percent(faulty), percent(flagged[static_cast<std::size_t>(QcFlag::Blur)])};
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
  const auto [percent, blurred] = faulty_share(tissue, quality);
  if (blurred > kMostBlurredPercent) {
    return Remark{
        std::string(name(Code::OutOfFocus)),
        fmt::format("{:.0f} % of the tissue is out of focus: its membranes cannot be judged", blurred)};
  }
  if (percent <= kMostFaultyPercent) return std::nullopt;
  return Remark{std::string(name(Code::TooMuchExcluded)),
                fmt::format("{:.0f} % of the tissue cannot be judged ({}); at most {:.0f} % may be lost",
                            percent, shares(tissue, quality), kMostFaultyPercent)};
}

std::optional<Remark> much_excluded(const TissueMask& tissue, const QcMap& quality) {
  const double percent = faulty_share(tissue, quality).percent;
  if (percent < kMuchFaultyPercent) return std::nullopt;
  return Remark{
      "much-excluded",
      fmt::format("{:.0f} % of the tissue could not be judged ({}): the score speaks for the rest alone",
                  percent, shares(tissue, quality))};
}

}  // namespace annulet
